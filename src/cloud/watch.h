/*
 * Waiting for something in a cloud: it is looked at again and again until it is
 * there, until the user's --timeout, or until a look tells that it never will be.
 */
#ifndef CLOUD_WATCH_H
#define CLOUD_WATCH_H

#include "cloud/provider.h"

struct watch {
	int64_t until_ms;  /* clock_ms() when to give up */
	int64_t first_ms;  /* the first pause, also after a failure */
	int64_t pause_ms;  /* the next one: each is twice as long, */
	int64_t most_ms;   /* ... up to this */
	unsigned failed;   /* looks in a row that failed */
	unsigned nonsense; /* ... because what came was no answer of the API */
};

/*
 * Begin: looks are first_ms apart, then twice as long each time, up to most_ms.
 * Requests of the task end soon after --timeout, too.
 */
void watch_init(struct watch *w, struct task *t, int64_t first_ms, int64_t most_ms);

/*
 * It was looked at, and is not there yet; or the look failed, and why says so.
 * Pauses before the next look, at least as long as the cloud has asked for.
 * Returns true to look again.  False ends it: with ERR_STOPPED in e, or with
 * nothing in it when the time is over or why will not pass by itself.  What passes is
 * ERR_BUSY and ERR_NETWORK, and ERR_REPLY as often in a row as --retry says.
 */
bool watch_again(struct watch *w, const struct task *t, const struct err *why, struct err *e);

/*
 * The same for a request that has to be carried out, such as a DELETE: tries is 0 at
 * first.  Waits --retry-delay, and forgets the error.  False, also after a signal,
 * leaves it in e.
 */
bool watch_retry(const struct task *t, unsigned *tries, struct err *e);

/*
 * Between two looks of which there are only a few: pauses ms, or as long as the cloud has asked
 * for, but at most a minute.  -1 with ERR_STOPPED.
 */
int watch_pause(const struct task *t, int64_t ms, struct err *e) MUST_CHECK;

#endif
