/* The record is looked at until the image is active, and then compared. */
#include "cloud/openstack/wait.h"

#include <string.h>

#include "base/log.h"
#include "cloud/openstack/flavour.h"
#include "cloud/openstack/glance.h"
#include "cloud/openstack/import.h"
#include "cloud/openstack/look.h"
#include "cloud/openstack/own.h"
#include "cloud/proof.h"
#include "cloud/watch.h"

/* Looks, from here doubling to there. */
#define LOOK_MS_MIN ((int64_t)250)
#define LOOK_MS_MAX 5000

/* Was it compared by more than its size? */
static bool is_same(const struct task *t)
{
	return t->bytes == BYTES_PROVEN && os_settings_of(t)->flavour->digests;
}

/*
 * What a look at the record has shown: 1 Glance has it, 0 not yet, -1 it has not,
 * and never will.
 */
static int judge_record(struct task *t, struct err *e)
{
	bool begun = os_work(t)->import != IMPORT_NONE;
	int there;

	if (os_look_failed(t))
		return err_set(e, ERR_FAILED, "Glance did not keep the data: the image %s is %s",
			       t->id, t->status);
	if ((strcmp(t->status, "active") != 0 && strcmp(t->status, "saving") != 0 &&
	     strcmp(t->status, "uploading") != 0 && strcmp(t->status, "importing") != 0 &&
	     strcmp(t->status, "queued") != 0) ||
	    (!begun && strcmp(t->status, "queued") == 0))
		return err_set(e, ERR_UNFINISHED,
			       "sent whole, but Glance does not say that it has the data: the image %s is %s",
			       t->id, t->status);
	if (os_own(t->options)->import) {
		there = os_import(t, e);
		if (there <= 0)
			return there;
	}
	if (strcmp(t->status, "active") != 0)
		return 0;
	there = os_settings_of(t)->flavour->compare(t, e);
	if (!os_work(t)->contested)
		return there;
	if (there > 0 && !is_same(t)) {
		proof_withdrawn(t);
		there = err_set(e, ERR_FAILED,
				"the image %s has as many bytes as were sent, but perhaps from somebody else",
				t->id);
	}
	if (there < 0 && e->code == ERR_FAILED)
		os_state_disown(t);
	return there;
}

/*
 * What the last look has shown is a failure.  Does it stay one?  What an API says of
 * an image that was sent may be old, and what cannot be seen may be there all the same.
 */
static bool is_final(struct task *t, bool seen, const struct err *why)
{
	if (why->code == ERR_UNFINISHED)
		return proof_holds(&os_work(t)->odd);
	/* What was refused is an import: asked for once more as often as --retry says. */
	return seen && (!why->retry || os_work(t)->refusals++ >= t->options->retry);
}

/* The time is over, or another look would say the same. */
static int unfinished(struct task *t, bool seen, const struct err *why, struct err *e)
{
	bool no_size = !os_settings_of(t)->flavour->digests && strcmp(t->status, "active") == 0;

	/* An import that was refused for a while leaves the image as it is. */
	if (why->code == ERR_UNFINISHED || (seen && why->code != ERR_NONE && !why->retry)) {
		*e = *why;
		return -1;
	}
	if (!seen && why->code != ERR_NONE)
		return err_set(e, ERR_UNFINISHED,
			       "sent whole, but the image %s cannot be looked at: %s", t->id,
			       why->text);
	return err_set(e, ERR_UNFINISHED, "sent whole, but after %lld s the image %s is still %s%s",
		       (long long)t->options->timeout_ms / 1000, t->id, t->status,
		       no_size ? ", without its size" : "");
}

/* Until the cloud has it all, as far as can be seen. */
static int wait_for(struct task *t, struct err *e)
{
	struct watch watch;
	struct err why, none = ERR_INIT;
	bool seen;
	int there;

	watch_init(&watch, t, LOOK_MS_MIN, LOOK_MS_MAX);
	do {
		why = ERR_INIT;
		seen = os_look(t, &why) == 0;
		there = seen ? judge_record(t, &why) : -1;
		if (there > 0)
			return 0;
		if (!seen && glance_gone(t)) {
			err_clear(&why);
			err_set(&why, ERR_UNFINISHED,
				"sent whole, but Glance knows no image %s any more", t->id);
		}
		if (why.code != ERR_UNFINISHED)
			os_work(t)->odd.looks = 0;
		if (there < 0 && is_final(t, seen, &why)) {
			*e = why;
			return -1;
		}
	} while (watch_again(&watch, t, why.code == ERR_UNFINISHED ? &none : &why, e));
	return e->code == ERR_STOPPED ? -1 : unfinished(t, seen, &why, e);
}

int os_wait(struct task *t, struct err *e)
{
	const struct os_flavour *f = os_settings_of(t)->flavour;
	int result = wait_for(t, e);

	if (result < 0 && e->code == ERR_UNFINISHED && os_work(t)->contested) {
		e->code = ERR_BUSY;
		return err_at(e, "perhaps with data of somebody else's");
	}
	/* Nobody abandons what is there. */
	if (f->look_back && (result == 0 || e->code == ERR_UNFINISHED))
		f->look_back(t);
	if (result == 0 && os_own(t->options)->protect && f->protect)
		result = f->protect(t, e);
	else if (result < 0 && os_own(t->options)->protect && f->protect &&
		 e->code == ERR_UNFINISHED)
		log_warn("image %s is not protected: openstack image set --protected %s does it",
			 t->id, t->id);
	if (result < 0 || t->bytes == BYTES_PROVEN)
		return result;
	return proof_missing(t,
			     "Glance has as many bytes as were sent, but names no digest that is known here: that they are the same is not proven",
			     e);
}
