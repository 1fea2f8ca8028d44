#include "chain.h"

void chain_build(struct chain *c, const struct chain_plan *plan)
{
	struct stage *at = &plan->source->stage;
	unsigned alg;

	c->source = plan->source;
	if (plan->gzip) {
		gzcheck_init(&c->gzcheck, at, plan->max_unpacked);
		at = &c->gzcheck.stage;
	}
	/* Reading and inflate() in one thread; digests, TLS and the network in the other. */
	prefetch_init(&c->prefetch, at);
	at = &c->prefetch.stage;
	for (alg = 0; alg < HASH_ALGS; alg++) {
		if (!plan->digest[alg])
			continue;
		digest_init(&c->digests[alg], at, (enum hash_alg)alg);
		at = &c->digests[alg].stage;
	}
	meter_init(&c->meter, at, plan->bytes);
	c->top = &c->meter.stage;
}

bool chain_begun(const struct chain *c)
{
	return c->prefetch.running;
}

void chain_stop(struct chain *c)
{
	source_cancel(c->source);
	prefetch_stop(&c->prefetch);
}
