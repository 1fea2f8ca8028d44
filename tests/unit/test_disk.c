#include "unit/unit.h"

#include "image/gzcheck.h"
#include "image/image.h"
#include "image/source.h"
#include "unit/disk_check.h"

/* Every image is good, and known by its marks. */
static void whole_images(void **state)
{
	struct err e = ERR_INIT;
	size_t i, len;

	(void)state;
	for (i = 0; i < DISK_IMAGES; i++) {
		struct disk_view v = { .fd = -1, .head = disk };

		len = v.head_len = make(i);
		v.size = len;
		CHECK(check(disk_images[i].format, len, &e) == 0, "%s: %s", disk_images[i].name,
		      e.text);
		CHECK(disk_format(format_of(disk, len), &v) == disk_images[i].format, "%s",
		      disk_images[i].name);
	}
}

/* At every place where an image can be cut. */
static void cut_images(void **state)
{
	struct err e = ERR_INIT;
	size_t i, len, whole, need;

	(void)state;
	for (i = 0; i < DISK_IMAGES; i++) {
		whole = make(i);
		need = disk_images[i].spare == EXACT ? whole : whole - disk_images[i].spare;
		for (len = 0; len < whole; len++)
			CHECK((check(disk_images[i].format, len, &e) == 0) == (len >= need),
			      "%s cut to %zu of %zu: %s", disk_images[i].name, len, whole, e.text);
		/* More behind it does no harm, but where the end has a mark. */
		CHECK((check(disk_images[i].format, whole + 512, &e) < 0) ==
			      (disk_images[i].spare == EXACT),
		      "%s with more: %s", disk_images[i].name, e.text);
	}
}

/* A pipe is refused only where a file would be, whatever is kept of it. */
static void pipes(void **state)
{
	static const size_t kept[] = { 0, 1, 511, 512, 1536, 4096, DISK_BYTES };
	struct err e = ERR_INIT;
	size_t i, j, k, len, whole, need;
	int result;

	(void)state;
	for (i = 0; i < DISK_IMAGES; i++) {
		whole = make(i);
		need = disk_images[i].spare == EXACT ? whole : whole - disk_images[i].spare;
		for (len = 0; len <= whole; len += len % 512 == 511 || len % 512 == 0 ? 1 : 51) {
			for (j = 0; j < COUNT(kept); j++) {
				for (k = 0; k < COUNT(kept); k++) {
					result = check_pipe(disk_images[i].format, len, kept[j],
							    kept[k], &e);
					CHECK(result == 0 || len < need, "%s: %zu of %zu: %s",
					      disk_images[i].name, len, whole, e.text);
				}
			}
			/* With all of the head that matters, a cut is noticed. */
			if (disk_images[i].head > 0 && len < need)
				CHECK(check_pipe(disk_images[i].format, len, disk_images[i].head, 0,
						 &e) < 0,
				      "%s: %zu of %zu", disk_images[i].name, len, whole);
			else if (disk_images[i].spare == EXACT && len < whole)
				CHECK(check_pipe(disk_images[i].format, len, 512, 1536, &e) < 0,
				      "%s: %zu of %zu", disk_images[i].name, len, whole);
		}
	}
}

