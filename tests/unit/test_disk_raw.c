/* Raw disks and ISO images that say how long they are, and what only looks as if it did. */
#include "unit/unit.h"

#include <zlib.h>

#include "unit/disk_check.h"

/* Sectors of the disks here. */
#define SECTORS 64

/* A GPT with one partition, from sector 40 to last; its backup is said to be at backup. */
static void put_gpt(unsigned sector, unsigned width, uint64_t last, uint64_t backup)
{
	unsigned char *h = disk + sector, *entries = disk + (size_t)sector * 2;

	memset(disk, 0, sizeof(disk));
	disk[510] = 0x55;
	disk[511] = 0xaa;
	disk[450] = 0xee;
	put_le(disk + 454, 1, 4);
	put_le(disk + 458, UINT32_MAX, 4);
	put(h, "EFI PART");
	put_le(h + 8, 0x10000, 4);
	put_le(h + 12, 92, 4);
	put_le(h + 24, 1, 8);
	put_le(h + 32, backup, 8);
	put_le(h + 72, 2, 8);
	put_le(h + 80, 4, 4);
	put_le(h + 84, width, 4);
	/* The second of four. */
	memset(entries + width, 0xaf, 16);
	put_le(entries + width + 32, 40, 8);
	put_le(entries + width + 40, last, 8);
	put_le(h + 88, crc32(0, entries, 4 * width), 4);
	put_le(h + 16, crc32(0, h, 92), 4);
}

static void put_partition(unsigned i, unsigned status, unsigned type, uint64_t at, uint64_t len)
{
	unsigned char *p = disk + 446 + (size_t)16 * i;

	disk[510] = 0x55;
	disk[511] = 0xaa;
	p[0] = (unsigned char)status;
	p[4] = (unsigned char)type;
	put_le(p + 8, at, 4);
	put_le(p + 12, len, 4);
}

static void put_ext(uint64_t blocks)
{
	unsigned char *s = disk + 1024;

	put_le(s, 16, 4);
	put_le(s + 4, blocks, 4);
	put_le(s + 20, 1, 4);
	put_le(s + 32, 8192, 4);
	put_le(s + 56, 0xef53, 2);
	put_le(s + 76, 1, 4);
}

/* The first length of whole sectors, of from or more, at which it is taken; also of a pipe. */
static size_t least(enum format f, size_t from, size_t max)
{
	struct err e;
	size_t len, first = 0;
	int result;

	for (len = from; len <= max; len += 512) {
		result = check(f, len, &e);
		CHECK(first == 0 || result == 0, "%zu, but not %zu: %s", first, len, e.text);
		CHECK(check_pipe(f, len, 65536, 1536, &e) == result, "of a pipe, %zu: %s", len,
		      e.text);
		if (result == 0 && first == 0)
			first = len;
	}
	return first;
}

static const char *remark_of(enum format f, size_t len)
{
	struct disk_notes notes = { 0 };
	struct disk_view v = {
		.fd = -1, .size = len, .head = disk, .head_len = len, .notes = &notes
	};
	struct err e = ERR_INIT;

	CHECK(disk_check(f, &v, &e) == 0, "%s", e.text);
	return notes.remark ? notes.remark : "";
}

static void whole_sectors(void **state)
{
	struct err e;
	size_t len;

	(void)state;
	memset(disk, 0x33, sizeof(disk));
	for (len = 0; len < 3000; len++) {
		CHECK((check(FORMAT_RAW, len, &e) == 0) == (len > 0 && len % 512 == 0), "%zu: %s",
		      len, e.text);
		assert_int_equal(check_pipe(FORMAT_RAW, len, 65536, 1536, &e) == 0,
				 len > 0 && len % 512 == 0);
	}
}

