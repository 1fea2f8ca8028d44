#include "unit/unit.h"

#include "unit/disk_check.h"

/* What a footer says, with a checksum that is right. */
static void footers(void **state)
{
	static const struct {
		uint64_t disk;
		uint32_t type;
		const char *says;
	} rows[] = {
		{ 2048, 2, NULL },
		{ 2047, 2, "by its footer" },
		{ 2049, 2, "by its footer" },
		{ UINT64_MAX, 2, "by its footer" },
		{ 2048, 4, "parent" },
		{ 2048, 0, "type" },
		{ 2048, 5, "type" },
		{ 2048, 3, "copy of its footer" },
	};
	struct disk_view v = { .fd = -1, .head = disk };
	struct err e = ERR_INIT;
	size_t i, len = make(find("vhd-fixed"));

	(void)state;
	v.size = len;
	v.head_len = len;
	for (i = 0; i < COUNT(rows); i++) {
		vhd_footer(disk + 2048, rows[i].disk, rows[i].type);
		assert_int_equal(disk_format(FORMAT_RAW, &v), FORMAT_VHD);
		assert_int_equal(disk_format(FORMAT_ISO, &v), FORMAT_VHD);
		assert_int_equal(disk_format(FORMAT_TAR, &v), FORMAT_TAR);
		CHECK((check(FORMAT_VHD, len, &e) < 0) == (rows[i].says != NULL), "%zu", i);
		CHECK(!rows[i].says || strstr(e.text, rows[i].says), "%zu: %s", i, e.text);
	}
	/* A footer alone is no disk, and one with a wrong checksum no footer. */
	v.head = disk + 2048;
	v.size = 512;
	v.head_len = 512;
	assert_int_equal(disk_format(FORMAT_RAW, &v), FORMAT_RAW);
	v.head = disk;
	v.size = len;
	v.head_len = len;
	disk[2048 + 100] ^= 1;
	assert_int_equal(disk_format(FORMAT_RAW, &v), FORMAT_RAW);
}

/* The dynamic header, with a checksum that is right. */
static void dynamic_headers(void **state)
{
	static const struct {
		size_t at;
		unsigned bytes;
		uint64_t value;
		const char *says;
	} rows[] = {
		{ 528, 8, UINT64_MAX, "no file has" },
		{ 528, 8, 1 << 20, "is cut" },
		{ 540, 4, 2, "contradicts" },
		{ 540, 4, UINT32_MAX, "is cut" },
		{ 544, 4, 0, "contradicts" },
		{ 544, 4, 256, "contradicts" },
		{ 544, 4, 1500, "contradicts" },
		{ 544, 4, 2048, "is cut" },
		{ 544, 4, (uint64_t)1 << 31, "is cut" },
		{ 512, 1, 'C', "checksum" },
	};
	struct err e = ERR_INIT;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		len = make(find("vhd-dynamic"));
		put_be(disk + rows[i].at, rows[i].value, rows[i].bytes);
		vhd_sum(disk + 512, 1024, 36);
		CHECK(check(FORMAT_VHD, len, &e) < 0 && strstr(e.text, rows[i].says), "%zu: %s", i,
		      e.text);
	}
}

