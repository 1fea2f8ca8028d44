/* After the upload: its image is waited for, and gets its properties. */
#include "cloud/ionos/images.h"

#include <stdio.h>
#include <string.h>

#include "base/fit.h"
#include "base/log.h"
#include "base/text.h"
#include "cloud/ionos/api.h"
#include "cloud/ionos/own.h"
#include "cloud/ionos/properties.h"
#include "cloud/ionos/state.h"
#include "cloud/ionos/whose.h"
#include "cloud/object.h"
#include "cloud/proof.h"
#include "cloud/watch.h"

/* Pages of one list; each is a request. */
#define PAGES_MAX 64

/* The images of a page, where all of them are too much for one answer. */
#define PAGE_ITEMS 50

/* The query of ionosctl, with its keys in its order. */
static int list_page(struct task *t, unsigned offset, struct err *e)
{
	char path[1024];
	struct text q;

	text_init(&q, path, sizeof(path));
	text_put(&q, "?depth=1");
	if (t->region[0]) {
		text_put(&q, "&filter.location=");
		text_put_query(&q, t->region);
	}
	text_put(&q, "&filter.name=");
	text_put_query(&q, ionos_work(t)->name.file);
	text_put(&q, "&filter.public=false");
	if (ionos_work(t)->in_pages)
		text_printf(&q, "&limit=%d", PAGE_ITEMS);
	text_printf(&q, "&offset=%u&pretty=true", offset);
	if (fit_done(&q, "the query", e) < 0 || ionos_api(t, "GET", path, NULL, e) < 0)
		return -1;
	ionos_whose_note_clock(t);
	if (json_kind(&t->work->json, "items") != JSON_ARRAY)
		return err_set(e, ERR_REPLY, "IONOS's API answered without a list of images");
	return 0;
}

/* Ids become part of URLs. */
static bool is_id(const char *id)
{
	size_t n = strspn(id, "0123456789abcdefABCDEF-");

	return n >= 8 && id[n] == '\0';
}

/* The filters are a request, and mean "contains": what comes back is compared. */
static bool matches(struct task *t, const struct json *item, char *id, size_t cap)
{
	struct err none = ERR_INIT;
	char name[IONOS_NAME_BYTES + 8];

	if (json_str(item, "properties.name", name, sizeof(name), &none) < 0 ||
	    strcmp(name, ionos_work(t)->name.file) != 0)
		return false;
	if (t->region[0] && !json_is(item, "properties.location", t->region))
		return false;
	return json_str(item, "id", id, cap, &none) > 0 && is_id(id);
}

static bool is_known(const struct ionos_work *w, const char *id)
{
	unsigned i;

	for (i = 0; i < w->known_count; i++)
		if (strcmp(w->known[i], id) == 0)
			return true;
	return false;
}

/* An object that is too long for the report is cut down to what tells the image from others. */
static void keep_object(struct task *t, const struct json *image)
{
	struct text own;

	if (object_keep(t, image))
		return;
	text_init(&own, t->object, sizeof(t->object));
	text_printf(&own, "{\"id\": \"%s\", \"properties\": {\"name\": ", t->id);
	text_put_json(&own, ionos_work(t)->name.file);
	text_put(&own, ", \"location\": ");
	text_put_json(&own, t->region);
	text_put(&own, "}}");
}

static int look_at(struct task *t, const struct json *item, bool known, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	char id[sizeof(w->known[0])];
	const char *why;

	if (!matches(t, item, id, sizeof(id)) || is_known(w, id))
		return 0;
	if (known) {
		if (w->known_count == IONOS_KNOWN_MAX)
			return err_set(e, ERR_LIMIT,
				       "%s has more than %d images of this name: use --rename",
				       t->region[0] ? t->region : "IONOS", IONOS_KNOWN_MAX);
		snprintf(w->known[w->known_count++], sizeof(w->known[0]), "%s", id);
		return 0;
	}
	/* Pages shift when others upload, too: the same image may come twice. */
	if (strcmp(t->id, id) == 0)
		return 0;
	why = ionos_whose_not(t, item);
	if (why) {
		if (strcmp(w->other, id) != 0)
			log_note("%s: image %s has its name, but %s", task_name(t), id, why);
		snprintf(w->other, sizeof(w->other), "%s", id);
		w->other_why = why;
		return 0;
	}
	if (t->id[0])
		return err_set(e, ERR_UNFINISHED,
			       "two new images of this name have appeared, %s and %s: look which is yours, and set its properties with ionosctl image update",
			       t->id, id);
	snprintf(t->id, sizeof(t->id), "%s", id);
	keep_object(t, item);
	return 0;
}

