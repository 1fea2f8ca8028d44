#include "unit/unit.h"

#include <zlib.h>

#include "image/compress.h"
#include "unit/gunzip.h"
#include "unit/script.h"

#define MIB (1024 * 1024)

/* More than two blocks for each of eight threads, and a part of one. */
#define LEN (19 * DEFLATE_BLOCK_BYTES + 12345)

static unsigned char data[LEN], packed[LEN + LEN / 100 + 1000], first[sizeof(packed)],
	back[LEN + 1];
static struct script script;
static struct compress stage;

/* Zeros, text and noise, by turns. */
static void fill(void)
{
	size_t at, i;

	fill_random(data, LEN, 5);
	for (at = 0; at + 300000 < LEN; at += 300000) {
		memset(data + at, 0, 100000);
		for (i = 0; i < 100000; i++)
			data[at + 100000 + i] = (unsigned char)("what is on the disk "[i % 20]);
	}
}

static size_t pull_all(size_t cap, struct err *e)
{
	size_t len = 0;
	ssize_t n;

	while ((n = stage_pull(&stage.stage, packed + len,
			       cap < sizeof(packed) - len ? cap : sizeof(packed) - len, e)) > 0)
		len += (size_t)n;
	return n < 0 ? SIZE_MAX : len;
}