/* Change bytes of an image, and look at what is said then; NULL for nothing. */
static const struct {
	const char *image;
	size_t at;
	unsigned bytes;
	bool big; /* byte order */
	uint64_t value;
	const char *says;
} changes[] = {
	{ "qcow", 8, 8, true, 100, "backing file" },
	{ "qcow", 32, 1, true, 8, "contradicts" },
	{ "qcow", 32, 1, true, 17, "contradicts" },
	{ "qcow", 33, 1, true, 5, "contradicts" },
	{ "qcow", 33, 1, true, 14, "contradicts" },
	{ "qcow", 36, 4, true, 1, NULL },
	{ "qcow", 36, 4, true, 2, "contradicts" },
	{ "qcow", 24, 8, true, UINT64_MAX, "is cut" },
	{ "qcow", 24, 8, true, 1, "contradicts" },
	{ "qcow", 40, 8, true, UINT64_MAX, "no file has" },
	{ "qcow", 512, 8, true, UINT64_MAX, "no file has" },
	{ "qcow", 512, 8, true, 0, NULL },
	{ "qcow", 1024, 8, true, UINT64_MAX, "is cut" },
	{ "qcow2-v2", 4, 4, true, 4, "version" },
	{ "qcow2-v2", 8, 8, true, 4000, "backing file ????" },
	{ "qcow2-v2", 20, 4, true, 8, "contradicts" },
	{ "qcow2-v2", 20, 4, true, 22, "contradicts" },
	{ "qcow2-v2", 24, 8, true, UINT64_MAX, "contradicts" },
	{ "qcow2-v2", 32, 4, true, 2, NULL },
	{ "qcow2-v2", 32, 4, true, 3, "contradicts" },
	{ "qcow2-v2", 36, 4, true, 1, "contradicts" },
	{ "qcow2-v2", 36, 4, true, UINT32_MAX, "is cut" },
	{ "qcow2-v2", 40, 8, true, 1000, "contradicts" },
	{ "qcow2-v2", 40, 8, true, (uint64_t)1 << 60, "is cut" },
	{ "qcow2-v2", 48, 8, true, 0, "contradicts" },
	{ "qcow2-v2", 48, 8, true, (uint64_t)1 << 63, "is cut" },
	{ "qcow2-v2", 56, 4, true, 0, "contradicts" },
	{ "qcow2-v2", 56, 4, true, UINT32_MAX, "is cut" },
	{ "qcow2-v2", 60, 4, true, UINT32_MAX, "contradicts" },
	{ "qcow2-v2", 64, 8, true, 1 << 20, "is cut" },
	{ "qcow2-v2", 512, 8, true, 1536, NULL }, /* a table of nothing but 0 */
	{ "qcow2-v2", 512, 8, true, 4096, "is cut" },
	{ "qcow2-v2", 520, 8, true, 1 << 20, "is cut" },
	{ "qcow2-v2", 1024, 8, true, 1 << 20, "is cut" },
	{ "qcow2-v2", 2048, 8, true, 8192, "is cut" },
	{ "qcow2-v2", 2056, 8, true, (uint64_t)1 << 62 | 4184, "is cut" },
	{ "qcow2-v2", 2056, 8, true, (uint64_t)1 << 62 | 4183, "has no end" },
	{ "qcow2-v2", 2056, 8, true, UINT64_MAX, "is cut" },
	{ "qcow2-v2", 2560, 8, true, 1 << 20, "is cut" },
	{ "qcow2-v2", 2568, 4, true, UINT32_MAX, "is cut" },
	{ "qcow2-v2", 2600, 8, true, 1 << 20, "is cut" },
	{ "qcow2-v2", 2596, 4, true, UINT32_MAX, "is cut" },
	{ "qcow2-v3", 72, 8, true, 1, NULL },
	{ "qcow2-v3", 72, 8, true, 2, "qemu-img check" },
	{ "qcow2-v3", 72, 8, true, 4, "another file" },
	{ "qcow2-v3", 72, 8, true, 8, NULL },
	{ "qcow2-v3", 96, 4, true, 7, "contradicts" },
	{ "qcow2-v3", 100, 4, true, 96, "contradicts" },
	{ "qcow2-v3", 100, 4, true, 512, NULL },
	{ "qcow2-v3", 100, 4, true, 1024, "contradicts" },
	{ "qcow2-v3", 512, 8, true, (uint64_t)1 << 55, "is cut" },
	{ "qcow2-v3", 2064, 8, true, (uint64_t)1 << 55, "is cut" },
	{ "qcow2-v3", 2064, 8, true, UINT64_MAX & ~((uint64_t)1 << 62 | 1), "is cut" },
	{ "qed", 4, 4, false, 2048, "contradicts" },
	{ "qed", 4, 4, false, 5000, "contradicts" },
	{ "qed", 4, 4, false, (uint64_t)1 << 27, "contradicts" },
	{ "qed", 8, 4, false, 0, "contradicts" },
	{ "qed", 8, 4, false, 32, "contradicts" },
	{ "qed", 12, 4, false, UINT32_MAX, "is cut" },
	{ "qed", 16, 8, false, 1, "backing file" },
	{ "qed", 40, 8, false, UINT64_MAX, "no file has" },
	{ "qed", 4096, 8, false, 5000, "not where" },
	{ "qed", 8208, 8, false, UINT64_MAX, "no file has" },
	{ "vdi", 68, 4, false, 0x20001, "version" },
	{ "vdi", 72, 4, false, 100, "contradicts" },
	{ "vdi", 76, 4, false, 2, NULL },
	{ "vdi", 76, 4, false, 0, "type" },
	{ "vdi", 76, 4, false, 3, "parent" },
	{ "vdi", 76, 4, false, 4, "parent" },
	{ "vdi", 340, 4, false, 391, "contradicts" },
	{ "vdi", 340, 4, false, UINT32_MAX, "is cut" },
	{ "vdi", 344, 4, false, UINT32_MAX, "is cut" },
	{ "vdi", 368, 8, false, UINT64_MAX, "contradicts" },
	{ "vdi", 376, 4, false, 0, "contradicts" },
	{ "vdi", 376, 4, false, UINT32_MAX, "contradicts" },
	{ "vdi", 380, 4, false, UINT32_MAX, "contradicts" },
	{ "vdi", 384, 4, false, 2, "contradicts" },
	{ "vdi", 384, 4, false, UINT32_MAX, "is cut" },
	{ "vdi", 388, 4, false, 3, "is cut" },
	{ "vdi", 388, 4, false, 4, "contradicts" },
	{ "vdi", 516, 4, false, 2, "is cut" },
	{ "vdi", 516, 4, false, 0xfffffffd, "is cut" },
	{ "vdi", 516, 4, false, 0xffffffff, NULL },
	{ "vhd-dynamic", 1540, 4, true, 5, "is cut" },
	{ "vhd-dynamic", 1540, 4, true, 0xfffffffe, "is cut" },
	{ "vhd-dynamic", 0, 4, true, 0, "copy of its footer" },
	{ "vhd-dynamic", 70, 1, true, 1, "copy of its footer" },
	{ "vhd-dynamic", 700, 1, true, 1, "checksum" },
	{ "vhd-dynamic", 3584 + 70, 1, true, 1, "footer" },
	{ "vhd-fixed", 2048 + 70, 1, true, 1, "footer" },
	{ "vmdk-sparse", 4, 4, false, 0, "version" },
	{ "vmdk-sparse", 4, 4, false, 3, NULL },
	{ "vmdk-sparse", 4, 4, false, 4, "version" },
	{ "vmdk-sparse", 12, 8, false, 0, NULL },
	{ "vmdk-sparse", 12, 8, false, UINT64_MAX, "contradicts" },
	{ "vmdk-sparse", 12, 8, false, UINT64_MAX / 512, "is cut" },
	{ "vmdk-sparse", 20, 8, false, 0, "contradicts" },
	{ "vmdk-sparse", 20, 8, false, 3, "contradicts" },
	{ "vmdk-sparse", 20, 8, false, (uint64_t)1 << 22, "contradicts" },
	{ "vmdk-sparse", 28, 8, false, 0, "several files" },
	{ "vmdk-sparse", 28, 8, false, UINT64_MAX, "contradicts" },
	{ "vmdk-sparse", 28, 8, false, 3, "several files" },
	{ "vmdk-sparse", 36, 8, false, 0, "several files" },
	{ "vmdk-sparse", 36, 8, false, 6, "is cut" },
	{ "vmdk-sparse", 44, 4, false, 0, "contradicts" },
	{ "vmdk-sparse", 44, 4, false, 1 << 17, "contradicts" },
	{ "vmdk-sparse", 44, 4, false, 1 << 16, "is cut" },
	{ "vmdk-sparse", 48, 8, false, UINT64_MAX, "contradicts" },
	{ "vmdk-sparse", 48, 8, false, 6, "is cut" },
	{ "vmdk-sparse", 56, 8, false, UINT64_MAX - 1, "contradicts" },
	{ "vmdk-sparse", 56, 8, false, UINT64_MAX, "footer" },
	{ "vmdk-sparse", 56, 8, false, 6, "is cut" },
	{ "vmdk-sparse", 64, 8, false, 7, "is cut" },
	{ "vmdk-sparse", 567, 1, false, '0', "parent" },
	{ "vmdk-sparse", 1024, 4, false, UINT32_MAX, "is cut" },
	{ "vmdk-sparse", 1540, 4, false, 5, "is cut" },
	{ "vmdk-sparse", 1540, 4, false, UINT32_MAX, "is cut" },
	{ "vmdk-stream", 1536 + 8, 4, false, 5000, "is cut" },
	{ "vmdk-stream", 1536 + 8, 4, false, UINT32_MAX, "is cut" },
	{ "vmdk-stream", 2564, 4, false, 10, "is cut" },
	{ "vmdk-stream", 3596, 4, false, 2, "footer" },
	{ "vmdk-stream", 4096, 1, false, 0, "footer" },
	{ "vmdk-stream", 4096 + 56, 8, false, UINT64_MAX, "contradicts" },
	{ "vmdk-stream", 5119, 1, false, 1, "footer" },
	{ "vmdk-old", 20, 4, false, UINT32_MAX, "is cut" },
	{ "vmdk-old", 24, 4, false, UINT32_MAX, "is cut" },
	{ "vmdk-old", 512, 4, false, UINT32_MAX, "is cut" },
	{ "vmdk-old", 0, 4, false, 0x69442023, "other files" },
	{ "cow", 4, 4, true, 4, "version" },
	{ "cow", 4, 4, true, 3, NULL },
	{ "cow", 8, 1, true, '/', "backing file" },
};

