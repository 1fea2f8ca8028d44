/*
 * What becomes of an image after its bytes were sent: it is looked at, and its
 * image_upload event where the image says nothing.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "cloud/linode/linode.h"
#include "cloud/linode/own.h"
#include "cloud/object.h"
#include "cloud/presigned.h"
#include "cloud/proof.h"
#include "cloud/watch.h"

/*
 * When an answer was lost after the last byte, the upload may be complete.  So
 * many polls are made before the image is sent again.
 */
#define DOUBTFUL_POLLS 8

/* What has become of an image whose bytes were sent. */
enum linode_state {
	LINODE_UNKNOWN,    /* it could not be found out */
	LINODE_PENDING,    /* nothing is known to have arrived */
	LINODE_PROCESSING, /* it is past waiting for bytes */
	LINODE_AVAILABLE,
	LINODE_MISSING, /* the API does not know it */
	LINODE_LOST,    /* its processing has failed */
};

/* The newest image_upload event of this image, if one can be read: its status and message. */
static int get_event(struct task *t, char *status, size_t cap, char *message, size_t message_cap,
		     struct err *e)
{
	struct json event = { 0 };
	char filter[200];
	const char *number = strchr(t->id, '/') + 1;
	const char *raw;
	size_t len;

	status[0] = message[0] = '\0';
	snprintf(filter, sizeof(filter),
		 "X-Filter: {\"action\":\"image_upload\",\"entity.type\":\"image\","
		 "\"entity.id\":%s,"
		 "\"+order_by\":\"created\",\"+order\":\"desc\"}",
		 number);
	if (linode_api(t, "GET", "/account/events?page_size=25", NULL, filter, e) < 0)
		return -1;
	while (json_next(&t->work->json, "data", &event)) {
		/* The filter is a request: what comes back is checked. */
		len = json_raw(&event, "entity.id", &raw);
		if (len != strlen(number) || memcmp(raw, number, len) != 0 ||
		    !json_is(&event, "action", "image_upload"))
			continue;
		if (json_str(&event, "status", status, cap, e) < 0)
			return -1;
		/* null, while all is well */
		json_show(&event, "message", message, message_cap);
		return 0;
	}
	return 0;
}

static int processing_failed(struct task *t, const char *message, enum linode_state *state,
			     struct err *e)
{
	bool image = strstr(message, "ecompress") || strstr(message, "too large");

	*state = LINODE_LOST;
	proof_none(t);
	return err_set(e, image ? ERR_IMAGE : ERR_FAILED, "Linode could not process the image: %s",
		       *message ? message : "no reason is given");
}

/* What the event says, in place of an image that says nothing (any more). */
static int look_at_event(struct task *t, enum linode_state *state, struct err *e)
{
	struct linode *l = linode_of(t);
	struct err why = ERR_INIT;
	char status[32], message[200];

	if (l->events_denied)
		return 0;
	if (get_event(t, status, sizeof(status), message, sizeof(message), &why) < 0) {
		if (why.code == ERR_STOPPED) {
			*e = why;
			return -1;
		}
		/* Without the scope events:read_only the image alone has to tell. */
		l->events_denied = t->work->reply.status == 401 || t->work->reply.status == 403;
		log_note("events cannot be read: %s", why.text);
		return 0;
	}
	if (strcmp(status, "failed") == 0)
		return processing_failed(t, message, state, e);
	if (strcmp(status, "finished") == 0)
		*state = LINODE_PROCESSING;
	return 0;
}

/*
 * GET the image and, where that does not tell enough, its image_upload event.
 * t->status is what the API said.  Returns -1 and LINODE_LOST with ERR_IMAGE or
 * ERR_FAILED and Linode's reason; -1 and LINODE_MISSING with ERR_FAILED, or with
 * ERR_UNFINISHED if its bytes may be there; -1 and LINODE_UNKNOWN with the errors
 * of linode_api().
 */