/* In zlib's opinion: one member, with nothing behind it. */
static size_t unpack(size_t len)
{
	z_stream z = { .next_in = packed,
		       .avail_in = (uInt)len,
		       .next_out = back,
		       .avail_out = sizeof(back) };

	assert_int_equal(inflateInit2(&z, 31), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	inflateEnd(&z);
	return z.total_out;
}

static void every_number_of_threads(void **state)
{
	static const size_t lengths[] = {
		0,  1, 4095, DEFLATE_BLOCK_BYTES - 1, DEFLATE_BLOCK_BYTES, DEFLATE_BLOCK_BYTES + 1,
		LEN
	};
	static const int levels[] = { 1, 6, 9 };
	struct err e = ERR_INIT;
	size_t i, k, len, want = 0;
	unsigned threads;
	void *room = calloc(1, compress_bytes(COMPRESS_THREADS_MAX));

	(void)state;
	assert_non_null(room);
	for (i = 0; i < COUNT(lengths); i++) {
		for (k = 0; k < COUNT(levels); k++) {
			for (threads = 1; threads <= COMPRESS_THREADS_MAX; threads++) {
				script_init(&script, data, lengths[i], 70000);
				compress_init(&stage, &script.stage, levels[k], threads, room);
				len = pull_all(threads * 1000, &e);
				CHECK(len != SIZE_MAX, "%s", e.text);
				assert_int_equal(unpack(len), lengths[i]);
				assert_memory_equal(back, data, lengths[i]);
				/* The number of threads is no matter. */
				if (threads == 1)
					memcpy(first, packed, want = len);
				assert_int_equal(len, want);
				assert_memory_equal(packed, first, len);
				compress_stop(&stage);
				compress_stop(&stage);
			}
		}
	}
	free(room);
}

static void again(void **state)
{
	struct err e = ERR_INIT;
	size_t len;
	void *room = calloc(1, compress_bytes(2));

	(void)state;
	script_init(&script, data, LEN, 0);
	compress_init(&stage, &script.stage, 1, 2, room);
	/* In the middle. */
	assert_true(stage_pull(&stage.stage, packed, 100000, &e) > 0);
	assert_int_equal(stage_rewind(&stage.stage, &e), 0);
	len = pull_all(65536, &e);
	assert_int_equal(unpack(len), LEN);
	memcpy(first, packed, len);
	assert_int_equal(stage_rewind(&stage.stage, &e), 0);
	assert_int_equal(pull_all(1000, &e), len);
	assert_memory_equal(packed, first, len);
	compress_stop(&stage);
	free(room);
}

/* Read or known, and in runs of any length: they come out the same. */
static void zeros(void **state)
{
	struct err e = ERR_INIT;
	void *room = calloc(1, compress_bytes(3));
	unsigned threads;
	size_t len, out, runs;

	(void)state;
	for (runs = 1; runs < 20; runs += 3) {
		memset(data + 1000, 0, runs * DEFLATE_BLOCK_BYTES);
		for (len = LEN - 5 * DEFLATE_BLOCK_BYTES; len <= LEN; len += 100000) {
			script_init(&script, data, len, 70000);
			compress_init(&stage, &script.stage, 1, 1, room);
			out = pull_all(1000, &e);
			compress_stop(&stage);
			assert_int_equal(unpack(out), len);
			assert_memory_equal(back, data, len);
			memcpy(first, packed, out);
			for (threads = 1; threads <= 3; threads++) {
				script_init(&script, data, len, 70000);
				script.holes = true;
				compress_init(&stage, &script.stage, 1, threads, room);
				assert_int_equal(pull_all(threads * 777, &e), out);
				assert_memory_equal(first, packed, out);
				assert_int_equal(stage.have.count, len);
				compress_stop(&stage);
			}
		}
	}
	fill();
	free(room);
}

static struct compress_total measured(void *room, size_t len)
{
	const struct compress_total none = { 0 };
	struct err e = ERR_INIT;
	size_t out;

	script_init(&script, data, len, 0);
	compress_init(&stage, &script.stage, 1, 2, room);
	compress_pass(&stage, COMPRESS_MEASURE, &none);
	out = pull_all(65536, &e);
	assert_int_equal(out, stage.have.len);
	assert_int_equal(stage.have.count, len);
	compress_stop(&stage);
	return stage.have;
}

/* Compress data[len] as the pass after one that gave want.  SIZE_MAX if it is refused. */
static size_t second(void *room, size_t len, enum compress_pass pass,
		     const struct compress_total *want, struct err *e)
{
	size_t out;

	err_clear(e);
	script_init(&script, data, len, 0);
	compress_init(&stage, &script.stage, 1, 2, room);
	compress_pass(&stage, pass, want);
	out = pull_all(65536, e);
	compress_stop(&stage);
	return out;
}

/* Any other byte, and any other length. */
static void the_same_twice(void **state)
{
	static const size_t at[] = { 0, 100000, LEN / 2, LEN - 1 };
	struct err e = ERR_INIT;
	void *room = calloc(1, compress_bytes(2));
	struct compress_total want = measured(room, LEN);
	size_t i;

	(void)state;
	assert_int_equal(second(room, LEN, COMPRESS_SAME, &want, &e), want.len);
	assert_int_equal(unpack((size_t)want.len), LEN);
	for (i = 0; i < COUNT(at); i++) {
		data[at[i]] ^= 1;
		assert_int_equal(second(room, LEN, COMPRESS_SAME, &want, &e), SIZE_MAX);
		check_err(&e, ERR_IMAGE, "the disk has changed since it was measured");
		data[at[i]] ^= 1;
	}
	assert_int_equal(second(room, LEN - 1, COMPRESS_SAME, &want, &e), SIZE_MAX);
	want = measured(room, LEN - 100000);
	assert_int_equal(second(room, LEN, COMPRESS_SAME, &want, &e), SIZE_MAX);
	check_err(&e, ERR_IMAGE, "the disk has changed since it was measured");
	free(room);
}

/* All lengths from the least one on. */
static void padded(void **state)
{
	struct err e = ERR_INIT;
	void *room = calloc(1, compress_bytes(2));
	const size_t len = DEFLATE_BLOCK_BYTES + 1000;
	struct compress_total least = measured(room, len), want = least;
	size_t more;

	(void)state;
	for (more = 0; more < 40; more++) {
		want.len = least.len + more;
		assert_int_equal(second(room, len, COMPRESS_PADDED, &want, &e), want.len);
		assert_int_equal(unpack((size_t)want.len), len);
		assert_memory_equal(back, data, len);
	}
	/* In parts of any size. */
	want.len = least.len + 12345;
	for (more = 1; more < 20; more++) {
		script_init(&script, data, len, 0);
		compress_init(&stage, &script.stage, 1, 2, room);
		compress_pass(&stage, COMPRESS_PADDED, &want);
		assert_int_equal(pull_all(more, &e), want.len);
		compress_stop(&stage);
		assert_int_equal(unpack((size_t)want.len), len);
	}
	want.len = least.len - 1;
	assert_int_equal(second(room, len, COMPRESS_PADDED, &want, &e), SIZE_MAX);
	check_err(&e, ERR_IMAGE, "the disk has changed so much");
	assert_true(compress_padded(1000) >= 1000 + MIB && compress_padded(100 * MIB) >= 103 * MIB);
	free(room);
}

/* What comes before the fault is handed over, the fault in its place. */
static void a_fault_on_the_left(void **state)
{
	struct err e = ERR_INIT;
	size_t at;
	void *room = calloc(1, compress_bytes(4));

	(void)state;
	for (at = 0; at < LEN; at += LEN / 7) {
		script_init(&script, data, LEN, 50000);
		script.fail_at = at;
		compress_init(&stage, &script.stage, 1, 4, room);
		err_clear(&e);
		assert_int_equal(pull_all(65536, &e), SIZE_MAX);
		check_err(&e, ERR_IMAGE, "a fault");
		compress_stop(&stage);
	}
	free(room);
}

static int setup(void **state)
{
	(void)state;
	fill();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_of_threads),
		cmocka_unit_test(again),
		cmocka_unit_test(zeros),
		cmocka_unit_test(the_same_twice),
		cmocka_unit_test(padded),
		cmocka_unit_test(a_fault_on_the_left),
	};

	return cmocka_run_group_tests_name("compress", tests, setup, NULL);
}
