/*
 * Glance's records: what is asked before one is made, making one, deleting it.
 * The id is ours, so that a lost answer can be resolved.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/random.h"
#include "base/stop.h"
#include "base/text.h"
#include "cloud/openstack/openstack.h"

#define GIB ((uint64_t)1 << 30)

/* A DELETE is tried so often. */
#define DELETE_TRIES 3

static int make_id(char id[OS_ID_BYTES], struct err *e)
{
	unsigned char b[16];

	if (random_fill(b, sizeof(b)) < 0)
		return err_errno(e, ERR_FAILED, "the kernel gives no random numbers");
	b[6] = (unsigned char)(0x40 | (b[6] & 0x0f));
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
	snprintf(id, OS_ID_BYTES,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		 b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		 b[15]);
	return 0;
}

void glance_put_string(struct text *b, const char *name, const char *value)
{
	text_put(b, ", ");
	text_put_json(b, name);
	text_put(b, ": ");
	text_put_json(b, value);
}

static void put_property(struct text *b, const char *property)
{
	char name[256];
	const char *equals = strchr(property, '=');
	struct text t;

	text_init(&t, name, sizeof(name));
	text_put_n(&t, property, (size_t)(equals - property));
	if (t.full)
		b->full = true;
	glance_put_string(b, name, equals + 1);
}

void glance_put_options(struct text *b, const struct options *o)
{
	unsigned i;

	if (o->visibility)
		glance_put_string(b, "visibility", o->visibility);
	if (o->min_ram)
		text_printf(b, ", \"min_ram\": %llu", (unsigned long long)o->min_ram);
	if (o->hidden)
		text_put(b, ", \"os_hidden\": true");
	for (i = 0; i < o->tags.count; i++) {
		text_put(b, i == 0 ? ", \"tags\": [" : ", ");
		text_put_json(b, o->tags.at[i]);
	}
	if (o->tags.count > 0)
		text_put(b, "]");
	for (i = 0; i < o->properties.count; i++)
		put_property(b, o->properties.at[i]);
}

static int make_record(struct task *t, struct err *e)
{
	const struct options *o = t->options;
	const char *format = o->disk_format ? o->disk_format : glance_format(t->image.format);
	uint64_t min_disk = o->min_disk;
	struct text b;

	/* So that no server is made with a disk that the image does not fit. */
	if (!min_disk && t->image.virtual_size && t->image.format != FORMAT_ISO)
		min_disk = t->image.virtual_size / GIB + (t->image.virtual_size % GIB != 0);
	text_init(&b, t->work->request, sizeof(t->work->request));
	text_put(&b, "{\"id\": ");
	text_put_json(&b, t->id);
	glance_put_string(&b, "name", t->label);
	glance_put_string(&b, "disk_format", format ? format : "raw");
	glance_put_string(&b, "container_format",
			  o->container_format ? o->container_format : "bare");
	if (min_disk)
		text_printf(&b, ", \"min_disk\": %llu", (unsigned long long)min_disk);
	glance_put_options(&b, o);
	text_put(&b, "}");
	return text_done(&b, "the request", e);
}

int glance_exists(struct task *t, struct err *e)
{
	if (glance_look(t, e) == 0)
		return 1;
	if (!glance_gone(t))
		return -1;
	err_clear(e);
	return 0;
}

/* Nobody else's: a random one is free, one that the user has chosen may not be. */
static int choose_id(struct task *t, struct err *e)
{
	int found;

	if (!t->options->new_id)
		return make_id(t->id, e);
	snprintf(t->id, sizeof(t->id), "%s", t->options->new_id);
	found = glance_exists(t, e);
	if (found > 0)
		err_set(e, ERR_USAGE, "--id %s: there is such an image already", t->id);
	if (found != 0)
		t->id[0] = '\0';
	return found == 0 ? 0 : -1;
}

bool glance_refused(const struct http_reply *r)
{
	return r->status >= 400 && r->status < 500 && r->status != 408 && r->status != 429;
}

static int made(struct task *t, struct err *e)
{
	os_work(t)->ours = true;
	err_clear(e);
	return 0;
}

bool glance_is_like_ours(const struct task *t)
{
	const struct json *j = &t->work->json;
	struct err none = ERR_INIT;
	char name[256];

	return strcmp(t->status, "queued") == 0 &&
	       json_str(j, "name", name, sizeof(name), &none) >= 0 && strcmp(name, t->label) == 0;
}

/* The making was not answered, or not by Glance: is the record there?  It may come yet. */
static int resolve(struct task *t, struct err *e)
{
	struct err why = ERR_INIT;
	int found = glance_exists(t, &why);

	if (found > 0 && t->options->new_id && !glance_is_like_ours(t)) {
		err_clear(e);
		os_work(t)->maybe = false;
		return err_set(e, ERR_FAILED,
			       "the image %s is there now, and is somebody else's: it is left",
			       t->id);
	}
	if (found > 0) {
		log_note("image %s was made, though the answer was lost", t->id);
		return made(t, e);
	}
	/* The first error says more, if trying again helps at all. */
	if (found < 0 && !e->retry)
		*e = why;
	return -1;
}