static void a_gpt(void **state)
{
	static const unsigned sectors[] = { 512, 4096 };
	size_t i, whole;
	struct err e;

	(void)state;
	for (i = 0; i < COUNT(sectors); i++) {
		whole = (size_t)sectors[i] * SECTORS;
		put_gpt(sectors[i], 128, 49, SECTORS - 1);
		assert_int_equal(least(FORMAT_RAW, (size_t)sectors[i] * 2, whole), 50 * sectors[i]);
		assert_string_equal(remark_of(FORMAT_RAW, whole), "");
		/* What was behind the partitions is missing, or there is more. */
		assert_non_null(strstr(remark_of(FORMAT_RAW, whole - sectors[i]), "second copy"));
		assert_non_null(strstr(remark_of(FORMAT_RAW, whole + sectors[i]), "second copy"));
		put_gpt(sectors[i], 256, 60, SECTORS - 1);
		assert_int_equal(least(FORMAT_RAW, (size_t)sectors[i] * 2, whole), 61 * sectors[i]);
		/* A table or a header that was changed proves nothing. */
		disk[sectors[i] * 2 + 300]++;
		assert_int_equal(check(FORMAT_RAW, (size_t)sectors[i] * 40, &e), 0);
		put_gpt(sectors[i], 128, 60, SECTORS - 1);
		disk[sectors[i] + 40]++;
		assert_int_equal(check(FORMAT_RAW, (size_t)sectors[i] * 40, &e), 0);
		put_gpt(sectors[i], 128, UINT64_MAX, SECTORS - 1);
		put_gpt(sectors[i], 128, UINT64_MAX - 1, SECTORS - 1);
		assert_int_equal(check(FORMAT_RAW, whole, &e), -1);
	}
}

static void an_mbr(void **state)
{
	struct err e;

	(void)state;
	memset(disk, 0, sizeof(disk));
	put_partition(0, 0x80, 0x83, 8, 12);
	put_partition(1, 0, 0x0f, 20, 31);
	assert_int_equal(least(FORMAT_RAW, 512, SECTORS * 512), 51 * 512);
	(void)check(FORMAT_RAW, 512, &e);
	CHECK(strstr(e.text, "(MBR)"), "%s", e.text);
	/* The one that protects a GPT is as long as it likes. */
	put_partition(2, 0, 0xee, 1, UINT32_MAX);
	assert_int_equal(least(FORMAT_RAW, 512, SECTORS * 512), 51 * 512);
	/* What FreeBSD writes where there are no slices says nothing of the disk. */
	put_partition(2, 0, 0xa5, 0, 50000);
	assert_int_equal(least(FORMAT_RAW, 512, SECTORS * 512), 51 * 512);
	/* Unused entries may have anything in them. */
	put_partition(2, 0, 0, 1, UINT32_MAX);
	assert_int_equal(least(FORMAT_RAW, 512, SECTORS * 512), 51 * 512);
}

/* What has the mark of an MBR, or another, and is none. */
static void no_mbr(void **state)
{
	static const struct {
		unsigned char status, type;
		uint32_t at, len;
	} rows[] = {
		{ 0x01, 0x83, 40, 24 },         /* a status that there is not */
		{ 0x80, 0x83, 40, 24 },         /* a second one to boot from */
		{ 0, 0x83, 40, 0 },             /* empty */
		{ 0, 0x83, 10, 24 },            /* inside the other one */
		{ 0, 0x83, UINT32_MAX - 1, 5 }, /* behind the last sector of all */
	};
	unsigned char ext[512];
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		memset(disk, 0, sizeof(disk));
		put_partition(0, 0x80, 0x83, 8, 12);
		put_partition(1, rows[i].status, rows[i].type, rows[i].at, rows[i].len);
		CHECK(check(FORMAT_RAW, 512, &e) == 0, "row %zu: %s", i, e.text);
	}
	/* FAT, exFAT, a kernel; and without the mark. */
	for (i = 0; i < 4; i++) {
		memset(disk, 0, sizeof(disk));
		put_partition(0, 0, 0x83, 8, 12);
		assert_int_equal(check(FORMAT_RAW, 512, &e), -1);
		if (i == 0)
			memcpy(disk, "\xeb\x3c\x90mkfs.fat\0\2\4\1\0\2\0\2\0\0\xf8", 22);
		if (i == 1)
			put(disk + 3, "EXFAT   ");
		if (i == 2)
			put(disk, "MZ");
		if (i == 3)
			disk[511] = 0;
		CHECK(check(FORMAT_RAW, 512, &e) == 0, "row %zu: %s", i, e.text);
	}
	/* A file system's superblock that was there before the partitions. */
	memset(disk, 0, sizeof(disk));
	put_ext(1000);
	assert_int_equal(check(FORMAT_RAW, 4096, &e), -1);
	memcpy(ext, disk + 1024, sizeof(ext));
	put_partition(0, 0, 0x83, 2, 4);
	assert_int_equal(check(FORMAT_RAW, 4096, &e), 0);
}