int ionos_images_find(struct task *t, bool known, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	uint64_t limit;
	struct err none = ERR_INIT;
	unsigned page, n, offset = 0;
	struct json item;

	if (known)
		w->known_count = 0;
	t->id[0] = '\0';
	for (page = 0; page < PAGES_MAX; page++) {
		if (list_page(t, offset, e) < 0) {
			/* Many images contain the name: the answer was too long. */
			if ((e->code != ERR_LIMIT && t->work->reply.len + 1 < t->work->reply.cap) ||
			    w->in_pages)
				return -1;
			w->in_pages = true;
			err_clear(e);
			if (list_page(t, offset, e) < 0)
				return -1;
		}
		memset(&item, 0, sizeof(item));
		for (n = 0; json_next(&t->work->json, "items", &item); n++)
			if (look_at(t, &item, known, e) < 0)
				return -1;
		/* A page that is not full is the last one. */
		if (json_u64(&t->work->json, "limit", &limit, &none) < 0)
			limit = UINT64_MAX;
		if (w->in_pages && limit > PAGE_ITEMS)
			limit = PAGE_ITEMS;
		if (n == 0 || n < limit)
			return 0;
		offset += n;
	}
	return err_set(e, ERR_REPLY, "IONOS's API lists images without an end");
}

/* The time is over, or what failed will fail again. */
static int unfinished(struct task *t, const char *what, const struct err *why, struct err *e)
{
	if (e->code == ERR_STOPPED)
		return -1;
	return err_set(e, ERR_UNFINISHED, "uploaded whole as %s, but %s: %s",
		       ionos_work(t)->name.file, what,
		       why->code != ERR_NONE ? why->text : "the time is over (--timeout)");
}

static int wait_for_image(struct task *t, struct watch *watch, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	char what[160] = "the API does not show the image yet";
	struct err why;

	do {
		why = ERR_INIT;
		if (ionos_images_find(t, false, &why) == 0 && t->id[0])
			return 0;
	} while (watch_again(watch, t, &why, e));
	if (why.code != ERR_NONE)
		snprintf(what, sizeof(what), "the image cannot be looked for");
	else if (w->other[0])
		snprintf(what, sizeof(what),
			 "the API shows of this name only %s, which is not taken for it, because %s",
			 w->other, w->other_why);
	return unfinished(t, what, &why, e);
}

/* Is the answer about this image?  202 and 204 may say nothing, or not in JSON. */
static int take_answer(struct task *t, struct err *e)
{
	const struct json *j = &t->work->json;
	long status = t->work->reply.status;

	if (j->count > 0 && json_is(j, "id", t->id)) {
		keep_object(t, j);
		return 0;
	}
	if ((status == 202 || status == 204) &&
	    (j->count == 0 || (json_kind(j, "") == JSON_OBJECT && json_count(j, "") == 0)))
		return 0;
	return err_set(e, ERR_REPLY,
		       "IONOS's API answered %ld, but with something else than the image", status);
}

/* The API changes the image as a whole: sending the same once more is safe. */
static int set_properties(struct task *t, struct watch *watch, struct err *e)
{
	struct work *w = t->work;
	char path[96];
	struct err why;

	if (ionos_properties(t->options, w->request, sizeof(w->request), e) < 0)
		return -1;
	snprintf(path, sizeof(path), "/%s?depth=1&offset=0&pretty=true", t->id);
	do {
		why = ERR_INIT;
		log_trace("%s", w->request);
		if (ionos_api(t, "PATCH", path, w->request, &why) == 0 && take_answer(t, &why) == 0)
			return 0;
	} while (watch_again(watch, t, &why, e));
	return unfinished(t, "its properties could not be set", &why, e);
}

static void note_status(struct task *t, const char *word)
{
	snprintf(t->status, sizeof(t->status), "%s", word);
	if (t->bytes != BYTES_PROVEN)
		proof_note(t);
}

int ionos_images_finish(struct task *t, struct err *e)
{
	struct watch watch;

	note_status(t, "uploaded");
	if (!ionos_own(t->options)->skip_update) {
		watch_init(&watch, t, t->options->poll_ms, t->options->poll_ms);
		if (wait_for_image(t, &watch, e) < 0)
			return -1;
		note_status(t, "found");
		if (set_properties(t, &watch, e) < 0)
			return -1;
		note_status(t, "updated");
	}
	if (t->bytes == BYTES_PROVEN)
		return 0;
	/* With no 226 and no image there is nothing that --unproven-ok could take for done. */
	if (ionos_own(t->options)->skip_update && ionos_work(t)->end != END_CONFIRMED)
		return err_set(e, ERR_UNFINISHED, "%s", ionos_work(t)->unproven);
	return proof_missing(t, ionos_work(t)->unproven, e);
}
