/* One task is begun, sent as often as that is worth it, and finished or abandoned. */
#include "job/run.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
	unsigned alg;

	t->payload.len = atomic_load(&t->sent);
	t->payload.len_known = true;
	if (judge_verifies(t))
		t->unpacked = c->gzcheck.out;
	for (alg = 0; alg < HASH_ALGS; alg++)
		if (t->payload.sums[alg])
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

/* As many as there are processors, if nobody has said how many. */
static unsigned threads_of(const struct options *o)
{
	long cpus = o->threads > 0 ? (long)o->threads : sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 1)
		return 1;
	return cpus < COMPRESS_THREADS_MAX ? (unsigned)cpus : COMPRESS_THREADS_MAX;
}

static void plan_chain(struct task *t, struct chain_plan *plan)
{
	struct input *in = t->input;
	unsigned alg, i;

	memset(plan, 0, sizeof(*plan));
	plan->source = &in->source;
	judge_plan(t, &in->source, in->head, in->head_len, plan);
	plan->max_unpacked = t->options->max_size;
	plan->bytes = &t->sent;
	plan->announced = t->provider->needs & NEED_NET ? t->options->announced : 0;
	plan->threads = t->options->gzip ? threads_of(t->options) : 0;
	plan->level = (int)t->options->level;
	plan->digest[HASH_SHA512] = t->provider->needs & NEED_SHA512;
	plan->digest[HASH_MD5] = (t->provider->needs & NEED_MD5) ||
				 ((t->provider->needs & NEED_SHA512) && !in->source.seekable);
	for (i = 0; i < t->options->digests.count; i++)
		for (alg = 0; alg < HASH_ALGS; alg++)
			if (strcmp(t->options->digests.at[i], hash_name((enum hash_alg)alg)) == 0)
				plan->digest[alg] = true;
}

/* Memory for the threads that compress.  Zeros cost nothing until they are written to. */
static int make_room(struct run *r, struct chain_plan *plan, struct err *e)
{
	r->room_len = compress_bytes(plan->threads);
	r->room =
		mmap(NULL, r->room_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (r->room == MAP_FAILED) {
		r->room = NULL;
		return err_errno(e, ERR_FAILED, "no memory to compress with");
	}
	plan->room = r->room;
	return 0;
}

static void free_room(struct run *r)
{
	if (r->room)
		(void)munmap(r->room, r->room_len);
	r->room = NULL;
}

/* struct task's digest(): a pass into nothing. */
static int read_again(struct task *t, enum hash_alg alg, struct err *e)
{
	struct input *in = t->input;
	struct chain *c = &t->run->chain;
	atomic_ullong bytes = 0;
	struct chain_plan pass = { .source = &in->source, .bytes = &bytes };

	if (!in->source.seekable)
		return -1;
	log_note("%s: read again for its %s", task_name(t), hash_name(alg));
	pass.digest[alg] = true;
	if (chain_drain(c, &pass, t->work->scratch, sizeof(t->work->scratch), e) < 0)
		return -1;
	memcpy(in->sums[alg], c->digests[alg].hex, sizeof(in->sums[alg]));
	t->payload.sums[alg] = in->sums[alg];
	return 0;
}

static int steps(struct run *r, struct task *t, const struct net_config *api)
{
	const struct provider *p = t->provider;
	struct chain_plan plan;
	unsigned alg;
	int result;

	if ((p->needs & NEED_NET) && http_open(&t->work->http, api, &t->err) < 0)
		return -1;
	if (begin(t) < 0)
		return -1;
	if (p->send) {
		plan_chain(t, &plan);
		if (plan.threads > 0 && make_room(r, &plan, &t->err) < 0)
			return -1;
		chain_build(&r->chain, &plan);
		for (alg = 0; alg < HASH_ALGS; alg++)
			t->payload.sums[alg] = plan.digest[alg] ? r->chain.digests[alg].hex : NULL;
		result = send_all(t, &r->chain);
		chain_stop(&r->chain);
		free_room(r);
		/* The chain is the next task's: point to what was kept. */
		for (alg = 0; alg < HASH_ALGS; alg++)
			t->payload.sums[alg] = plan.digest[alg] ? t->input->sums[alg] : NULL;
		if (result < 0)
			return -1;
		judge_end(t, &plan, &r->chain);
	}
	atomic_store(&t->phase, PHASE_FINISHING);
	return p->finish ? p->finish(t, &t->err) : 0;
}

void run_task(struct run *r, struct task *t, const struct net_config *api)
{
	struct work *work = &r->work;

	t->run = r;
	t->work = work;
	t->digest = read_again;
	work->http.curl = NULL;
	work->ftps.open = false;
	if (t->err.code != ERR_NONE)
		; /* it failed its checks, and others need not suffer from that */
	else if (stop_asked())
		stop_err(&t->err);
	else if (steps(r, t, api) < 0 && t->err.code != ERR_UNFINISHED && t->provider->abandon)
		t->provider->abandon(t);
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