/* VHDX needs megabytes; each row changes bytes of the good image at an offset. */
static void vhdx_images(void **state)
{
	enum {
		LOG = 65536 + 72,
		REGION = 192 * 1024,
		META = 1 << 20,
		BAT = 2 << 20
	};
	static const struct {
		size_t at;
		unsigned bytes;
		uint64_t value;
		const char *says;
	} rows[] = {
		{ 65536, 4, 0, NULL }, /* the other header is good */
		{ 2 * 65536 + 100, 1, 1, NULL },
		{ LOG, 8, 5 << 20, "both its headers" }, /* the other one is broken, too */
		{ REGION, 1, 0, NULL },
		{ REGION + 65535, 1, 9, NULL },
		{ META, 1, 'x', "no metadata" },
		{ META + 10, 2, 2048, "no metadata" },
		{ META + 48, 4, UINT32_MAX, "is cut" },
		{ META + 65536, 4, 0, "contradicts" },
		{ META + 65536, 4, 1 << 19, "contradicts" },
		{ META + 65536, 4, 3 << 20, "contradicts" },
		{ META + 65536, 4, 1 << 29, "contradicts" },
		{ META + 65540, 1, 1, NULL },
		{ META + 65540, 1, 2, "parent" },
		{ META + 65552, 8, (uint64_t)1 << 47, "contradicts" },
		{ META + 65552, 8, (uint64_t)1 << 45, "too short" },
		{ META + 65568, 4, 4096, NULL },
		{ META + 65568, 4, 1024, "contradicts" },
		{ BAT, 8, 5 << 20 | 6, "is cut" },
		{ BAT, 8, UINT64_MAX, NULL }, /* 7: only where there is a parent */
		{ BAT, 8, UINT64_MAX - 1, "no file has" },
		{ BAT, 8, 0, NULL },
		{ BAT + 24, 8, UINT64_MAX - 1, NULL }, /* behind the last */
	};
	struct err e = ERR_INIT;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		len = make_vhdx(disk);
		put_le(disk + rows[i].at, rows[i].value, rows[i].bytes);
		if (rows[i].at == LOG)
			disk[2 * 65536 + 100] = 1;
		CHECK(check_file(FORMAT_VHDX, 0, len, len, &e) == (rows[i].says ? -1 : 0),
		      "%zu: %s", i, e.text);
		CHECK(!rows[i].says || strstr(e.text, rows[i].says), "%zu: %s", i, e.text);
	}
	make_vhdx(disk);
	put_le(disk + LOG, 5 << 20, 8);
	vhdx_sum(disk + 65536, 4096);
	assert_int_equal(check_file(FORMAT_VHDX, 0, len, len, &e), 0); /* it is the older one */
	put_le(disk + LOG + 65536, 5 << 20, 8);
	vhdx_sum(disk + 2 * 65536, 4096);
	assert_int_equal(check_file(FORMAT_VHDX, 0, len, len, &e), -1);
	CHECK(strstr(e.text, "is cut"), "%s", e.text);
	make_vhdx(disk);
	put_le(disk + REGION + 32, UINT64_MAX, 8);
	vhdx_sum(disk + REGION, 65536);
	assert_int_equal(check_file(FORMAT_VHDX, 0, len, len, &e), -1);
	make_vhdx(disk);
	disk[REGION + 20] = disk[REGION + 65536 + 20] = 1;
	assert_int_equal(check_file(FORMAT_VHDX, 0, len, len, &e), -1);
	CHECK(strstr(e.text, "region tables"), "%s", e.text);
}

static void cut_vhdx_images(void **state)
{
	static const size_t lens[] = {
		0,      8,       512,     65536,   70000,   131072,  196608,
		262144, 1 << 20, 1048577, 2 << 20, 3 << 20, 4 << 20, 5242879
	};
	struct err e = ERR_INIT;
	size_t i, len = make_vhdx(disk);

	(void)state;
	for (i = 0; i < COUNT(lens); i++) {
		CHECK(check_file(FORMAT_VHDX, 0, lens[i], lens[i], &e) < 0, "%zu", lens[i]);
		/* Of a pipe only the very least is known. */
		CHECK((check_pipe(FORMAT_VHDX, lens[i], 65536, 1536, &e) == 0) ==
			      (lens[i] >= 1 << 20),
		      "%zu: %s", lens[i], e.text);
	}
	assert_int_equal(check_file(FORMAT_VHDX, 0, len, len, &e), 0);
	/* Of a disk of fixed size, only as much of the last block as the disk has. */
	put_le(disk + VHDX_MIB + 65536 + 16, 3 * VHDX_MIB - 512, 8);
	put_le(disk + VHDX_MIB + 65540, 1, 4);
	assert_int_equal(check_file(FORMAT_VHDX, 0, len - 512, len - 512, &e), 0);
	assert_int_equal(check_file(FORMAT_VHDX, 0, len - 513, len - 513, &e), -1);
}

static void iso_images(void **state)
{
	struct err e = ERR_INIT;
	size_t len = make_iso(disk), i;

	(void)state;
	for (i = 0; i <= len; i += i > 16 * 2048 ? 1 : 512)
		CHECK((check(FORMAT_ISO, i, &e) == 0) == (i == len), "%zu of %zu: %s", i, len,
		      e.text);
	assert_int_equal(check(FORMAT_ISO, len + 300032, &e), 0);
	/* Only in one byte order; in both, but different; none at all; no block size. */
	put_be(disk + 17 * 2048 + 84, 0, 4);
	assert_int_equal(check(FORMAT_ISO, len, &e), 0);
	put_be(disk + 17 * 2048 + 84, 19, 4);
	assert_int_equal(check(FORMAT_ISO, len, &e), -1);
	put_be(disk + 17 * 2048 + 84, UINT32_MAX, 4);
	put_le(disk + 17 * 2048 + 80, UINT32_MAX, 4);
	assert_int_equal(check(FORMAT_ISO, len, &e), -1);
	make_iso(disk);
	put_le(disk + 17 * 2048 + 128, 0, 2);
	assert_int_equal(check(FORMAT_ISO, len, &e), -1);
	make_iso(disk);
	disk[17 * 2048] = 255;
	assert_int_equal(check(FORMAT_ISO, len, &e), -1);
	CHECK(strstr(e.text, "primary"), "%s", e.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(footers),     cmocka_unit_test(dynamic_headers),
		cmocka_unit_test(vhdx_images), cmocka_unit_test(cut_vhdx_images),
		cmocka_unit_test(iso_images),
	};

	return cmocka_run_group_tests_name("disk_vhd", tests, setup, teardown);
}
