/* One task's way from its first request to its last, and all the memory that it needs for it. */
#ifndef JOB_RUN_H
#define JOB_RUN_H

#include "cloud/provider.h"
#include "job/chain.h"
#include "job/passes.h"

struct run {
	struct work work;
	struct passes passes;
	struct chain chain; /* of one pass after the other */
};

/* Begin, send, retry, finish, abandon; t->err says how it went.  api: the way to its servers. */
void run_task(struct run *r, struct task *t, const struct net_config *api);

/* What is left in memory of answers and requests goes. */
void run_wipe(struct run *r);

#endif
