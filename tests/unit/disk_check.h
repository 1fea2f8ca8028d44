/* The verdicts on disk images that the tests of image/disk.h have in common. */
#ifndef UNIT_DISK_CHECK_H
#define UNIT_DISK_CHECK_H

#include "image/disk.h"
#include "unit/disks.h"
#include "unit/edge.h"
#include "unit/files.h"
#include "unit/unit.h"

static unsigned char disk[VHDX_BYTES];
static struct edge edge;

static inline int setup(void **state)
{
	(void)state;
	files_open();
	edge_open(&edge, sizeof(disk));
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	edge_close(&edge);
	files_close();
	return 0;
}

static inline size_t make(size_t i)
{
	memset(disk, 0, DISK_BYTES);
	return disk_images[i].make(disk);
}

/* The verdict on disk[0..len), all of which is at hand and ends at an unreadable page. */
static inline int check(enum format f, size_t len, struct err *e)
{
	struct disk_view v = { .fd = -1, .size = len, .head_len = len };
	int result;

	v.head = (unsigned char *)edge_put(&edge, disk, len);
	*e = ERR_INIT;
	result = disk_check(f, &v, e);
	check_err(e, result < 0 ? ERR_IMAGE : ERR_NONE, format_name(f));
	return result;
}

/* The same of a pipe whose beginning and end are kept. */
static inline int check_pipe(enum format f, size_t len, size_t head, size_t tail, struct err *e)
{
	struct disk_view v = { .fd = -1, .size = len };

	v.head_len = head < len ? head : len;
	v.tail_len = tail < len ? tail : len;
	v.head = disk;
	v.tail = (unsigned char *)edge_put(&edge, disk, len) + len - v.tail_len;
	*e = ERR_INIT;
	return disk_check(f, &v, e);
}

/* A file of its own with pad bytes in front, and the verdict on len bytes of it. */
static inline int check_file(enum format f, size_t pad, size_t size, size_t len, struct err *e)
{
	struct disk_view v = { .start = pad, .size = len };
	int result;

	v.fd = open(file_path(0, "disk"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(v.fd >= 0);
	assert_int_equal(pwrite(v.fd, disk, size, (off_t)pad), size);
	*e = ERR_INIT;
	result = disk_check(f, &v, e);
	close(v.fd);
	return result;
}

static inline size_t find(const char *name)
{
	size_t i;

	for (i = 0; i < DISK_IMAGES; i++)
		if (strcmp(disk_images[i].name, name) == 0)
			return i;
	fail_msg("no image %s", name);
	return 0;
}

#endif
