/* What was staged is imported, and watched until each store has it. */
#include "cloud/openstack/import.h"

#include <stdio.h>
#include <string.h>

#include "base/fit.h"
#include "base/log.h"
#include "base/text.h"
#include "cloud/openstack/glance.h"
#include "cloud/openstack/look.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/reason.h"
#include "cloud/watch.h"

/* How often a task that has failed is asked why, and the pause between. */
#define TASK_LOOKS 8
#define TASK_MS 250

int os_import_check(struct task *t, struct err *e)
{
	struct json method = { 0 };

	if (!os_own(t->options)->import)
		return 0;
	if (glance_call(t, "GET", "/v2/info/import", NULL, e) < 0) {
		if (t->work->reply.status != 404)
			return -1;
		err_clear(e);
		return err_set(e, ERR_USAGE, "--import %s: this Glance imports nothing",
			       os_own(t->options)->import);
	}
	while (json_next(&t->work->json, "import-methods.value", &method))
		if (json_is(&method, "", os_own(t->options)->import))
			return 0;
	return err_set(e, ERR_USAGE, "--import %s: this Glance does not import in this way",
		       os_own(t->options)->import);
}

static int make_request(struct task *t, struct err *e)
{
	const struct options *o = t->options;
	struct text b;
	unsigned i;

	text_init(&b, t->work->request, sizeof(t->work->request));
	text_put(&b, "{\"method\": {\"name\": ");
	text_put_json(&b, os_own(o)->import);
	text_put(&b, "}");
	for (i = 0; i < os_own(o)->stores.count; i++) {
		text_put(&b, i == 0 ? ", \"stores\": [" : ", ");
		text_put_json(&b, os_own(o)->stores.at[i]);
	}
	if (os_own(o)->stores.count > 0)
		text_put(&b, "]");
	if (os_own(o)->all_stores)
		text_put(&b, ", \"all_stores\": true");
	/* Without stores Glance does not take it. */
	if (os_own(o)->stores.count > 0 || os_own(o)->all_stores)
		text_printf(&b, ", \"all_stores_must_succeed\": %s",
			    os_own(o)->allow_failure ? "false" : "true");
	text_put(&b, "}");
	return fit_done(&b, "the request", e);
}

/* Refused, after a request that was not answered: because that one was carried out? */
static int has_begun(struct task *t, struct err *e)
{
	struct err why = ERR_INIT;
	char lock[64];

	if (os_look(t, &why) < 0) {
		*e = why;
		return -1;
	}
	json_show(&t->work->json, "os_glance_import_task", lock, sizeof(lock));
	if (strcmp(t->status, "uploading") == 0 && !*lock)
		return -1;
	os_state_import(t, IMPORT_TAKEN);
	err_clear(e);
	return 0;
}

/*
 * Ask Glance to import what was staged.  What it has begun already, after an answer
 * that was lost, it refuses: then the record tells.
 */
static int ask_for_import(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);
	char path[96];

	if (make_request(t, e) < 0)
		return -1;
	snprintf(path, sizeof(path), "/v2/images/%s/import", t->id);
	if (glance_call(t, "POST", path, t->work->request, e) == 0) {
		os_state_import(t, IMPORT_TAKEN);
		log_note("image %s: the import has begun", t->id);
		return 0;
	}
	if (t->work->reply.status == 409 && w->import == IMPORT_ASKED)
		return has_begun(t, e);
	if (!glance_refused(&t->work->reply))
		os_state_import(t, IMPORT_ASKED);
	return e->code == ERR_REPLY ? err_retry(e) : -1;
}

enum tasks {
	TASKS_UNKNOWN, /* old versions do not tell */
	TASKS_AT_WORK, /* or nobody could be asked */
	TASKS_ENDED,
	TASKS_FAILED /* ended, and one of them has failed */
};

