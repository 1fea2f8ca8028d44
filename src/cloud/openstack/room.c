/* Stores and quotas are asked of Glance before the first byte is sent. */
#include "cloud/openstack/room.h"

#include <string.h>

#include "base/text.h"
#include "cloud/openstack/glance.h"
#include "cloud/openstack/import.h"
#include "cloud/openstack/own.h"

/* Is there a store of this id?  Their names go to names. */
static bool find_store(struct task *t, const char *id, struct text *names)
{
	struct json store = { 0 };
	struct err none = ERR_INIT;
	bool found = false;
	char have[64];

	while (json_next(&t->work->json, "stores", &store)) {
		if (json_str(&store, "id", have, sizeof(have), &none) < 0 ||
		    strncmp(have, "os_glance_", 10) == 0)
			continue;
		found = found || strcmp(have, id) == 0;
		text_printf(names, "%s%s", names->len > 0 ? ", " : "", have);
	}
	return found;
}

/* The stores have to be there; where there is one store only, none can be chosen. */
static int check_stores(struct task *t, struct err *e)
{
	const struct options *o = t->options;
	char names[120];
	struct text text;
	unsigned i;

	if (os_own(o)->stores.count == 0 && !os_own(o)->all_stores)
		return 0;
	if (glance_call(t, "GET", "/v2/info/stores", NULL, e) < 0) {
		if (t->work->reply.status != 404)
			return -1;
		err_clear(e);
		if (os_own(o)->all_stores)
			return err_set(e, ERR_USAGE,
				       "--all-stores: this Glance has one store only");
		return err_set(e, ERR_USAGE, "--store %.60s: this Glance has one store only",
			       os_own(o)->stores.at[0]);
	}
	for (i = 0; i < os_own(o)->stores.count; i++) {
		text_init(&text, names, sizeof(names));
		if (!find_store(t, os_own(o)->stores.at[i], &text))
			return err_set(e, ERR_USAGE, "there is no --store %.60s; there are %s",
				       os_own(o)->stores.at[i], names);
	}
	return 0;
}

/* What the quota leaves, in MiB; Glance before 2.15 does not tell. */
static int check_quota(struct task *t, struct err *e)
{
	struct err none = ERR_INIT;
	uint64_t limit, usage;

	if (!t->payload.len_known)
		return 0;
	if (glance_call(t, "GET", "/v2/info/usage", NULL, &none) < 0) {
		if (none.code == ERR_STOPPED || none.code == ERR_TRUST) {
			*e = none;
			return -1;
		}
		return 0;
	}
	if (json_u64(&t->work->json, "usage.image_size_total.limit", &limit, &none) < 0 ||
	    json_u64(&t->work->json, "usage.image_size_total.usage", &usage, &none) < 0)
		return 0;
	if (usage <= limit && t->payload.len >> 20 <= limit - usage)
		return 0;
	return err_set(e, ERR_FAILED, "the project's quota leaves %llu MiB, the image has %llu",
		       (unsigned long long)(usage < limit ? limit - usage : 0),
		       (unsigned long long)(t->payload.len >> 20));
}

int os_room_check(struct task *t, struct err *e)
{
	return check_stores(t, e) < 0 || os_import_check(t, e) < 0 ? -1 : check_quota(t, e);
}
