/* exFAT: no flipped bit loses a file.  mkfs.exfat makes it; files are written here. */
#include "unit/unit.h"

#include "unit/file_system.h"

#define CLUSTER_MOST 4096
#define FIRST 100 /* the files' first cluster */

static struct {
	uint32_t cluster;                 /* bytes */
	uint64_t fat, heap, bitmap, root; /* offsets */
} x;

static void get(uint64_t at, void *to, size_t len)
{
	ssize_t n = pread(view.fd, to, len, (off_t)at);

	assert_int_equal(n, len);
}

static void put(uint64_t at, const void *from, size_t len)
{
	ssize_t n = pwrite(view.fd, from, len, (off_t)at);

	assert_int_equal(n, len);
}

static void put32(unsigned char *to, uint32_t n)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		to[i] = (unsigned char)(n >> 8 * i);
}

static uint64_t offset_of(uint32_t cluster)
{
	return x.heap + (uint64_t)(cluster - 2) * x.cluster;
}

static void mark(uint32_t cluster)
{
	unsigned char byte;

	get(x.bitmap + (cluster - 2) / 8, &byte, 1);
	byte |= (unsigned char)(1U << (cluster - 2) % 8);
	put(x.bitmap + (cluster - 2) / 8, &byte, 1);
}

static void chain(uint32_t cluster, uint32_t next)
{
	unsigned char bytes[4];

	put32(bytes, next);
	put(x.fat + (uint64_t)cluster * 4, bytes, 4);
}

struct file {
	char name;
	bool directory, contiguous;
	uint32_t first, clusters;
};

/* A file's three entries, at this offset.  The name is one letter. */
static void write_set(uint64_t at, const struct file *f)
{
	unsigned char set[96] = { 0x85, 2, [32] = 0xc0, [35] = 1, [64] = 0xc1 };
	uint16_t hash = 0, sum = 0;
	unsigned i;

	set[4] = f->directory ? 0x10 : 0x20;
	/* 2026-12-01 */
	put32(set + 8, (46U << 9 | 12 << 5 | 1) << 16);
	memcpy(set + 12, set + 8, 4);
	memcpy(set + 16, set + 8, 4);
	set[33] = f->contiguous ? 3 : 1;
	set[66] = (unsigned char)f->name;
	for (i = 0; i < 2; i++)
		hash = (uint16_t)((hash << 15 | hash >> 1) + set[66 + i]);
	set[36] = (unsigned char)hash;
	set[37] = (unsigned char)(hash >> 8);
	put32(set + 40, f->clusters * x.cluster);
	put32(set + 52, f->first);
	put32(set + 56, f->clusters * x.cluster);
	for (i = 0; i < sizeof(set); i++)
		if (i != 2 && i != 3)
			sum = (uint16_t)((sum << 15 | sum >> 1) + set[i]);
	set[2] = (unsigned char)sum;
	set[3] = (unsigned char)(sum >> 8);
	put(at, set, sizeof(set));
}

/* Contiguous clusters, or every other one, in a chain; something is in them. */
static void write_file(uint64_t at, const struct file *f)
{
	unsigned char data[CLUSTER_MOST];
	uint32_t i, step = f->contiguous ? 1 : 2;

	write_set(at, f);
	for (i = 0; i < f->clusters; i++) {
		memset(data, f->directory ? 0 : 'a' + (int)i, x.cluster);
		mark(f->first + i * step);
		put(offset_of(f->first + i * step), data, x.cluster);
		if (!f->contiguous)
			chain(f->first + i * step,
			      i + 1 < f->clusters ? f->first + (i + 1) * step : UINT32_MAX);
	}
}

/* Where the root's entries end. */
static uint64_t end_of_root(void)
{
	unsigned char type;
	uint64_t at = x.root;

	for (get(at, &type, 1); type != 0; get(at, &type, 1))
		at += 32;
	return at;
}

/* Its own tool makes it; the root directory gets a second cluster, which follows its first. */
static void make_empty(uint32_t cluster, const char *size)
{
	unsigned char boot[512], entry[32];
	char command[200];
	uint32_t root;
	uint64_t at;

	snprintf(command, sizeof(command),
		 "rm -f fs && truncate -s %s fs && mkfs.exfat -c %u fs > log 2>&1", size, cluster);
	make(command);
	open_view();
	get(0, boot, sizeof(boot));
	root = le32(boot + 96);
	x.cluster = cluster;
	x.fat = (uint64_t)le32(boot + 80) * 512;
	x.heap = (uint64_t)le32(boot + 88) * 512;
	x.root = offset_of(root);
	for (at = x.root, entry[0] = 0; entry[0] != 0x81; at += 32)
		get(at, entry, sizeof(entry));
	x.bitmap = offset_of(le32(entry + 20));
	chain(root, root + 1);
	chain(root + 1, UINT32_MAX);
	mark(root + 1);
}

