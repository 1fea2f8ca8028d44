#include "cloud/proof.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

/* So many looks have to say the same, over so long. */
#define HOLD_LOOKS 3
#define HOLD_MS 10000

bool proof_holds(struct proof_odd *o)
{
	if (o->looks++ == 0)
		o->since_ms = clock_ms();
	return o->looks >= HOLD_LOOKS && clock_ms() - o->since_ms >= HOLD_MS;
}

int proof_missing(struct task *t, const char *what, struct err *e)
{
	size_t len = strlen(t->status);
	struct text status;

	text_init(&status, t->status + len, sizeof(t->status) - len);
	text_put(&status, text_ends(t->status, PROOF_WORD) ? "" : PROOF_WORD);
	if (!t->options->unproven_ok)
		return err_set(e, ERR_UNFINISHED, "%s", what);
	log_warn("%s: %s", task_name(t), what);
	return 0;
}
