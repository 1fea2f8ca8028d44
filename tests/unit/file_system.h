/*
 * A file system made by its own tools, in the file "fs": what is used in it is learned, and
 * never called vacant whatever bit is another.
 */
#ifndef UNIT_FILE_SYSTEM_H
#define UNIT_FILE_SYSTEM_H

#include "image/fs.h"
#include "unit/files.h"

#define SECTORS_MOST (80 * 2048)

static struct fs fs;
static struct disk_view view;
static bool used[SECTORS_MOST];
static char shell[2000];

static inline void make(const char *command)
{
	snprintf(shell, sizeof(shell), "PATH=$PATH:/usr/sbin:/sbin; cd '%s' && %s", files_dir,
		 command);
	CHECK(system(shell) == 0, "%s", shell);
}

static inline void open_view(void)
{
	view.fd = open(file_path(0, "fs"), O_RDWR);
	assert_true(view.fd >= 0);
	view.size = (uint64_t)lseek(view.fd, 0, SEEK_END);
	assert_true(view.size <= SECTORS_MOST * 512);
}

/* Does fs call anything vacant that is not?  Sums up what it calls so. */
static inline bool is_harmless(uint64_t *vacant)
{
	uint64_t pos, len, at;

	*vacant = 0;
	for (pos = 0; pos < fs.len; pos += len) {
		bool is_free = fs_vacant(&fs, pos, &len);

		assert_true(len > 0 && len <= fs.len - pos);
		for (at = pos; is_free && at < pos + len; at += 512)
			if (used[at / 512])
				return false;
		*vacant += is_free ? len : 0;
	}
	return true;
}

static inline void learn(const char *kind)
{
	uint64_t pos, len, vacant;

	CHECK(fs_open(&fs, &view, 0, view.size, true) == 1, "%s",
	      fs.why ? fs.why : "no file system");
	assert_string_equal(fs.kind->name, kind);
	for (pos = 0; pos < fs.len; pos += len) {
		bool is_free = fs_vacant(&fs, pos, &len);

		memset(used + pos / 512, !is_free, (size_t)(len / 512));
	}
	assert_true(is_harmless(&vacant));
	assert_int_equal(vacant, fs.free);
	assert_true(vacant > view.size / 4 && vacant < view.size);
}

/*
 * One bit is another: all of it is read, or nothing is lost.  Bits are so far apart in
 * `make check-all`, else three times as far.
 */
static inline unsigned flip(uint64_t from, uint64_t len, unsigned step, unsigned *believed)
{
	const char *all = getenv("HOIST_CHECK_ALL");
	unsigned char byte, other;
	unsigned count = 0;
	uint64_t bit, vacant;
	ssize_t n;

	if (!all || !*all)
		step *= 3;
	for (bit = 0; bit < len * 8; bit += step, count++) {
		off_t at = (off_t)(from + bit / 8);

		n = pread(view.fd, &byte, 1, at);
		assert_int_equal(n, 1);
		other = (unsigned char)(byte ^ 1U << bit % 8);
		n = pwrite(view.fd, &other, 1, at);
		assert_int_equal(n, 1);
		if (fs_open(&fs, &view, 0, view.size, true) == 1) {
			++*believed;
			CHECK(is_harmless(&vacant), "byte %llu, bit %u", (unsigned long long)at,
			      (unsigned)(bit % 8));
		}
		n = pwrite(view.fd, &byte, 1, at);
		assert_int_equal(n, 1);
	}
	return count;
}

#endif