/* A set of entries that was deleted. */
static void write_deleted(uint64_t at)
{
	write_set(at, &(struct file){ 'X', false, true, FIRST + 200, 9 });
	put(at, "\x05", 1);
	put(at + 32, "\x40", 1);
	put(at + 64, "\x41", 1);
}

/* A directory's first cluster, full: its first file, and what is left of others. */
static void fill(uint64_t at, const struct file *f)
{
	uint32_t i;

	write_file(at, f);
	for (i = 96; i < x.cluster; i += 32)
		put(at + i, "\x05", 1);
}

static void make_files(uint32_t cluster)
{
	static const struct file in_root[] = {
		{ 'A', false, true, FIRST, 5 },     { 'B', false, false, FIRST + 10, 6 },
		{ 'D', true, true, FIRST + 30, 1 }, { 'E', true, false, FIRST + 40, 2 },
		{ 'K', true, true, FIRST + 80, 2 }, { 'F', false, false, 0, 0 },
	};
	static const struct file in_d = { 'G', false, true, FIRST + 50, 3 };
	static const struct file in_e = { 'H', false, false, FIRST + 60, 2 };
	static const struct file later_in_e = { 'I', false, true, FIRST + 70, 2 };
	static const struct file in_k = { 'L', false, true, FIRST + 85, 1 };
	static const struct file later_in_k = { 'M', false, true, FIRST + 90, 1 };
	uint64_t at;
	size_t i;

	make_empty(cluster, "8M");
	at = end_of_root();
	for (i = 0; i < COUNT(in_root); i++, at += 96)
		write_file(at, &in_root[i]);
	write_deleted(at);
	write_file(offset_of(FIRST + 30), &in_d);
	fill(offset_of(FIRST + 40), &in_e);
	write_file(offset_of(FIRST + 42), &later_in_e);
	fill(offset_of(FIRST + 80), &in_k);
	write_file(offset_of(FIRST + 81), &later_in_k);
	make("fsck.exfat -n fs > log 2>&1");
}

/* With the smaller clusters the bitmap has several, and so has what is in use of the root. */
static void any_flipped_bit_of_exfat(void **state)
{
	static const uint32_t clusters[] = { 4096, 512 };
	unsigned believed, count;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(clusters); i++) {
		make_files(clusters[i]);
		learn("exFAT");
		believed = 0;
		count = flip(0, 24L * 512, 5, &believed) +
			flip(x.fat, (FIRST + 100) * 4, 1, &believed) +
			flip(x.bitmap, 256, 1, &believed) + flip(x.root, 1024, 1, &believed) +
			flip(offset_of(FIRST + 30), 128, 1, &believed) +
			flip(offset_of(FIRST + 40), 128, 1, &believed) +
			flip(offset_of(FIRST + 42), 128, 1, &believed) +
			flip(offset_of(FIRST + 81), 128, 1, &believed);
		print_message("clusters of %u: %u bits, believed all the same: %u\n", clusters[i],
			      count, believed);
		close(view.fd);
	}
}

static void doubts(const char *why)
{
	CHECK(fs_open(&fs, &view, 0, view.size, false) == -1, "%s", why);
	CHECK(fs.why && strstr(fs.why, why), "%s, not %s", fs.why ? fs.why : "nothing", why);
}

/* A number of the boot sector and its copy, and the checksums of both. */
static void put_number(uint64_t at, uint64_t number, size_t len)
{
	unsigned char region[12 * 512];
	uint32_t sum = 0, i;

	get(0, region, sizeof(region));
	for (i = 0; i < len; i++)
		region[at + i] = (unsigned char)(number >> 8 * i);
	for (i = 0; i < 11 * 512; i++)
		if (i != 106 && i != 107 && i != 112)
			sum = (sum << 31 | sum >> 1) + region[i];
	for (i = 11 * 512; i < sizeof(region); i += 4)
		put32(region + i, sum);
	put(0, region, sizeof(region));
	put(sizeof(region), region, sizeof(region));
}

static void what_a_boot_sector_says(void **state)
{
	static const struct {
		uint64_t at, number;
		size_t len;
		const char *why;
	} cases[] = {
		{ 106, 2, 2, "it was not unmounted" },     { 106, 4, 2, "it was not unmounted" },
		{ 110, 2, 1, "it has not one table" },     { 104, 0x200, 2, "do not fit together" },
		{ 72, 16385, 8, "do not fit together" },   { 72, 16376, 8, "do not fit together" },
		{ 84, 1, 4, "do not fit together" },       { 108, 13, 1, "do not fit together" },
		{ 92, 1ULL << 30, 4, "not fit together" }, { 96, 1, 4, "do not fit together" },
	};
	unsigned char byte;
	uint64_t len;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		make_files(4096);
		put_number(cases[i].at, cases[i].number, cases[i].len);
		doubts(cases[i].why);
		close(view.fd);
	}
	make_files(4096);
	get(12 * 512 + 100, &byte, 1);
	byte ^= 1;
	put(12 * 512 + 100, &byte, 1);
	doubts("the copy of its boot sector differs");
	put(100, &byte, 1);
	doubts("the checksum of its boot sectors is wrong");
	put_number(100, byte, 1);
	/* A partition may be larger: what is behind is nobody's. */
	make("truncate -s 9M fs");
	view.size = 9 << 20;
	assert_int_equal(fs_open(&fs, &view, 0, view.size, false), 1);
	assert_false(fs_vacant(&fs, (8 << 20) + 65536, &len));
	assert_int_equal(len, (1 << 20) - 65536);
	close(view.fd);
}

