/* One task is begun, sent as often as that is worth it, and finished or abandoned. */
#include "job/run.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "job/input.h"
#include "job/judge.h"
#include "net/retry.h"

/*
 * After a failed try: is there another one?  Waits before it.  Returns 1 to go
 * on, the error forgotten; 0 when that was the last, or a signal came.
 */
static int another(struct task *t, unsigned tries)
{
	const struct options *o = t->options;
	struct err why = t->err;
	char times[40];
	int64_t ms;

	if (!why.retry)
		return 0;
	if (tries > o->retry) {
		snprintf(times, sizeof(times), "given up after %u tries", tries);
		if (tries > 1)
			err_at(&t->err, times);
		return 0;
	}
	ms = retry_wait(tries, o->retry_delay_ms, t->wait_ms);
	log_warn("%s: %s; trying again in %lld.%lld s (%u of %u)", task_name(t), why.text,
		 (long long)ms / 1000, (long long)ms % 1000 / 100, tries, (unsigned)o->retry);
	atomic_store(&t->phase, PHASE_PAUSING);
	err_clear(&t->err);
	return stop_sleep(ms, &t->err) < 0 ? 0 : 1;
}

static int begin(struct task *t)
{
	unsigned tries = 0;

	if (!t->provider->begin)
		return 0;
	do {
		atomic_store(&t->phase, PHASE_BEGINNING);
		if (t->provider->begin(t, &t->err) == 0)
			return 0;
	} while (another(t, ++tries));
	return -1;
}

/* What the stages found out on a pass that came to its end. */
static void take_results(struct task *t, struct chain *c)
{
	const struct chain_plan *plan = &t->run->passes.send;
	unsigned alg;

	t->payload.len = atomic_load(&t->sent);
	t->payload.len_known = true;
	if (t->payload.compress)
		t->unpacked = c->compress.have.count;
	else if (plan->gzip)
		t->unpacked = c->gzcheck.out;
	for (alg = 0; alg < HASH_ALGS; alg++)
		if (plan->digest[alg])
			memcpy(t->input->sums[alg], c->digests[alg].hex,
			       sizeof(t->input->sums[alg]));
}

static int send_all(struct task *t, struct chain *c)
{
	unsigned tries = 0;
	int result;

	for (;;) {
		atomic_store(&t->phase, PHASE_SENDING);
		t->progressed = false;
		atomic_store(&t->skipped, 0);
		result = t->provider->send(t, c->top, &t->err);
		if (c->meter.ended)
			take_results(t, c);
		if (result == 0)
			return 0;
		/* What was pulled from a pipe is gone. */
		if (!t->input->source.seekable && chain_begun(c))
			return t->err.retry ? err_at(&t->err, "a pipe cannot be sent twice") : -1;
		tries = t->progressed ? 1 : tries + 1;
		if (!another(t, tries))
			return -1;
		++t->attempt;
		if (chain_begun(c) && stage_rewind(c->top, &t->err) < 0)
			return -1;
	}
}

/* struct task's digest(). */
static int read_again(struct task *t, enum hash_alg alg, struct err *e)
{
	return passes_digest(&t->run->passes, t, &t->run->chain, alg, e);
}

/* The pass that sends. */
static int send_pass(struct run *r, struct task *t)
{
	const struct chain_plan *plan = &r->passes.send;
	unsigned alg;
	int result;

	chain_build(&r->chain, plan);
	for (alg = 0; alg < HASH_ALGS; alg++)
		if (plan->digest[alg])
			t->payload.sums[alg] = r->chain.digests[alg].hex;
	result = send_all(t, &r->chain);
	chain_stop(&r->chain);
	/* The chain is the next task's: point to what was kept. */
	for (alg = 0; alg < HASH_ALGS; alg++)
		if (plan->digest[alg])
			t->payload.sums[alg] = t->input->sums[alg];
	if (result < 0 && r->passes.measure && t->err.code == ERR_IMAGE &&
	    t->input->source.unread.bytes != r->passes.unread) {
		err_clear(&t->err);
		err_set(&t->err, ERR_IMAGE,
			"more of the disk cannot be read than when it was measured: start again");
	}
	if (result == 0)
		judge_end(t, plan, &r->chain);
	if (result == 0 && !r->passes.measure)
		judge_unpacked(t);
	return result;
}

/* What comes before the cloud hears of it. */
static int measure(struct run *r, struct task *t)
{
	if (!t->provider->send)
		return 0;
	return passes_plan(&r->passes, t, &t->err) < 0 ?
		       -1 :
		       passes_measure(&r->passes, t, &r->chain, &t->err);
}

static int steps(struct run *r, struct task *t, const struct net_config *api)
{
	const struct provider *p = t->provider;

	if ((p->needs & NEED_NET) && http_open(&t->work->http, api, &t->err) < 0)
		return -1;
	if (begin(t) < 0 || (p->send && send_pass(r, t) < 0))
		return -1;
	atomic_store(&t->phase, PHASE_FINISHING);
	return p->finish ? p->finish(t, &t->err) : 0;
}

void run_task(struct run *r, struct task *t, const struct net_config *api)
{
	struct work *work = &r->work;

	t->run = r;
	t->work = work;
	t->digest = read_again;
	r->passes.room = NULL;
	work->http.curl = NULL;
	work->ftps.open = false;
	if (t->err.code != ERR_NONE)
		; /* it failed its checks, and others need not suffer from that */
	else if (stop_asked())
		stop_err(&t->err);
	else if (measure(r, t) == 0 && steps(r, t, api) < 0 && t->err.code != ERR_UNFINISHED &&
		 t->provider->abandon)
		t->provider->abandon(t);
	judge_unread(t);
	passes_free(&r->passes);
	http_close(&work->http);
	ftps_close(&work->ftps);
	source_close(&t->input->source);
	text_wipe(work->auth, sizeof(work->auth));
	text_wipe(work->cloud, sizeof(work->cloud));
	/* Its work stays set: the report needs room when it asks what clouds take. */
	t->run = NULL;
	atomic_store(&t->phase, PHASE_ENDED);
}

void run_wipe(struct run *r)
{
	struct work *w = &r->work;

	/* Only what was used: pages that nobody has touched cost nothing. */
	text_wipe(w->answer, w->reply.most);
	text_wipe(w->request, strnlen(w->request, sizeof(w->request)));
	text_wipe(w->url, strnlen(w->url, sizeof(w->url)));
}
