#include "unit/unit.h"

#include "image/crc.h"
#include "unit/file_system.h"

/* Made by the system's own tools, with files in it of which some were deleted again. */
#define EXT(options, size)                                                                         \
	"truncate -s " size " fs && mke2fs -q -F " options " -d tree fs && "                       \
	"{ echo rm /file1; echo rm /file3; } | debugfs -w -f - fs > log 2>&1 && "                  \
	"{ e2fsck -fy fs > log 2>&1 || test $? = 1; }"
#define FAT(options, size)                                                                         \
	"truncate -s " size " fs && mkfs.fat " options " fs > log && "                             \
	"mcopy -i fs tree/file? ::/ && mdel -i fs ::/file1 ::/file3"

/* As small as only its own tests make it; what was there before was deleted. */
#define XFS(options, size)                                                                         \
	"rm -f fs && truncate -s " size " fs && { echo dummy; echo 0 0; echo d--755 0 0; "         \
	"for i in 2 4 5; do echo f$i ---644 0 0 tree/file$i; done; echo $; } > proto && "          \
	"TEST_DIR=1 TEST_DEV=1 QA_CHECK_FS=1 mkfs.xfs -q " options " -p proto fs"

static const struct row {
	const char *name, *kind, *command;
} rows[] = {
	{ "ext2", "ext", EXT("-t ext2 -b 1024", "20M") },
	{ "ext3", "ext", EXT("-t ext3 -b 1024", "24M") },
	{ "ext4", "ext", EXT("-t ext4 -b 1024", "40M") },
	{ "ext4, few blocks in a group", "ext", EXT("-t ext4 -b 1024 -g 1024", "20M") },
	{ "ext4, older checksums", "ext",
	  EXT("-t ext4 -b 1024 -O ^metadata_csum,uninit_bg", "40M") },
	{ "ext4, 32 bit", "ext", EXT("-t ext4 -b 1024 -O ^64bit", "20M") },
	{ "ext4, meta_bg", "ext", EXT("-t ext4 -b 1024 -O meta_bg,^resize_inode", "40M") },
	{ "ext4, bigalloc", "ext", EXT("-t ext4 -b 1024 -O bigalloc -C 4096", "60M") },
	{ "FAT12", "FAT", FAT("-F 12", "4M") },
	{ "FAT16", "FAT", FAT("-F 16", "20M") },
	{ "FAT32", "FAT", FAT("-F 32 -s 1", "40M") },
	{ "XFS", "XFS", XFS("-b size=1024 -d agcount=2", "40M") },
	{ "XFS, large sectors", "XFS", XFS("-s size=4096 -m rmapbt=0,reflink=0", "60M") },
};

/* The superblock, and of each group its header and the root of its tree; the log's last record. */
static unsigned flip_xfs(unsigned *believed)
{
	const struct fs_xfs x = fs.u.xfs;
	unsigned char super[512], root[4];
	unsigned count = flip(0, x.sector, 1, believed);
	uint64_t at, log;
	uint32_t i;

	assert_int_equal(pread(view.fd, super, sizeof(super), 0), sizeof(super));
	for (i = 0; i < x.groups; i++) {
		at = (uint64_t)i * x.group * x.block;
		assert_int_equal(pread(view.fd, root, 4, (off_t)(at + x.sector + 0x10)), 4);
		count += flip(at + x.sector, 0xe0, 1, believed) +
			 flip(at + (uint64_t)be32(root) * x.block, 128, 1, believed);
	}
	log = be64(super + 0x30);
	at = ((log >> super[0x7c]) * x.group + (log & ((1U << super[0x7c]) - 1))) * x.block;
	return count + flip(at, 1024, 3, believed);
}

static unsigned flip_fat(unsigned *believed)
{
	const struct fs_fat f = fs.u.fat;
	unsigned count = flip(0, 512, 1, believed) + flip(f.table, 1024, 1, believed) +
			 flip(f.table + f.table_len, 1024, 1, believed);

	if (f.bits == 32)
		count += flip(512, 512, 1, believed) + flip(6 * 512, 512, 1, believed);
	return count;
}

static unsigned flip_ext(unsigned *believed)
{
	const struct fs_ext x = fs.u.ext;
	unsigned char desc[64 * 64];
	uint64_t table = (x.first + 1) * x.block;
	unsigned count, k;
	ssize_t n;

	/* bigalloc: the superblock is in block 1, and the groups begin with 0 */
	if (x.first == 0)
		table = 2048;
	count = flip(1024, 1024, 1, believed);
	n = pread(view.fd, desc, sizeof(desc), (off_t)table);
	assert_int_equal(n, sizeof(desc));
	for (k = 0; k < x.groups && k < 8; k++) {
		if (k * x.desc < x.block || !(x.incompat & 0x10))
			count += flip(table + k * x.desc, x.desc, 1, believed);
		count += flip((uint64_t)le32(desc + k * x.desc) * x.block, x.block, 13, believed);
	}
	return count;
}

