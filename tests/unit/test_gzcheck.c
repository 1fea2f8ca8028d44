#include "unit/unit.h"

#include "image/gzcheck.h"
#include "unit/edge.h"
#include "unit/gunzip.h"
#include "unit/script.h"

static const size_t read_sizes[] = { 1, 2, 7, 4096, 1 << 20 };

static struct gzcheck gz;
static struct script source;
static unsigned char passed[1 << 20];

/* Small files of every kind, which the tests below cut and damage. */
static struct {
	const char *name;
	unsigned char gz[1200];
	size_t len;
	unsigned char data[3000];
	size_t data_len;
} small[7];

static void add(size_t i, const void *data, size_t len, int level, unsigned flags)
{
	gzip_member(small[i].gz, sizeof(small[i].gz), &small[i].len, data, len, level, flags);
	memcpy(small[i].data + small[i].data_len, data, len);
	small[i].data_len += len;
}

static int make_files(void **state)
{
	static const char text[] = "the quick brown fox jumps over the lazy dog; the dog sleeps on";
	unsigned char noise[90], zeros[2000] = { 0 };

	(void)state;
	fill_random(noise, sizeof(noise), 1);
	small[0].name = "text";
	add(0, text, sizeof(text), 9, 0);
	small[1].name = "empty";
	add(1, "", 0, 6, 0);
	small[2].name = "stored";
	add(2, noise, sizeof(noise), 0, 0);
	small[3].name = "full header";
	add(3, text, 20, 6, 2 | 4 | 8 | 16);
	small[4].name = "dynamic";
	memset(zeros, 'a', 700);
	memcpy(zeros + 700, noise, sizeof(noise));
	add(4, zeros, sizeof(zeros), 9, 8);
	small[5].name = "two members";
	add(5, text, 30, 6, 8);
	add(5, noise, 20, 6, 0);
	small[6].name = "empty members between";
	add(6, "", 0, 6, 0);
	add(6, text, 12, 0, 16);
	add(6, "", 0, 9, 2);
	add(6, text, 5, 9, 0);
	return 0;
}

/* Put bytes through: 0 if gzcheck says that they are whole. */
static int run(const void *data, size_t len, size_t step, size_t cap, uint64_t max_out,
	       struct err *e)
{
	size_t came;
	ssize_t n;

	script_init(&source, data, len, step);
	gzcheck_init(&gz, &source.stage, max_out);
	n = drain(&gz.stage, cap, passed, sizeof(passed), &came, e);
	assert_false(source.misused);
	assert_true(came <= len);
	assert_memory_equal(passed, data, came);
	if (n >= 0)
		assert_int_equal(came, len);
	return n < 0 ? -1 : 0;
}

/* The same verdict as the other reader's, at every read size. */
static bool judge(const unsigned char *data, size_t len, const char *what, size_t at)
{
	struct gunzip ref;
	bool good = len > 0 && gunzip(&ref, data, len, NULL, 0);
	size_t k;

	for (k = 0; k < COUNT(read_sizes); k++) {
		struct err e = ERR_INIT;
		int result = run(data, len, k % 2 ? read_sizes[k] : 0, read_sizes[k], 0, &e);

		CHECK((result == 0) == good, "%s, %zu, read by %zu: \"%s\"", what, at,
		      read_sizes[k], e.text);
		check_err(&e, good ? ERR_NONE : ERR_IMAGE, what);
		CHECK(!good || gz.out == ref.total, "%s, %zu", what, at);
	}
	return good;
}

static void whole_files_pass(void **state)
{
	size_t i, cap;

	(void)state;
	for (i = 0; i < COUNT(small); i++) {
		assert_true(judge(small[i].gz, small[i].len, small[i].name, 0));
		for (cap = 1; cap <= small[i].len + 1; cap++) {
			struct err e = ERR_INIT;

			CHECK(run(small[i].gz, small[i].len, 0, cap, 0, &e) == 0, "%s, %zu: %s",
			      small[i].name, cap, e.text);
			assert_int_equal(gz.out, small[i].data_len);
		}
	}
}

/* Cut anywhere, a file of one member is bad, and one of several is bad but between them. */
static void every_truncation(void **state)
{
	size_t i, len, good;

	(void)state;
	for (i = 0; i < COUNT(small); i++) {
		good = 0;
		for (len = 0; len < small[i].len; len++)
			good += judge(small[i].gz, len, small[i].name, len);
		CHECK(good == (i == 5 ? 1 : i == 6 ? 3 : 0), "%s: %zu", small[i].name, good);
	}
}

