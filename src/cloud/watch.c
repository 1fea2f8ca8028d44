/* Pauses between two looks, and how many failed ones are borne. */
#include "cloud/watch.h"

#include "base/clock.h"
#include "base/stop.h"
#include "net/retry.h"

/* A request that has to be carried out is sent so often. */
#define TRIES 3

/* The longest that a cloud can make a pause between two of a few looks. */
#define PAUSE_MAX_MS 60000

void watch_init(struct watch *w, struct task *t, int64_t first_ms, int64_t most_ms)
{
	*w = (struct watch){
		.until_ms = clock_ms() + t->options->timeout_ms,
		.first_ms = first_ms,
		.pause_ms = first_ms,
		.most_ms = most_ms,
	};
	t->work->http.until_ms = w->until_ms;
}

/* Will another look bring another answer? */
static bool passes(struct watch *w, const struct task *t, const struct err *why)
{
	w->failed = why->code == ERR_NONE ? 0 : w->failed + 1;
	w->nonsense = why->code == ERR_REPLY ? w->nonsense + 1 : 0;
	switch (why->code) {
	case ERR_NONE:
	case ERR_BUSY:
	case ERR_NETWORK:
		return true;
	case ERR_REPLY:
		return w->nonsense <= t->options->retry;
	default:
		return false;
	}
}

/* As long as the cloud asks for, or failures in a row suggest. */
static int64_t pause_of(struct watch *w, const struct task *t)
{
	int64_t ms = w->pause_ms;

	if (w->failed > 0)
		return retry_wait(w->failed, w->first_ms, t->wait_ms);
	w->pause_ms = ms * 2 < w->most_ms ? ms * 2 : w->most_ms;
	return ms > t->wait_ms ? ms : t->wait_ms;
}

bool watch_again(struct watch *w, const struct task *t, const struct err *why, struct err *e)
{
	int64_t left = w->until_ms - clock_ms(), ms;

	if (why->code == ERR_STOPPED) {
		*e = *why;
		return false;
	}
	if (!passes(w, t, why) || left <= 0)
		return false;
	/* The last look is at the very end. */
	ms = pause_of(w, t);
	return stop_sleep(ms < left ? ms : left, e) == 0;
}

bool watch_retry(const struct task *t, unsigned *tries, struct err *e)
{
	struct err stopped = ERR_INIT;

	if (!e->retry || ++*tries == TRIES || stop_sleep(t->options->retry_delay_ms, &stopped) < 0)
		return false;
	err_clear(e);
	return true;
}

int watch_pause(const struct task *t, int64_t ms, struct err *e)
{
	int64_t asked = t->wait_ms < PAUSE_MAX_MS ? t->wait_ms : PAUSE_MAX_MS;

	return stop_sleep(ms > asked ? ms : asked, e);
}