static void any_flipped_bit(void **state)
{
	unsigned i, count, believed;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		make(rows[i].command);
		open_view();
		learn(rows[i].kind);
		believed = 0;
		if (strcmp(rows[i].kind, "ext") == 0)
			count = flip_ext(&believed);
		else if (strcmp(rows[i].kind, "FAT") == 0)
			count = flip_fat(&believed);
		else
			count = flip_xfs(&believed);
		print_message("%s: %u bits, believed all the same: %u\n", rows[i].name, count,
			      believed);
		close(view.fd);
	}
}

static void swap_bits(uint64_t at, unsigned first, unsigned second)
{
	unsigned char map[1024];
	bool a, b;
	ssize_t n = pread(view.fd, map, sizeof(map), (off_t)at);

	assert_int_equal(n, sizeof(map));
	a = map[first / 8] >> first % 8 & 1;
	b = map[second / 8] >> second % 8 & 1;
	assert_true(a != b);
	map[first / 8] ^= (unsigned char)(1U << first % 8);
	map[second / 8] ^= (unsigned char)(1U << second % 8);
	n = pwrite(view.fd, map, sizeof(map), (off_t)at);
	assert_int_equal(n, sizeof(map));
}

/* The count is the same: only the checksum tells. */
static void what_checksums_tell(void **state)
{
	static const struct {
		uint64_t at; /* of a byte; 0: two bits of a map */
		const char *why;
	} cases[] = {
		{ 0, "the checksum of a block bitmap is wrong" },
		{ 1024 + 0x78, "the checksum of its superblock is wrong" }, /* its label */
		{ 2048 + 0x1c, "the checksum of a group is wrong" },        /* unused inodes */
	};
	unsigned char desc[32];
	size_t i;
	ssize_t n;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		make(EXT("-t ext4 -b 1024", "20M"));
		open_view();
		learn("ext");
		if (cases[i].at == 0) {
			n = pread(view.fd, desc, sizeof(desc), 2048);
			assert_int_equal(n, sizeof(desc));
			swap_bits((uint64_t)le32(desc) * 1024, 1, 8191);
		} else {
			n = pwrite(view.fd, "x", 1, (off_t)cases[i].at);
			assert_int_equal(n, 1);
		}
		assert_int_equal(fs_open(&fs, &view, 0, view.size, true), -1);
		CHECK(strstr(fs.why, cases[i].why), "%s", fs.why);
		close(view.fd);
	}
}