static void an_ext(void **state)
{
	static const size_t odd[] = { 0, 20, 24, 32, 56, 76 };
	struct err e;
	size_t i;

	(void)state;
	memset(disk, 0, sizeof(disk));
	put_ext(20);
	assert_int_equal(least(FORMAT_RAW, 2048, SECTORS * 512), 20 * 1024);
	/* In blocks of 4 KiB. */
	put_le(disk + 1024 + 24, 2, 4);
	assert_int_equal(check(FORMAT_RAW, 20 * 4096 - 512, &e), -1);
	CHECK(strstr(e.text, "(ext)"), "%s", e.text);
	assert_int_equal(check(FORMAT_RAW, 20 * 4096, &e), 0);
	/* With 64 bits. */
	put_le(disk + 1024 + 96, 0x80, 4);
	put_le(disk + 1024 + 336, 1, 4);
	assert_int_equal(check(FORMAT_RAW, 20 * 4096, &e), -1);
	for (i = 0; i < COUNT(odd); i++) {
		memset(disk, 0, sizeof(disk));
		put_ext(200);
		put_le(disk + 1024 + odd[i], odd[i] == 0 || odd[i] == 32 ? 0 : 77, 4);
		CHECK(check(FORMAT_RAW, 4096, &e) == 0, "%zu: %s", odd[i], e.text);
	}
}

/* An ISO with a boot catalog in its block 18, and the image at the block at. */
static void put_boot(unsigned at, unsigned sectors)
{
	unsigned char *c = disk + 18 * 2048;

	make_iso(disk);
	memcpy(disk + 16 * 2048 + 7, "EL TORITO SPECIFICATION", 23);
	put_le(disk + 16 * 2048 + 71, 18, 4);
	c[0] = 1;
	c[30] = 0x55;
	c[31] = 0xaa;
	c[32] = 0x88;
	put_le(c + 38, 4, 2);
	put_le(c + 40, 19, 4);
	c[64] = 0x91;
	c[96] = 0x88;
	put_le(c + 102, sectors, 2);
	put_le(c + 104, at, 4);
}

static void an_iso(void **state)
{
	size_t whole = ISO_BYTES;
	struct err e;

	(void)state;
	memset(disk, 0, 2 * ISO_BYTES);
	put_boot(19, 1);
	assert_int_equal(least(FORMAT_ISO, 512, 2 * whole), whole);
	/* Behind the volume, as memtest86+ has it. */
	put_boot(22, 7);
	assert_int_equal(least(FORMAT_ISO, 512, 2 * whole), 22 * 2048 + 7 * 512);
	(void)check(FORMAT_ISO, whole, &e);
	CHECK(strstr(e.text, "El Torito"), "%s", e.text);
	put_boot(22, 0);
	assert_int_equal(check(FORMAT_ISO, 22 * 2048, &e), -1);
	assert_int_equal(check(FORMAT_ISO, 22 * 2048 + 512, &e), 0);
	/* A catalog that is none says nothing. */
	disk[18 * 2048 + 30] = 0;
	assert_int_equal(check(FORMAT_ISO, whole, &e), 0);
	/* Partitions: one from 0 on, the other inside of it. */
	make_iso(disk);
	memset(disk + 18 * 2048, 0, 2048);
	put_partition(0, 0x80, 0x17, 0, 90);
	put_partition(1, 0, 0xef, 40, 20);
	assert_int_equal(least(FORMAT_ISO, 512, 2 * whole), 90 * 512);
	assert_int_equal(check(FORMAT_ISO, 90 * 512 + 1, &e), -1);
}

/* The tables end where the memory does. */
static void every_byte_changed(void **state)
{
	struct err e;
	size_t at, len;
	unsigned k;

	(void)state;
	for (k = 0; k < 4; k++) {
		put_gpt(512, 128, 49, SECTORS - 1);
		if (k == 1)
			put_boot(22, 7);
		if (k > 1)
			memset(disk, 0, sizeof(disk));
		put_partition(0, 0, 0x83, 8, 50);
		if (k == 3)
			put_ext(30);
		for (len = 512; len < 24 * 2048; len += 512)
			for (at = 0; at < len && at < 2048; at += 7) {
				disk[at] ^= 0xff;
				(void)(check(k == 1 ? FORMAT_ISO : FORMAT_RAW, len, &e) == 0);
				disk[at] ^= 0xff;
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_sectors),
		cmocka_unit_test(a_gpt),
		cmocka_unit_test(an_mbr),
		cmocka_unit_test(no_mbr),
		cmocka_unit_test(an_ext),
		cmocka_unit_test(an_iso),
		cmocka_unit_test(every_byte_changed),
	};

	return cmocka_run_group_tests_name("disk_raw", tests, setup, teardown);
}
