/* The stages of a task are put together, and divided between two threads by what they cost. */
#include "job/chain.h"

#include "base/stop.h"
#include "image/spool.h"

/*
 * What a MiB of the stream costs a stage, in microseconds, as measured on x86_64 in
 * 2026-11: only how they compare counts.  Reading and looking at the ends cost nothing
 * beside them.
 */
static const unsigned digest_us[HASH_ALGS] = {
	[HASH_MD5] = 1600,
	[HASH_SHA256] = 4000,
	[HASH_SHA384] = 2200,
	[HASH_SHA512] = 2200,
};

#define GZCHECK_US 20000

/* What TLS and the network cost, which pull. */
#define SENDER_US 2000

/* A stage that computes: what it costs, and where it is. */
struct costly {
	struct stage *stage;
	unsigned us;
};

#define COSTLY_MAX (1 + HASH_ALGS)

/*
 * How many of the stages work in a thread of their own, before the ring of prefetch,
 * so that the slower of the two threads has as little to do as can be.  0: a thread
 * for reading alone is not worth its memory.
 */
static unsigned split(const struct costly *stages, unsigned count)
{
	unsigned before = 0, after = SENDER_US, i, best = 0, least, most;

	for (i = 0; i < count; i++)
		after += stages[i].us;
	least = after;
	for (i = 0; i < count; i++) {
		before += stages[i].us;
		after -= stages[i].us;
		most = before > after ? before : after;
		if (most < least) {
			least = most;
			best = i + 1;
		}
	}
	return best;
}

/* The stages that compute, in their order. */
static unsigned list_costly(struct chain *c, const struct chain_plan *plan,
			    struct costly stages[COSTLY_MAX])
{
	unsigned alg, count = 0;

	if (plan->gzip)
		stages[count++] = (struct costly){ &c->gzcheck.stage, GZCHECK_US };
	for (alg = 0; alg < HASH_ALGS; alg++)
		if (plan->digest[alg])
			stages[count++] = (struct costly){ &c->digests[alg].stage, digest_us[alg] };
	return count;
}

static void init_costly(struct chain *c, const struct chain_plan *plan, struct stage *stage,
			struct stage *up)
{
	unsigned alg;

	if (stage == &c->gzcheck.stage) {
		gzcheck_init(&c->gzcheck, up, plan->max_unpacked);
		if (plan->inside)
			gzcheck_judge(&c->gzcheck, plan->holds, &plan->ends_inside);
		return;
	}
	for (alg = 0; alg < HASH_ALGS; alg++)
		if (stage == &c->digests[alg].stage)
			digest_init(&c->digests[alg], up, (enum hash_alg)alg);
}

void chain_build(struct chain *c, const struct chain_plan *plan)
{
	struct costly stages[COSTLY_MAX];
	struct stage *at = &plan->source->stage;
	unsigned count = list_costly(c, plan, stages), ring = split(stages, count), i;

	c->source = plan->source;
	if (plan->read) {
		meter_init(&c->intake, at, plan->read, plan->to_read);
		at = &c->intake.stage;
	}
	if (plan->whole) {
		tail_init(&c->tail, at, plan->format, &plan->ends);
		at = &c->tail.stage;
	}
	/* What is not begun can be stopped all the same. */
	prefetch_init(&c->prefetch, at);
	compress_init(&c->compress, at, plan->level, plan->threads, plan->room);
	compress_pass(&c->compress, plan->pass, &plan->total);
	/* Its threads pull what is before it. */
	if (plan->threads > 0) {
		at = &c->compress.stage;
		ring = 0;
	}
	for (i = 0; i < count; i++) {
		init_costly(c, plan, stages[i].stage, at);
		at = stages[i].stage;
		if (i + 1 == ring) {
			prefetch_init(&c->prefetch, at);
			at = &c->prefetch.stage;
		}
	}
	meter_init(&c->meter, at, plan->bytes, plan->announced);
	c->top = &c->meter.stage;
}

bool chain_begun(const struct chain *c)
{
	return c->meter.begun;
}

void chain_stop(struct chain *c)
{
	source_cancel(c->source);
	prefetch_stop(&c->prefetch);
	compress_stop(&c->compress);
}

int chain_drain(struct chain *c, const struct chain_plan *plan, void *buf, size_t cap,
		struct err *e)
{
	bool more = false;
	ssize_t n = 0;

	chain_build(c, plan);
	if (plan->source->seekable)
		n = stage_rewind(c->top, e);
	while (n >= 0 && !more) {
		n = stop_asked() ? stop_err(e) : stage_pull(c->top, buf, cap, e);
		if (n <= 0)
			break;
		if (plan->keep && spool_write(plan->spool, buf, (size_t)n, e) < 0)
			n = -1;
		more = plan->max_len != 0 && atomic_load(plan->bytes) > plan->max_len;
	}
	chain_stop(c);
	/* The next pass begins at the first byte. */
	if (n < 0 || (plan->source->seekable && stage_rewind(&plan->source->stage, e) < 0))
		return -1;
	return more;
}
