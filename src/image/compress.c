/* Threads take turns to read a block, and compress it while others read. */
#include "image/compress.h"

#include <string.h>

#include "base/stop.h"

/* Each thread has one at work, and two more wait to be handed over or to be filled. */
static unsigned slots_of(unsigned threads)
{
	return threads + 2;
}

size_t compress_bytes(unsigned threads)
{
	return slots_of(threads) * sizeof(struct compress_slot) +
	       threads * sizeof(struct compress_thread);
}

static struct compress_slot *slot_of(struct compress *c, uint64_t number)
{
	return &c->slots[number % slots_of(c->threads)];
}

/* Wait until the slot of the next block is free.  NULL when there is none to read. */
static struct compress_slot *next_slot(struct compress *c)
{
	struct compress_slot *s;

	pthread_mutex_lock(&c->lock);
	while (!c->quit && !c->ended && c->put - c->take == slots_of(c->threads))
		pthread_cond_wait(&c->changed, &c->lock);
	s = c->quit || c->ended ? NULL : slot_of(c, c->put);
	pthread_mutex_unlock(&c->lock);
	return s;
}

/* Read one block from the left; pulls may be short. */
static void fill(struct compress *c, struct compress_slot *s)
{
	ssize_t n = 1;

	s->in_len = s->len = s->used = 0;
	s->crc = 0;
	s->done = s->last = false;
	s->err = ERR_INIT;
	while (n > 0 && s->in_len < sizeof(s->in)) {
		n = stage_pull(c->stage.up, s->in + s->in_len, sizeof(s->in) - s->in_len, &s->err);
		if (n > 0)
			s->in_len += (size_t)n;
	}
	s->last = n <= 0;
	pthread_mutex_lock(&c->lock);
	c->put++;
	c->ended = n <= 0;
	pthread_mutex_unlock(&c->lock);
}

static void work(struct compress_thread *t, struct compress_slot *s)
{
	ssize_t n = 0;

	if (s->err.code == ERR_NONE && s->in_len > 0)
		n = deflate_block(&t->deflate, s->in, s->in_len, s->out, &s->crc, &s->err);
	pthread_mutex_lock(&t->c->lock);
	s->len = n > 0 ? (size_t)n : 0;
	s->done = true;
	pthread_cond_broadcast(&t->c->changed);
	pthread_mutex_unlock(&t->c->lock);
}

static void *run(void *arg)
{
	struct compress_thread *t = arg;
	struct compress *c = t->c;
	struct compress_slot *s;

	stop_block();
	for (;;) {
		pthread_mutex_lock(&c->turn);
		s = next_slot(c);
		if (s)
			fill(c, s);
		pthread_mutex_unlock(&c->turn);
		if (!s)
			return NULL;
		work(t, s);
	}
}

/* RFC 1952, 2.3.1: no time and no name, so that two passes give the same; an unknown system. */
static void reset(struct compress *c)
{
	static const unsigned char head[10] = { 0x1f, 0x8b, 8, [9] = 255 };

	memcpy(c->edge, head, sizeof(head));
	c->edge[8] = c->level == 1 ? 4 : c->level == 9 ? 2 : 0;
	c->edge_len = sizeof(head);
	c->edge_used = 0;
	c->quit = c->ended = c->closed = false;
	c->put = c->take = c->count = 0;
	c->crc = 0;
}

static int start(struct compress *c, struct err *e)
{
	pthread_attr_t attr;
	int failed = pthread_attr_init(&attr);

	if (!failed)
		failed = pthread_attr_setstacksize(&attr, THREAD_STACK_BYTES);
	for (; !failed && c->running < c->threads; c->running += !failed) {
		c->thread[c->running].c = c;
		if (deflate_open(&c->thread[c->running].deflate, c->level, e) < 0)
			return -1;
		failed = pthread_create(&c->thread[c->running].id, &attr, run,
					&c->thread[c->running]);
		if (failed)
			deflate_close(&c->thread[c->running].deflate);
	}
	pthread_attr_destroy(&attr);
	/* One is enough. */
	if (failed && c->running == 0)
		return err_set(e, ERR_FAILED, "cannot start a thread (error %d)", failed);
	return 0;
}

static void put_le32(unsigned char *to, uint32_t n)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		to[i] = (unsigned char)(n >> 8 * i);
}

/* An empty block that is the last of the stream, the CRC and the length (2.3.1). */
static void close_member(struct compress *c)
{
	c->edge[0] = 3;
	c->edge[1] = 0;
	put_le32(c->edge + 2, c->crc);
	put_le32(c->edge + 6, (uint32_t)c->count);
	c->edge_len = 10;
	c->edge_used = 0;
	c->closed = true;
}

/* The block is handed over: its slot is free. */
static void finish(struct compress *c, struct compress_slot *s)
{
	c->crc = (uint32_t)crc32_combine(c->crc, s->crc, (z_off_t)s->in_len);
	c->count += s->in_len;
	if (s->last)
		close_member(c);
	pthread_mutex_lock(&c->lock);
	c->take++;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

static struct compress_slot *wait_for(struct compress *c)
{
	struct compress_slot *s = slot_of(c, c->take);

	pthread_mutex_lock(&c->lock);
	while (c->put == c->take || !s->done)
		pthread_cond_wait(&c->changed, &c->lock);
	pthread_mutex_unlock(&c->lock);
	return s;
}

static size_t hand_over(void *to, size_t cap, const unsigned char *from, size_t len, size_t *used)
{
	size_t n = len - *used < cap ? len - *used : cap;

	memcpy(to, from + *used, n);
	*used += n;
	return n;
}

static ssize_t compress_pull(struct stage *stage, void *buf, size_t cap, struct err *e)
{
	struct compress *c = (struct compress *)stage;
	struct compress_slot *s;
	size_t n = 0;

	if (c->running == 0 && !c->closed && start(c, e) < 0)
		return -1;
	while (n == 0) {
		if (c->edge_used < c->edge_len)
			return (ssize_t)hand_over(buf, cap, c->edge, c->edge_len, &c->edge_used);
		if (c->closed)
			return 0;
		s = wait_for(c);
		if (s->err.code != ERR_NONE) {
			*e = s->err;
			return -1;
		}
		n = hand_over(buf, cap, s->out, s->len, &s->used);
		if (s->used == s->len)
			finish(c, s);
	}
	return (ssize_t)n;
}

void compress_stop(struct compress *c)
{
	pthread_mutex_lock(&c->lock);
	c->quit = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	for (; c->running > 0; c->running--) {
		pthread_join(c->thread[c->running - 1].id, NULL);
		deflate_close(&c->thread[c->running - 1].deflate);
	}
}

static int compress_rewind(struct stage *stage, struct err *e)
{
	struct compress *c = (struct compress *)stage;

	compress_stop(c);
	reset(c);
	return stage_rewind(stage->up, e);
}

static const struct stage_ops compress_ops = { "compress", compress_pull, compress_rewind };

void compress_init(struct compress *c, struct stage *up, int level, unsigned threads, void *room)
{
	c->stage.ops = &compress_ops;
	c->stage.up = up;
	c->level = level;
	c->threads = threads;
	c->running = 0;
	c->thread = room;
	c->slots = (struct compress_slot *)(void *)(c->thread + threads);
	pthread_mutex_init(&c->turn, NULL);
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->changed, NULL);
	reset(c);
}
