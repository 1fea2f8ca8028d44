/*
 * An image's way to an IONOS FTP server: never over another file, resumed when
 * it breaks, proven at its end.
 */
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "cloud/ionos/ionos.h"
#include "net/retry.h"

/* The server's last word: slow uplinks and disks drain late. */
#define FINAL_MS ((int64_t)600 * 1000)

/* An attempt that brought so much is not counted against --retry. */
#define PROGRESS_BYTES ((uint64_t)1 << 20)

/* Cleaning up: the pause between two logins, and what a signal leaves time for. */
#define AGAIN_MS 2000
#define GRACE_MS 10000

/* Who can remove a file from the server. */
static const char *operator_of(const struct ionos_work *w)
{
	return text_ends(w->server.host, ".ionos.com") ? "support@cloud.ionos.com" :
							 "whoever runs the server";
}

/* --rename NAME-2 and so on: a name that is free, as far as the server tells. */
static void suggest(struct task *t, char *out, size_t cap)
{
	struct ionos_work *w = ionos_work(t);
	int stem = (int)(w->name.extension - w->name.file), i;
	char file[IONOS_NAME_BYTES + 8];
	struct err none = ERR_INIT;
	enum ftps_file found;
	uint64_t size;

	for (i = 2; i < 10; i++) {
		snprintf(file, sizeof(file), "%.*s-%d%s", stem, w->name.file, i, w->name.extension);
		if (ftps_size(&t->work->ftps, file, &found, &size, &none) < 0)
			break;
		if (found == FTPS_PRESENT)
			continue;
		/* To be pasted into a shell. */
		if (strchr(w->name.file, '\''))
			break;
		snprintf(out, cap, "--rename '%.*s-%d'%s", stem, w->name.file, i,
			 found == FTPS_ABSENT ? ", which is free" : "");
		return;
	}
	snprintf(out, cap, "another --rename");
}

/* What the report says behind the error. */
static void ERR_PRINTF(2, 3) leave(struct task *t, const char *fmt, ...)
{
	struct text left;
	va_list ap;

	text_init(&left, t->left, sizeof(t->left));
	va_start(ap, fmt);
	text_vprintf(&left, fmt, ap);
	va_end(ap);
	text_ellipsis(&left);
}

static int exists(struct task *t, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	char other[IONOS_NAME_BYTES + 40];

	suggest(t, other, sizeof(other));
	leave(t, "%suse %s, or ask %s to remove it",
	      w->doubtful ? "it may be the empty file of the try before, whose answer was lost; " :
			    "",
	      other, operator_of(w));
	return err_set(e, ERR_FAILED, "%s has a file %s/%s already, and it is not overwritten",
		       t->work->ftps.shown, w->dir, w->name.file);
}

/* Where a size is not told, a list of names is asked for. */
static int check_list(struct task *t, struct err *e)
{
	const char *name = ionos_work(t)->name.file;
	struct ftps *f = &t->work->ftps;
	bool listed;

	if (name[0] == '.')
		return err_set(e, ERR_FAILED,
			       "%s tells no sizes, and its list may hide a name that begins with a dot: whether it has such a file already cannot be known",
			       f->shown);
	if (ftps_listed(f, name, &listed, e) == 0)
		return listed ? exists(t, e) : 0;
	if (f->code == 0 || (e->code != ERR_FAILED && f->code != 450))
		return -1;
	err_clear(e);
	return err_set(e, ERR_FAILED,
		       "%s tells neither sizes nor names (NLST: %d %s): whether it has such a file already cannot be known",
		       f->shown, f->code, f->text);
}

static int check_absent(struct task *t, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	enum ftps_file file;
	uint64_t size;

	if (ftps_size(&t->work->ftps, w->name.file, &file, &size, e) < 0)
		return -1;
	w->was_absent = file == FTPS_ABSENT;
	w->doubtful = w->doubtful && !w->was_absent;
	if (file == FTPS_UNKNOWN)
		return check_list(t, e);
	return file == FTPS_PRESENT ? exists(t, e) : 0;
}

int ionos_enter(struct task *t, struct err *e)
{
	struct ftps *f = &t->work->ftps;

	ftps_close(f);
	if (ftps_login(f, e) == 0) {
		ionos_work(t)->logged_in = true;
		return ftps_enter(f, ionos_work(t)->dir, e);
	}
	/* What was right before is not wrong now. */
	if (e->code == ERR_USAGE && ionos_work(t)->logged_in) {
		e->code = ERR_BUSY;
		return err_retry(e);
	}
	return -1;
}

