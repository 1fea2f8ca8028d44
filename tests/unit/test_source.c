#include "unit/unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "image/source.h"
#include "unit/files.h"
#include "unit/script.h"

#define LEN 1000

static unsigned char data[2 * LEN], got[4 * LEN], peeked[4 * LEN];

static int setup(void **state)
{
	(void)state;
	fill_random(data, sizeof(data), 3);
	files_open();
	return 0;
}

/* A file of LEN bytes that has not been touched for years. */
static const char *make_image(size_t len)
{
	const char *path = file_make(0, "image", data, len);

	file_age(path);
	return path;
}

static void whole_files(void **state)
{
	static const size_t lens[] = { 0, 1, 2, LEN },
			    caps[] = { 1, 3, LEN - 1, LEN, LEN + 1, 3 * LEN };
	size_t i, k, came;
	struct source s;

	(void)state;
	for (i = 0; i < COUNT(lens); i++) {
		struct err e = ERR_INIT;

		assert_int_equal(source_open(&s, make_image(lens[i]), "give a file", &e), 0);
		assert_true(s.seekable);
		assert_int_equal(s.size, lens[i]);
		for (k = 0; k < COUNT(caps); k++) {
			assert_int_equal(drain(&s.stage, caps[k], got, sizeof(got), &came, &e),
					 lens[i]);
			assert_memory_equal(got, data, lens[i]);
			assert_int_equal(stage_pull(&s.stage, got, 1, &e), 0);
			assert_int_equal(stage_rewind(&s.stage, &e), 0);
		}
		source_close(&s);
		source_close(&s);
	}
}

/* Looking ahead consumes nothing; of a short file it yields all. */
static void peeking(void **state)
{
	struct err e = ERR_INIT;
	struct source s;
	size_t cap, came;

	(void)state;
	for (cap = 1; cap <= LEN + 300; cap += 123) {
		assert_int_equal(source_open(&s, make_image(LEN), "give a file", &e), 0);
		assert_int_equal(source_peek(&s, peeked, cap, &e), cap < LEN ? cap : LEN);
		assert_memory_equal(peeked, data, cap < LEN ? cap : LEN);
		assert_int_equal(drain(&s.stage, 77, got, sizeof(got), &came, &e), LEN);
		assert_memory_equal(got, data, LEN);
		source_close(&s);
	}
}

/* What happens to a file while it is read, and after how many bytes. */
enum change {
	GROW,
	SHRINK,
	EMPTY,
	REWRITE,
	TOUCH,
	CHANGES
};

static void change(enum change how, const char *path)
{
	int fd = open(path, O_WRONLY);

	switch (how) {
	case GROW:
		if (lseek(fd, 0, SEEK_END) < 0 || write(fd, "x", 1) != 1)
			abort();
		break;
	case SHRINK:
		if (ftruncate(fd, LEN - 1) != 0)
			abort();
		break;
	case EMPTY:
		if (ftruncate(fd, 0) != 0)
			abort();
		break;
	case REWRITE:
		if (write(fd, "other", 5) != 5)
			abort();
		break;
	case TOUCH:
	case CHANGES:
		if (futimens(fd, NULL) != 0)
			abort();
		break;
	}
	close(fd);
}

static void changes_are_found(void **state)
{
	static const size_t after[] = { 0, 1, LEN / 2, LEN - 1, LEN };
	enum change how;
	struct source s;
	size_t i, came, k;

	(void)state;
	for (how = GROW; how < CHANGES; how++) {
		for (i = 0; i < COUNT(after); i++) {
			struct err e = ERR_INIT;
			const char *path = make_image(LEN);

			assert_int_equal(source_open(&s, path, "give a file", &e), 0);
			for (k = 0; k < after[i]; k++)
				assert_int_equal(stage_pull(&s.stage, got, 1, &e), 1);
			change(how, path);
			CHECK(drain(&s.stage, 64, got, sizeof(got), &came, &e) == -1,
			      "%d after %zu", (int)how, after[i]);
			check_err(&e, ERR_IMAGE, "changed");
			assert_true(after[i] + came <= LEN);
			/* Trying again does not make it the file that was opened. */
			err_clear(&e);
			assert_int_equal(stage_rewind(&s.stage, &e), 0);
			CHECK(drain(&s.stage, 64, got, sizeof(got), &came, &e) == -1, "%d again",
			      (int)how);
			source_close(&s);
		}
	}
}

/* Between the passes of a retry, too. */
static void a_change_before_the_second_pass(void **state)
{
	struct err e = ERR_INIT;
	const char *path = make_image(LEN);
	struct source s;
	size_t came;

	(void)state;
	assert_int_equal(source_open(&s, path, "give a file", &e), 0);
	assert_int_equal(drain(&s.stage, 64, got, sizeof(got), &came, &e), LEN);
	change(REWRITE, path);
	assert_int_equal(stage_rewind(&s.stage, &e), 0);
	assert_int_equal(drain(&s.stage, 64, got, sizeof(got), &came, &e), -1);
	check_err(&e, ERR_IMAGE, "second pass");
	source_close(&s);
}

