/*
 * The interoperable image import (api-ref/image/v2, "Interoperable image import"):
 * the data are staged, then Glance takes them into its stores by itself.  It does
 * not say so in the status when that fails.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "cloud/openstack/openstack.h"

int glance_check_import(struct task *t, struct err *e)
{
	struct json method = { 0 };

	if (!t->options->import)
		return 0;
	if (glance_api(t, "GET", "/v2/info/import", NULL, e) < 0) {
		if (t->work->reply.status != 404)
			return -1;
		err_clear(e);
		return err_set(e, ERR_USAGE, "--import %s: this Glance imports nothing",
			       t->options->import);
	}
	while (json_next(&t->work->json, "import-methods.value", &method))
		if (json_is(&method, "", t->options->import))
			return 0;
	return err_set(e, ERR_USAGE, "--import %s: this Glance does not import in this way",
		       t->options->import);
}

static int make_request(struct task *t, struct err *e)
{
	const struct options *o = t->options;
	struct text b;
	unsigned i;

	text_init(&b, t->work->request, sizeof(t->work->request));
	text_put(&b, "{\"method\": {\"name\": ");
	text_put_json(&b, o->import);
	text_put(&b, "}");
	for (i = 0; i < o->stores.count; i++) {
		text_put(&b, i == 0 ? ", \"stores\": [" : ", ");
		text_put_json(&b, o->stores.at[i]);
	}
	if (o->stores.count > 0)
		text_put(&b, "]");
	if (o->all_stores)
		text_put(&b, ", \"all_stores\": true");
	/* Without stores Glance does not take it. */
	if (o->stores.count > 0 || o->all_stores)
		text_printf(&b, ", \"all_stores_must_succeed\": %s",
			    o->allow_failure ? "false" : "true");
	text_put(&b, "}");
	return text_done(&b, "the request", e);
}

/*
 * Ask Glance to import what was staged.  What it has begun already, after an answer
 * that was lost, it refuses: then the record tells.
 */
static int ask(struct task *t, struct err *e)
{
	char path[96];

	if (make_request(t, e) < 0)
		return -1;
	snprintf(path, sizeof(path), "/v2/images/%s/import", t->id);
	if (glance_api(t, "POST", path, t->work->request, e) == 0) {
		os_work(t)->importing = true;
		log_note("image %s: the import has begun", t->id);
		return 0;
	}
	if (t->work->reply.status != 409 || !os_work(t)->import_asked)
		return -1;
	os_work(t)->importing = true;
	err_clear(e);
	return 0;
}

/* What the last of the record's tasks has to say, in words; old versions tell nothing. */
static void get_message(struct task *t, char *out, size_t cap)
{
	struct json task = { 0 };
	struct err none = ERR_INIT;
	char path[96];

	out[0] = '\0';
	snprintf(path, sizeof(path), "/v2/images/%s/tasks", t->id);
	if (glance_api(t, "GET", path, NULL, &none) < 0)
		return;
	while (json_next(&t->work->json, "tasks", &task))
		if (json_is(&task, "status", "failure"))
			json_show(&task, "message", out, cap);
	text_clean(out);
}

static int failed(struct task *t, const char *stores, struct err *e)
{
	char message[200];

	get_message(t, message, sizeof(message));
	return err_set(e, ERR_FAILED, "Glance could not import the image %s into %s%s%s", t->id,
		       *stores ? stores : "its stores", *message ? ": " : "", message);
}

int glance_import(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);
	char without[160], pending[160];

	json_show(&t->work->json, "os_glance_failed_import", without, sizeof(without));
	json_show(&t->work->json, "os_glance_importing_to_stores", pending, sizeof(pending));
	if (strcmp(t->status, "active") == 0) {
		if (*pending)
			return 0;
		if (*without && !t->options->allow_failure)
			return failed(t, without, e);
		if (*without)
			log_warn("image %s: Glance could not import it into %s", t->id, without);
		return 1;
	}
	if (*without && !*pending)
		return failed(t, without, e);
	if (!w->importing && strcmp(t->status, "uploading") == 0) {
		if (ask(t, e) == 0)
			return 0;
		w->import_asked = true;
		return -1;
	}
	return 0;
}