/* There is one bitmap, as long as it has to be, and in one piece. */
static void bitmaps(void **state)
{
	unsigned char entry[32];
	uint64_t at;

	(void)state;
	make_files(512);
	for (at = x.root, entry[0] = 0; entry[0] != 0x81; at += 32)
		get(at, entry, sizeof(entry));
	put(end_of_root(), entry, sizeof(entry));
	doubts("do not fit together");
	put(end_of_root() - 32, "\x05", 1);
	assert_int_equal(fs_open(&fs, &view, 0, view.size, false), 1);
	entry[24]++;
	put(at - 32, entry, sizeof(entry));
	doubts("do not fit together");
	entry[24]--;
	entry[1] = 1;
	put(at - 32, entry, sizeof(entry));
	doubts("do not fit together");
	entry[1] = 0;
	put(at - 32, entry, sizeof(entry));
	chain(2, FIRST + 300);
	chain(FIRST + 300, 4);
	doubts("a file has what its bitmap calls free");
	mark(FIRST + 300);
	doubts("its bitmap is not in one piece");
	close(view.fd);
}

static void what_files_are_not_believed(void **state)
{
	static const struct file beyond = { 'Z', false, true, 2, 3000 };
	static const struct file free = { 'Z', false, true, FIRST + 300, 3 };
	static const struct file none = { 'Z', false, true, FIRST + 300, 0 };
	static const struct file itself = { 'Z', true, true, FIRST + 30, 1 };
	uint64_t end;

	(void)state;
	make_files(4096);
	end = end_of_root();
	write_set(end, &beyond);
	doubts("its files have more than there is");
	write_set(end, &none);
	doubts("do not fit together");
	write_set(end, &free);
	doubts("a file has what its bitmap calls free");
	put(end + 10, "!", 1);
	doubts("the checksum of a directory's entry is wrong");
	put(end + 64, "\xe1", 1);
	doubts("an entry that is not known");
	put(end, "\xa5", 1);
	doubts("an entry that is not known");
	close(view.fd);

	/* A directory that is in itself, and so in all of its own. */
	make_files(4096);
	write_set(offset_of(FIRST + 30) + 96, &itself);
	doubts("its directories are too deep");
	close(view.fd);

	/* Its chain goes round, or nowhere. */
	make_files(4096);
	chain(FIRST + 14, FIRST + 10);
	doubts("do not fit together");
	chain(FIRST + 14, 1);
	doubts("do not fit together");
	close(view.fd);
}

/* A chain that goes round must not be walked for long, nor one that jumps from end to end. */
static void what_has_no_end(void **state)
{
	static const struct file jumping = { 'J', false, false, FIRST, 140000 };
	unsigned char boot[512];
	uint32_t root;
	uint64_t at;

	(void)state;
	make_empty(512, "80M");
	get(0, boot, sizeof(boot));
	root = le32(boot + 96);
	at = end_of_root();
	write_set(at, &jumping);
	mark(FIRST);
	mark(100000);
	chain(FIRST, 100000);
	chain(100000, FIRST);
	doubts("takes too long");

	for (; at < x.root + 2 * (uint64_t)x.cluster; at += 32)
		put(at, "\x05", 1);
	chain(root + 1, root);
	doubts("do not fit together");
	close(view.fd);
}

/* Whoever asks often, and here and there, is not told another thing at last. */
static void asked_often(void **state)
{
	uint64_t len, last;
	unsigned i;

	(void)state;
	make_empty(512, "80M");
	assert_int_equal(fs_open(&fs, &view, 0, view.size, false), 1);
	/* Of a cluster whose bit is in the last byte of a page of the bitmap, and some pages on. */
	last = x.heap + (4095 - x.bitmap % 4096) * 8 * x.cluster;
	for (i = 0; i < 300000; i++)
		assert_true(fs_vacant(&fs, last + (i % 2) * 2 * 4096 * 8 * x.cluster, &len));
	close(view.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_flipped_bit_of_exfat),
		cmocka_unit_test(what_a_boot_sector_says),
		cmocka_unit_test(bitmaps),
		cmocka_unit_test(what_files_are_not_believed),
		cmocka_unit_test(what_has_no_end),
		cmocka_unit_test(asked_often),
	};

	return cmocka_run_group_tests_name("fs_exfat", tests, files_setup, files_teardown);
}