int ionos_connect(struct task *t, struct err *e)
{
	return ionos_enter(t, e) < 0 ? -1 : check_absent(t, e);
}

/* Two places may be one machine under two names: see ionos_take_turn(). */
static int begin_file(struct task *t, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	/* ionos_connect() has just looked: that is enough for a single place. */
	bool look = t->attempt > 0 || ionos_of(t)->target_count > 1;
	int result;

	if (ionos_take_turn(t, e) < 0)
		return -1;
	result = look ? check_absent(t, e) : 0;
	if (result == 0)
		result = ftps_ask(&t->work->ftps, w->name.file, false, &w->last, e);
	ionos_end_turn(t);
	return result;
}

static int transfer(struct task *t, struct stage *body, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	struct ftps *f = &t->work->ftps;
	struct ftps_upload *u = &w->last;
	int result;

	memset(u, 0, sizeof(*u));
	result = w->ours ? ftps_ask(f, w->name.file, true, u, e) : begin_file(t, e);
	w->ours = w->ours || u->accepted;
	return result < 0 ? -1 : ftps_send(f, body, FINAL_MS, u, e);
}

/* Did only the connection break, as the server says or as we saw?  The file may be whole. */
static bool only_broke(const struct ftps_upload *u, const struct err *why, int code)
{
	return u->sent_all && why->code == ERR_NETWORK &&
	       (code == 0 || code == 425 || code == 426 || code / 100 == 2);
}

/* From byte number from on, to the end. */
static int put(struct task *t, struct stage *body, uint64_t from, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	struct ftps_upload *u = &w->last;
	struct err why = ERR_INIT;
	int result = transfer(t, body, &why);

	w->answered = u->answered;
	if (u->asked && !w->ours)
		w->doubtful = t->work->ftps.code == 0;
	w->broke = result < 0 && only_broke(u, &why, t->work->ftps.code);
	if (from + u->sent > w->sent_max)
		w->sent_max = from + u->sent;
	if (u->sent_all) {
		w->sent_s = clock_wall();
		t->sent_all = true;
		w->total = from + u->sent;
	}
	/* A refusal is the last word; a connection that broke at the end is none. */
	if (result < 0 && !w->broke) {
		*e = why;
		return -1;
	}
	if (result < 0)
		log_note("%s: %s; asking for the size", task_name(t), why.text);
	return ionos_prove(t, t->work->ftps.code != 0, e);
}

/* Read past what the server has. */
static int skip(struct task *t, struct stage *body, uint64_t len, struct err *e)
{
	struct ftps *f = &t->work->ftps;
	ssize_t n;

	while (len > 0) {
		n = stage_pull(body, f->block,
			       len < sizeof(f->block) ? (size_t)len : sizeof(f->block), e);
		if (n == 0)
			return err_set(e, ERR_IMAGE, "is shorter than what was sent of it");
		if (n < 0)
			return -1;
		len -= (uint64_t)n;
	}
	return 0;
}

/* The server does not append.  If it lets the part be deleted, all can begin again. */
static int restart(struct task *t, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	struct ftps *f = &t->work->ftps;
	struct err none = ERR_INIT;
	char why[ERR_TEXT_MAX];

	snprintf(why, sizeof(why), "%d %s", f->code, f->text);
	err_clear(e);
	if (!w->was_absent || ftps_delete(f, w->name.file, &none) < 0)
		return err_set(e, ERR_FAILED,
			       "the transfer broke, and %s does not let it be resumed (%s)",
			       f->shown, why);
	w->ours = t->progressed = false;
	err_set(e, ERR_NETWORK,
		"the transfer broke, and %s does not let it be resumed (%s): the part was deleted",
		f->shown, why);
	return err_retry(e);
}

/* The connection broke when all was there; the image's end is still to be judged. */
static int complete(struct task *t, struct stage *body, struct err *e)
{
	ssize_t n = stage_pull(body, t->work->ftps.block, 1, e);

	if (n > 0)
		return err_set(e, ERR_IMAGE, "is longer than it was when its upload began");
	if (n < 0)
		return -1;
	t->sent_all = t->landed = t->confirmed = true;
	return 0;
}

/* "451 Append/Restart not permitted" is ProFTPD's; the others are not about room, or the login. */
static bool never_appends(int code)
{
	return code == 451 || (code >= 500 && code <= 504) || code == 550 || code == 553;
}

