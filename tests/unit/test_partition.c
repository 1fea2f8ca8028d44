#include "unit/unit.h"

#include <zlib.h>

#include "image/partition.h"
#include "unit/disks.h"
#include "unit/files.h"

/* "3: 1048576+2097152 ef" for each partition, an x behind extended ones. */
static void tell(struct partition_table *t, char *out, size_t cap)
{
	struct err e = ERR_INIT;
	struct partition p;
	size_t used = 0;
	int result;

	out[0] = '\0';
	while ((result = partition_next(t, &p, &e)) > 0) {
		used += (size_t)snprintf(out + used, cap - used, "%s%u: %llu+%llu %02x%s",
					 used ? ", " : "", p.number, (unsigned long long)p.at,
					 (unsigned long long)p.len, p.type, p.extended ? "x" : "");
		assert_true(used < cap);
	}
	CHECK(result == 0, "%s", e.text);
}

/* A disk of so many MiB that sfdisk has written a table on. */
static int make(const char *options, unsigned mib, const char *script)
{
	char command[1000];
	int fd;

	snprintf(command, sizeof(command),
		 "cd '%s' && rm -f disk && truncate -s %uM disk && printf '%%b' '%s' | "
		 "PATH=$PATH:/usr/sbin:/sbin sfdisk -q --no-reread --no-tell-kernel %s disk",
		 files_dir, mib, script, options);
	CHECK(system(command) == 0, "%s", command);
	fd = open(file_path(0, "disk"), O_RDWR);
	assert_true(fd >= 0);
	return fd;
}

static struct disk_view view_of(int fd)
{
	struct disk_view v = { .fd = fd };

	v.size = (uint64_t)lseek(fd, 0, SEEK_END);
	return v;
}

/* Logical partitions, with gaps between them. */
#define LOGICAL                                                                                    \
	"label: dos\\n1: start=2048,size=2048\\n2: start=4096,size=16384,type=5\\n"                \
	"5: start=6144,size=2048\\n6: start=10240,size=2048,type=82\\n7: start=14336,size=1024\\n"

static const struct {
	const char *options, *script;
	unsigned sector;
	enum partition_kind kind;
	const char *partitions;
} rows[] = {
	{ "", "label: gpt\\nsize=1MiB\\nsize=2MiB\\n", 0, PARTITION_GPT,
	  "1: 1048576+1048576 00, 2: 2097152+2097152 00" },
	{ "", "label: gpt\\n3: start=4096,size=2048\\n7: start=8192,size=2048\\n", 512,
	  PARTITION_GPT, "3: 2097152+1048576 00, 7: 4194304+1048576 00" },
	{ "", "label: gpt\\n", 0, PARTITION_GPT, "" },
	{ "", "label: dos\\nsize=1MiB,type=83\\nsize=1MiB,type=82\\n", 0, PARTITION_MBR,
	  "1: 1048576+1048576 83, 2: 2097152+1048576 82" },
	{ "", "label: dos\\n2: start=4096,size=2048,type=83\\n", 0, PARTITION_MBR,
	  "2: 2097152+1048576 83" },
	{ "", LOGICAL, 0, PARTITION_MBR,
	  "1: 1048576+1048576 83, 2: 2097152+8388608 05x, 5: 3145728+1048576 83, "
	  "6: 5242880+1048576 82, 7: 7340032+524288 83" },
	/* The same numbers count larger sectors. */
	{ "", "label: dos\\nstart=256,size=256,type=83\\n", 4096, PARTITION_MBR,
	  "1: 1048576+1048576 83" },
};

static void as_sfdisk_makes_them(void **state)
{
	static struct partition_table t;
	struct err e = ERR_INIT;
	char text[500];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct disk_view v = view_of(make(rows[i].options, 16, rows[i].script));

		CHECK(partition_open(&t, &v, rows[i].sector, &e) == 1, "row %zu: %s", i, e.text);
		tell(&t, text, sizeof(text));
		CHECK(t.kind == rows[i].kind && strcmp(text, rows[i].partitions) == 0,
		      "row %zu: %d %s", i, (int)t.kind, text);
		assert_false(t.second);
		close(v.fd);
	}
}

/* In sectors of 4,096 bytes, which sfdisk writes to devices only. */
static void large_sectors(void **state)
{
	static unsigned char disk[16 * 4096];
	static struct partition_table t;
	unsigned char *h = disk + 4096, *entry = disk + 2 * 4096;
	struct disk_view v = { .fd = -1, .head = disk, .head_len = sizeof(disk) };
	struct err e = ERR_INIT;
	char text[100];

	(void)state;
	v.size = sizeof(disk);
	memset(entry, 0xaf, 16);
	put_le(entry + 32, 10, 8);
	put_le(entry + 40, 12, 8);
	put(h, "EFI PART");
	put_le(h + 12, 92, 4);
	put_le(h + 24, 1, 8);
	put_le(h + 32, 15, 8);
	put_le(h + 72, 2, 8);
	put_le(h + 80, 4, 4);
	put_le(h + 84, 128, 4);
	put_le(h + 88, crc32(0, entry, 4 * 128), 4);
	put_le(h + 16, crc32(0, h, 92), 4);
	assert_int_equal(partition_open(&t, &v, 0, &e), 1);
	tell(&t, text, sizeof(text));
	assert_string_equal(text, "1: 40960+12288 00");
	assert_int_equal(t.backup, 15);
	assert_int_equal(partition_open(&t, &v, 4096, &e), 1);
	/* On a disk whose sectors are known to be smaller, it is none. */
	assert_int_equal(partition_open(&t, &v, 512, &e), 0);
}