/* What was not unmounted, has errors, or is marked by somebody else. */
static void what_is_not_believed(void **state)
{
	static const struct {
		const char *command, *why;
	} doubts[] = {
		{ EXT("-t ext4", "20M") " && debugfs -w -R 'feature needs_recovery' fs > log 2>&1",
		  "its journal is not empty" },
		{ EXT("-t ext4", "20M") " && debugfs -w -R 'ssv state 0' fs > log 2>&1",
		  "it was not unmounted" },
		{ EXT("-t ext4", "20M") " && debugfs -w -R 'ssv state 3' fs > log 2>&1",
		  "it was not unmounted" },
		{ EXT("-t ext2 -b 4096 -g 8192", "20M"), "it has no checksums" },
		{ EXT("-t ext4 -O ^metadata_csum,^uninit_bg", "20M"), "it has no checksums" },
		{ EXT("-t ext4", "20M") " && truncate -s 19M fs", "its numbers do not fit" },
		{ EXT("-t ext4", "20M") " && printf hsqs | dd of=fs conv=notrunc 2> log",
		  "something else has left its mark" },
		{ EXT("-t ext4",
		      "20M") " && printf SWAPSPACE2 | dd of=fs bs=1 seek=4086 conv=notrunc 2> log",
		  "it is of two kinds" },
		{ FAT("-F 16",
		      "20M") " && printf '\\1' | dd of=fs bs=1 seek=37 conv=notrunc 2> log",
		  "it was not unmounted" },
		{ FAT("-F 16 -f 1", "20M"), "it has not two tables" },
		{ XFS("-m crc=0", "40M"), "it has no checksums" },
		{ XFS("", "40M") " && truncate -s 39M fs", "its numbers do not fit" },
		{ "truncate -s 8M external && " XFS("-l logdev=external", "40M"),
		  "a part of it is on another device" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(doubts); i++) {
		make(doubts[i].command);
		open_view();
		CHECK(fs_open(&fs, &view, 0, view.size, true) != 1, "row %zu", i);
		CHECK(fs.why && strstr(fs.why, doubts[i].why), "row %zu: %s", i,
		      fs.why ? fs.why : "nothing");
		close(view.fd);
	}
}

/* A mark of something else, in each of its places, on ext and on swap. */
static void marks_of_others(void **state)
{
	static const struct {
		uint64_t at;
		const char *bytes;
		unsigned len;
	} marks[] = {
		{ 0, "XFSB", 4 },
		{ 0, "LUKS\xba\xbe", 6 },
		{ 3, "NTFS    ", 8 },
		{ 3, "EXFAT   ", 8 },
		{ 512, "LABELONE", 8 },
		{ 0, "hsqs", 4 },
		/* ZFS, in two orders of bytes, in any slot; Linux's RAID at the end */
		{ 128 << 10, "\x0c\xb1\xba\0\0\0\0\0", 8 },
		{ 200 << 10, "\0\0\0\0\0\xba\xb1\x0c", 8 },
		{ (20 << 20) - 65536, "\xfc\x4e\x2b\xa9", 4 },
		{ (20 << 20) - 8192, "\xfc\x4e\x2b\xa9", 4 },
		{ 1 << 20, "\x0d\xd0\x01\xc0", 4 },
		{ 65600, "_BHRfS_M", 8 },
		{ 65588, "ReIsEr", 6 },
	};
	unsigned kind;
	size_t i;

	(void)state;
	for (kind = 0; kind < 2; kind++) {
		make(kind == 0 ?
			     EXT("-t ext4 -b 4096 -O ^has_journal", "20M") :
			     "rm -f fs && truncate -s 20M fs && chmod 600 fs && mkswap fs > log 2>&1");
		open_view();
		CHECK(fs_open(&fs, &view, 0, view.size, true) == 1, "%s", fs.why);
		for (i = 0; i < COUNT(marks); i++) {
			unsigned char kept[8];
			ssize_t n = pread(view.fd, kept, marks[i].len, (off_t)marks[i].at);

			assert_int_equal(n, marks[i].len);
			n = pwrite(view.fd, marks[i].bytes, marks[i].len, (off_t)marks[i].at);
			assert_int_equal(n, marks[i].len);
			CHECK(fs_open(&fs, &view, 0, view.size, true) == -1, "mark %zu, kind %u", i,
			      kind);
			n = pwrite(view.fd, kept, marks[i].len, (off_t)marks[i].at);
			assert_int_equal(n, marks[i].len);
		}
		CHECK(fs_open(&fs, &view, 0, view.size, true) == 1, "%s", fs.why);
		close(view.fd);
	}
}

static void swap_spaces(void **state)
{
	static const unsigned pages[] = { 4096, 16384, 65536 };
	char command[200];
	uint64_t len;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(pages); i++) {
		snprintf(command, sizeof(command),
			 "rm -f fs && truncate -s 5000000 fs && chmod 600 fs && mkswap -p %u fs > log 2>&1",
			 pages[i]);
		make(command);
		open_view();
		CHECK(fs_open(&fs, &view, 0, view.size, true) == 1, "%s", fs.why ? fs.why : "none");
		assert_string_equal(fs.kind->name, "swap");
		assert_false(fs_vacant(&fs, 0, &len));
		assert_int_equal(len, pages[i]);
		assert_true(fs_vacant(&fs, pages[i], &len));
		assert_int_equal(len, 5000000 / pages[i] * pages[i] - pages[i]);
		assert_int_equal(len, fs.free);
		assert_false(fs_vacant(&fs, pages[i] + len, &len));
		/* Only the partition table can say so. */
		assert_int_equal(fs_open(&fs, &view, 0, view.size, false), -1);
		assert_string_equal(fs.why, "its partition is not for swap");
		/* A system is asleep in it. */
		assert_int_equal(pwrite(view.fd, "S1SUSPEND", 10, pages[i] - 10), 10);
		assert_int_equal(fs_open(&fs, &view, 0, view.size, true), 0);
		close(view.fd);
	}
}

/* The check values of both, "123456789". */
static void checksums(void **state)
{
	(void)state;
	assert_int_equal(crc32c(UINT32_MAX, "123456789", 9) ^ UINT32_MAX, 0xe3069283);
	assert_int_equal(crc16(0, "123456789", 9), 0xbb3d);
}

static int setup(void **state)
{
	(void)state;
	files_open();
	make("mkdir tree && for i in 0 1 2 3 4 5; do head -c $((i * 90000 + 1)) /dev/urandom > tree/file$i; done");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums),
		cmocka_unit_test(swap_spaces),
		cmocka_unit_test(what_is_not_believed),
		cmocka_unit_test(marks_of_others),
		cmocka_unit_test(what_checksums_tell),
		cmocka_unit_test(any_flipped_bit),
	};

	return cmocka_run_group_tests_name("fs", tests, setup, files_teardown);
}
