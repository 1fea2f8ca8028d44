/*
 * The checks of disk images, as pieces.h has them.
 *
 * The corpus has each image of unit/disks.h as one such list, and a few of the
 * same with one number changed: a short program wrote the runs between zeros.
 *
 * A file, a pipe of which nothing is kept but the beginning and the end, and
 * the stage for it have to say the same, but that a pipe knows less.
 */
#include "fuzz/pieces.h"
#include "image/disk.h"
#include "image/tail.h"

/* So large an image is only looked at in its file. */
#define PIPE_MAX ((uint64_t)1 << 20)

static unsigned char buf[PIPE_MAX], out[PIPE_MAX];

/* The image in memory, a few bytes at a time. */
struct memory {
	struct stage stage;
	size_t len, pos;
};

static ssize_t memory_pull(struct stage *stage, void *to, size_t cap, struct err *e)
{
	struct memory *m = (struct memory *)stage;
	size_t n = m->len - m->pos < cap ? m->len - m->pos : cap;

	(void)e;
	memcpy(to, buf + m->pos, n);
	m->pos += n;
	return (ssize_t)n;
}

static const struct stage_ops memory_ops = { "memory", memory_pull, NULL, NULL };

/* What the stage says at its end: that of a pipe whose head is kept. */
static void check_stage(enum format head, size_t size, int want)
{
	struct memory m = { .stage = { .ops = &memory_ops }, .len = size };
	struct err e = ERR_INIT;
	struct ends ends = { .agree = NULL };
	struct tail t;
	size_t at = 0, cap = 1;
	ssize_t n;

	ends.head = buf;
	ends.head_len = size < PROBE_BYTES ? size : PROBE_BYTES;
	tail_init(&t, &m.stage, head, &ends);
	while ((n = stage_pull(&t.stage, out, cap, &e)) > 0) {
		REQUIRE(memcmp(out, buf + at, (size_t)n) == 0);
		at += (size_t)n;
		cap = cap * 3 % 5000 + 1;
	}
	REQUIRE(at == size && n == want);
	fuzz_err((int)n, &e);
}

/*
 * The extents of an image lie side by side, and each is found by its last byte too.  All
 * that have data have it in the file.  Returns the size of the disk.
 */
static uint64_t check_extents(enum format f, const struct disk_view *v, int checked)
{
	struct extent x, again;
	struct err e = ERR_INIT;
	static struct disk d;
	uint64_t at, size;
	int opened = disk_open(&d, f, v, &e);

	size = d.size;
	fuzz_err(opened, &e);
	for (at = 0; opened > 0 && at < size; at += x.len) {
		if (disk_extent(&d, at, &x, &e) < 0) {
			REQUIRE(checked < 0);
			return size;
		}
		REQUIRE(x.at == at && x.len > 0 && x.len <= size - at && d.size == size);
		REQUIRE(x.kind != EXTENT_DATA ||
			(x.file_at < v->size && (x.len <= v->size - x.file_at || d.map.unit)));
		if (disk_extent(&d, at + x.len - 1, &again, &e) < 0)
			return size;
		REQUIRE(again.at == x.at && again.len == x.len && again.kind == x.kind);
	}
	return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct disk_view v = { .fd = -1 };
	struct err e = ERR_INIT, of_pipe = ERR_INIT;
	enum format head, format;
	uint64_t disk, disk_of_pipe;
	int result, pipe_result;
	ssize_t len;

	if (fd < 0)
		fd = open_file();
	v.fd = fd;
	v.size = build(fd, data, size);
	len = pread(fd, buf, sizeof(buf), 0);
	REQUIRE(len >= 0 && (uint64_t)len == (v.size < PIPE_MAX ? v.size : PIPE_MAX));
	head = format_of(buf, (size_t)len < PROBE_BYTES ? (size_t)len : PROBE_BYTES);
	format = disk_format(head, &v);
	REQUIRE(format == head || format == FORMAT_VHD);
	result = disk_check(format, &v, &e);
	REQUIRE(result == 0 || result == -1);
	fuzz_err(result, &e);
	disk = check_extents(format, &v, result);
	if (v.size > PIPE_MAX)
		return 0;

	v.fd = -1;
	v.head = buf;
	v.head_len = (size_t)len < PROBE_BYTES ? (size_t)len : PROBE_BYTES;
	v.tail_len = (size_t)len < DISK_TAIL_BYTES ? (size_t)len : DISK_TAIL_BYTES;
	v.tail = buf + len - v.tail_len;
	REQUIRE(disk_format(head, &v) == format);
	pipe_result = disk_check(format, &v, &of_pipe);
	REQUIRE(pipe_result == 0 || result == -1);
	fuzz_err(pipe_result, &of_pipe);
	disk_of_pipe = check_extents(format, &v, -1);
	REQUIRE(disk_of_pipe == disk || disk_of_pipe == 0);
	check_stage(head, (size_t)len, pipe_result);
	return 0;
}
