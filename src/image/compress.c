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
	return (slots_of(threads) + 1) * sizeof(struct compress_slot) +
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

static bool is_zero(const struct compress_slot *s)
{
	const uint64_t *at = (const uint64_t *)(const void *)s->in;
	const uint64_t *end = at + sizeof(s->in) / sizeof(*at);

	if (s->in_len < sizeof(s->in))
		return false;
	for (; at < end; at += 8)
		if (at[0] | at[1] | at[2] | at[3] | at[4] | at[5] | at[6] | at[7])
			return false;
	return true;
}

/* Pulls may be short. */
static ssize_t pull_block(struct compress *c, struct compress_slot *s)
{
	ssize_t n = 1;

	s->in_len = 0;
	while (n > 0 && s->in_len < sizeof(s->in)) {
		n = stage_pull(c->stage.up, s->in + s->in_len, sizeof(s->in) - s->in_len, &s->err);
		if (n > 0)
			s->in_len += (size_t)n;
	}
	return n;
}

/* So many blocks of zeros that are read go into one slot: whoever waits for bytes gets some. */
#define ZEROS_MOST 16

/* Read one block from the left, with the zeros that are before it, or only these. */
static void fill(struct compress *c, struct compress_slot *s)
{
	ssize_t n = 1;

	s->in_len = s->len = s->used = 0;
	s->given = 0;
	s->crc = 0;
	s->done = s->last = false;
	s->err = ERR_INIT;
	s->zeros = stage_pass_zeros(c->stage.up, sizeof(s->in)) / sizeof(s->in);
	while (n > 0 && s->in_len == 0 && s->zeros < ZEROS_MOST) {
		n = pull_block(c, s);
		/* All blocks of zeros are the same, and that one is known. */
		if (is_zero(s)) {
			s->zeros++;
			s->in_len = 0;
		}
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
		n = deflate_block(&t->deflate, s->in, s->in_len, s->out, &s->crc,
				  t->c->pass != COMPRESS_MEASURE, &s->err);
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
	c->put = c->take = c->padding = 0;
	c->have = (struct compress_total){ 0 };
}

/* In a slot into which nothing was read yet. */
static int make_zero(struct compress *c, struct deflate *d, struct err *e)
{
	struct compress_slot *zero = c->zero;
	unsigned char *in = c->slots[0].in;
	ssize_t n;

	memset(in, 0, sizeof(zero->in));
	n = deflate_block(d, in, sizeof(zero->in), zero->out, &zero->crc, true, e);
	zero->len = n > 0 ? (size_t)n : 0;
	return n < 0 ? -1 : 0;
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
		if (c->zero->len == 0 && make_zero(c, &c->thread[c->running].deflate, e) < 0) {
			deflate_close(&c->thread[c->running].deflate);
			return -1;
		}
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

/* What a stream ends with: empty blocks, the last of which says that it is the last. */
struct ending {
	unsigned char len, bytes[6];
};

#define ENDING_LEAST 2

/* RFC 1951, 3.2.3: blocks of fixed codes, of 10 bits each; at last a stored one. */
static const struct ending endings[] = {
	{ 2, { 0x03, 0x00 } },
	{ 3, { 0x02, 0x0c, 0x00 } },
	{ 4, { 0x02, 0x08, 0x30, 0x00 } },
	{ 5, { 0x02, 0x08, 0x20, 0xc0, 0x00 } },
	{ 6, { 0x02, 0x04, 0x00, 0x00, 0xff, 0xff } },
};

/* A stored block of length 0, at a whole byte. */
static const unsigned char nothing[] = { 0x00, 0x00, 0x00, 0xff, 0xff };

/* The CRC and the length (RFC 1952, 2.3.1). */
#define TRAILER_BYTES 8

static int differs(const struct compress *c, struct err *e)
{
	if (c->pass == COMPRESS_PADDED)
		return err_set(e, ERR_IMAGE,
			       "the disk has changed so much since it was measured that it does not fit into the announced %llu bytes any more: try again when less is written to it",
			       (unsigned long long)c->want.len);
	return err_set(e, ERR_IMAGE,
		       "the disk has changed since it was measured: see that nobody writes to it, or take it as it is with hoist linode --live");
}

/* All blocks were handed over: is it the same as before, and what is still to come? */
static int close_member(struct compress *c, struct err *e)
{
	const struct ending *ending = &endings[0];
	uint64_t rest = ENDING_LEAST;

	if (c->pass == COMPRESS_SAME &&
	    (c->have.crc != c->want.crc || c->have.count != c->want.count))
		return differs(c, e);
	if (c->pass == COMPRESS_PADDED) {
		if (c->want.len < c->have.len + ENDING_LEAST + TRAILER_BYTES)
			return differs(c, e);
		rest = c->want.len - c->have.len - TRAILER_BYTES;
		ending = &endings[(rest - ENDING_LEAST) % sizeof(nothing)];
	}
	c->padding = rest - ending->len;
	memcpy(c->edge, ending->bytes, ending->len);
	put_le32(c->edge + ending->len, c->have.crc);
	put_le32(c->edge + ending->len + 4, (uint32_t)c->have.count);
	c->edge_len = ending->len + TRAILER_BYTES;
	c->edge_used = 0;
	c->closed = true;
	return 0;
}

/* CRC and length of a run are put together from those of its halves. */
static void count_zeros(struct compress *c, uint64_t blocks)
{
	uint32_t crc = c->zero->crc;
	uint64_t len = sizeof(c->zero->in);

	for (; blocks > 0; blocks >>= 1) {
		if (blocks & 1) {
			c->have.crc = (uint32_t)crc32_combine(c->have.crc, crc, (z_off_t)len);
			c->have.count += len;
		}
		crc = (uint32_t)crc32_combine(crc, crc, (z_off_t)len);
		len *= 2;
	}
}

/* The block is handed over: its slot is free. */
static int finish(struct compress *c, struct compress_slot *s, struct err *e)
{
	count_zeros(c, s->zeros);
	c->have.crc = (uint32_t)crc32_combine(c->have.crc, s->crc, (z_off_t)s->in_len);
	c->have.count += s->in_len;
	if (s->last && close_member(c, e) < 0)
		return -1;
	pthread_mutex_lock(&c->lock);
	c->take++;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	return 0;
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

static size_t hand_over(struct compress *c, void *to, size_t cap, const unsigned char *from,
			size_t len, size_t *used)
{
	size_t n = len - *used < cap ? len - *used : cap;

	memcpy(to, from + *used, n);
	*used += n;
	c->have.len += n;
	return n;
}

/* As many of a run's blocks as fit, or a part of one. */
static size_t hand_over_zeros(struct compress *c, struct compress_slot *s, unsigned char *to,
			      size_t cap)
{
	size_t n = 0;

	while (s->given < s->zeros && n < cap) {
		n += hand_over(c, to + n, cap - n, c->zero->out, c->zero->len, &s->used);
		if (s->used == c->zero->len) {
			s->used = 0;
			s->given++;
		}
	}
	return n;
}

static size_t pad(struct compress *c, unsigned char *to, size_t cap)
{
	const size_t len = sizeof(nothing);
	size_t n;

	for (n = 0; n < cap && c->padding > 0; n++, c->padding--)
		to[n] = nothing[(len - c->padding % len) % len];
	c->have.len += n;
	return n;
}

/* What is there to hand over; 0 at the end. */
static ssize_t next_bytes(struct compress *c, void *buf, size_t cap, struct err *e)
{
	struct compress_slot *s;
	size_t n = 0;

	while (n == 0) {
		if (c->padding > 0)
			return (ssize_t)pad(c, buf, cap);
		if (c->edge_used < c->edge_len)
			return (ssize_t)hand_over(c, buf, cap, c->edge, c->edge_len, &c->edge_used);
		if (c->closed)
			return 0;
		s = wait_for(c);
		if (s->err.code != ERR_NONE) {
			*e = s->err;
			return -1;
		}
		if (s->given < s->zeros)
			n = hand_over_zeros(c, s, buf, cap);
		else
			n = hand_over(c, buf, cap, s->out, s->len, &s->used);
		if (s->given == s->zeros && s->used == s->len && finish(c, s, e) < 0)
			return -1;
	}
	return (ssize_t)n;
}

static bool is_again(const struct compress *c)
{
	return c->pass == COMPRESS_SAME || c->pass == COMPRESS_PADDED;
}

static ssize_t compress_pull(struct stage *stage, void *buf, size_t cap, struct err *e)
{
	struct compress *c = (struct compress *)stage;
	ssize_t n;

	if (c->running == 0 && !c->closed && start(c, e) < 0)
		return -1;
	n = next_bytes(c, buf, cap, e);
	if (n > 0 && is_again(c) && c->have.len > c->want.len)
		return differs(c, e);
	return n;
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

static const struct stage_ops compress_ops = { "compress", compress_pull, compress_rewind, NULL };

void compress_init(struct compress *c, struct stage *up, int level, unsigned threads, void *room)
{
	c->stage.ops = &compress_ops;
	c->stage.up = up;
	c->level = level;
	c->threads = threads;
	c->pass = COMPRESS_ONCE;
	c->running = 0;
	if (threads > 0) {
		c->zero = room;
		c->zero->len = 0;
		c->thread = (struct compress_thread *)(void *)(c->zero + 1);
		c->slots = (struct compress_slot *)(void *)(c->thread + threads);
	}
	pthread_mutex_init(&c->turn, NULL);
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->changed, NULL);
	reset(c);
}

void compress_pass(struct compress *c, enum compress_pass pass, const struct compress_total *want)
{
	c->pass = pass;
	c->want = *want;
}

/* 2 % and 1 MiB */
uint64_t compress_padded(uint64_t len)
{
	return len + len / 50 + ((uint64_t)1 << 20);
}
