#include "unit/unit.h"

#include "unit/disk_check.h"

static struct disk d;

/* "D 0+512@1536" for each extent that is not zero; they lie side by side. */
static void tell(char *out, size_t cap)
{
	static const char kinds[] = {
		[EXTENT_DATA] = 'D', [EXTENT_COMPRESSED] = 'C', [EXTENT_UNKNOWN] = '?'
	};
	struct err e = ERR_INIT;
	struct extent x;
	size_t used = 0;
	uint64_t at;

	out[0] = '\0';
	for (at = 0; at < d.size; at += x.len) {
		assert_int_equal(disk_extent(&d, at, &x, &e), 0);
		assert_int_equal(x.at, at);
		if (x.kind == EXTENT_ZERO)
			continue;
		used += (size_t)snprintf(out + used, cap - used, "%s%c %llu+%llu", used ? ", " : "",
					 kinds[x.kind], (unsigned long long)x.at,
					 (unsigned long long)x.len);
		if (x.kind != EXTENT_UNKNOWN)
			used += (size_t)snprintf(out + used, cap - used, "@%llu",
						 (unsigned long long)x.file_at);
		assert_true(used < cap);
	}
}

/* Of disks.h: where its comments say that there is something. */
static const struct {
	const char *name, *extents;
} rows[] = {
	{ "qcow", "D 0+512@1536, C 32256+512@2048" },
	{ "qcow2-v2", "D 0+512@3072, C 32256+512@3684" },
	{ "qcow2-v3", "D 1024+512@2560" },
	{ "qed", "D 4096+4096@12288" },
	{ "vdi", "D 0+1024@3072, D 2048+952@1536" },
	{ "vhd-fixed", "D 0+2048@0" },
	{ "vhd-dynamic", "D 1024+1024@2560" },
	{ "vmdk-sparse", "D 2048+1024@2048" },
	{ "vmdk-stream", "C 0+1024@1024, C 1024+1024@1536" },
	{ "vmdk-old", "" },
	{ "cow", "" },
};

static void by_hand(void **state)
{
	struct err e = ERR_INIT;
	char text[400];
	size_t i;

	(void)state;
	_Static_assert(COUNT(rows) == DISK_IMAGES, "the extents of every image");
	for (i = 0; i < COUNT(rows); i++) {
		struct disk_view v = { .fd = -1, .head = disk };

		v.size = v.head_len = make(find(rows[i].name));
		assert_int_equal(disk_open(&d, disk_images[find(rows[i].name)].format, &v, &e), 1);
		tell(text, sizeof(text));
		CHECK(strcmp(text, rows[i].extents) == 0, "%s: %s", rows[i].name, text);
	}
}

/* Each cluster of the second level has 32 parts of its own, and the disk may end in one. */
static void parts_of_clusters(void **state)
{
	struct disk_view v = { .fd = -1, .head = disk };
	struct err e = ERR_INIT;
	char text[200];

	(void)state;
	v.size = v.head_len = make(find("qcow2-v3"));
	put_be(disk + 72, 16, 8);
	put_be(disk + 24, 1000, 8);
	put_be(disk + 2048, (uint64_t)1 << 63 | 2560, 8);
	put_be(disk + 2056, (uint64_t)0xf << 32 | 1 | 6 << 4, 8);
	put_be(disk + 2064, 2560, 8);
	put_be(disk + 2072, (uint64_t)1 << 31, 8);
	assert_int_equal(disk_open(&d, FORMAT_QCOW2, &v, &e), 1);
	tell(text, sizeof(text));
	assert_string_equal(text, "D 0+16@2560, D 80+32@2640");
	put_be(disk + 2072, (uint64_t)3 << 29, 8);
	tell(text, sizeof(text));
	assert_string_equal(text, "D 0+16@2560, D 80+32@2640");
	d.second.len = 0;
	tell(text, sizeof(text));
	assert_string_equal(text, "D 0+16@2560, D 80+32@2640, D 976+24@3024");
}

/* A table of qcow may begin anywhere, and so within what is at hand of another. */
static void tables_that_overlap(void **state)
{
	struct disk_view v = { .fd = -1, .head = disk };
	struct err e = ERR_INIT;
	struct extent x;
	size_t shift;

	(void)state;
	for (shift = 1; shift < 8; shift++) {
		v.head_len = make(find("qcow"));
		v.size = v.head_len;
		/* Two tables of 64 entries, the second from the last entry of the first on. */
		put_be(disk + 24, 128 * 512, 8);
		put_be(disk + 520, 1024 + 63 * 8 + shift, 8);
		memset(disk + 1024 + 63 * 8, 0, 128);
		put_be(disk + 1024 + 63 * 8 + shift, 1536, 8);
		assert_int_equal(disk_open(&d, FORMAT_QCOW, &v, &e), 1);
		assert_int_equal(disk_extent(&d, 0, &x, &e), 0);
		assert_int_equal(disk_extent(&d, 64 * 512, &x, &e), 0);
		CHECK(x.kind == EXTENT_DATA && x.file_at == 1536, "%zu: %llu", shift,
		      (unsigned long long)x.file_at);
	}
}

