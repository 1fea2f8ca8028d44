/*
 * SIGINT, SIGTERM and SIGHUP: one flag, and one pipe that becomes readable, so
 * that whoever waits wakes up.  Nothing is ended here: everyone who sees the
 * flag returns ERR_STOPPED, what was begun is abandoned properly, and main()
 * dies by the signal at the very end.  A second signal, a
 * moment later, ends the process at once.
 */
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Install the handlers; once, before any thread is started. */
int stop_init(struct err *e) MUST_CHECK;

/* Has a signal arrived? */
bool stop_asked(void);

/* A descriptor that is readable from the signal on; never read from it. */
int stop_fd(void);

/* Wait.  Returns 0 when the time is over, -1 with ERR_STOPPED when a signal came first. */
int stop_sleep(int64_t ms, struct err *e) MUST_CHECK;

/* Set ERR_STOPPED.  Always returns -1. */
int stop_err(struct err *e);

/* Block the signals in this thread: main() alone receives them. */
void stop_block(void);

/* Die by the signal that arrived; returns only if none did. */
void stop_die(void);

#endif
