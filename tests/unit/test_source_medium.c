#include "unit/unit.h"

#include <errno.h>

#include "image/source.h"
#include "unit/files.h"
#include "unit/script.h"

#define LEN 1000

static unsigned char data[LEN], peeked[4 * LEN];

static int setup(void **state)
{
	(void)state;
	fill_random(data, sizeof(data), 3);
	files_open();
	return 0;
}

#define HOLE (1 << 20)
#define SPARSE (4 * HOLE + LEN)

static unsigned char sparse[SPARSE], all[SPARSE + 1];

/* Data, a hole, data, and a hole up to the end. */
static const char *make_sparse(void)
{
	const char *path = file_make(0, "image", data, LEN);
	int fd = open(path, O_WRONLY);

	memset(sparse, 0, sizeof(sparse));
	memcpy(sparse, data, LEN);
	memcpy(sparse + 2 * HOLE, data, LEN);
	if (pwrite(fd, data, LEN, 2 * HOLE) != LEN || ftruncate(fd, SPARSE) != 0)
		abort();
	close(fd);
	file_age(path);
	return path;
}

static void holes(void **state)
{
	struct err e = ERR_INIT;
	struct source s;
	size_t at, came, n, passed = 0;
	ssize_t got_now;

	(void)state;
	assert_int_equal(source_open(&s, make_sparse(), "give a file", &e), 0);
	assert_int_equal(drain(&s.stage, 70000, all, sizeof(all), &came, &e), SPARSE);
	assert_memory_equal(all, sparse, SPARSE);
	assert_int_equal(stage_rewind(&s.stage, &e), 0);
	/* What is passed over is zeros, in whole units, and what is left comes. */
	for (at = 0; at < SPARSE;) {
		n = (size_t)stage_pass_zeros(&s.stage, 4096);
		assert_int_equal(n % 4096, 0);
		assert_true(at + n <= SPARSE);
		memset(all, 0, n);
		assert_memory_equal(all, sparse + at, n);
		at += n;
		passed += n;
		got_now = stage_pull(&s.stage, all, 1000, &e);
		assert_true(got_now >= 0 && (got_now > 0 || at == SPARSE));
		assert_memory_equal(all, sparse + at, (size_t)got_now);
		at += (size_t)got_now;
	}
	assert_int_equal(stage_pass_zeros(&s.stage, 1), 0);
	assert_int_equal(stage_pull(&s.stage, all, 1, &e), 0);
	/* The test's file system has holes. */
	assert_true(passed > 2 * HOLE);
	/* Of a part. */
	assert_int_equal(stage_rewind(&s.stage, &e), 0);
	assert_int_equal(source_narrow(&s, HOLE, HOLE + LEN / 2, &e), 0);
	assert_int_equal(stage_pass_zeros(&s.stage, HOLE / 2), HOLE);
	assert_int_equal(drain(&s.stage, 70000, all, sizeof(all), &came, &e), LEN / 2);
	assert_memory_equal(all, data, LEN / 2);
	source_close(&s);
}

/* Its offset is also others'. */
static void holes_of_standard_input(void **state)
{
	struct err e = ERR_INIT;
	int fd = open(make_sparse(), O_RDONLY), kept = dup(STDIN_FILENO);
	struct source s;
	size_t came;

	(void)state;
	assert_true(fd >= 0 && kept >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO);
	assert_int_equal(source_open(&s, "-", "give a file", &e), 0);
	assert_int_equal(stage_pass_zeros(&s.stage, 1), 0);
	assert_int_equal(drain(&s.stage, 70000, all, sizeof(all), &came, &e), SPARSE);
	assert_memory_equal(all, sparse, SPARSE);
	assert_int_equal(lseek(STDIN_FILENO, 0, SEEK_CUR), 0);
	assert_true(dup2(kept, STDIN_FILENO) == STDIN_FILENO);
	close(fd);
	close(kept);
}

/* The medium: what cannot be read of it, and how often that was tried. */
static struct unread bad;
static unsigned bad_reads;
static int bad_number;

/* In the place of the C library's. */
ssize_t pread(int fd, void *buf, size_t n, off_t at)
{
	uint64_t same;
	off_t before = lseek(fd, 0, SEEK_CUR);
	ssize_t result;

	if (unread_has(&bad, (uint64_t)at, &same) || same < n) {
		bad_reads++;
		errno = bad_number;
		return -1;
	}
	if (lseek(fd, at, SEEK_SET) < 0)
		return -1;
	result = read(fd, buf, n);
	(void)lseek(fd, before, SEEK_SET);
	return result;
}

/* sparse is what has to come: data, with zeros where the medium is bad. */
static void make_bad(const struct unread_range *ranges, unsigned count)
{
	unsigned i;

	fill_random(sparse, sizeof(sparse), 7);
	file_make(0, "image", sparse, sizeof(sparse));
	memset(&bad, 0, sizeof(bad));
	for (i = 0; i < count; i++) {
		assert_true(unread_add(&bad, ranges[i].at, ranges[i].len));
		memset(sparse + ranges[i].at, 0, (size_t)ranges[i].len);
	}
	bad_number = EIO;
	bad_reads = 0;
}

