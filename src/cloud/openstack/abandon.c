/* After a failure: the record is deleted if it is certainly ours, else told to be left. */
#include "cloud/openstack/abandon.h"

#include <string.h>

#include "base/text.h"
#include "cloud/openstack/flavour.h"
#include "cloud/openstack/glance.h"
#include "cloud/openstack/look.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/record.h"

/* Is there anything in the record that may be somebody else's?  *why is that nobody can look. */
static bool is_doubtful(struct task *t, struct err *why)
{
	struct os_work *w = os_work(t);

	if (!w->contested && (os_state_is_ours(t) || !os_own(t->options)->new_id))
		return false;
	if (os_look(t, why) < 0)
		return !glance_gone(t);
	return os_state_is_ours(t) ? strcmp(t->status, "queued") != 0 : !os_record_is_like_ours(t);
}

/*
 * Was all of it sent, and has nobody said what became of it?  Then it is left, unless
 * Glance itself says that it still waits for it, or has no such image.
 */
static bool is_unjudged(struct task *t, struct err *why)
{
	struct os_work *w = os_work(t);
	enum err_code code = t->err.code;

	/* What was staged is no image before it is imported. */
	if (w->data != DATA_WHOLE || w->contested || w->record == RECORD_DROPPED ||
	    os_own(t->options)->import ||
	    (code != ERR_NETWORK && code != ERR_BUSY && code != ERR_REPLY && code != ERR_USAGE))
		return false;
	if (os_look(t, why) < 0)
		return !glance_gone(t);
	return strcmp(t->status, "queued") != 0 && !os_look_failed(t);
}

void os_abandon(struct task *t)
{
	const struct os_flavour *f = os_settings_of(t)->flavour;
	struct os_work *w = os_work(t);
	struct err why = ERR_INIT;

	w->leaving = true;
	if (os_own(t->options)->image_id) {
		if (t->status[0])
			text_say(t->left, sizeof(t->left),
				 "the image %s was not made here, and is left", t->id);
		return;
	}
	if (f->look_back)
		f->look_back(t);
	if (!os_state_is_ours(t) && w->record != RECORD_ASKED) {
		t->id[0] = '\0';
		return;
	}
	if (t->options->keep) {
		text_say(t->left, sizeof(t->left), "the image %s is kept", t->id);
		return;
	}
	if (is_unjudged(t, &why)) {
		proof_doubt(t);
		text_say(t->left, sizeof(t->left),
			 "the image %s may be there whole, and is left: openstack image show %s tells, openstack image delete %s removes it",
			 t->id, t->id, t->id);
		return;
	}
	err_clear(&why);
	if (is_doubtful(t, &why)) {
		if (why.code == ERR_NONE)
			os_state_disown(t);
		else
			text_say(t->left, sizeof(t->left),
				 "the image %s may be left: it cannot be looked at (%s)", t->id,
				 why.text);
		return;
	}
	if (os_record_delete(t, &why) < 0) {
		text_say(t->left, sizeof(t->left),
			 "the image %s could not be deleted (%s): %sopenstack image delete %s does it",
			 t->id, why.text,
			 !f->protect && os_own(t->options)->protect ?
				 "it is protected, and once it is not, " :
				 "",
			 t->id);
		return;
	}
	if (os_state_is_ours(t) || !glance_gone(t))
		text_say(t->left, sizeof(t->left), "the image %s was deleted", t->id);
	else
		text_say(t->left, sizeof(t->left),
			 "the image %s is not there, but its making was not answered: if it comes, openstack image delete %s removes it",
			 t->id, t->id);
	t->id[0] = '\0';
}