/* A byte is changed; what is told then? */
static const struct {
	int64_t at; /* from the end, if negative */
	int64_t and_at;
	enum partition_kind kind;
	bool second;
	const char *partitions;
} damages[] = {
	{ 512 + 56, 0, PARTITION_GPT, true, "1: 1048576+1048576 00" },
	{ 1024 + 40, 0, PARTITION_GPT, true, "1: 1048576+1048576 00" },
	{ -512 + 56, 0, PARTITION_GPT, false, "1: 1048576+1048576 00" },
	{ 512 + 56, -512 + 56, PARTITION_NONE, false, "" },
	{ 1024 + 40, -512 + 56, PARTITION_GPT, false, "" },
	{ 1024 + 40, -33 * 512 + 40, PARTITION_GPT, false, "" },
};

static void flip(const struct disk_view *v, int64_t at)
{
	unsigned char byte;

	at += at < 0 ? (int64_t)v->size : 0;
	assert_int_equal(pread(v->fd, &byte, 1, at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(v->fd, &byte, 1, at), 1);
}

static void damaged_gpt(void **state)
{
	static struct partition_table t;
	struct err e = ERR_INIT;
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(damages); i++) {
		struct disk_view v = view_of(make("", 16, "label: gpt\\nsize=1MiB\\n"));

		flip(&v, damages[i].at);
		if (damages[i].and_at)
			flip(&v, damages[i].and_at);
		CHECK(partition_open(&t, &v, 0, &e) == (damages[i].kind != PARTITION_NONE),
		      "row %zu", i);
		tell(&t, text, sizeof(text));
		CHECK(t.kind == damages[i].kind && t.second == damages[i].second &&
			      strcmp(text, damages[i].partitions) == 0,
		      "row %zu: %d %d %s", i, (int)t.kind, (int)t.second, text);
		close(v.fd);
	}
}

/* Descriptions that lead back, or away, or are none. */
static void damaged_chain(void **state)
{
	static struct partition_table t;
	struct disk_view v = view_of(make("", 16, LOGICAL));
	static const unsigned char back[4] = { 0 }, away[4] = { 0xff, 0xff, 0xff, 0x7f };
	struct err e = ERR_INIT;
	struct partition p;
	unsigned n;
	int result;

	(void)state;
	/* The second entry of the first description: the link becomes the beginning. */
	assert_int_equal(pwrite(v.fd, back, 4, 4096 * 512 + 446 + 16 + 8), 4);
	assert_int_equal(partition_open(&t, &v, 0, &e), 1);
	for (n = 0; (result = partition_next(&t, &p, &e)) > 0; n++)
		assert_true(n < PARTITIONS_MAX);
	assert_int_equal(result, 0);
	assert_int_equal(pwrite(v.fd, away, 4, 4096 * 512 + 446 + 16 + 8), 4);
	assert_int_equal(partition_open(&t, &v, 0, &e), 1);
	while ((result = partition_next(&t, &p, &e)) > 0)
		assert_true(p.number <= 5);
	assert_int_equal(result, -1);
	check_err(&e, ERR_IMAGE, "away");
	close(v.fd);
}

static void no_table(void **state)
{
	static unsigned char disk[4096];
	static struct partition_table t;
	struct disk_view v = { .fd = -1, .head = disk };
	struct err e = ERR_INIT;

	(void)state;
	for (v.size = v.head_len = 512; v.size <= sizeof(disk); v.size = v.head_len += 512)
		assert_int_equal(partition_open(&t, &v, 0, &e), 0);
	/* A file system's boot sector has the mark of an MBR. */
	memcpy(disk + 3, "EXFAT   ", 8);
	disk[510] = 0x55;
	disk[511] = 0xaa;
	v.size = v.head_len = sizeof(disk);
	assert_int_equal(partition_open(&t, &v, 0, &e), 0);
	v.size = 100;
	v.head_len = 100;
	assert_int_equal(partition_open(&t, &v, 0, &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_sfdisk_makes_them),
		cmocka_unit_test(large_sectors),
		cmocka_unit_test(damaged_gpt),
		cmocka_unit_test(damaged_chain),
		cmocka_unit_test(no_table),
	};

	return cmocka_run_group_tests_name("partition", tests, files_setup, files_teardown);
}