/* A flipped bit is found, or it is one that changes nothing (time, system, FTEXT). */
static void every_bit_flip(void **state)
{
	unsigned char out[sizeof(small[0].data)];
	struct gunzip ref;
	size_t i, bit;

	(void)state;
	for (i = 0; i < COUNT(small); i++) {
		for (bit = 0; bit < small[i].len * 8; bit++) {
			small[i].gz[bit / 8] ^= (unsigned char)(1u << bit % 8);
			if (judge(small[i].gz, small[i].len, small[i].name, bit)) {
				assert_true(
					gunzip(&ref, small[i].gz, small[i].len, out, sizeof(out)));
				CHECK(ref.total == small[i].data_len, "%s, bit %zu", small[i].name,
				      bit);
				assert_memory_equal(out, small[i].data, small[i].data_len);
			}
			small[i].gz[bit / 8] ^= (unsigned char)(1u << bit % 8);
		}
	}
}

static void nothing_may_follow(void **state)
{
	unsigned char junk[2000];
	size_t i, k, len;
	unsigned byte;

	(void)state;
	for (i = 0; i < COUNT(small); i++) {
		len = small[i].len;
		memcpy(junk, small[i].gz, len);
		for (byte = 0; byte < 256; byte++) {
			junk[len] = (unsigned char)byte;
			assert_false(judge(junk, len + 1, small[i].name, byte));
		}
		/* The padding of tapes and block devices, which gzip -t lets pass. */
		memset(junk + len, 0, 512);
		for (k = 2; k <= 512; k += 51)
			assert_false(judge(junk, len + k, small[i].name, k));
		memcpy(junk + len, "\x1f\x8b junk", 7);
		assert_false(judge(junk, len + 2, small[i].name, 2));
		assert_false(judge(junk, len + 7, small[i].name, 7));
		junk[len + 1] = 0x8c;
		assert_false(judge(junk, len + 7, small[i].name, 8));
	}
}

static void no_gzip_at_all(void **state)
{
	static const char *const texts[] = { "x", "\x1f", "\x1f\x8b", "hello world, hello gzip",
					     "\x1f\x9d\x90" };
	static const unsigned char zeros[5000];
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++)
		assert_false(judge((const unsigned char *)texts[i], strlen(texts[i]), texts[i], i));
	assert_int_equal(run("", 0, 0, 10, 0, &e), -1);
	check_err(&e, ERR_IMAGE, "nothing");
	assert_false(judge(zeros, sizeof(zeros), "an empty disk", 0));
}

static void what_fails_above_fails_here(void **state)
{
	size_t i, at, k, came;

	(void)state;
	for (i = 0; i < COUNT(small); i++) {
		for (at = 0; at <= small[i].len; at++) {
			for (k = 0; k < COUNT(read_sizes); k++) {
				struct err e = ERR_INIT;

				script_init(&source, small[i].gz, small[i].len, 0);
				source.fail_at = at;
				gzcheck_init(&gz, &source.stage, 0);
				CHECK(drain(&gz.stage, read_sizes[k], passed, sizeof(passed), &came,
					    &e) == -1,
				      "%s, %zu", small[i].name, at);
				CHECK(strstr(e.text, "scripted failure"), "%s", e.text);
				assert_int_equal(came, at);
				assert_false(source.misused);
			}
		}
	}
}

/* Back to the beginning after every byte, also after what was wrong; then all is checked anew. */
static void rewinding(void **state)
{
	struct err e = ERR_INIT;
	size_t i, at, came;

	(void)state;
	for (i = 0; i < COUNT(small); i++) {
		script_init(&source, small[i].gz, small[i].len, 0);
		gzcheck_init(&gz, &source.stage, 0);
		for (at = 0; at <= small[i].len; at++) {
			if (at > 0)
				assert_int_equal(stage_pull(&gz.stage, passed, at, &e), at);
			assert_int_equal(stage_rewind(&gz.stage, &e), 0);
		}
		assert_int_equal(drain(&gz.stage, 13, passed, sizeof(passed), &came, &e),
				 small[i].len);
		assert_int_equal(gz.out, small[i].data_len);
		/* A pass that finds damage, and the good one that follows. */
		small[i].gz[small[i].len - 1] ^= 0x40;
		assert_int_equal(stage_rewind(&gz.stage, &e), 0);
		assert_int_equal(drain(&gz.stage, 13, passed, sizeof(passed), &came, &e), -1);
		check_err(&e, ERR_IMAGE, "damage");
		err_clear(&e);
		small[i].gz[small[i].len - 1] ^= 0x40;
		assert_int_equal(stage_rewind(&gz.stage, &e), 0);
		assert_int_equal(drain(&gz.stage, 13, passed, sizeof(passed), &came, &e),
				 small[i].len);
		assert_int_equal(gz.out, small[i].data_len);
		source.no_rewind = true;
		assert_int_equal(stage_rewind(&gz.stage, &e), -1);
		err_clear(&e);
	}
}