static int look(struct task *t, enum linode_state *state, struct err *e)
{
	char path[80];

	*state = LINODE_UNKNOWN;
	snprintf(path, sizeof(path), "/images/%s", t->id);
	if (linode_api(t, "GET", path, NULL, NULL, e) < 0) {
		if (!linode_of(t)->gone)
			return -1;
		err_clear(e);
		if (look_at_event(t, state, e) < 0)
			return -1;
		*state = LINODE_MISSING;
		return err_set(e, t->bytes >= BYTES_SENT ? ERR_UNFINISHED : ERR_FAILED,
			       "image %s is not there any more: Linode removes an image whose processing failed, its Events in the Cloud Manager tell why",
			       t->id);
	}
	if (!json_is(&t->work->json, "id", t->id))
		return err_set(e, ERR_REPLY, "Linode's API answered with another image");
	if (json_str(&t->work->json, "status", t->status, sizeof(t->status), e) < 0)
		return -1;
	if (strcmp(t->status, "available") == 0) {
		*state = LINODE_AVAILABLE;
		return 0;
	}
	*state = strcmp(t->status, "pending_upload") == 0 ? LINODE_PENDING : LINODE_PROCESSING;
	return look_at_event(t, state, e);
}

int linode_ask(struct task *t, bool *arrived, struct err *e)
{
	enum linode_state state = LINODE_PENDING;
	int polls = t->bytes >= BYTES_SENT ? DOUBTFUL_POLLS : 1;

	while (polls-- > 0) {
		if (look(t, &state, e) < 0) {
			if ((!e->retry && state != LINODE_MISSING) || polls == 0)
				return -1;
			err_clear(e);
		}
		if (state == LINODE_PROCESSING || state == LINODE_AVAILABLE)
			break;
		if (polls > 0 && watch_pause(t, t->options->poll_ms, e) < 0)
			return -1;
	}
	*arrived =
		t->bytes >= BYTES_SENT && (state == LINODE_PROCESSING || state == LINODE_AVAILABLE);
	/* What is not seen may still be on its way. */
	if (*arrived)
		proof_proven(t);
	return 0;
}

static int unfinished(struct task *t, const struct err *why, struct err *e)
{
	return err_set(e, ERR_UNFINISHED,
		       "image %s was uploaded whole, but its processing could not be watched (%s); see linode-cli images view %s",
		       t->id, why->text, t->id);
}

/* An object that is too long for the report is cut down to what tells the image from others. */
static void keep_object(struct task *t)
{
	struct text own;

	if (object_keep(t, &t->work->json))
		return;
	text_init(&own, t->object, sizeof(t->object));
	text_printf(&own, "{\"id\": \"%s\", \"label\": ", t->id);
	text_put_json(&own, t->label);
	text_printf(&own, ", \"status\": \"%s\"}", t->status);
}

/* linode-cli ends with a GET, whose answer it shows. */
static int view(struct task *t, struct err *e)
{
	struct err why = ERR_INIT;
	char path[80];

	snprintf(path, sizeof(path), "/images/%s", t->id);
	if (linode_api(t, "GET", path, NULL, NULL, &why) == 0) {
		keep_object(t);
		return 0;
	}
	if (why.code != ERR_STOPPED)
		return unfinished(t, &why, e);
	*e = why;
	return -1;
}

/* Has nobody confirmed the bytes, and will nobody be asked? */
static int check_confirmed(struct task *t, struct err *e)
{
	return t->bytes == BYTES_PROVEN ? 0 : presigned_unproven(t, e);
}

static int wait_for_image(struct task *t, struct err *e)
{
	enum linode_state state;
	struct watch watch;
	struct err why;

	watch_init(&watch, t, t->options->poll_ms, t->options->poll_ms);
	do {
		why = ERR_INIT;
		if (look(t, &state, &why) == 0) {
			if (state == LINODE_AVAILABLE)
				return 0;
			linode_of(t)->odd.looks = 0;
		} else if (state == LINODE_LOST ||
			   (state == LINODE_MISSING && proof_holds(&linode_of(t)->odd))) {
			*e = why;
			return -1;
		} else if (state == LINODE_MISSING) {
			err_clear(&why);
		}
	} while (watch_again(&watch, t, &why, e));
	if (e->code == ERR_STOPPED)
		return -1;
	if (why.code != ERR_NONE)
		return unfinished(t, &why, e);
	return err_set(e, ERR_UNFINISHED,
		       "image %s was uploaded whole, but after %lld s it is still %s; see linode-cli images view %s",
		       t->id, (long long)t->options->timeout_ms / 1000, t->status, t->id);
}

int linode_finish(struct task *t, struct err *e)
{
	const struct options *o = t->options;

	if (o->wait && wait_for_image(t, e) == 0)
		return 0;
	/* What was not seen to become available has nobody's word for it but the storage's. */
	if (o->wait) {
		if (t->bytes != BYTES_PROVEN && e->code == ERR_UNFINISHED)
			proof_note(t);
		return -1;
	}
	if (linode_own(o)->view && view(t, e) < 0)
		return -1;
	return check_confirmed(t, e);
}
