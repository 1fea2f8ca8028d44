/* Sizes and digests that Glance tells are compared with what was sent. */
#include "cloud/openstack/compare.h"

#include <string.h>

#include "base/text.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/state.h"
#include "cloud/proof.h"

/* 1 if a digest was compared, 0 if Glance names none that we know, -1 if it is another. */
static int compare_digest(struct task *t, const char *name, const char *theirs, struct err *e)
{
	enum hash_alg alg = hash_find(name);

	if (alg == HASH_ALGS || !*theirs)
		return 0;
	if (!t->payload.sums[alg] && (!t->digest || t->digest(t, alg, e) < 0))
		return e->code == ERR_NONE ? 0 : -1;
	if (strcmp(theirs, t->payload.sums[alg]) == 0)
		return 1;
	return err_set(e, ERR_FAILED,
		       "Glance has other bytes than were sent: its %s is %.16s..., ours %.16s...",
		       name, theirs, t->payload.sums[alg]);
}

/* Is it in each store that was asked for?  A Glance with one only names none. */
static int compare_stores(struct task *t, struct err *e)
{
	const struct options *o = t->options;
	char stores[512];
	unsigned i;

	json_show(&t->work->json, "stores", stores, sizeof(stores));
	for (i = 0; *stores && !os_own(o)->allow_failure && i < os_own(o)->stores.count; i++)
		if (!text_lists(stores, ',', os_own(o)->stores.at[i]))
			return err_set(e, ERR_FAILED, "Glance has the image in %s, not in %.60s",
				       stores, os_own(o)->stores.at[i]);
	return 0;
}

int os_compare_size(const struct task *t, const char *who, uint64_t size, struct err *e)
{
	uint64_t sent = os_work(t)->sent;

	if (size == sent)
		return 0;
	return err_set(e, ERR_FAILED, "%s has %llu bytes of the image, but %llu were sent", who,
		       (unsigned long long)size, (unsigned long long)sent);
}

int os_compare(struct task *t, struct err *e)
{
	const struct json *j = &t->work->json;
	char algo[32], value[HASH_HEX_BYTES], checksum[40];
	uint64_t size;
	struct err none = ERR_INIT;
	int compared;

	if (json_u64(j, "size", &size, &none) < 0)
		return err_set(e, ERR_UNFINISHED,
			       "sent whole, but Glance names no size of the active image %s",
			       t->id);
	if (os_compare_size(t, "Glance", size, e) < 0)
		return -1;
	json_show(j, "os_hash_algo", algo, sizeof(algo));
	json_show(j, "os_hash_value", value, sizeof(value));
	json_show(j, "checksum", checksum, sizeof(checksum));
	compared = compare_digest(t, algo, value, e);
	if (compared == 0)
		compared = compare_digest(t, "md5", checksum, e);
	if (compared < 0 || compare_stores(t, e) < 0)
		return -1;
	if (compared > 0)
		proof_proven(t);
	else
		proof_landed(t);
	return 1;
}
