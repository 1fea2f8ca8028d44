#include "unit/unit.h"

#include <pthread.h>

#include "image/prefetch.h"
#include "unit/script.h"

/* More than the ring holds, and no multiple of anything. */
#define LEN (RING_BLOCKS * RING_BLOCK_BYTES + 3 * RING_BLOCK_BYTES + 12345)

static unsigned char data[LEN], got[LEN + 1];
static struct prefetch ring;
static struct script source;

static int make_data(void **state)
{
	(void)state;
	fill_random(data, sizeof(data), 7);
	return 0;
}

static void open_ring(size_t len, size_t step)
{
	script_init(&source, data, len, step);
	prefetch_init(&ring, &source.stage);
}

static void everything_arrives(void **state)
{
	static const size_t lens[] = {
		0,
		1,
		RING_BLOCK_BYTES - 1,
		RING_BLOCK_BYTES,
		RING_BLOCK_BYTES + 1,
		RING_BLOCKS * RING_BLOCK_BYTES,
		RING_BLOCKS * RING_BLOCK_BYTES + 1,
		LEN,
	};
	static const size_t steps[] = { 0, 777, RING_BLOCK_BYTES }, caps[] = { 1000, 65536, LEN };
	size_t i, k, came;

	(void)state;
	for (i = 0; i < COUNT(lens); i++) {
		for (k = 0; k < COUNT(steps) * COUNT(caps); k++) {
			struct err e = ERR_INIT;

			open_ring(lens[i], steps[k / 3]);
			CHECK(drain(&ring.stage, caps[k % 3], got, sizeof(got), &came, &e) ==
				      (ssize_t)lens[i],
			      "%zu: %s", lens[i], e.text);
			assert_memory_equal(got, data, lens[i]);
			/* The end stays the end. */
			assert_int_equal(stage_pull(&ring.stage, got, 10, &e), 0);
			prefetch_stop(&ring);
			assert_false(source.misused);
		}
	}
}

static void the_smallest_pulls(void **state)
{
	struct err e = ERR_INIT;
	size_t came;

	(void)state;
	open_ring(RING_BLOCK_BYTES + 10, 1);
	assert_int_equal(drain(&ring.stage, 1, got, sizeof(got), &came, &e), RING_BLOCK_BYTES + 10);
	assert_memory_equal(got, data, came);
	prefetch_stop(&ring);
}

/* A failure comes where it belongs: after all the bytes before it, as an error, with its text. */
static void failures(void **state)
{
	static const size_t points[] = {
		0,
		1,
		100,
		RING_BLOCK_BYTES - 1,
		RING_BLOCK_BYTES,
		RING_BLOCK_BYTES + 1,
		2 * RING_BLOCK_BYTES,
		RING_BLOCKS * RING_BLOCK_BYTES - 1,
		RING_BLOCKS * RING_BLOCK_BYTES,
		RING_BLOCKS * RING_BLOCK_BYTES + 1,
		(RING_BLOCKS + 1) * RING_BLOCK_BYTES,
		LEN - 1,
		LEN,
	};
	size_t i, cap, came;

	(void)state;
	for (i = 0; i < COUNT(points); i++) {
		for (cap = 999; cap <= 999999; cap *= 10) {
			struct err e = ERR_INIT;

			open_ring(LEN, i % 2 ? 5000 : 0);
			source.fail_at = points[i];
			CHECK(drain(&ring.stage, cap, got, sizeof(got), &came, &e) == -1, "%zu",
			      points[i]);
			check_err(&e, ERR_IMAGE, "failure");
			CHECK(strstr(e.text, "scripted failure"), "%s", e.text);
			CHECK(came == points[i], "%zu, not %zu", came, points[i]);
			assert_memory_equal(got, data, came);
			prefetch_stop(&ring);
			assert_false(source.misused);
		}
	}
}

/* Every point in a small stream: the block that fails is also the first one. */
static void every_failure_of_a_small_stream(void **state)
{
	size_t at, came;

	(void)state;
	for (at = 0; at <= 64; at++) {
		struct err e = ERR_INIT;

		open_ring(64, 3);
		source.fail_at = at;
		assert_int_equal(drain(&ring.stage, 5, got, sizeof(got), &came, &e), -1);
		check_err(&e, ERR_IMAGE, "small");
		assert_int_equal(came, at);
		prefetch_stop(&ring);
	}
}

