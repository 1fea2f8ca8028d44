/* A stage with a thread of its own in front of it, and a ring of blocks between them. */
#include "image/prefetch.h"

#include <string.h>

#include "base/stop.h"

/* Fill one block from the left; pulls may be short.  *last is what the last one returned. */
static size_t fill(struct prefetch *p, unsigned char *block, ssize_t *last, struct err *e)
{
	size_t len = 0;
	ssize_t n;

	while (*last > 0 && len < RING_BLOCK_BYTES) {
		n = stage_pull(p->stage.up, block + len, RING_BLOCK_BYTES - len, e);
		*last = n;
		if (n > 0)
			len += (size_t)n;
	}
	return len;
}

static void *run(void *arg)
{
	struct prefetch *p = arg;
	struct err e = ERR_INIT;
	ssize_t last = 1;
	size_t len;

	stop_block();
	pthread_mutex_lock(&p->lock);
	while (last > 0) {
		while (p->filled == RING_BLOCKS && !p->quit)
			pthread_cond_wait(&p->changed, &p->lock);
		if (p->quit)
			break;
		pthread_mutex_unlock(&p->lock);
		len = fill(p, p->block[p->put], &last, &e);
		pthread_mutex_lock(&p->lock);
		p->len[p->put] = len;
		p->put = (p->put + 1) % RING_BLOCKS;
		p->filled++;
		if (last <= 0) {
			p->ended = true;
			p->failed = last < 0;
			p->err = e;
		}
		pthread_cond_broadcast(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void reset(struct prefetch *p)
{
	p->quit = p->ended = p->failed = false;
	p->filled = p->put = p->take = 0;
	p->used = 0;
}

static int start(struct prefetch *p, struct err *e)
{
	pthread_attr_t attr;
	int failed;

	reset(p);
	failed = pthread_attr_init(&attr);
	if (!failed)
		failed = pthread_attr_setstacksize(&attr, THREAD_STACK_BYTES);
	if (!failed)
		failed = pthread_create(&p->thread, &attr, run, p);
	if (failed)
		return err_set(e, ERR_FAILED, "cannot start a thread (error %d)", failed);
	pthread_attr_destroy(&attr);
	p->running = true;
	return 0;
}

/*
 * Wait until a block is there.  An empty one is the last; blocks before a
 * failure are still handed out, so that the error comes where it belongs.
 */
static ssize_t prefetch_pull(struct stage *stage, void *buf, size_t cap, struct err *e)
{
	struct prefetch *p = (struct prefetch *)stage;
	size_t n = 0, len;

	if (!p->running && start(p, e) < 0)
		return -1;
	while (n == 0) {
		pthread_mutex_lock(&p->lock);
		while (p->filled == 0 && !p->ended)
			pthread_cond_wait(&p->changed, &p->lock);
		if (p->filled == 0) {
			if (p->failed)
				*e = p->err;
			pthread_mutex_unlock(&p->lock);
			return p->failed ? -1 : 0;
		}
		len = p->len[p->take];
		pthread_mutex_unlock(&p->lock);

		n = len - p->used < cap ? len - p->used : cap;
		memcpy(buf, p->block[p->take] + p->used, n);
		p->used += n;
		if (p->used == len) {
			pthread_mutex_lock(&p->lock);
			p->used = 0;
			p->take = (p->take + 1) % RING_BLOCKS;
			p->filled--;
			pthread_cond_broadcast(&p->changed);
			pthread_mutex_unlock(&p->lock);
		}
	}
	return (ssize_t)n;
}

void prefetch_stop(struct prefetch *p)
{
	if (!p->running)
		return;
	pthread_mutex_lock(&p->lock);
	p->quit = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	p->running = false;
}

static int prefetch_rewind(struct stage *stage, struct err *e)
{
	struct prefetch *p = (struct prefetch *)stage;

	prefetch_stop(p);
	return stage_rewind(p->stage.up, e);
}

static const struct stage_ops prefetch_ops = { "prefetch", prefetch_pull, prefetch_rewind, NULL };

void prefetch_init(struct prefetch *p, struct stage *up)
{
	p->stage.ops = &prefetch_ops;
	p->stage.up = up;
	p->running = false;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	reset(p);
}
