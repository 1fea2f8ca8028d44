/* One attempt to send an image, which begins with what became of the attempt before. */
#include "cloud/openstack/attempt.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cloud/openstack/flavour.h"
#include "cloud/openstack/glance.h"
#include "cloud/openstack/keystone.h"
#include "cloud/openstack/look.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/put.h"
#include "cloud/openstack/record.h"
#include "cloud/watch.h"

/* How long a record may stay in "saving" after a connection broke. */
#define SAVING_MS 30000

/* ... and longer when it had got all: what stores them takes this many bytes in a ms at least. */
#define COMMIT_BYTES 4096

/* Between two looks after an upload that failed. */
#define LOOK_MS 500

/* A record that does not change over so many looks waits for data. */
#define STILL_LOOKS 3

/* --image-id: a record that somebody made has to wait for data. */
static int adopt(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);

	snprintf(t->id, sizeof(t->id), "%s", os_own(t->options)->image_id);
	if (os_look(t, e) < 0)
		return -1;
	if (strcmp(t->status, "queued") != 0)
		return err_set(e, ERR_FAILED,
			       "the image %s is %s, and takes no data: that is for one that is queued",
			       t->id, t->status);
	json_show(&t->work->json, "disk_format", w->format, sizeof(w->format));
	/* Whether a pipe is a raw disk only its end tells. */
	if (!w->format[0] || t->options->no_check ||
	    (!t->image.size_known && t->image.format == FORMAT_RAW))
		return 0;
	return t->provider->agrees(t, t->image.format, e);
}

int os_attempt_begin(struct task *t, struct err *e)
{
	if (keystone_authenticate(t, e) < 0 || os_settings_of(t)->flavour->check_room(t, e) < 0)
		return -1;
	/* A second begin() resolves what became of the first. */
	return os_own(t->options)->image_id ? adopt(t, e) :
					      os_settings_of(t)->flavour->create(t, e);
}

/* The record was deleted: another one takes its place. */
static int make_another(struct task *t, struct err *e)
{
	log_warn("image %s was stuck in %s, and is deleted: another one takes its place", t->id,
		 t->status);
	os_state_reset(t);
	return os_settings_of(t)->flavour->create(t, e);
}

/* A record that does not come out of "saving" takes no data any more. */
static int start_anew(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);
	struct err why = ERR_INIT;

	if (w->contested)
		return err_set(e, ERR_FAILED,
			       "the image %s is still %s, with data that may be somebody else's",
			       t->id, t->status);
	if (!os_state_is_ours(t))
		return err_set(e, ERR_FAILED,
			       "the image %s is stuck in %s: it has to be deleted and made again",
			       t->id, t->status);
	if (os_own(t->options)->new_id)
		return err_set(e, ERR_FAILED,
			       "the image %s is stuck in %s, and Glance would not take its id once more: choose another --id",
			       t->id, t->status);
	os_state_dropped(t);
	if (os_record_delete(t, &why) == 0)
		return make_another(t, e);
	if (why.code == ERR_STOPPED) {
		*e = why;
		return -1;
	}
	err_set(e, why.retry || why.code == ERR_BUSY ? ERR_BUSY : ERR_FAILED,
		"the image %s is stuck in %s, and could not be deleted (%s)", t->id, t->status,
		why.text);
	return why.retry ? err_retry(e) : -1;
}

/* Are data there, for an import?  Glance names no size until all are. */
static bool is_staged(const struct task *t)
{
	struct err none = ERR_INIT;
	uint64_t size;

	return os_own(t->options)->import && strcmp(t->status, "uploading") == 0 &&
	       json_u64(&t->work->json, "size", &size, &none) == 0 && size > 0;
}

/* Is the record taking data, or, on Open Telekom Cloud, converting them? */
static bool is_busy(const struct task *t)
{
	return strcmp(t->status, os_own(t->options)->import ? "uploading" : "saving") == 0;
}

/* How long that may last. */
static int64_t patience(struct task *t)
{
	int64_t most = SAVING_MS + (int64_t)(os_work(t)->sent / COMMIT_BYTES);

	if (os_work(t)->data != DATA_WHOLE)
		return SAVING_MS;
	if (os_settings_of(t)->flavour->converts || most > t->options->timeout_ms)
		return t->options->timeout_ms;
	return most;
}

