/* A file is sent, and after a broken connection resumed where it ends. */
#include "cloud/ionos/upload.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "cloud/ionos/absent.h"
#include "cloud/ionos/prove.h"
#include "cloud/ionos/server.h"
#include "cloud/ionos/turn.h"
#include "cloud/proof.h"

/* The server's last word: slow uplinks and disks drain late. */
#define FINAL_MS ((int64_t)600 * 1000)

/* An attempt that brought so much is not counted against --retry. */
#define PROGRESS_BYTES ((uint64_t)1 << 20)

/* Two places may be one machine under two names: see ionos_turn_take(). */
static int begin_file(struct task *t, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	/* ionos_absent_connect() has just looked: that is enough for a single place. */
	bool look = t->attempt > 0 || ionos_of(t)->target_count > 1;
	int result;

	if (ionos_turn_take(t, e) < 0)
		return -1;
	result = look ? ionos_absent_check(t, e) : 0;
	if (result == 0)
		result = ftps_ask(&t->work->ftps, w->name.file, false, &w->last, e);
	ionos_turn_end(t);
	return result;
}

static int transfer(struct task *t, struct stage *body, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	struct ftps *f = &t->work->ftps;
	struct ftps_upload *u = &w->last;
	int result;

	memset(u, 0, sizeof(*u));
	result = w->stored == FILE_OURS ? ftps_ask(f, w->name.file, true, u, e) : begin_file(t, e);
	if (result == 0)
		result = ftps_send(f, body, FINAL_MS, u, e);
	return result;
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

	ionos_state_transferred(t, result < 0 && only_broke(u, &why, t->work->ftps.code));
	if (from + u->sent > w->sent_max)
		w->sent_max = from + u->sent;
	if (u->sent_all) {
		w->sent_s = clock_wall();
		proof_sent(t);
		w->total = from + u->sent;
	}
	/* A refusal is the last word; a connection that broke at the end is none. */
	if (result < 0 && w->end != END_BROKE) {
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
	ionos_state_lost(t);
	t->progressed = false;
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
	proof_proven(t);
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
	uint64_t size = t->payload.len;

	if (have > w->sent_max) {
		ionos_state_lost(t);
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

int ionos_upload_send(struct task *t, struct stage *body, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	enum ftps_file file;
	uint64_t have;

	if (t->attempt == 0)
		return put(t, body, 0, e);
	if (ionos_server_enter(t, e) < 0)
		return -1;
	if (w->stored == FILE_OURS) {
		if (ionos_server_settle(t, &file, &have, e) < 0)
			return -1;
		if (file == FTPS_PRESENT)
			return resume(t, body, have, e);
		if (file == FTPS_UNKNOWN)
			return err_set(e, ERR_FAILED,
				       "the transfer broke, and cannot be resumed: %s tells no sizes",
				       t->work->ftps.shown);
		ionos_state_lost(t);
	}
	return put(t, body, 0, e);
}