/* Removed or replaced by name, the file that was opened is still the same one. */
static void another_file_of_that_name(void **state)
{
	struct err e = ERR_INIT;
	const char *path = make_image(LEN);
	struct source s;
	size_t came;

	(void)state;
	assert_int_equal(source_open(&s, path, "give a file", &e), 0);
	assert_int_equal(stage_pull(&s.stage, got, 1, &e), 1);
	unlink(path);
	file_make(0, "image", "other", 5);
	assert_int_equal(drain(&s.stage, 64, got, sizeof(got), &came, &e), LEN - 1);
	assert_memory_equal(got, data + 1, LEN - 1);
	source_close(&s);
}

/* A read that fails is no end.  A directory put in the file's place gives EISDIR. */
static void read_errors(void **state)
{
	size_t after, came;
	struct source s;

	(void)state;
	for (after = 0; after <= LEN; after += 250) {
		struct err e = ERR_INIT;
		int dir;

		assert_int_equal(source_open(&s, make_image(LEN), "give a file", &e), 0);
		for (came = 0; came < after; came++)
			assert_int_equal(stage_pull(&s.stage, got, 1, &e), 1);
		dir = open(files_dir, O_RDONLY);
		assert_int_equal(dup2(dir, s.fd), s.fd);
		close(dir);
		CHECK(drain(&s.stage, 64, got, sizeof(got), &came, &e) == -1, "after %zu", after);
		check_err(&e, ERR_IMAGE, "read error");
		assert_int_equal(came, 0);
		source_close(&s);
	}
}

static void what_cannot_be_opened(void **state)
{
	static const char *const names[] = { "missing", "missing/image", "", "image/below" };
	struct source s;
	size_t i;

	(void)state;
	make_image(1);
	for (i = 0; i < 2 * COUNT(names); i++) {
		struct err e = ERR_INIT;
		const char *name = names[i / 2];

		CHECK(source_open(&s, *name ? file_path(1, name) : "", i % 2 ? "give a file" : NULL,
				  &e) == -1,
		      "%s", name);
		check_err(&e, ERR_USAGE, name);
		source_close(&s);
	}
	for (i = 0; i < 2; i++) {
		struct err e = ERR_INIT;

		assert_int_equal(source_open(&s, files_dir, i ? "give a file" : NULL, &e), -1);
		check_err(&e, ERR_USAGE, "a directory");
		source_close(&s);
	}
}

/* They have no end, or nothing. */
static void devices(void **state)
{
	static const char *const names[] = { "/dev/zero", "/dev/null" };
	unsigned i;
	struct err e = ERR_INIT;
	struct source s;

	(void)state;
	for (i = 0; i < 2 * COUNT(names); i++) {
		err_clear(&e);
		assert_int_equal(source_open(&s, names[i / 2], i % 2 ? "give a file" : NULL, &e),
				 -1);
		check_err(&e, ERR_USAGE, names[i / 2]);
		CHECK(strstr(e.text, "character device"), "%s", e.text);
		source_close(&s);
	}
}

/* A FIFO that nobody writes to is refused without waiting for a writer. */
static void a_fifo_without_a_writer(void **state)
{
	struct err e = ERR_INIT;
	const char *path = file_path(1, "fifo");
	struct source s;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(source_open(&s, path, "give a file", &e), -1);
	check_err(&e, ERR_USAGE, "fifo");
	source_close(&s);
}

/* Writes in small pieces into a pipe. */
struct writer {
	int fd;
	size_t len, piece;
};

static void *write_pieces(void *arg)
{
	struct writer *w = arg;
	size_t at, n;

	for (at = 0; at < w->len; at += n) {
		n = w->len - at < w->piece ? w->len - at : w->piece;
		if (write(w->fd, data + at, n) != (ssize_t)n)
			abort();
	}
	close(w->fd);
	return NULL;
}