/* Glance has the id already, after a request that was not answered. */
static int came_late(struct task *t, struct err *e)
{
	err_clear(e);
	if (!t->options->new_id)
		return resolve(t, e);
	os_work(t)->maybe = false;
	return err_set(e, ERR_FAILED,
		       "the image %s is there now, but its making was not answered: whether it is this one is not known, and it is left",
		       t->id);
}

int glance_create(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);
	int found = 0;

	if (w->ours)
		return 0;
	if (t->id[0] == '\0' && choose_id(t, e) < 0)
		return -1;
	/* An attempt before this one may have made it. */
	if (w->maybe)
		found = glance_exists(t, e);
	if (found < 0)
		return -1;
	if (found > 0)
		return resolve(t, e);
	if (make_record(t, e) < 0)
		return -1;
	if (glance_api(t, "POST", "/v2/images", t->work->request, e) == 0 &&
	    json_is(&t->work->json, "id", t->id)) {
		log_note("image %s was created", t->id);
		return made(t, e);
	}
	if (t->work->reply.status == 409 && w->maybe)
		return came_late(t, e);
	if (t->work->reply.status == 409 && t->options->new_id)
		return err_at(e,
			      "--id is not free (Glance never takes the id of an image again that was deleted)");
	if (glance_refused(&t->work->reply) || !t->work->reply.sent)
		return -1;
	if (e->code == ERR_NONE)
		err_set(e, ERR_REPLY, "Glance's answer to the making of an image is not about it");
	w->maybe = true;
	return e->code == ERR_STOPPED ? -1 : resolve(t, e);
}

bool glance_is_protected(const struct task *t)
{
	const char *raw;

	return json_is(&t->work->json, "id", t->id) &&
	       json_raw(&t->work->json, "protected", &raw) == 4 && memcmp(raw, "true", 4) == 0;
}

int glance_protect(struct task *t, struct err *e)
{
	struct err why = ERR_INIT;
	char path[96];

	snprintf(path, sizeof(path), "/v2/images/%s", t->id);
	if (glance_api(t, "PATCH", path,
		       "[{\"op\": \"add\", \"path\": \"/protected\", \"value\": true}]",
		       &why) == 0) {
		if (json_is(&t->work->json, "id", t->id))
			glance_keep(t);
		if (glance_is_protected(t))
			return 0;
		err_set(&why, ERR_REPLY, "Glance's answer does not show it");
	}
	return err_set(e, why.code == ERR_STOPPED ? ERR_STOPPED : ERR_UNFINISHED,
		       "the image %s is there, but not protected (%s): openstack image set --protected %s does it",
		       t->id, why.text, t->id);
}

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

	if (o->stores.count == 0 && !o->all_stores)
		return 0;
	if (glance_api(t, "GET", "/v2/info/stores", NULL, e) < 0) {
		if (t->work->reply.status != 404)
			return -1;
		err_clear(e);
		return err_set(e, ERR_USAGE, "%s%.60s: this Glance has one store only",
			       o->all_stores ? "--all-stores" : "--store ",
			       o->all_stores ? "" : o->stores.at[0]);
	}
	for (i = 0; i < o->stores.count; i++) {
		text_init(&text, names, sizeof(names));
		if (!find_store(t, o->stores.at[i], &text))
			return err_set(e, ERR_USAGE, "there is no --store %.60s; there are %s",
				       o->stores.at[i], names);
	}
	return 0;
}

/* What the quota leaves, in MiB; Glance before 2.15 does not tell. */
static int check_quota(struct task *t, struct err *e)
{
	struct err none = ERR_INIT;
	uint64_t limit, usage;

	if (!t->image.size_known)
		return 0;
	if (glance_api(t, "GET", "/v2/info/usage", NULL, &none) < 0) {
		if (none.code == ERR_STOPPED || none.code == ERR_TRUST) {
			*e = none;
			return -1;
		}
		return 0;
	}
	if (json_u64(&t->work->json, "usage.image_size_total.limit", &limit, &none) < 0 ||
	    json_u64(&t->work->json, "usage.image_size_total.usage", &usage, &none) < 0)
		return 0;
	if (usage <= limit && t->image.size >> 20 <= limit - usage)
		return 0;
	return err_set(e, ERR_FAILED, "the project's quota leaves %llu MiB, the image has %llu",
		       (unsigned long long)(usage < limit ? limit - usage : 0),
		       (unsigned long long)(t->image.size >> 20));
}

int glance_check_room(struct task *t, struct err *e)
{
	return check_stores(t, e) < 0 || glance_check_import(t, e) < 0 ? -1 : check_quota(t, e);
}

int glance_delete(struct task *t, struct err *e)
{
	char path[96];
	int i;

	snprintf(path, sizeof(path), "/v2/images/%s", t->id);
	for (i = 0;; i++) {
		err_clear(e);
		if (glance_api(t, "DELETE", path, NULL, e) == 0 || glance_gone(t)) {
			err_clear(e);
			return 0;
		}
		if (!e->retry || i == DELETE_TRIES - 1 ||
		    stop_sleep(t->options->retry_delay_ms, e) < 0)
			return -1;
	}
}