static void changed_headers(void **state)
{
	struct err e = ERR_INIT;
	size_t c, i, len;
	int result;

	(void)state;
	for (c = 0; c < COUNT(changes); c++) {
		i = find(changes[c].image);
		len = make(i);
		if (strcmp(changes[c].image, "qcow2-v2") == 0 && changes[c].at == 8)
			put_be(disk + 16, 100, 4);
		(changes[c].big ? put_be : put_le)(disk + changes[c].at, changes[c].value,
						   changes[c].bytes);
		result = check(disk_images[i].format, len, &e);
		CHECK(changes[c].says ? result < 0 && strstr(e.text, changes[c].says) : result == 0,
		      "row %zu, %s at %zu: \"%s\"", c, changes[c].image, changes[c].at, e.text);
	}
}

/* Any byte may be anything: no crash, no endless work, and a clean message. */
static void every_byte_changed(void **state)
{
	static const unsigned char values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct err e = ERR_INIT;
	size_t i, at, k, len;
	unsigned char was;

	(void)state;
	for (i = 0; i < DISK_IMAGES; i++) {
		len = make(i);
		for (at = 0; at < len && at < 4608; at++) {
			was = disk[at];
			for (k = 0; k < COUNT(values); k++) {
				disk[at] = values[k];
				(void)(check(disk_images[i].format, len, &e) == 0);
			}
			disk[at] = was;
		}
	}
}