/* Uncompressed sizes around every buffer in sight, and a limit at, above and below each. */
static void sizes_and_limits(void **state)
{
	static unsigned char zeros[4 * INFLATE_OUT_BYTES + 2], file[1 << 19];
	static const size_t units[] = {
		1, 258, 32768, INFLATE_OUT_BYTES, 2 * INFLATE_OUT_BYTES, 4 * INFLATE_OUT_BYTES
	};
	size_t i, k, len, size;
	int level;

	(void)state;
	for (i = 0; i < COUNT(units); i++) {
		for (size = units[i] - 1; size <= units[i] + 1; size++) {
			for (level = 0; level <= 9; level += 9) {
				len = 0;
				gzip_member(file, sizeof(file), &len, zeros, size, level, 0);
				assert_true(judge(file, len, "zeros", size));
				for (k = 0; k < 3; k++) {
					uint64_t limit = size + 1 - k;
					struct err e = ERR_INIT;
					int want = limit == 0 || limit >= size ? 0 : -1;

					CHECK(run(file, len, 0, 5000, limit, &e) == want,
					      "%zu, %llu", size, (unsigned long long)limit);
					check_err(&e, want < 0 ? ERR_IMAGE : ERR_NONE, "limit");
				}
				/* The last byte is missing, whatever was in the buffers. */
				assert_false(judge(file, len - 1, "zeros but one", size));
			}
		}
	}
}

/* The limit is for all members together, and a bomb is found before it has gone off. */
static void limits_over_members(void **state)
{
	static unsigned char zeros[1 << 20], file[65536];
	struct err e = ERR_INIT;
	size_t len = 0, k;

	(void)state;
	for (k = 0; k < 10; k++)
		gzip_member(file, sizeof(file), &len, zeros, 1000, 6, 0);
	assert_int_equal(run(file, len, 3, 100, 10000, &e), 0);
	assert_int_equal(run(file, len, 3, 100, 9999, &e), -1);
	check_err(&e, ERR_IMAGE, "members");
	err_clear(&e);
	for (k = 0; k < 16; k++)
		gzip_member(file, sizeof(file), &len, zeros, sizeof(zeros), 9, 0);
	assert_int_equal(run(file, len, 0, sizeof(passed), 100000, &e), -1);
	check_err(&e, ERR_IMAGE, "bomb");
	assert_true(gz.out <= 100000 + INFLATE_OUT_BYTES);
}

static ssize_t head(const void *in, size_t len, bool whole, size_t cap, struct err *e)
{
	memset(passed, 0xee, cap + 1);
	return gzcheck_head(&gz, in, len, whole, passed, cap, e);
}

/* As much as there is, of a whole file and of its first bytes. */
static void the_first_bytes(void **state)
{
	struct edge edge;
	size_t i, cap, len, want;
	ssize_t n;

	(void)state;
	edge_open(&edge, 4096);
	for (i = 0; i < 5; i++) {
		for (cap = 1; cap <= small[i].data_len + 2; cap += 1 + cap / 8) {
			struct err e = ERR_INIT;

			want = cap < small[i].data_len ? cap : small[i].data_len;
			n = head(edge_put(&edge, small[i].gz, small[i].len), small[i].len, true,
				 cap, &e);
			CHECK(n == (ssize_t)want, "%s, %zu: %zd %s", small[i].name, cap, n, e.text);
			assert_memory_equal(passed, small[i].data, want);
			assert_int_equal(passed[cap], 0xee);
		}
		for (len = 0; len < small[i].len; len++) {
			struct err e = ERR_INIT;
			const char *in = edge_put(&edge, small[i].gz, len);

			/* Of a longer file: no error, and nothing that is not in it. */
			n = head(in, len, false, 4096, &e);
			CHECK(n >= 0 && n <= (ssize_t)small[i].data_len, "%s, %zu", small[i].name,
			      len);
			assert_memory_equal(passed, small[i].data, (size_t)n);
			n = head(in, len, true, 4096, &e);
			CHECK(n == -1, "%s, %zu", small[i].name, len);
			check_err(&e, ERR_IMAGE, "cut short");
		}
	}
	edge_close(&edge);
}

/* The file's first bytes may be in several members. */
static void the_first_bytes_of_members(void **state)
{
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 5; i < COUNT(small); i++) {
		CHECK(head(small[i].gz, small[i].len, true, 4096, &e) == (ssize_t)small[i].data_len,
		      "%s", small[i].name);
		assert_memory_equal(passed, small[i].data, small[i].data_len);
	}
}

static void damaged_first_bytes(void **state)
{
	static const char *const texts[] = { "\x1f\x8b\x09\0\0\0\0\0\0\0",
					     "\x1f\x8b\x08\xff\0\0\0\0\0\0",
					     "\x1f\x8b\x08\0\0\0\0\0\0\0\xff", "1234567890",
					     "\x1f\x9d\0\0\0\0\0\0\0\0" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		struct err e = ERR_INIT;

		CHECK(head(texts[i], i == 2 ? 11 : 10, i % 2, 100, &e) == -1, "%zu", i);
		check_err(&e, ERR_IMAGE, "damaged");
	}
	/* The memory that was borrowed serves again. */
	whole_files_pass(state);
}

