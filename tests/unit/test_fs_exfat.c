/* exFAT: no flipped bit loses a file.  mkfs.exfat makes it; files are written here. */
#include "unit/unit.h"

#include "unit/file_system.h"

#define CLUSTER 4096
#define FIRST 100 /* the files' first cluster */

static struct {
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
	return x.heap + (uint64_t)(cluster - 2) * CLUSTER;
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
	put32(set + 40, f->clusters * CLUSTER);
	put32(set + 52, f->first);
	put32(set + 56, f->clusters * CLUSTER);
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
	unsigned char data[CLUSTER];
	uint32_t i, step = f->contiguous ? 1 : 2;

	write_set(at, f);
	for (i = 0; i < f->clusters; i++) {
		memset(data, f->directory ? 0 : 'a' + (int)i, sizeof(data));
		mark(f->first + i * step);
		put(offset_of(f->first + i * step), data, sizeof(data));
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

static void make_files(void)
{
	static const struct file in_root[] = {
		{ 'A', false, true, FIRST, 5 },     { 'B', false, false, FIRST + 10, 6 },
		{ 'D', true, true, FIRST + 30, 1 }, { 'E', true, false, FIRST + 40, 2 },
		{ 'F', false, false, 0, 0 },
	};
	static const struct file in_d = { 'G', false, true, FIRST + 50, 3 };
	static const struct file in_e = { 'H', false, false, FIRST + 60, 2 };
	unsigned char boot[512], entry[32];
	uint64_t at;
	size_t i;

	make("rm -f fs && truncate -s 8M fs && mkfs.exfat -c 4096 fs > log 2>&1");
	open_view();
	get(0, boot, sizeof(boot));
	x.fat = (uint64_t)le32(boot + 80) * 512;
	x.heap = (uint64_t)le32(boot + 88) * 512;
	x.root = offset_of(le32(boot + 96));
	for (at = x.root, entry[0] = 0; entry[0] != 0x81; at += 32)
		get(at, entry, sizeof(entry));
	x.bitmap = offset_of(le32(entry + 20));
	at = end_of_root();
	for (i = 0; i < COUNT(in_root); i++, at += 96)
		write_file(at, &in_root[i]);
	/* One that was deleted. */
	write_set(at, &(struct file){ 'X', false, true, FIRST + 200, 9 });
	put(at, "\x05", 1);
	put(at + 32, "\x40", 1);
	put(at + 64, "\x41", 1);
	write_file(offset_of(FIRST + 30), &in_d);
	write_file(offset_of(FIRST + 40), &in_e);
	make("fsck.exfat -n fs > log 2>&1");
}

static void any_flipped_bit_of_exfat(void **state)
{
	unsigned believed = 0, count;

	(void)state;
	make_files();
	learn("exFAT");
	count = flip(0, 24L * 512, 5, &believed) + flip(x.fat, (FIRST + 80) * 4, 1, &believed) +
		flip(x.bitmap, 256, 1, &believed) + flip(x.root, 1024, 1, &believed) +
		flip(offset_of(FIRST + 30), 128, 1, &believed) +
		flip(offset_of(FIRST + 40), 128, 1, &believed);
	print_message("%u bits, believed all the same: %u\n", count, believed);
	close(view.fd);
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
	make_files();
	put(106, flags, 2);
	doubts("it was not unmounted");
	close(view.fd);

	make_files();
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
	make_files();
	write_set(offset_of(FIRST + 30) + 96, &itself);
	doubts("its directories are too deep");
	close(view.fd);

	/* Its chain goes round. */
	make_files();
	chain(FIRST + 14, FIRST + 10);
	doubts("its numbers do not fit");
	chain(FIRST + 14, 1);
	doubts("its numbers do not fit");
	close(view.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_flipped_bit_of_exfat),
		cmocka_unit_test(what_is_not_believed),
	};

	return cmocka_run_group_tests_name("fs_exfat", tests, files_setup, files_teardown);
}
