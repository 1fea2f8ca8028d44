/* An answer that would make the user lose something has to be given more than once. */
#include "cloud/proof.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

/* So many looks have to say the same, over so long. */
#define HOLD_LOOKS 3
#define HOLD_MS 10000

void proof_sent(struct task *t)
{
	if (t->bytes < BYTES_SENT)
		t->bytes = BYTES_SENT;
}

void proof_landed(struct task *t)
{
	t->bytes = BYTES_LANDED;
}

void proof_proven(struct task *t)
{
	t->bytes = BYTES_PROVEN;
}

void proof_withdrawn(struct task *t)
{
	t->bytes = BYTES_SENT;
}

void proof_none(struct task *t)
{
	t->bytes = BYTES_OPEN;
}

bool proof_holds(struct proof_odd *o)
{
	if (o->looks++ == 0)
		o->since_ms = clock_ms();
	return o->looks >= HOLD_LOOKS && clock_ms() - o->since_ms >= HOLD_MS;
}

void proof_note(struct task *t)
{
	size_t len = strlen(t->status);
	struct text status;

	if (text_ends(t->status, PROOF_WORD))
		return;
	text_init(&status, t->status + len, sizeof(t->status) - len);
	text_put(&status, len > 0 ? PROOF_WORD : "unproven");
}

void proof_doubt(struct task *t)
{
	if (t->err.code == ERR_STOPPED)
		return;
	t->err.code = ERR_UNFINISHED;
	proof_note(t);
}

int proof_missing(struct task *t, const char *what, struct err *e)
{
	proof_note(t);
	if (t->options->unproven_ok) {
		log_warn("%s: %s", task_name(t), what);
		return 0;
	}
	/* The other grammars do not have the option. */
	return err_set(e, ERR_UNFINISHED, "%s%s%s%s%s", t->id[0] ? "image " : "",
		       t->id[0] ? t->id : t->place, t->id[0] || t->place[0] ? ": " : "", what,
		       t->options->foreign ? "" : " (--unproven-ok takes it for done)");
}