/* What agree() was asked of. */
static struct {
	unsigned calls;
	enum format format;
} asked;

static int agree(void *arg, enum format f, struct err *e)
{
	(void)e;
	assert_ptr_equal(arg, &asked);
	asked.calls++;
	asked.format = f;
	return 0;
}

/* The end of what is in it is judged: 0 if it is a disk, -1 with this word if not. */
static void judged(const void *inside, size_t len, enum format holds, const char *word)
{
	const struct ends ends = { .agree = agree, .arg = &asked };
	static unsigned char packed[200000];
	struct err e = ERR_INIT;
	size_t n = 0, came;
	int i;

	gzip_member(packed, sizeof(packed), &n, inside, len, 1, 0);
	script_init(&source, packed, n, 1000);
	gzcheck_init(&gz, &source.stage, 0);
	gzcheck_judge(&gz, holds, &ends);
	for (i = 0; i < 2; i++) {
		asked.calls = 0;
		e = ERR_INIT;
		assert_int_equal(stage_rewind(&gz.stage, &e), 0);
		CHECK((drain(&gz.stage, 777, passed, sizeof(passed), &came, &e) >= 0) == !word,
		      "%s", e.text);
		CHECK(!word || strstr(e.text, word), "%s", e.text);
		assert_int_equal(asked.calls, len > 0);
		assert_int_equal(came, n);
	}
}

static void what_it_holds(void **state)
{
	static unsigned char inside[150000];
	size_t at;

	(void)state;
	fill_random(inside, sizeof(inside), 3);
	memset(inside, 0, 2048);
	judged(inside, 100 * 1024, FORMAT_RAW, NULL);
	assert_int_equal(asked.format, FORMAT_RAW);
	judged(inside, 1000, FORMAT_RAW, "512");
	judged(inside, 0, FORMAT_EMPTY, "nothing");
	/* Nothing was known of it at first. */
	memcpy(inside, "QED", 4);
	judged(inside, 512, FORMAT_EMPTY, "damaged");
	assert_int_equal(asked.format, FORMAT_QED);
	/* A partition table at its beginning, far from its end. */
	memset(inside, 0, 512);
	inside[450] = 0x83;
	inside[454] = 1;
	inside[459] = 1;
	inside[510] = 0x55;
	inside[511] = 0xaa;
	for (at = 512; at < 140000; at += 512 * 50)
		judged(inside, at, FORMAT_RAW, at < 257 * 512 ? "(MBR)" : NULL);
}

/* zlib's mark alone proves nothing. */
static void zlib_data(void **state)
{
	unsigned char data[3000], packed[4000];
	z_stream z = { .next_in = data, .avail_in = sizeof(data) };
	size_t i, n;

	(void)state;
	fill_random(data, sizeof(data), 5);
	memset(data + 1000, 0, 500);
	z.next_out = packed;
	z.avail_out = sizeof(packed);
	assert_int_equal(deflateInit(&z, 6), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	n = z.total_out;
	deflateEnd(&z);
	assert_true(gzcheck_is_zlib(&gz, packed, n, true));
	for (i = 8; i < n; i++) {
		CHECK(gzcheck_is_zlib(&gz, packed, i, false), "%zu bytes of it", i);
		CHECK(!gzcheck_is_zlib(&gz, packed, i, true), "%zu bytes are all", i);
	}
	/* More behind it, another beginning, a checksum that is wrong. */
	assert_false(gzcheck_is_zlib(&gz, packed, n + 1, false));
	packed[n - 1] ^= 1;
	assert_false(gzcheck_is_zlib(&gz, packed, n, true));
	memcpy(data, "\x78\x9c", 2);
	assert_false(gzcheck_is_zlib(&gz, data, sizeof(data), false));
	assert_false(gzcheck_is_zlib(&gz, data, 7, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_files_pass),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(every_bit_flip),
		cmocka_unit_test(nothing_may_follow),
		cmocka_unit_test(no_gzip_at_all),
		cmocka_unit_test(what_fails_above_fails_here),
		cmocka_unit_test(rewinding),
		cmocka_unit_test(sizes_and_limits),
		cmocka_unit_test(limits_over_members),
		cmocka_unit_test(the_first_bytes),
		cmocka_unit_test(the_first_bytes_of_members),
		cmocka_unit_test(damaged_first_bytes),
		cmocka_unit_test(what_it_holds),
		cmocka_unit_test(zlib_data),
	};

	return cmocka_run_group_tests_name("gzcheck", tests, make_files, NULL);
}