/* Whole sectors are given up, once, and no other. */
static void a_bad_medium(void **state)
{
	static const struct unread_range ranges[] = {
		{ 0, 4096 },
		{ 40960, 8192 },
		{ 65536, 4096 },
		{ 3 * HOLE, 4096 },
		{ SPARSE / 4096 * 4096, SPARSE % 4096 },
	};
	static const size_t caps[] = { 100, 4096, 70000, SPARSE };
	struct source s;
	size_t i, came;

	(void)state;
	for (i = 0; i < COUNT(caps); i++) {
		struct err e = ERR_INIT;

		make_bad(ranges, COUNT(ranges));
		assert_int_equal(source_open(&s, file_path(0, "image"), "give a file", &e), 0);
		s.zero_unread = true;
		assert_true(source_peek(&s, peeked, sizeof(peeked), &e) >= 0);
		CHECK(drain(&s.stage, caps[i], all, sizeof(all), &came, &e) == SPARSE, "%s",
		      e.text);
		assert_memory_equal(all, sparse, SPARSE);
		assert_memory_equal(peeked, sparse, sizeof(peeked));
		assert_int_equal(s.unread.bytes, bad.bytes);
		assert_int_equal(s.unread.count, COUNT(ranges));
		/* Another pass does not try again. */
		bad_reads = 0;
		assert_int_equal(stage_rewind(&s.stage, &e), 0);
		assert_int_equal(drain(&s.stage, caps[i], all, sizeof(all), &came, &e), SPARSE);
		assert_memory_equal(all, sparse, SPARSE);
		assert_int_equal(bad_reads, 0);
		assert_int_equal(s.unread.bytes, bad.bytes);
		source_close(&s);
	}
	memset(&bad, 0, sizeof(bad));
}

static void a_bad_medium_is_an_error(void **state)
{
	static const struct unread_range range = { 2 * HOLE, 4096 };
	static const int numbers[] = { EIO, ENODATA, EIO, ENXIO, EBADF };
	struct source s;
	size_t i, came;

	(void)state;
	for (i = 0; i < COUNT(numbers); i++) {
		struct err e = ERR_INIT;

		make_bad(&range, 1);
		bad_number = numbers[i];
		assert_int_equal(source_open(&s, file_path(0, "image"), "give a file", &e), 0);
		/* The first as they are; then those that are no fault of the medium. */
		s.zero_unread = i > 2;
		assert_int_equal(drain(&s.stage, 70000, all, sizeof(all), &came, &e), -1);
		check_err(&e, ERR_IMAGE, "read error at byte");
		source_close(&s);
	}
	memset(&bad, 0, sizeof(bad));
}

static void too_many_places(void **state)
{
	static struct unread u;
	uint64_t i, len;

	(void)state;
	for (i = 0; i < UNREAD_MAX; i++)
		assert_true(unread_add(&u, i * 10, 5));
	assert_false(unread_add(&u, i * 10, 5));
	assert_true(unread_add(&u, (i - 1) * 10 + 5, 3));
	assert_int_equal(u.bytes, UNREAD_MAX * 5 + 3);
	for (i = 0; i < 10 * UNREAD_MAX - 10; i++) {
		assert_int_equal(unread_has(&u, i, &len), i % 10 < 5);
		assert_int_equal(len, i % 10 < 5 ? 5 - i % 10 : 10 - i % 10);
	}
	assert_false(unread_has(&u, 10 * UNREAD_MAX, &len));
	assert_true(len == UINT64_MAX);
}

/* A sector that was read well by the first pass may fail in the second. */
static void places_in_any_order(void **state)
{
	static const unsigned at[] = { 50, 10, 30, 20, 40, 0, 70, 60 };
	static const unsigned counts[] = { 1, 2, 3, 2, 1, 1, 2, 1 };
	static struct unread u;
	uint64_t len;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(at); i++) {
		assert_false(unread_has(&u, at[i], &len));
		assert_true(unread_add(&u, at[i], 10));
		assert_int_equal(u.count, counts[i]);
		assert_int_equal(u.bytes, (i + 1) * 10);
		assert_true(unread_has(&u, at[i], &len));
	}
	assert_true(unread_has(&u, 0, &len));
	assert_int_equal(len, 80);
	assert_int_equal(u.range[0].at, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holes),           cmocka_unit_test(holes_of_standard_input),
		cmocka_unit_test(a_bad_medium),    cmocka_unit_test(a_bad_medium_is_an_error),
		cmocka_unit_test(too_many_places), cmocka_unit_test(places_in_any_order),
	};

	return cmocka_run_group_tests_name("source_medium", tests, setup, files_teardown);
}
