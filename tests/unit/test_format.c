#include "unit/unit.h"

#include "image/image.h"
#include "image/gzcheck.h"
#include "image/source.h"
#include "unit/edge.h"
#include "unit/files.h"
#include "unit/gunzip.h"

static struct gzcheck gz;
static unsigned char head[PROBE_BYTES + 64];

/* Where each format has its mark, from the formats' own documents. */
static const struct {
	enum format format;
	size_t at;
	const char *mark;
	size_t len;
} marks[] = {
	{ FORMAT_GZIP, 0, "\x1f\x8b", 2 },
	{ FORMAT_QCOW, 0, "QFI\xfb\0\0\0\1", 8 },
	{ FORMAT_QCOW2, 0, "QFI\xfb\0\0\0\2", 8 },
	{ FORMAT_QCOW2, 0, "QFI\xfb\0\0\0\3", 8 },
	{ FORMAT_COW, 0, "OOOM\0\0\0\2", 8 },
	{ FORMAT_QED, 0, "QED\0", 4 },
	{ FORMAT_VDI, 64, "\x7f\x10\xda\xbe", 4 },
	{ FORMAT_VHD, 0, "conectix", 8 },
	{ FORMAT_VHDX, 0, "vhdxfile", 8 },
	{ FORMAT_VMDK, 0, "KDMV", 4 },
	{ FORMAT_VMDK, 0, "COWD", 4 },
	{ FORMAT_VMDK, 0, "# Disk DescriptorFile", 21 },
	{ FORMAT_AR, 0, "!<arch>\n", 8 },
	{ FORMAT_CPIO, 0, "070701", 6 },
	{ FORMAT_CPIO, 0, "070707", 6 },
	{ FORMAT_TAR, 257,
	  "ustar\0"
	  "00",
	  8 },
	{ FORMAT_TAR, 257, "ustar  ", 8 },
	{ FORMAT_ZIP, 0, "PK\3\4", 4 },
	{ FORMAT_ZIP, 0, "PK\5\6", 4 },
	{ FORMAT_7Z, 0, "7z\xbc\xaf\x27\x1c", 6 },
	{ FORMAT_BZIP2, 0, "BZh9", 4 },
	{ FORMAT_LZ4, 0, "\x04\x22\x4d\x18", 4 },
	{ FORMAT_LZIP, 0, "LZIP", 4 },
	{ FORMAT_XZ, 0,
	  "\xfd"
	  "7zXZ\0",
	  6 },
	{ FORMAT_ZSTD, 0, "\x28\xb5\x2f\xfd", 4 },
	{ FORMAT_ISO, 32769, "CD001", 5 },
};

/* The bytes of a file of row i, len of them, in head. */
static void make_head(size_t i, size_t len)
{
	memset(head, 0, len);
	if (marks[i].at + marks[i].len <= len)
		memcpy(head + marks[i].at, marks[i].mark, marks[i].len);
	else if (marks[i].at < len)
		memcpy(head + marks[i].at, marks[i].mark, len - marks[i].at);
}

/* A mark is known as soon as it is whole, and looked for only in what is there. */
static void every_mark(void **state)
{
	enum format want, got;
	struct edge edge;
	size_t i, len;

	(void)state;
	edge_open(&edge, sizeof(head));
	assert_int_equal(format_of(head, 0), FORMAT_EMPTY);
	for (i = 0; i < COUNT(marks); i++) {
		for (len = marks[i].at + 1; len < marks[i].at + marks[i].len + 3; len++) {
			make_head(i, len);
			got = format_of((unsigned char *)edge_put(&edge, head, len), len);
			want = marks[i].format;
			if (len >= marks[i].at + marks[i].len)
				CHECK(got == want, "%s at %zu bytes is %s", format_name(want), len,
				      format_name(got));
			else if (len < marks[i].at + 2)
				CHECK(got == FORMAT_RAW, "%s at %zu bytes is %s", format_name(want),
				      len, format_name(got));
		}
	}
	edge_close(&edge);
}

static void raw_data(void **state)
{
	static const char *const texts[] = { "\xeb\x63\x90", "QFI",    "QFJ\xfb", "PK\1\2",
					     "\x1f\x9d",     "ustar",  "CD001",   "07171",
					     "BZ",           "# Disk", "conectiX" };
	size_t i, at;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		memset(head, 0, 512);
		memcpy(head, texts[i], strlen(texts[i]));
		CHECK(format_of(head, 512) == FORMAT_RAW, "%s", texts[i]);
	}
	/* The marks at other places than theirs: what a disk holds is no format of its own. */
	for (i = 0; i < COUNT(marks); i++) {
		at = marks[i].at + 1;
		memset(head, 0, sizeof(head));
		memcpy(head + at, marks[i].mark, marks[i].len);
		CHECK(format_of(head, sizeof(head)) == FORMAT_RAW, "%s",
		      format_name(marks[i].format));
	}
}