/* From a pipe at standard input, with and without a look ahead that is longer than it. */
static void pipes(void **state)
{
	static const size_t lens[] = { 0, 1, 10, LEN },
			    peeks[] = { 0, 1, 10, LEN - 1, LEN, 2 * LEN };
	int fds[2], keep = dup(STDIN_FILENO);
	struct source s;
	size_t i, came, k;

	(void)state;
	for (i = 0; i < COUNT(lens) * COUNT(peeks); i++) {
		size_t len = lens[i / COUNT(peeks)], peek = peeks[i % COUNT(peeks)];
		struct writer w = { .len = len, .piece = 7 };
		struct err e = ERR_INIT;
		pthread_t thread;

		assert_int_equal(pipe(fds), 0);
		dup2(fds[0], STDIN_FILENO);
		close(fds[0]);
		w.fd = fds[1];
		pthread_create(&thread, NULL, write_pieces, &w);
		assert_int_equal(source_open(&s, "-", "give a file", &e), -1);
		check_err(&e, ERR_USAGE, "size wanted");
		err_clear(&e);
		assert_int_equal(source_open(&s, "-", NULL, &e), 0);
		assert_false(s.seekable);
		if (peek > 0) {
			k = peek < len ? peek : len;
			assert_int_equal(source_peek(&s, peeked, peek, &e), k);
			assert_memory_equal(peeked, data, k);
		}
		assert_int_equal(drain(&s.stage, 3, got, sizeof(got), &came, &e), len);
		assert_memory_equal(got, data, len);
		assert_int_equal(stage_rewind(&s.stage, &e), -1);
		check_err(&e, ERR_IMAGE, "second time");
		pthread_join(thread, NULL);
		source_close(&s);
		/* Standard input is not ours to close. */
		assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	}
	dup2(keep, STDIN_FILENO);
	close(keep);
}

/* A pull of a pipe on which nothing comes, in another thread. */
struct puller {
	struct source *source;
	struct err e;
	ssize_t result;
	atomic_bool began;
};

static void *pull_one(void *arg)
{
	struct puller *p = arg;
	char byte;

	atomic_store(&p->began, true);
	p->result = stage_pull(&p->source->stage, &byte, 1, &p->e);
	return NULL;
}

/* Nobody waits for a pipe that nobody reads any more.  If it does, alarm() ends the test. */
static void cancelling(void **state)
{
	int fds[2], keep = dup(STDIN_FILENO), k;
	struct source s;

	(void)state;
	alarm(60);
	for (k = 0; k < 4; k++) {
		struct puller p = { .source = &s, .e = ERR_INIT, .result = 77 };
		struct err e = ERR_INIT;
		pthread_t thread;

		assert_int_equal(pipe(fds), 0);
		dup2(fds[0], STDIN_FILENO);
		close(fds[0]);
		assert_int_equal(source_open(&s, "-", NULL, &e), 0);
		if (k == 0)
			source_cancel(&s); /* before the pull has begun */
		assert_int_equal(pthread_create(&thread, NULL, pull_one, &p), 0);
		while (k > 1 && !atomic_load(&p.began))
			sched_yield();
		if (k > 0)
			source_cancel(&s);
		pthread_join(thread, NULL);
		assert_int_equal(p.result, -1);
		assert_int_not_equal(p.e.code, ERR_NONE);
		source_close(&s);
		close(fds[1]);
	}
	alarm(0);
	dup2(keep, STDIN_FILENO);
	close(keep);
}

/* A file at standard input begins where it was handed over, and has its size from there. */
static void standard_input_with_an_offset(void **state)
{
	static const size_t offsets[] = { 0, 1, LEN / 2, LEN, LEN + 50 };
	int keep = dup(STDIN_FILENO), fd;
	struct source s;
	size_t i, came, left;

	(void)state;
	for (i = 0; i < COUNT(offsets); i++) {
		struct err e = ERR_INIT;

		fd = open(make_image(LEN), O_RDONLY);
		assert_int_equal(lseek(fd, (off_t)offsets[i], SEEK_SET), offsets[i]);
		dup2(fd, STDIN_FILENO);
		close(fd);
		left = offsets[i] < LEN ? LEN - offsets[i] : 0;
		assert_int_equal(source_open(&s, "-", "give a file", &e), 0);
		assert_true(s.seekable);
		assert_int_equal(s.size, left);
		assert_int_equal(source_peek(&s, peeked, 100, &e), left < 100 ? left : 100);
		assert_memory_equal(peeked, data + offsets[i], left < 100 ? left : 100);
		CHECK(drain(&s.stage, 64, got, sizeof(got), &came, &e) == (ssize_t)left, "%zu: %s",
		      offsets[i], e.text);
		assert_memory_equal(got, data + offsets[i], left);
		assert_int_equal(stage_rewind(&s.stage, &e), 0);
		assert_int_equal(drain(&s.stage, 64, got, sizeof(got), &came, &e), left);
		assert_memory_equal(got, data + offsets[i], left);
		source_close(&s);
		assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	}
	dup2(keep, STDIN_FILENO);
	close(keep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_files),
		cmocka_unit_test(peeking),
		cmocka_unit_test(changes_are_found),
		cmocka_unit_test(a_change_before_the_second_pass),
		cmocka_unit_test(another_file_of_that_name),
		cmocka_unit_test(read_errors),
		cmocka_unit_test(what_cannot_be_opened),
		cmocka_unit_test(devices),
		cmocka_unit_test(a_fifo_without_a_writer),
		cmocka_unit_test(pipes),
		cmocka_unit_test(cancelling),
		cmocka_unit_test(standard_input_with_an_offset),
	};

	return cmocka_run_group_tests_name("source", tests, setup, files_teardown);
}
