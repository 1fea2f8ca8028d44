/* A record is made at Glance with an id of ours, changed, and deleted. */
#include "cloud/openstack/record.h"

#include <stdio.h>
#include <string.h>

#include "base/fit.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "cloud/object.h"
#include "cloud/openstack/format.h"
#include "cloud/openstack/glance.h"
#include "cloud/openstack/look.h"
#include "cloud/openstack/own.h"
#include "cloud/watch.h"

#define GIB ((uint64_t)1 << 30)

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

void os_record_put_string(struct text *b, const char *name, const char *value)
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
	os_record_put_string(b, name, equals + 1);
}

void os_record_put_options(struct text *b, const struct options *o)
{
	unsigned i;

	if (os_own(o)->visibility)
		os_record_put_string(b, "visibility", os_own(o)->visibility);
	if (os_own(o)->min_ram)
		text_printf(b, ", \"min_ram\": %llu", (unsigned long long)os_own(o)->min_ram);
	if (os_own(o)->hidden)
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
	const char *format =
		os_own(o)->disk_format ? os_own(o)->disk_format : os_format_name(t->image.format);
	uint64_t min_disk = os_own(o)->min_disk;
	struct text b;

	/* So that no server is made with a disk that the image does not fit. */
	if (!min_disk && t->image.virtual_size && t->image.format != FORMAT_ISO)
		min_disk = t->image.virtual_size / GIB + (t->image.virtual_size % GIB != 0);
	text_init(&b, t->work->request, sizeof(t->work->request));
	text_put(&b, "{\"id\": ");
	text_put_json(&b, t->id);
	os_record_put_string(&b, "name", t->label);
	os_record_put_string(&b, "disk_format", format ? format : "raw");
	os_record_put_string(&b, "container_format",
			     os_own(o)->container_format ? os_own(o)->container_format : "bare");
	if (min_disk)
		text_printf(&b, ", \"min_disk\": %llu", (unsigned long long)min_disk);
	os_record_put_options(&b, o);
	text_put(&b, "}");
	return fit_done(&b, "the request", e);
}

/* Nobody else's: a random one is free, one that the user has chosen may not be. */
static int choose_id(struct task *t, struct err *e)
{
	int found;

	if (!os_own(t->options)->new_id)
		return make_id(t->id, e);
	snprintf(t->id, sizeof(t->id), "%s", os_own(t->options)->new_id);
	found = os_look_exists(t, e);
	if (found > 0)
		err_set(e, ERR_USAGE, "--id %s: there is such an image already", t->id);
	if (found != 0)
		t->id[0] = '\0';
	return found == 0 ? 0 : -1;
}

static int made(struct task *t, struct err *e)
{
	os_state_made(t);
	err_clear(e);
	return 0;
}

bool os_record_is_like_ours(const struct task *t)
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
	int found = os_look_exists(t, &why);

	if (found > 0 && os_own(t->options)->new_id && !os_record_is_like_ours(t)) {
		err_clear(e);
		os_state_others(t);
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
	if (!os_own(t->options)->new_id)
		return resolve(t, e);
	os_state_others(t);
	return err_set(e, ERR_FAILED,
		       "the image %s is there now, but its making was not answered: whether it is this one is not known, and it is left",
		       t->id);
}

int os_record_create(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);
	int found = 0;

	if (os_state_is_ours(t))
		return 0;
	if (t->id[0] == '\0' && choose_id(t, e) < 0)
		return -1;
	/* An attempt before this one may have made it. */
	if (w->record == RECORD_ASKED)
		found = os_look_exists(t, e);
	if (found < 0)
		return -1;
	if (found > 0)
		return resolve(t, e);
	if (make_record(t, e) < 0)
		return -1;
	if (glance_call(t, "POST", "/v2/images", t->work->request, e) == 0 &&
	    json_is(&t->work->json, "id", t->id)) {
		log_note("image %s was created", t->id);
		return made(t, e);
	}
	if (t->work->reply.status == 409 && w->record == RECORD_ASKED)
		return came_late(t, e);
	if (t->work->reply.status == 409 && os_own(t->options)->new_id)
		return err_at(e,
			      "--id is not free (Glance never takes the id of an image again that was deleted)");
	if (glance_refused(&t->work->reply) || !t->work->reply.sent)
		return -1;
	if (e->code == ERR_NONE)
		err_set(e, ERR_REPLY, "Glance's answer to the making of an image is not about it");
	os_state_asked(t);
	return e->code == ERR_STOPPED ? -1 : resolve(t, e);
}

bool os_record_is_protected(const struct task *t)
{
	const char *raw;

	return json_is(&t->work->json, "id", t->id) &&
	       json_raw(&t->work->json, "protected", &raw) == 4 && memcmp(raw, "true", 4) == 0;
}

int os_record_protect(struct task *t, struct err *e)
{
	struct err why = ERR_INIT;
	char path[96];

	snprintf(path, sizeof(path), "/v2/images/%s", t->id);
	if (glance_call(t, "PATCH", path,
			"[{\"op\": \"add\", \"path\": \"/protected\", \"value\": true}]",
			&why) == 0) {
		if (json_is(&t->work->json, "id", t->id))
			(void)object_keep(t, &t->work->json);
		if (os_record_is_protected(t))
			return 0;
		err_set(&why, ERR_REPLY, "Glance's answer does not show it");
	}
	return err_set(e, why.code == ERR_STOPPED ? ERR_STOPPED : ERR_UNFINISHED,
		       "the image %s is there, but not protected (%s): openstack image set --protected %s does it",
		       t->id, why.text, t->id);
}

int os_record_delete(struct task *t, struct err *e)
{
	unsigned tries = 0;
	char path[96];

	snprintf(path, sizeof(path), "/v2/images/%s", t->id);
	err_clear(e);
	do {
		if (glance_call(t, "DELETE", path, NULL, e) == 0)
			return 0;
		if (glance_gone(t)) {
			err_clear(e);
			return 0;
		}
	} while (watch_retry(t, &tries, e));
	return -1;
}