static void names(void **state)
{
	unsigned f, g;

	(void)state;
	for (f = 0; f < FORMATS; f++) {
		assert_true(format_name((enum format)f)[0] && format_phrase((enum format)f)[0]);
		for (g = 0; g < f; g++)
			assert_string_not_equal(format_name((enum format)f),
						format_name((enum format)g));
	}
	assert_string_equal(format_name(FORMAT_QCOW2), "qcow2");
	assert_string_equal(format_phrase(FORMAT_TAR), "a tar archive");
}

static int probe(const void *data, size_t len, struct image *im, struct err *e)
{
	struct source s;
	int result;

	assert_int_equal(source_open(&s, file_make(0, "image", data, len), "give a file", e), 0);
	result = image_probe(im, &s, head, &gz, e);
	source_close(&s);
	return result;
}

/* Each format by itself, and inside of gzip. */
static void probing(void **state)
{
	static unsigned char file[PROBE_BYTES + 512], packed[PROBE_BYTES + 1024];
	size_t i, len, packed_len;

	(void)state;
	for (i = 0; i < COUNT(marks); i++) {
		struct err e = ERR_INIT;
		struct image im;

		len = marks[i].at + marks[i].len + 100;
		make_head(i, len);
		memcpy(file, head, len);
		packed_len = 0;
		gzip_member(packed, sizeof(packed), &packed_len, file, len, 6, 8);
		if (marks[i].format != FORMAT_GZIP) {
			assert_int_equal(probe(file, len, &im, &e), 0);
			assert_true(im.size_known && im.size == len);
			assert_int_equal(im.format, marks[i].format);
			assert_int_equal(im.holds, FORMAT_NONE);
		}
		CHECK(probe(packed, packed_len, &im, &e) == 0, "%s: %s",
		      format_name(marks[i].format), e.text);
		assert_true(im.size_known && im.size == packed_len);
		assert_int_equal(im.format, FORMAT_GZIP);
		CHECK(im.holds == marks[i].format, "gzip of %s holds %s",
		      format_name(marks[i].format), format_name(im.holds));
	}
}

static void probing_the_odd_ones(void **state)
{
	unsigned char packed[256];
	struct image im;
	struct err e = ERR_INIT;
	size_t len = 0;

	(void)state;
	assert_int_equal(probe("", 0, &im, &e), 0);
	assert_int_equal(im.format, FORMAT_EMPTY);
	assert_true(im.size_known && im.size == 0);
	gzip_member(packed, sizeof(packed), &len, "", 0, 6, 0);
	/* All of it is there, and it is nothing. */
	assert_int_equal(probe(packed, len, &im, &e), -1);
	check_err(&e, ERR_IMAGE, "empty gzip");
	assert_int_equal(im.holds, FORMAT_EMPTY);
	err_clear(&e);
	/* What is broken from the start is told at once. */
	packed[2] = 9;
	assert_int_equal(probe(packed, len, &im, &e), -1);
	check_err(&e, ERR_IMAGE, "method 9");
	err_clear(&e);
	packed[2] = 8;
	assert_int_equal(probe(packed, len - 1, &im, &e), -1);
	check_err(&e, ERR_IMAGE, "cut short");
}

/* What the gzip holds may begin behind an empty member. */
static void a_format_in_the_second_member(void **state)
{
	unsigned char packed[512];
	struct image im;
	struct err e = ERR_INIT;
	size_t len = 0;

	(void)state;
	gzip_member(packed, sizeof(packed), &len, "", 0, 6, 0);
	gzip_member(packed, sizeof(packed), &len, "QFI\xfb\0\0\0\3 and so on", 18, 6, 0);
	assert_int_equal(probe(packed, len, &im, &e), 0);
	assert_int_equal(im.format, FORMAT_GZIP);
	CHECK(im.holds == FORMAT_QCOW2, "%s", format_name(im.holds));
}

