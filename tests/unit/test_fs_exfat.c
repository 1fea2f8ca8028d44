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

static void make_files(uint32_t cluster)
{
	static const struct file in_root[] = {
		{ 'A', false, true, FIRST, 5 },     { 'B', false, false, FIRST + 10, 6 },
		{ 'D', true, true, FIRST + 30, 1 }, { 'E', true, false, FIRST + 40, 2 },
		{ 'F', false, false, 0, 0 },
	};
	static const struct file in_d = { 'G', false, true, FIRST + 50, 3 };
	static const struct file in_e = { 'H', false, false, FIRST + 60, 2 };
	static const struct file later_in_e = { 'I', false, true, FIRST + 70, 2 };
	uint64_t at;
	size_t i;

	make_empty(cluster, "8M");
	at = end_of_root();
	for (i = 0; i < COUNT(in_root); i++, at += 96)
		write_file(at, &in_root[i]);
	write_deleted(at);
	write_file(offset_of(FIRST + 30), &in_d);
	write_file(offset_of(FIRST + 40), &in_e);
	for (i = 96; i < cluster; i += 32)
		put(offset_of(FIRST + 40) + i, "\x05", 1);
	write_file(offset_of(FIRST + 42), &later_in_e);
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
			flip(x.fat, (FIRST + 80) * 4, 1, &believed) +
			flip(x.bitmap, 256, 1, &believed) + flip(x.root, 1024, 1, &believed) +
			flip(offset_of(FIRST + 30), 128, 1, &believed) +
			flip(offset_of(FIRST + 40), 128, 1, &believed) +
			flip(offset_of(FIRST + 42), 128, 1, &believed);
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

static void what_is_not_believed(void **state)
{
	static const struct file beyond = { 'Z', false, true, 2, 3000 };
	static const struct file free = { 'Z', false, true, FIRST + 300, 3 };
	static const struct file itself = { 'Z', true, true, FIRST + 30, 1 };
	unsigned char flags[2] = { 2, 0 };
	uint64_t end;

	(void)state;
	make_files(4096);
	put(106, flags, 2);
	doubts("it was not unmounted");
	close(view.fd);

	make_files(4096);
	end = end_of_root();
	write_set(end, &beyond);
	doubts("its files have more than there is");
	write_set(end, &free);
	doubts("a file has what its bitmap calls free");
	put(end + 10, "!", 1);
	doubts("the checksum of a directory's entry is wrong");
	put(end, "\xa5", 1);
	doubts("an entry that is not known");
	close(view.fd);

	/* A directory that is in itself, and so in all of its own. */
	make_files(4096);
	write_set(offset_of(FIRST + 30) + 96, &itself);
	doubts("its directories are too deep");
	close(view.fd);

	/* Its chain goes round. */
	make_files(4096);
	chain(FIRST + 14, FIRST + 10);
	doubts("its numbers do not fit");
	chain(FIRST + 14, 1);
	doubts("its numbers do not fit");
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
	doubts("its numbers do not fit");
	close(view.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_flipped_bit_of_exfat),
		cmocka_unit_test(what_is_not_believed),
		cmocka_unit_test(what_has_no_end),
	};

	return cmocka_run_group_tests_name("fs_exfat", tests, files_setup, files_teardown);
}
