/* Threads that run tasks, each one after the other until there is none. */
#ifndef JOB_WORKERS_H
#define JOB_WORKERS_H

#include <pthread.h>

#include "job/run.h"

struct workers;

struct worker {
	pthread_t thread;
	struct workers *all;
	struct run run;
};

/* tasks, count and api are set before; all else is zeroed. */
struct workers {
	struct task *tasks;
	unsigned count;
	const struct net_config *api;
	struct worker at[JOBS_MAX];
	unsigned started;
	atomic_uint next; /* the task that is run next */
	unsigned running; /* threads; under lock */
	pthread_mutex_t lock;
	pthread_cond_t ended;
};

/* Start n of them, or as many as there can be.  -1 with ERR_FAILED if there can be none. */
int workers_start(struct workers *all, unsigned n, struct err *e) MUST_CHECK;

/* Until the last has ended.  look is called a few times a second, and at the end. */
void workers_wait(struct workers *all, void (*look)(void *arg), void *arg);

#endif