/* gzip is looked into as far as the first bytes of a pipe go, and they all arrive. */
static void probing_a_pipe(void **state)
{
	static const char data[] = "# Disk DescriptorFile, from a pipe";
	int fds[2], keep = dup(STDIN_FILENO);
	struct err e = ERR_INIT;
	struct image im;
	struct source s;
	char got[64];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], data, sizeof(data)), sizeof(data));
	close(fds[1]);
	dup2(fds[0], STDIN_FILENO);
	close(fds[0]);
	assert_int_equal(source_open(&s, "-", NULL, &e), 0);
	assert_int_equal(image_probe(&im, &s, head, &gz, &e), 0);
	assert_int_equal(im.format, FORMAT_VMDK);
	assert_false(im.size_known);
	assert_int_equal(im.size, 0);
	assert_int_equal(stage_pull(&s.stage, got, sizeof(got), &e), sizeof(data));
	assert_memory_equal(got, data, sizeof(data));
	source_close(&s);
	dup2(keep, STDIN_FILENO);
	close(keep);
}

static void names_and_contents(void **state)
{
	static const struct {
		const char *name;
		enum format format, holds;
		bool agrees;
	} rows[] = {
		{ "disk.img", FORMAT_RAW, FORMAT_NONE, true },
		{ "disk.raw", FORMAT_RAW, FORMAT_NONE, true },
		{ "disk.img", FORMAT_ISO, FORMAT_NONE, true },
		{ "disk.img", FORMAT_QCOW2, FORMAT_NONE, false },
		{ "disk.raw", FORMAT_TAR, FORMAT_NONE, false },
		{ "disk.qcow2", FORMAT_QCOW2, FORMAT_NONE, true },
		{ "disk.qcow2", FORMAT_RAW, FORMAT_NONE, false },
		{ "disk.QCOW2", FORMAT_QCOW2, FORMAT_NONE, true },
		{ "disk.vpc", FORMAT_VHD, FORMAT_NONE, true },
		{ "disk.vhdx", FORMAT_VHD, FORMAT_NONE, false },
		{ "disk.iso", FORMAT_ISO, FORMAT_NONE, true },
		{ "disk.iso", FORMAT_RAW, FORMAT_NONE, false },
		{ "disk", FORMAT_RAW, FORMAT_NONE, true },
		{ "disk.bin", FORMAT_VMDK, FORMAT_NONE, true },
		{ "", FORMAT_RAW, FORMAT_NONE, true },
		{ ".gz", FORMAT_RAW, FORMAT_NONE, false },
		{ "disk.img.gz", FORMAT_GZIP, FORMAT_RAW, true },
		{ "disk.img.GZ", FORMAT_GZIP, FORMAT_ISO, true },
		{ "disk.img.gz", FORMAT_GZIP, FORMAT_QCOW2, false },
		{ "disk.img.gz", FORMAT_RAW, FORMAT_NONE, false },
		{ "disk.qcow2.gz", FORMAT_GZIP, FORMAT_QCOW2, true },
		{ "disk.qcow2.gz", FORMAT_GZIP, FORMAT_RAW, false },
		{ "disk.gz", FORMAT_GZIP, FORMAT_QCOW2, true },
		{ "disk", FORMAT_GZIP, FORMAT_RAW, true },
		{ "disk.img", FORMAT_GZIP, FORMAT_RAW, false },
		{ "disk.qcow2", FORMAT_GZIP, FORMAT_QCOW2, false },
		{ "a.tgz", FORMAT_GZIP, FORMAT_TAR, true },
		{ "a.tgz", FORMAT_GZIP, FORMAT_RAW, false },
		{ "a.tgz", FORMAT_RAW, FORMAT_NONE, false },
		{ "a.tar.gz", FORMAT_GZIP, FORMAT_TAR, true },
		{ "a.very.long.name.with.many.dots.img.gz", FORMAT_GZIP, FORMAT_ZIP, false },
		{ "img", FORMAT_QCOW2, FORMAT_NONE, true },
		{ "img.gz", FORMAT_GZIP, FORMAT_QCOW2, true },
		{ "xzimg.xz", FORMAT_XZ, FORMAT_NONE, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct image im = { .format = rows[i].format, .holds = rows[i].holds };
		struct err e = ERR_INIT;

		CHECK(image_name_agrees(&im, rows[i].name, &e) == (rows[i].agrees ? 0 : -1),
		      "\"%s\" with %s, %s: %s", rows[i].name, format_name(im.format),
		      format_name(im.holds), e.text);
		check_err(&e, rows[i].agrees ? ERR_NONE : ERR_IMAGE, rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mark),
		cmocka_unit_test(raw_data),
		cmocka_unit_test(names),
		cmocka_unit_test(probing),
		cmocka_unit_test(probing_the_odd_ones),
		cmocka_unit_test(a_format_in_the_second_member),
		cmocka_unit_test(probing_a_pipe),
		cmocka_unit_test(names_and_contents),
	};

	return cmocka_run_group_tests_name("format", tests, files_setup, files_teardown);
}