static void rewinding(void **state)
{
	struct err e = ERR_INIT;
	size_t at, came, k;

	(void)state;
	open_ring(LEN, 0);
	/* Before the first pull, and after more and more of it. */
	assert_int_equal(stage_rewind(&ring.stage, &e), 0);
	for (at = 1; at < LEN; at = at * 3 + 1) {
		for (k = 0; k < at; k += came) {
			ssize_t n = stage_pull(&ring.stage, got, at - k, &e);

			assert_true(n > 0);
			assert_memory_equal(got, data + k, (size_t)n);
			came = (size_t)n;
		}
		assert_int_equal(stage_rewind(&ring.stage, &e), 0);
	}
	/* After the end, after a failure, and the whole once more. */
	assert_int_equal(drain(&ring.stage, 70000, got, sizeof(got), &came, &e), LEN);
	assert_int_equal(stage_rewind(&ring.stage, &e), 0);
	source.fail_at = 70000;
	assert_int_equal(drain(&ring.stage, 70000, got, sizeof(got), &came, &e), -1);
	err_clear(&e);
	source.fail_at = NEVER;
	assert_int_equal(stage_rewind(&ring.stage, &e), 0);
	assert_int_equal(drain(&ring.stage, 70000, got, sizeof(got), &came, &e), LEN);
	assert_memory_equal(got, data, LEN);
	check_err(&e, ERR_NONE, "after rewinding");
	assert_false(source.misused);
	source.no_rewind = true;
	assert_int_equal(stage_rewind(&ring.stage, &e), -1);
	check_err(&e, ERR_IMAGE, "a pipe");
	prefetch_stop(&ring);
}

static void many_rewinds(void **state)
{
	struct err e = ERR_INIT;
	unsigned k;

	(void)state;
	open_ring(LEN, 4096);
	for (k = 0; k < 300; k++) {
		assert_true(stage_pull(&ring.stage, got, 100, &e) > 0);
		assert_memory_equal(got, data, 1);
		assert_int_equal(stage_rewind(&ring.stage, &e), 0);
	}
	assert_int_equal(source.rewinds, 300);
	prefetch_stop(&ring);
}

/* After stopping, nothing to the left is in use: it may be changed, or be gone. */
static void stopping(void **state)
{
	struct err e = ERR_INIT;
	unsigned k;

	(void)state;
	prefetch_init(&ring, &source.stage);
	prefetch_stop(&ring); /* never started */
	for (k = 0; k < 100; k++) {
		open_ring(LEN, k % 3 * 1000);
		assert_true(stage_pull(&ring.stage, got, 1 + k * 997, &e) > 0);
		prefetch_stop(&ring);
		memset(&source, 0xff, sizeof(source));
		prefetch_stop(&ring);
	}
}

/* A source that ends only when it is told to: while it blocks, bytes before it are there. */
struct slow {
	struct stage stage;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool go;
	size_t pos;
};

static ssize_t slow_pull(struct stage *stage, void *buf, size_t cap, struct err *e)
{
	struct slow *s = (struct slow *)stage;

	(void)e;
	if (s->pos >= 2 * RING_BLOCK_BYTES) {
		pthread_mutex_lock(&s->lock);
		while (!s->go)
			pthread_cond_wait(&s->changed, &s->lock);
		pthread_mutex_unlock(&s->lock);
		return 0;
	}
	if (cap > 2 * RING_BLOCK_BYTES - s->pos)
		cap = 2 * RING_BLOCK_BYTES - s->pos;
	memcpy(buf, data + s->pos, cap);
	s->pos += cap;
	return (ssize_t)cap;
}

static const struct stage_ops slow_ops = { "slow", slow_pull, NULL, NULL };

static void what_is_read_does_not_wait(void **state)
{
	struct slow s = { .stage = { .ops = &slow_ops },
			  .lock = PTHREAD_MUTEX_INITIALIZER,
			  .changed = PTHREAD_COND_INITIALIZER };
	struct err e = ERR_INIT;
	size_t came = 0;
	ssize_t n;

	(void)state;
	prefetch_init(&ring, &s.stage);
	while (came < 2 * RING_BLOCK_BYTES) {
		n = stage_pull(&ring.stage, got + came, sizeof(got) - came, &e);
		assert_true(n > 0);
		came += (size_t)n;
	}
	assert_memory_equal(got, data, came);
	pthread_mutex_lock(&s.lock);
	s.go = true;
	pthread_cond_broadcast(&s.changed);
	pthread_mutex_unlock(&s.lock);
	assert_int_equal(stage_pull(&ring.stage, got, 10, &e), 0);
	prefetch_stop(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_arrives),
		cmocka_unit_test(the_smallest_pulls),
		cmocka_unit_test(failures),
		cmocka_unit_test(every_failure_of_a_small_stream),
		cmocka_unit_test(rewinding),
		cmocka_unit_test(many_rewinds),
		cmocka_unit_test(stopping),
		cmocka_unit_test(what_is_read_does_not_wait),
	};

	return cmocka_run_group_tests_name("prefetch", tests, make_data, NULL);
}