/* What has become of the record's tasks, and what the last that failed has to say. */
static enum tasks look_at_tasks(struct task *t, char *out, size_t cap)
{
	enum tasks found = TASKS_ENDED;
	struct json task = { 0 };
	struct err none = ERR_INIT;
	bool at_work = false;
	char path[96];

	out[0] = '\0';
	snprintf(path, sizeof(path), "/v2/images/%s/tasks", t->id);
	if (glance_call(t, "GET", path, NULL, &none) < 0)
		return none.retry ? TASKS_AT_WORK : TASKS_UNKNOWN;
	while (json_next(&t->work->json, "tasks", &task)) {
		if (json_is(&task, "status", "failure")) {
			found = TASKS_FAILED;
			json_show(&task, "message", out, cap);
		} else if (!json_is(&task, "status", "success")) {
			at_work = true;
		}
	}
	os_reason_hide(t, out);
	text_clean(out);
	return at_work ? TASKS_AT_WORK : found;
}

/*
 * The import has failed.  Glance tells so first, then cleans up, and says at last
 * why; old versions never do.
 */
static int failed(struct task *t, const char *stores, struct err *e)
{
	char message[200];
	int tries = 1;

	while (look_at_tasks(t, message, sizeof(message)) == TASKS_AT_WORK && tries++ < TASK_LOOKS)
		if (watch_pause(t, TASK_MS, e) < 0)
			return -1;
	return err_set(e, ERR_FAILED, "Glance could not import the image %s into %s%s%s", t->id,
		       *stores ? stores : "its stores", *message ? ": " : "", message);
}

/*
 * Is this import meant by the stores that Glance says have failed?  It forgets
 * those of an earlier one as far as they are tried again, and no others.
 */
static bool are_wanted(struct task *t, const char *stores)
{
	const struct options *o = t->options;
	bool found = false;
	unsigned i;

	for (i = 0; i < os_own(o)->stores.count && !found; i++)
		found = text_lists(stores, ',', os_own(o)->stores.at[i]);
	if (os_own(o)->stores.count > 0)
		return found;
	/* The default store's name is not known: the status tells, or the task. */
	return *stores && (os_own(o)->all_stores ||
			   (strcmp(t->status, "active") != 0 && os_work(t)->import != IMPORT_SEEN));
}

int os_import(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);
	bool waits = strcmp(t->status, "uploading") == 0, any = os_own(t->options)->allow_failure,
	     some;
	char without[160], pending[160], lock[64], message[200];

	json_show(&t->work->json, "os_glance_failed_import", without, sizeof(without));
	json_show(&t->work->json, "os_glance_importing_to_stores", pending, sizeof(pending));
	json_show(&t->work->json, "os_glance_import_task", lock, sizeof(lock));
	if (*lock)
		os_state_import(t, IMPORT_SEEN);
	some = are_wanted(t, without);
	if (strcmp(t->status, "active") == 0) {
		if (*pending && (*lock || w->import != IMPORT_SEEN))
			return 0;
		if (some && !any)
			return failed(t, without, e);
		if (some)
			log_warn("image %s: Glance could not import it into %s", t->id, without);
		return 1;
	}
	/* What is in the record until the import begins is of an earlier one. */
	if (some && !waits && (!*pending || !any))
		return failed(t, without, e);
	/* It does not come back from there, nor go on without its task; but a look may be old. */
	if (strcmp(t->status, "queued") == 0 || (w->import == IMPORT_SEEN && !*lock))
		return proof_holds(&w->undone) ? failed(t, without, e) : 0;
	/*
	 * A task that began and ended between two looks was never seen.  If it has
	 * failed, the next look says the same as if it had been.
	 */
	if (w->import >= IMPORT_TAKEN && !*lock &&
	    look_at_tasks(t, message, sizeof(message)) == TASKS_FAILED)
		os_state_import(t, IMPORT_SEEN);
	return waits && w->import < IMPORT_TAKEN ? ask_for_import(t, e) : 0;
}