/* Tables that point to one another in circles end all the same. */
static void circles(void **state)
{
	struct err e = ERR_INIT;
	size_t i, len = make(find("qcow2-v3"));

	(void)state;
	put_be(disk + 24, 64 * 64 * 512, 8);
	put_be(disk + 36, 64, 4);
	for (i = 0; i < 64; i++)
		put_be(disk + 512 + 8 * i, 512, 8);
	assert_int_equal(check(FORMAT_QCOW2, len, &e), -1);
	CHECK(strstr(e.text, "more tables"), "%s", e.text);
	len = make(find("qcow2-v2"));
	put_be(disk + 60, 65536, 4);
	assert_int_equal(check(FORMAT_QCOW2, len, &e), -1);
	CHECK(strstr(e.text, "is cut"), "%s", e.text);
}

/* Entries of 16 bytes: a cluster is there when one of its 32 parts is. */
static void extended_entries(void **state)
{
	struct err e = ERR_INIT;
	size_t len = make(find("qcow2-v3"));

	(void)state;
	put_be(disk + 72, 16, 8);
	put_be(disk + 24, 32 * 512, 8);
	put_be(disk + 2048, 0, 8);
	put_be(disk + 2056, 0, 8);
	assert_int_equal(check(FORMAT_QCOW2, len, &e), 0);
	put_be(disk + 2048, 1 << 20, 8);
	assert_int_equal(check(FORMAT_QCOW2, len, &e), 0);
	put_be(disk + 2056, (uint64_t)1 << 32, 8);
	assert_int_equal(check(FORMAT_QCOW2, len, &e), 0);
	put_be(disk + 2056, 1, 8);
	assert_int_equal(check(FORMAT_QCOW2, len, &e), -1);
	/* A table has half as many entries, so there have to be two. */
	put_be(disk + 24, 64 * 512, 8);
	assert_int_equal(check(FORMAT_QCOW2, len, &e), -1);
	CHECK(strstr(e.text, "contradicts"), "%s", e.text);
	/* What a feature of the future does to the tables is not known. */
	put_be(disk + 72, 32, 8);
	assert_int_equal(check(FORMAT_QCOW2, len, &e), 0);
}