/* What a pipe has no more, or is too much to read, is not known; what follows may be. */
static void tables_that_are_gone(void **state)
{
	struct disk_view v = { .fd = -1, .head = disk };
	struct err e = ERR_INIT;
	char text[200];

	(void)state;
	v.size = make(find("qcow2-v2"));
	v.head_len = 1536;
	assert_int_equal(disk_open(&d, FORMAT_QCOW2, &v, &e), 1);
	tell(text, sizeof(text));
	assert_string_equal(text, "? 0+32768");
	v.head_len = 512;
	assert_int_equal(disk_open(&d, FORMAT_QCOW2, &v, &e), 1);
	tell(text, sizeof(text));
	assert_string_equal(text, "? 0+35840");
	v.head_len = (size_t)v.size;
	assert_int_equal(disk_open(&d, FORMAT_QCOW2, &v, &e), 1);
	d.walk_max = 511;
	tell(text, sizeof(text));
	assert_string_equal(text, "? 0+32768");
	d.walk_max = 8;
	tell(text, sizeof(text));
	assert_string_equal(text, "? 0+32768, ? 32768+3072");
	v.size = v.head_len = make(find("vhd-dynamic"));
	assert_int_equal(disk_open(&d, FORMAT_VHD, &v, &e), 1);
	d.walk_max = 4;
	tell(text, sizeof(text));
	assert_string_equal(text, "? 1024+1476");
}

/* Every format as qemu-img writes it: what is where has to be what qemu-img reads there. */
static const char *const specs[] = {
	"raw",
	"qcow",
	"qcow2",
	"qcow2 -o cluster_size=512",
	"qcow2 -o cluster_size=2M",
	"qcow2 -o extended_l2=on,cluster_size=64k",
	"qcow2 -o compat=0.10",
	"qcow2 -c",
	"qed",
	"vdi",
	"vdi -o static=on",
	"vpc",
	"vpc -o force_size=on",
	"vpc -o subformat=fixed,force_size=on",
	"vhdx",
	"vhdx -o subformat=fixed",
	"vmdk",
	"vmdk -o subformat=streamOptimized",
};

/* The disk ends within a cluster of each format. */
#define RAW_BYTES ((size_t)(6 << 20) + 1536)

static unsigned char raw[RAW_BYTES + (1 << 20)], got[2 << 20];

static void run(const char *command)
{
	CHECK(system(command) == 0, "%s", command);
}

/* Data of several lengths, with nothing between it. */
static void make_raw(void)
{
	size_t at, len, i;

	for (at = 3 * 512, len = 512; at + len < RAW_BYTES; at += len * 3, len = len * 2 % 130000)
		for (i = 0; i < len; i++)
			raw[at + i] = (unsigned char)(i % 251 + at / 512 + 1);
	memset(raw + RAW_BYTES - 512, 0xee, 512);
	file_make(0, "raw", raw, RAW_BYTES);
}

static void compare(int fd, const struct extent *x, const char *spec)
{
	static const unsigned char zeros[1 << 16];
	uint64_t done;
	size_t n;

	if (x->kind == EXTENT_COMPRESSED)
		return;
	for (done = 0; done < x->len; done += n) {
		n = x->len - done < sizeof(zeros) ? (size_t)(x->len - done) : sizeof(zeros);
		memset(got, 0, n);
		if (x->kind == EXTENT_DATA)
			assert_int_equal(pread(fd, got, n, (off_t)(x->file_at + done)), n);
		CHECK(memcmp(got, raw + x->at + done, n) == 0, "%s: not the same from %llu on",
		      spec, (unsigned long long)(x->at + done));
	}
}

static void by_qemu(void **state)
{
	struct disk_view v = { .fd = -1 };
	struct err e = ERR_INIT;
	struct extent x;
	char command[1200];
	enum format f;
	size_t i, compressed = 0;
	uint64_t at;

	(void)state;
	make_raw();
	for (i = 0; i < COUNT(specs); i++) {
		snprintf(command, sizeof(command),
			 "cd '%s' && rm -f image && qemu-img convert -f raw -O %s raw image",
			 files_dir, specs[i]);
		run(command);
		v.fd = open(file_path(0, "image"), O_RDONLY);
		assert_true(v.fd >= 0);
		v.size = (uint64_t)lseek(v.fd, 0, SEEK_END);
		assert_true(pread(v.fd, got, PROBE_BYTES, 0) > 0);
		f = disk_format(format_of(got, PROBE_BYTES), &v);
		CHECK(disk_open(&d, f, &v, &e) == 1 && !d.lacks, "%s: %s", specs[i], e.text);
		/* A VHD has a size that its cylinders divide. */
		CHECK(d.size >= RAW_BYTES && d.size < sizeof(raw), "%s: %llu", specs[i],
		      (unsigned long long)d.size);
		for (at = 0; at < d.size; at += x.len) {
			CHECK(disk_extent(&d, at, &x, &e) == 0, "%s: %s", specs[i], e.text);
			CHECK(x.at == at && x.kind != EXTENT_UNKNOWN, "%s: %llu", specs[i],
			      (unsigned long long)at);
			compare(v.fd, &x, specs[i]);
			compressed += x.kind == EXTENT_COMPRESSED;
		}
		close(v.fd);
	}
	assert_true(compressed > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(parts_of_clusters),
		cmocka_unit_test(tables_that_overlap),
		cmocka_unit_test(tables_that_are_gone),
		cmocka_unit_test(by_qemu),
	};

	return cmocka_run_group_tests_name("disk_extents", tests, setup, teardown);
}
