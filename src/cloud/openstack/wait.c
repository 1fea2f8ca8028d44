/*
 * What becomes of an image after its data were sent: it is looked at until Glance
 * has it all, and compared with what was sent.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "cloud/openstack/openstack.h"

/* Looks, from here doubling to there. */
#define LOOK_MS_MIN ((int64_t)250)
#define LOOK_MS_MAX 5000

/* Was it compared by more than its size? */
static bool is_same(const struct task *t)
{
	return t->confirmed && !os_settings_of(t)->otc;
}

/*
 * What a look at the record has shown: 1 Glance has it, 0 not yet, -1 it has not,
 * and never will.
 */
static int judge(struct task *t, struct err *e)
{
	bool begun = os_work(t)->importing || os_work(t)->import_asked;
	int there;

	if (os_has_failed(t))
		return err_set(e, ERR_FAILED, "Glance did not keep the data: the image %s is %s",
			       t->id, t->status);
	if ((strcmp(t->status, "active") != 0 && strcmp(t->status, "saving") != 0 &&
	     strcmp(t->status, "uploading") != 0 && strcmp(t->status, "importing") != 0 &&
	     strcmp(t->status, "queued") != 0) ||
	    (!begun && strcmp(t->status, "queued") == 0))
		return err_set(e, ERR_UNFINISHED,
			       "sent whole, but Glance does not say that it has the data: the image %s is %s",
			       t->id, t->status);
	if (t->options->import) {
		there = glance_import(t, e);
		if (there <= 0)
			return there;
	}
	if (strcmp(t->status, "active") != 0)
		return 0;
	there = os_settings_of(t)->otc ? otc_compare(t, e) : glance_compare(t, e);
	if (!os_work(t)->contested)
		return there;
	if (there > 0 && !is_same(t)) {
		t->landed = t->confirmed = false;
		there = err_set(e, ERR_FAILED,
				"the image %s has as many bytes as were sent, but perhaps from somebody else",
				t->id);
	}
	if (there < 0 && e->code == ERR_FAILED)
		os_disown(t);
	return there;
}

/*
 * Looking failed, or what was seen is a failure.  Is there no point in going on?
 * What cannot be seen may be there all the same.
 */
static bool is_final(struct task *t, bool seen, unsigned failures, struct err *why, struct err *e)
{
	bool again = failures < t->options->retry;

	if (!seen && glance_gone(t)) {
		err_clear(why);
		err_set(why, ERR_UNFINISHED, "sent whole, but Glance knows no image %s any more",
			t->id);
	}
	if (why->code == ERR_UNFINISHED && !proof_holds(&os_work(t)->odd))
		return false;
	if (why->code == ERR_STOPPED || why->code == ERR_UNFINISHED ||
	    (seen && !(why->retry && again))) {
		*e = *why;
		return true;
	}
	if (seen || ((why->retry || why->code == ERR_REPLY) && again))
		return false;
	err_set(e, ERR_UNFINISHED, "sent whole, but the image %s cannot be looked at: %s", t->id,
		why->text);
	return true;
}

/* Until the cloud has it all, as far as can be seen. */
static int wait_for(struct task *t, struct err *e)
{
	int64_t deadline = clock_ms() + t->options->timeout_ms, pause = LOOK_MS_MIN;
	unsigned failures = 0;
	struct err why;
	bool seen;
	int there;

	t->work->http.until_ms = deadline;
	for (;;) {
		why = ERR_INIT;
		seen = glance_look(t, &why) == 0;
		there = seen ? judge(t, &why) : -1;
		if (there > 0)
			return 0;
		if (there < 0 && is_final(t, seen, failures, &why, e))
			return -1;
		failures = there < 0 ? failures + 1 : 0;
		if (why.code != ERR_UNFINISHED)
			os_work(t)->odd.looks = 0;
		if (clock_ms() >= deadline && why.code == ERR_UNFINISHED) {
			*e = why;
			return -1;
		}
		if (clock_ms() >= deadline)
			return err_set(e, ERR_UNFINISHED,
				       "sent whole, but after %lld s the image %s is still %s%s",
				       (long long)t->options->timeout_ms / 1000, t->id, t->status,
				       os_settings_of(t)->otc && strcmp(t->status, "active") == 0 ?
					       ", without its size" :
					       "");
		if (pause > deadline - clock_ms())
			pause = deadline - clock_ms();
		if (stop_sleep(pause > 0 ? pause : 0, e) < 0)
			return -1;
		pause = pause * 2 < LOOK_MS_MAX ? pause * 2 : LOOK_MS_MAX;
	}
}

int openstack_finish(struct task *t, struct err *e)
{
	bool otc = os_settings_of(t)->otc;
	int result = wait_for(t, e);

	if (result < 0 && e->code == ERR_UNFINISHED && os_work(t)->contested) {
		e->code = ERR_BUSY;
		return err_at(e, "perhaps with data of somebody else's");
	}
	/* Nobody abandons what is there. */
	if (otc && (result == 0 || e->code == ERR_UNFINISHED))
		otc_look_back(t);
	if (result == 0 && t->options->protect && !otc)
		result = glance_protect(t, e);
	else if (result < 0 && t->options->protect && !otc && e->code == ERR_UNFINISHED)
		log_warn("image %s is not protected: openstack image set --protected %s does it",
			 t->id, t->id);
	if (result < 0 || t->confirmed)
		return result;
	return proof_missing(t,
			     "Glance has as many bytes as were sent, but names no digest that is known here: that they are the same is not proven",
			     e);
}
