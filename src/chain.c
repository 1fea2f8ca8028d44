#include "chain.h"

static bool digests(const struct chain_plan *plan)
{
	unsigned alg;

	for (alg = 0; alg < HASH_ALGS; alg++)
		if (plan->digest[alg])
			return true;
	return false;
}

void chain_build(struct chain *c, const struct chain_plan *plan)
{
	struct stage *at = &plan->source->stage;
	unsigned alg;

	c->source = plan->source;
	if (plan->whole) {
		tail_init(&c->tail, at, plan->format, &plan->ends);
		at = &c->tail.stage;
	}
	if (plan->gzip) {
		gzcheck_init(&c->gzcheck, at, plan->max_unpacked);
		if (plan->inside)
			gzcheck_judge(&c->gzcheck, plan->holds, &plan->ends_inside);
		at = &c->gzcheck.stage;
	}
	/*
	 * Reading and what can be computed of it at once in one thread, TLS and the
	 * network in the other; digests come where there is less to do.  A second
	 * thread for reading alone is not worth its memory.
	 */
	prefetch_init(&c->prefetch, at);
	if (plan->gzip)
		at = &c->prefetch.stage;
	for (alg = 0; alg < HASH_ALGS; alg++) {
		if (!plan->digest[alg])
			continue;
		digest_init(&c->digests[alg], at, (enum hash_alg)alg);
		at = &c->digests[alg].stage;
	}
	if (!plan->gzip && digests(plan)) {
		prefetch_init(&c->prefetch, at);
		at = &c->prefetch.stage;
	}
	meter_init(&c->meter, at, plan->bytes, plan->announced);
	c->top = &c->meter.stage;
}

bool chain_begun(const struct chain *c)
{
	/* While the other thread runs, the source is its own. */
	return c->prefetch.running || c->source->pos > 0;
}

void chain_stop(struct chain *c)
{
	source_cancel(c->source);
	prefetch_stop(&c->prefetch);
}

int chain_digest(struct chain *c, struct source *source, enum hash_alg alg, void *buf, size_t cap,
		 struct err *e)
{
	atomic_ullong bytes = 0;
	struct chain_plan plan = { .source = source, .bytes = &bytes };
	ssize_t n;

	plan.digest[alg] = true;
	chain_build(c, &plan);
	n = stage_rewind(c->top, e);
	while (n >= 0 && (n = stage_pull(c->top, buf, cap, e)) > 0)
		;
	chain_stop(c);
	/* For those who come after. */
	return n < 0 ? -1 : stage_rewind(&source->stage, e);
}
