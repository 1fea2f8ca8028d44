/*
 * In how many passes an image goes to its place.  One sends it; where its length or a
 * digest has to be known before the cloud hears of it, one before that pulls into nothing.
 */
#ifndef JOB_PASSES_H
#define JOB_PASSES_H

#include "cloud/provider.h"
#include "job/chain.h"

struct passes {
	bool measure;            /* there are two */
	struct chain_plan first; /* then this is the one before */
	struct chain_plan send;
	struct vacant vacant; /* --skip-free */
	uint64_t unread;      /* bytes that could not be read before the pass that sends */
	void *room;           /* for the threads that compress, or NULL */
	size_t room_len;
};

/*
 * Plan them, for a task that has passed its checks.  passes_free() must follow.  Returns 0,
 * or -1 with ERR_FAILED when there is no memory.
 */
int passes_plan(struct passes *p, struct task *t, struct err *e) MUST_CHECK;

/*
 * The first pass, if there is one, with c for its chain: the task's payload gets the length
 * and the digests.  Returns 0, or -1 with ERR_IMAGE when it is not what the cloud takes, or
 * with what ended the chain.
 */
int passes_measure(struct passes *p, struct task *t, struct chain *c, struct err *e) MUST_CHECK;

/* One more pass into nothing: struct task's digest(). */
int passes_digest(struct passes *p, struct task *t, struct chain *c, enum hash_alg alg,
		  struct err *e) MUST_CHECK;

void passes_free(struct passes *p);

#endif
