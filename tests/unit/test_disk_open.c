#include "unit/unit.h"

#include "image/gzcheck.h"
#include "image/image.h"
#include "image/source.h"
#include "unit/disk_check.h"

/* Of disks.h; 0 where the format has no size that is read. */
static const struct {
	const char *name;
	uint64_t disk;
} sizes[] = {
	{ "qcow", 64 * 512 },
	{ "qcow2-v2", 70 * 512 },
	{ "qcow2-v3", 64 * 512 },
	{ "qed", 4096 * 512 },
	{ "vdi", 3000 },
	{ "vhd-fixed", 2048 },
	{ "vhd-dynamic", 2500 },
	{ "vmdk-sparse", 9 * 512 },
	{ "vmdk-stream", 9 * 512 },
	{ "vmdk-old", 0 },
	{ "cow", 0 },
};

/* Whatever else is wrong with it. */
static uint64_t size_of(enum format f, const struct disk_view *v)
{
	struct err e = ERR_INIT;
	struct disk d;
	int result = disk_open(&d, f, v, &e);

	check_err(&e, result < 0 ? ERR_IMAGE : ERR_NONE, format_name(f));
	return d.size;
}

/* Of disk[0..len) in a file, with pad bytes in front. */
static uint64_t of_file(enum format f, size_t pad, size_t len)
{
	struct disk_view v = { .start = pad, .size = len };
	uint64_t size;

	v.fd = open(file_path(0, "disk"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(v.fd >= 0);
	assert_int_equal(pwrite(v.fd, disk, len, (off_t)pad), len);
	size = size_of(f, &v);
	close(v.fd);
	return size;
}

/* Of a pipe, of which this much is kept and ends at an unreadable page. */
static uint64_t of_pipe(enum format f, size_t len, size_t head, size_t tail)
{
	struct disk_view v = { .fd = -1, .size = len };

	v.head_len = head < len ? head : len;
	v.tail_len = tail < len ? tail : len;
	v.head = disk;
	v.tail = (unsigned char *)edge_put(&edge, disk, len) + len - v.tail_len;
	return size_of(f, &v);
}

static void every_format(void **state)
{
	size_t i, len;
	enum format f;

	(void)state;
	_Static_assert(COUNT(sizes) == DISK_IMAGES, "a size for every image");
	for (i = 0; i < COUNT(sizes); i++) {
		len = make(find(sizes[i].name));
		f = disk_images[find(sizes[i].name)].format;
		CHECK(of_file(f, 0, len) == sizes[i].disk, "%s", sizes[i].name);
		CHECK(of_file(f, 777, len) == sizes[i].disk, "%s", sizes[i].name);
		CHECK(of_pipe(f, len, len, 0) == sizes[i].disk, "%s", sizes[i].name);
		CHECK(of_pipe(f, len, 512, 512) == sizes[i].disk, "%s", sizes[i].name);
	}
	assert_int_equal(of_file(FORMAT_RAW, 5, 1234), 1234);
	assert_int_equal(of_file(FORMAT_ISO, 5, 2048), 2048);
	assert_int_equal(of_file(FORMAT_GZIP, 0, 1234), 0);
	/* More sectors than bytes can be counted. */
	len = make(find("vmdk-sparse"));
	put_le(disk + 12, UINT64_MAX / 512 + 3, 8);
	assert_int_equal(of_file(FORMAT_VMDK, 0, len), 0);
	put(disk, "# Disk DescriptorFile");
	assert_int_equal(of_file(FORMAT_VMDK, 0, 1234), 0);
}

/* What was cut, or is gone, is the right size or none. */
static void what_is_missing(void **state)
{
	size_t i, len, whole;
	uint64_t got;
	enum format f;

	(void)state;
	for (i = 0; i < COUNT(sizes); i++) {
		whole = make(find(sizes[i].name));
		f = disk_images[find(sizes[i].name)].format;
		for (len = 0; len < whole; len++) {
			got = of_pipe(f, len, len, 0);
			CHECK(got == 0 || got == sizes[i].disk, "%s cut to %zu", sizes[i].name,
			      len);
			got = of_pipe(f, whole, len, 0);
			CHECK(got == 0 || got == sizes[i].disk, "%s of which are %zu",
			      sizes[i].name, len);
		}
		assert_int_equal(of_pipe(f, whole, 0, 0), 0);
		assert_int_equal(of_file(f, 0, 0), 0);
	}
	/* A footer whose checksum is wrong says nothing. */
	len = make(find("vhd-fixed"));
	disk[2048 + 100] ^= 1;
	assert_int_equal(of_file(FORMAT_VHD, 0, len), 0);
	/* Of that of a disk that grows there are two. */
	len = make(find("vhd-dynamic"));
	disk[100] ^= 1;
	assert_int_equal(of_file(FORMAT_VHD, 0, len), 2500);
}

static void vhdx(void **state)
{
	enum {
		REGION = 192 * 1024,
		META = 1 << 20
	};
	static const struct {
		size_t at;
		unsigned bytes;
		uint64_t value;
		uint64_t disk;
	} rows[] = {
		{ REGION, 1, 0, 3 << 20 }, /* the other one is good */
		{ META, 1, 'x', 0 },
		{ META + 10, 2, 2048, 0 },
		{ META + 10, 2, 1, 0 }, /* the size is the second item */
		{ META + 10, 2, 2, 3 << 20 },
		{ META + 64, 1, 0, 0 }, /* now it is another item */
		{ META + 80, 4, UINT32_MAX, 0 },
		{ META + 65552, 8, (uint64_t)1 << 40, (uint64_t)1 << 40 },
		{ META + 65552, 8, 0, 0 },
	};
	static const size_t kept[] = { 0, 512, 65536, 262144, 1048576, 1048576 + 65552 };
	size_t i, len = make_vhdx(disk);

	(void)state;
	assert_int_equal(of_file(FORMAT_VHDX, 777, len), 3 << 20);
	for (i = 0; i < COUNT(kept); i++) {
		assert_int_equal(of_pipe(FORMAT_VHDX, len, kept[i], 1536), 0);
		assert_int_equal(of_file(FORMAT_VHDX, 0, kept[i]), 0);
	}
	for (i = 0; i < COUNT(rows); i++) {
		make_vhdx(disk);
		put_le(disk + rows[i].at, rows[i].value, rows[i].bytes);
		CHECK(of_file(FORMAT_VHDX, 0, len) == rows[i].disk, "%zu", i);
	}
	make_vhdx(disk);
	disk[REGION + 20] = disk[REGION + 65536 + 20] = 1;
	assert_int_equal(of_file(FORMAT_VHDX, 0, len), 0);
}

/* What is known of the image of len bytes before its first byte is sent. */
static uint64_t probed(size_t len, bool pipe_it)
{
	static unsigned char head[PROBE_BYTES];
	static struct gzcheck gz;
	int fds[2], keep = dup(STDIN_FILENO);
	struct err e = ERR_INIT;
	struct image im;
	struct source s;

	if (pipe_it) {
		assert_int_equal(pipe(fds), 0);
		assert_int_equal(write(fds[1], disk, len), len);
		close(fds[1]);
		dup2(fds[0], STDIN_FILENO);
		close(fds[0]);
	} else {
		file_make(0, "disk", disk, len);
	}
	assert_int_equal(source_open(&s, pipe_it ? "-" : file_path(0, "disk"), NULL, &e), 0);
	assert_int_equal(image_probe(&im, &s, head, &gz, &e), 0);
	assert_int_equal(im.size_known, !pipe_it);
	source_close(&s);
	dup2(keep, STDIN_FILENO);
	close(keep);
	return im.virtual_size;
}

/* A pipe's first bytes tell it of most formats, but not how long raw data is. */
static void probing(void **state)
{
	size_t i, len;
	bool at_end;

	(void)state;
	for (i = 0; i < COUNT(sizes); i++) {
		len = make(find(sizes[i].name));
		at_end = strcmp(sizes[i].name, "vhd-fixed") == 0;
		CHECK(probed(len, false) == sizes[i].disk, "%s", sizes[i].name);
		CHECK(probed(len, true) == (at_end ? 0 : sizes[i].disk), "%s", sizes[i].name);
	}
	memset(disk, 0, DISK_BYTES);
	assert_int_equal(probed(DISK_BYTES, false), DISK_BYTES);
	assert_int_equal(probed(DISK_BYTES, true), 0);
	len = make_iso(disk);
	assert_int_equal(probed(len, false), len);
	assert_int_equal(probed(len, true), 0);
	len = make_vhdx(disk);
	assert_int_equal(probed(len, false), 3 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format),
		cmocka_unit_test(what_is_missing),
		cmocka_unit_test(vhdx),
		cmocka_unit_test(probing),
	};

	return cmocka_run_group_tests_name("disk_open", tests, setup, teardown);
}