static int resume(struct task *t, struct stage *body, uint64_t have, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	struct ftps *f = &t->work->ftps;
	uint64_t size = t->image.size;

	if (have > w->sent_max) {
		w->ours = false;
		return err_set(e, ERR_FAILED,
			       "%s has %llu bytes of it, but no more than %llu were sent: somebody else has written to it, and it is left alone",
			       f->shown, (unsigned long long)have, (unsigned long long)w->sent_max);
	}
	/* What has grown is no failure to be counted. */
	t->progressed = have >= w->had + PROGRESS_BYTES;
	w->had = have > w->had ? have : w->had;
	atomic_store(&t->skipped, have);
	log_note("%s: resuming at byte %llu of %llu", task_name(t), (unsigned long long)have,
		 (unsigned long long)size);
	if (skip(t, body, have, e) < 0)
		return -1;
	if (have == size)
		return complete(t, body, e);
	if (put(t, body, have, e) == 0)
		return 0;
	return w->last.asked && !w->last.accepted && never_appends(f->code) ? restart(t, e) : -1;
}

int ionos_send(struct task *t, struct stage *body, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	enum ftps_file file;
	uint64_t have;

	if (t->attempt == 0)
		return put(t, body, 0, e);
	if (ionos_enter(t, e) < 0)
		return -1;
	if (w->ours) {
		if (ionos_settle(t, &file, &have, e) < 0)
			return -1;
		if (file == FTPS_PRESENT)
			return resume(t, body, have, e);
		if (file == FTPS_UNKNOWN)
			return err_set(e, ERR_FAILED,
				       "the transfer broke, and cannot be resumed: %s tells no sizes",
				       t->work->ftps.shown);
		w->ours = false;
	}
	return put(t, body, 0, e);
}

static void may_be_left(struct task *t, const struct err *why)
{
	struct ionos_work *w = ionos_work(t);

	leave(t, "%s as %s/%s on %s (%s)",
	      w->broke ? "all of it was sent, and may be there whole," : "a part of it may be left",
	      w->dir, w->name.file, w->server.host, why->text);
}

/* The part that a failed upload left, and that was not deleted. */
static void tell_left(struct task *t, struct err *why)
{
	struct ionos_work *w = ionos_work(t);
	struct ftps *f = &t->work->ftps;
	enum ftps_file file = FTPS_UNKNOWN;
	uint64_t size = 0;
	char other[IONOS_NAME_BYTES + 40], part[40] = "a part of it is";

	if ((w->was_absent && f->code == 0) || ftps_size(f, w->name.file, &file, &size, why) < 0) {
		may_be_left(t, why);
		return;
	}
	if (file == FTPS_ABSENT)
		return;
	if (file == FTPS_PRESENT)
		snprintf(part, sizeof(part), "%llu bytes of it are", (unsigned long long)size);
	suggest(t, other, sizeof(other));
	leave(t, "%s left as %s/%s on %s, which %s: use %s, or ask %s to remove it", part, w->dir,
	      w->name.file, w->server.host,
	      w->was_absent ? "does not delete it" :
			      "could not tell by SIZE that the name was free, so it is not deleted",
	      other, operator_of(w));
}

void ionos_abandon(struct task *t)
{
	struct ionos_work *w = ionos_work(t);
	struct ftps *f = &t->work->ftps;
	struct err why = ERR_INIT;

	if (t->landed) {
		leave(t, "it was uploaded whole, as %s/%s; its properties are not set", w->dir,
		      w->name.file);
		return;
	}
	if (!w->ours) {
		if (w->doubtful && !t->left[0])
			leave(t, "an empty file %s/%s may be left on %s", w->dir, w->name.file,
			      w->server.host);
		return;
	}
	if (t->options->keep) {
		leave(t, "what was sent is kept as %s/%s on %s", w->dir, w->name.file,
		      w->server.host);
		return;
	}
	f->stop_ms = clock_ms() + GRACE_MS;
	while (ionos_enter(t, &why) < 0) {
		if (!why.retry || clock_ms() + AGAIN_MS > f->stop_ms) {
			may_be_left(t, &why);
			return;
		}
		err_clear(&why);
		/* A signal does not shorten it: what it asks for is this. */
		(void)poll(NULL, 0, AGAIN_MS);
	}
	if (w->was_absent && ftps_delete(f, w->name.file, &why) == 0)
		leave(t, "the part that was sent was deleted");
	else
		tell_left(t, &why);
}