/* It has been busy for too long. */
static int stuck(struct task *t, struct err *e)
{
	if (os_settings_of(t)->flavour->converts && os_work(t)->data == DATA_WHOLE)
		return err_set(e, ERR_BUSY,
			       "after %lld s the image %s is still %s, and whether all of it has arrived is not known",
			       (long long)t->options->timeout_ms / 1000, t->id, t->status);
	return start_anew(t, e);
}

/*
 * An image that may have all its data is not there, or in a state in which it
 * cannot be.  0 to look again, -1 when that has been so for a while.
 */
static int lost(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);
	bool maybe =
		w->data == DATA_WHOLE && !w->contested && (glance_gone(t) || !os_look_failed(t));

	if (maybe && !proof_holds(&w->odd))
		return 0;
	if (glance_gone(t))
		return err_set(e, maybe ? ERR_UNFINISHED : ERR_FAILED,
			       "the image %s is not there any more", t->id);
	return err_set(e, maybe ? ERR_UNFINISHED : ERR_FAILED, "the image %s has become %s", t->id,
		       t->status);
}

/*
 * What became of the attempt before?  1 when Glance has it all, 0 when it waits for
 * the data from the first byte on.
 */
static int ask_of_last(struct task *t, struct err *e)
{
	/* The making of another one in its place may have failed. */
	if (!os_own(t->options)->image_id && os_settings_of(t)->flavour->create(t, e) < 0)
		return -1;
	for (;;) {
		if (os_look(t, e) < 0) {
			if (!glance_gone(t))
				return -1;
			err_clear(e);
			if (os_work(t)->record == RECORD_DROPPED) {
				if (make_another(t, e) < 0)
					return -1;
				continue;
			}
			if (lost(t, e) < 0)
				return -1;
		} else if (os_work(t)->record == RECORD_DROPPED) {
			/* It may still be carried out. */
			return start_anew(t, e);
		} else if (strcmp(t->status, "queued") == 0) {
			os_work(t)->until = 0;
			return 0;
		} else if (strcmp(t->status, "active") == 0 || is_staged(t)) {
			return 1;
		} else if (!is_busy(t)) {
			if (lost(t, e) < 0)
				return -1;
		} else if (clock_ms() >= os_work(t)->until) {
			return stuck(t, e);
		}
		if (watch_pause(t, LOOK_MS, e) < 0)
			return -1;
	}
}

/*
 * The last byte has left, but the answer was lost, or is not Glance's: it may have
 * taken all, also of a pipe, of which there is no other attempt.  0 if so.
 */
static int look_after(struct task *t, struct err *e)
{
	int64_t wait_ms = t->wait_ms;
	struct err why, stopped = ERR_INIT;
	unsigned still = 0;
	bool seen;

	do {
		why = ERR_INIT;
		seen = os_look(t, &why) == 0;
		if (seen && (strcmp(t->status, "active") == 0 || is_staged(t))) {
			log_note("image %s: there are data, though the answer was lost", t->id);
			err_clear(e);
			return 0;
		}
		/* One look alone may be an old one. */
		still = (seen ? is_busy(t) : why.retry) ? 0 : still + 1;
	} while (still < STILL_LOOKS && clock_ms() < os_work(t)->until &&
		 watch_pause(t, LOOK_MS, &stopped) == 0);
	if (why.code == ERR_STOPPED || stopped.code == ERR_STOPPED)
		*e = stopped.code == ERR_STOPPED ? stopped : why;
	t->wait_ms = wait_ms;
	return -1;
}

int os_attempt_send(struct task *t, struct stage *body, struct err *e)
{
	struct os_work *w = os_work(t);
	int there = t->attempt > 0 ? ask_of_last(t, e) : 0;
	int64_t until;

	if (there < 0)
		return -1;
	if (there > 0 && t->bytes == BYTES_OPEN && w->data != DATA_NONE && !w->contested)
		return err_set(e, ERR_FAILED,
			       "the image %s is %s, but not by a whole upload of this run", t->id,
			       t->status);
	if (there > 0 && t->bytes == BYTES_OPEN) {
		os_state_disown(t);
		return err_set(e, ERR_FAILED, "the image %s has got data from somebody else",
			       t->id);
	}
	if (there > 0 || os_put(t, body, e) == 0)
		return 0;
	/* The one before may still be at work. */
	until = clock_ms() + patience(t);
	w->until = until > w->until ? until : w->until;
	return e->retry && os_put_may_be_there(t) ? look_after(t, e) : -1;
}
