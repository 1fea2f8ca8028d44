/* What counts as proof that a cloud has an image, or has it not. */
#ifndef CLOUD_PROOF_H
#define CLOUD_PROOF_H

#include "cloud/provider.h"

/*
 * The steps of t->bytes, which nothing else changes.  An attempt has handed over the last
 * byte: from then on they may be there, whatever comes of later attempts.
 */
void proof_sent(struct task *t);

/* The cloud has as many, but nobody shows that they are the right ones. */
void proof_landed(struct task *t);

/* The cloud has shown that it has them. */
void proof_proven(struct task *t);

/* What was shown may be somebody else's: they were sent, and that is all. */
void proof_withdrawn(struct task *t);

/* The cloud itself says that it has nothing of them, or other ones, or the record is gone. */
void proof_none(struct task *t);

/*
 * Something odd that an API says of an image whose bytes have arrived, or may
 * have: that there is no such image, or a state in which it cannot be.  A replica
 * that is behind says such things, so it is believed only after a while.  Zeroed
 * at first, and whenever something else is said.
 */
struct proof_odd {
	int64_t since_ms; /* clock_ms() of the first look */
	unsigned looks;
};

/* Count one look.  Has it been said often enough, and for long enough, to be believed? */
bool proof_holds(struct proof_odd *o);

/* What stands behind the status of an image of which nobody has shown that it has all bytes. */
#define PROOF_WORD ", unproven"

/*
 * Such an image: what says why, in words that follow "FILE: ".  t->status gets
 * PROOF_WORD.  Returns 0 after a warning with --unproven-ok, otherwise -1 with
 * ERR_UNFINISHED.
 */
int proof_missing(struct task *t, const char *what, struct err *e) MUST_CHECK;

/* t->status gets PROOF_WORD, if it does not have it. */
void proof_note(struct task *t);

/*
 * Before an image is left that may have all its bytes, though the task has failed:
 * its error becomes ERR_UNFINISHED, unless a signal ended it.
 */
void proof_doubt(struct task *t);

#endif
