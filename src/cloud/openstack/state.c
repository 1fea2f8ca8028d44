/* The only place where the state of a record, its data and its import changes. */
#include "cloud/openstack/state.h"

#include "base/text.h"
#include "cloud/proof.h"

struct os_work *os_work(const struct task *t)
{
	_Static_assert(sizeof(struct os_work) <= WORK_CLOUD_BYTES, "struct work has room for it");
	return (struct os_work *)(void *)t->work->cloud;
}

void os_state_asked(struct task *t)
{
	os_work(t)->record = RECORD_ASKED;
}

void os_state_made(struct task *t)
{
	os_work(t)->record = RECORD_OURS;
}

void os_state_dropped(struct task *t)
{
	os_work(t)->record = RECORD_DROPPED;
}

void os_state_reset(struct task *t)
{
	struct os_work *w = os_work(t);

	w->record = RECORD_NONE;
	w->data = DATA_NONE;
	w->contested = false;
	proof_none(t);
	t->id[0] = '\0';
}

bool os_state_is_ours(const struct task *t)
{
	return os_work(t)->record == RECORD_OURS || os_work(t)->record == RECORD_DROPPED;
}

void os_state_others(struct task *t)
{
	os_work(t)->record = RECORD_OTHERS;
}

void os_state_disown(struct task *t)
{
	os_state_others(t);
	text_say(t->left, sizeof(t->left),
		 "the image %s is left, because its data may be somebody else's", t->id);
}

bool os_state_is_taken(const struct http_reply *r)
{
	return r->status >= 200 && r->status <= 204;
}

bool os_state_is_late(const struct http_reply *r)
{
	return r->status == 409 || r->status == 410;
}

void os_state_sent(struct task *t, bool refused)
{
	const struct http_reply *r = &t->work->reply;
	struct os_work *w = os_work(t);
	bool begun = r->uploaded > 0 || os_state_is_taken(r);

	if (os_state_is_taken(r))
		w->contested = false;
	else if (os_state_is_late(r))
		w->contested = true;
	if (r->sent_all && !refused) {
		w->data = DATA_WHOLE;
		w->sent = r->uploaded;
		proof_sent(t);
	} else if (begun && !(w->data == DATA_WHOLE && os_state_is_late(r))) {
		/* What was not even begun takes nothing back. */
		w->data = DATA_PART;
	}
}

void os_state_import(struct task *t, enum os_import_state state)
{
	if (os_work(t)->import < state)
		os_work(t)->import = state;
}
