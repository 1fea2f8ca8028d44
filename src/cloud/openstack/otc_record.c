/* A record is made at Open Telekom Cloud, and found again when the answer was lost. */
#include "cloud/openstack/otc_record.h"

#include <stdio.h>
#include <string.h>

#include "base/fit.h"
#include "base/log.h"
#include "base/text.h"
#include "cloud/openstack/glance.h"
#include "cloud/openstack/otc_check.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/record.h"

static int make_record(struct task *t, struct err *e)
{
	const struct options *o = t->options;
	struct text b;

	text_init(&b, t->work->request, sizeof(t->work->request));
	text_put(&b, "{\"name\": ");
	text_put_json(&b, t->label);
	/* Without it, it would be zvhd2. */
	os_record_put_string(&b, "disk_format", otc_check_format(t));
	os_record_put_string(&b, "container_format", "bare");
	os_record_put_string(&b, "__os_version",
			     os_own(o)->os_version ? os_own(o)->os_version : "Other Linux(64 bit)");
	if (otc_check_min_disk(t) > 0)
		text_printf(&b, ", \"min_disk\": %llu", (unsigned long long)otc_check_min_disk(t));
	if (o->description)
		os_record_put_string(&b, "__description", o->description);
	if (os_own(o)->firmware)
		os_record_put_string(&b, "hw_firmware_type", os_own(o)->firmware);
	if (os_own(o)->enterprise_project)
		os_record_put_string(&b, "enterprise_project_id", os_own(o)->enterprise_project);
	if (os_own(o)->protect)
		text_put(&b, ", \"protected\": true");
	os_record_put_options(&b, o);
	text_put(&b, "}");
	return fit_done(&b, "the request", e);
}

static bool is_named(const struct json *image, const char *name)
{
	char have[OTC_NAME_MAX + 2];
	struct err none = ERR_INIT;

	return json_str(image, "name", have, sizeof(have), &none) >= 0 && strcmp(have, name) == 0;
}

/* The records of this name that wait for data. */
static int find_queued(struct task *t, struct otc_records *r, struct err *e)
{
	struct json image = { 0 };
	struct err none = ERR_INIT;
	char path[512], id[64];
	struct text text;
	const char *c;

	r->known = false;
	r->count = 0;
	text_init(&text, path, sizeof(path));
	text_put(&text, "/v2/images?name=");
	/* check_name() has let nothing else pass that had to be encoded. */
	for (c = t->label; *c; c++)
		text_printf(&text, *c == ' ' ? "%%20" : "%c", *c);
	text_put(&text, "&status=queued&limit=100");
	if (fit_done(&text, "the name", e) < 0 || glance_call(t, "GET", path, NULL, e) < 0)
		return -1;
	while (json_next(&t->work->json, "images", &image)) {
		if (!is_named(&image, t->label) || !json_is(&image, "status", "queued"))
			continue;
		if (json_str(&image, "id", id, sizeof(id), &none) < 0 || !text_is_uuid(id) ||
		    r->count == OTC_RECORDS_MAX)
			return 0;
		memcpy(r->id[r->count++], id, OS_ID_BYTES);
	}
	r->known = json_kind(&t->work->json, "next") != JSON_STRING;
	return 0;
}

/* Is there one that was not there before, and is not the task's?  Its id, or NULL. */
static const char *find_new(const struct task *t, const struct otc_records *before,
			    const struct otc_records *now)
{
	unsigned i, k;

	for (i = 0; i < now->count; i++) {
		for (k = 0; k < before->count; k++)
			if (strcmp(now->id[i], before->id[k]) == 0)
				break;
		if (k == before->count && strcmp(now->id[i], t->id) != 0)
			return now->id[i];
	}
	return NULL;
}

/*
 * The making was not answered.  A record that has appeared may be ours, or that of
 * somebody who uses the same name: nobody can tell, so it is left.
 */
static int resolve(struct task *t, struct err *e)
{
	struct otc_records now;
	struct err why = ERR_INIT;
	const char *id;

	os_work(t)->unanswered = true;
	if (find_queued(t, &now, &why) < 0 || !now.known || !os_work(t)->before.known) {
		if (why.code == ERR_STOPPED)
			*e = why;
		e->retry = false;
		err_at(e,
		       "the cloud did not answer to the making of the image, and whether it is there is not known");
		return -1;
	}
	id = find_new(t, &os_work(t)->before, &now);
	/* It may still come: see otc_record_look_back(). */
	if (!id)
		return -1;
	err_clear(e);
	os_work(t)->unanswered = false;
	return err_set(e, ERR_BUSY,
		       "the cloud did not answer to the making of the image; %s has appeared, which may be it, and is left: delete it, or upload to it with --image-id",
		       id);
}

void otc_record_look_back(struct task *t)
{
	struct otc_records now;
	struct err none = ERR_INIT;
	const char *id = NULL;

	if (!os_work(t)->unanswered)
		return;
	if (find_queued(t, &now, &none) == 0)
		id = find_new(t, &os_work(t)->before, &now);
	if (id)
		log_warn("image %s of the same name waits for data: it may be of a request of this run that was not answered",
			 id);
	else if (!now.known)
		log_warn("an image %s that waits for data may be left, of a request that was not answered",
			 t->label);
}

/* What the cloud says to a record with a format that its document does not list. */
static int explain_format(const struct task *t, struct err *e)
{
	static const char *const listed[] = { "zvhd2", "vhd", "raw", "qcow2" };
	struct err why = *e;
	size_t i;

	for (i = 0; i < sizeof(listed) / sizeof(listed[0]); i++)
		if (text_same(otc_check_format(t), listed[i]))
			return -1;
	if (t->work->reply.status != 400)
		return -1;
	err_clear(e);
	return err_set(e, why.code,
		       "%s (of %s the cloud may want raw or qcow2: see qemu-img convert)", why.text,
		       otc_check_format(t));
}

int otc_record_create(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);
	struct err none = ERR_INIT;
	char id[64];

	if (os_state_is_ours(t))
		return 0;
	if (!w->before.known && !w->unanswered && find_queued(t, &w->before, e) < 0)
		return -1;
	if (make_record(t, e) < 0)
		return -1;
	if (glance_call(t, "POST", "/v2/images", t->work->request, e) == 0 &&
	    json_str(&t->work->json, "id", id, sizeof(id), &none) > 0 && text_is_uuid(id)) {
		snprintf(t->id, sizeof(t->id), "%s", id);
		os_state_made(t);
		log_note("image %s was created", t->id);
		return 0;
	}
	if (glance_refused(&t->work->reply))
		return explain_format(t, e);
	if (!t->work->reply.sent)
		return -1;
	if (e->code == ERR_NONE)
		err_set(e, ERR_REPLY, "the answer to the making of an image is not about it");
	if (e->code != ERR_STOPPED)
		return resolve(t, e);
	w->unanswered = true;
	return -1;
}
