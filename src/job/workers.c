/* Threads take tasks from the run until none is left. */
#include "job/workers.h"

#include <time.h>

#include "base/stop.h"

/* How often is looked at how it goes. */
#define LOOK_MS 200

static void *run_worker(void *arg)
{
	struct worker *w = arg;
	struct workers *all = w->all;
	unsigned i;

	stop_block();
	while ((i = atomic_fetch_add(&all->next, 1)) < all->count)
		run_task(&w->run, &all->tasks[i], all->api);
	pthread_mutex_lock(&all->lock);
	all->running--;
	pthread_cond_signal(&all->ended);
	pthread_mutex_unlock(&all->lock);
	return NULL;
}

static int start_one(struct workers *all, struct worker *w, const pthread_attr_t *attr)
{
	int failed;

	w->all = all;
	pthread_mutex_lock(&all->lock);
	failed = pthread_create(&w->thread, attr, run_worker, w);
	all->running += !failed;
	pthread_mutex_unlock(&all->lock);
	return failed;
}

int workers_start(struct workers *all, unsigned n, struct err *e)
{
	pthread_condattr_t clock;
	pthread_attr_t attr;
	int failed;

	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&all->ended, &clock);
	pthread_mutex_init(&all->lock, NULL);
	pthread_attr_init(&attr);
	failed = pthread_attr_setstacksize(&attr, THREAD_STACK_BYTES);
	for (all->started = 0; all->started < n && !failed; all->started += !failed)
		failed = start_one(all, &all->at[all->started], &attr);
	/* Fewer threads than wished for do the work as well. */
	if (all->started == 0)
		return err_set(e, ERR_FAILED, "cannot start a thread (error %d)", failed);
	return 0;
}

void workers_wait(struct workers *all, void (*look)(void *arg), void *arg)
{
	struct timespec until;
	unsigned i;

	pthread_mutex_lock(&all->lock);
	while (all->running > 0) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += LOOK_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&all->ended, &all->lock, &until);
		pthread_mutex_unlock(&all->lock);
		look(arg);
		pthread_mutex_lock(&all->lock);
	}
	pthread_mutex_unlock(&all->lock);
	for (i = 0; i < all->started; i++)
		pthread_join(all->at[i].thread, NULL);
}