/* The name of a backing file is shown, but not believed. */
static void names(void **state)
{
	struct err e = ERR_INIT;
	size_t len = make(find("qcow2-v2"));

	(void)state;
	put_be(disk + 8, 300, 8);
	put_be(disk + 16, 12, 4);
	put(disk + 300, "base\n\x1b[31m.x");
	assert_int_equal(check(FORMAT_QCOW2, len, &e), -1);
	assert_string_equal(e.text,
			    "is only a part: it needs its backing file base ?[31m.x (qemu-img convert makes one whole)");
	put_be(disk + 16, 1023, 4);
	memset(disk + 300, 'n', 1023);
	assert_int_equal(check(FORMAT_QCOW2, len, &e), -1);
	CHECK(strstr(e.text, "nnn... (") && strlen(e.text) < 200, "%s", e.text);
	/* Where there is none to be read, it is refused as well. */
	put_be(disk + 8, UINT64_MAX, 8);
	assert_int_equal(check(FORMAT_QCOW2, len, &e), -1);
	CHECK(strstr(e.text, "backing file (qemu"), "%s", e.text);
}

static void files(void **state)
{
	struct disk_view v = { .fd = -1, .size = 4096 };
	struct err e = ERR_INIT;
	size_t i, len;

	(void)state;
	for (i = 0; i < DISK_IMAGES; i++) {
		len = make(i);
		CHECK(check_file(disk_images[i].format, 0, len, len, &e) == 0, "%s: %s",
		      disk_images[i].name, e.text);
		CHECK(check_file(disk_images[i].format, 777, len, len, &e) == 0, "%s: %s",
		      disk_images[i].name, e.text);
		CHECK(check_file(disk_images[i].format, 3, len / 2, len / 2, &e) < 0 ||
			      disk_images[i].format == FORMAT_COW,
		      "%s", disk_images[i].name);
		/* The file became shorter than it was. */
		CHECK(check_file(disk_images[i].format, 0, 6, len, &e) < 0, "%s",
		      disk_images[i].name);
		CHECK(strstr(e.text, "changed"), "%s: %s", disk_images[i].name, e.text);
	}
	v.fd = open(files_dir, O_RDONLY);
	assert_int_equal(disk_check(FORMAT_QCOW2, &v, &e), -1);
	check_err(&e, ERR_IMAGE, "directory");
	close(v.fd);
}

static void other_formats(void **state)
{
	struct disk_view v = { .fd = -1 };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(disk_check(FORMAT_GZIP, &v, &e), 0);
	assert_int_equal(disk_format(FORMAT_EMPTY, &v), FORMAT_EMPTY);
}

/* Through a source, as the program does it. */
static void sources(void **state)
{
	static unsigned char head[PROBE_BYTES];
	static struct gzcheck gz;
	struct image im;
	struct source s;
	struct err e = ERR_INIT;
	size_t i, len;
	int cut;

	(void)state;
	for (i = 0; i < DISK_IMAGES; i++) {
		for (cut = 0; cut < 2; cut++) {
			len = make(i);
			file_make(0, "disk", disk, cut ? len - len / 3 : len);
			assert_int_equal(source_open(&s, file_path(0, "disk"), "give a file", &e),
					 0);
			assert_int_equal(image_probe(&im, &s, head, &gz, &e), 0);
			CHECK(im.format == disk_images[i].format ||
				      (cut && disk_images[i].make == make_vhd_fixed),
			      "%s is %s", disk_images[i].name, format_name(im.format));
			CHECK((image_inspect(&im, &s, NULL, &e) < 0) ==
				      (cut && im.format != FORMAT_COW),
			      "%s: %s", disk_images[i].name, e.text);
			err_clear(&e);
			source_close(&s);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_images),
		cmocka_unit_test(cut_images),
		cmocka_unit_test(pipes),
		cmocka_unit_test(changed_headers),
		cmocka_unit_test(every_byte_changed),

		cmocka_unit_test(circles),
		cmocka_unit_test(extended_entries),
		cmocka_unit_test(names),

		cmocka_unit_test(files),

		cmocka_unit_test(other_formats),
		cmocka_unit_test(sources),
	};

	return cmocka_run_group_tests_name("disk", tests, setup, teardown);
}
