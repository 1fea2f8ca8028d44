#include "unit/unit.h"

#include "base/fit.h"
#include "base/parse.h"
#include "base/text.h"
#include "unit/edge.h"

static struct edge edge;

static int open_edge(void **state)
{
	(void)state;
	edge_open(&edge, 8192);
	return 0;
}

static int close_edge(void **state)
{
	(void)state;
	edge_close(&edge);
	return 0;
}

/* A string that ends, NUL included, where memory does. */
static char *at_edge(const char *s)
{
	return edge_put(&edge, s, strlen(s) + 1);
}

/* Into every size of buffer, by every way of putting. */
static void building(void **state)
{
	static const char want[] = "abc-42-def";
	struct err e = ERR_INIT;
	struct text t;
	size_t cap;
	char *buf;

	(void)state;
	for (cap = 1; cap <= sizeof(want) + 1; cap++) {
		buf = edge_put(&edge, NULL, cap);
		text_init(&t, buf, cap);
		assert_string_equal(buf, "");
		text_put(&t, "abc");
		text_printf(&t, "-%d-", 42);
		text_put_n(&t, "defGHI", 3);
		CHECK(strlen(buf) == t.len && strncmp(buf, want, t.len) == 0, "cap %zu", cap);
		CHECK(t.full == (cap < sizeof(want)), "cap %zu", cap);
		CHECK(t.full || t.len == sizeof(want) - 1, "cap %zu", cap);
		err_clear(&e);
		assert_int_equal(fit_done(&t, "it", &e), t.full ? -1 : 0);
		check_err(&e, t.full ? ERR_LIMIT : ERR_NONE, "done");
		err_clear(&e);
		assert_int_equal(fit_copy(buf, cap, want, "it", &e), cap < sizeof(want) ? -1 : 0);
		check_err(&e, cap < sizeof(want) ? ERR_LIMIT : ERR_NONE, "copy");
	}
}

static void full_is_remembered(void **state)
{
	char buf[4];
	struct text t;

	(void)state;
	text_init(&t, buf, sizeof(buf));
	text_put(&t, "abcd");
	assert_true(t.full);
	assert_string_equal(buf, "abc");
	text_put(&t, "");
	text_printf(&t, "%s", "");
	assert_true(t.full);
	assert_string_equal(buf, "abc");
}

static void ellipsis(void **state)
{
	char buf[8];
	struct text t;

	(void)state;
	text_init(&t, buf, sizeof(buf));
	text_put(&t, "1234567");
	text_ellipsis(&t);
	assert_string_equal(buf, "1234567");
	text_put(&t, "8");
	text_ellipsis(&t);
	assert_string_equal(buf, "1234...");
	/* Too small for dots: nothing breaks. */
	text_init(&t, buf, 3);
	text_put(&t, "123");
	text_ellipsis(&t);
	assert_string_equal(buf, "12");
}

/* Cut at every byte, with characters of each length: what is left is UTF-8. */
static void ellipsis_between_characters(void **state)
{
	static const char *const texts[] = {
		"abcdefghijklm",
		"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc",
		"\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac",
		"\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80",
		"a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xe2\x82\xac",
	};
	size_t i, cap, at, n;
	struct text t;
	char *buf;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		for (cap = 4; cap <= strlen(texts[i]) + 1; cap++) {
			buf = edge_put(&edge, NULL, cap);
			text_init(&t, buf, cap);
			text_put(&t, texts[i]);
			text_ellipsis(&t);
			assert_int_equal(t.len, strlen(buf));
			if (!t.full) {
				assert_string_equal(buf, texts[i]);
				continue;
			}
			CHECK(t.len + 4 >= cap - 1 && t.len >= 3, "%zu: %s", cap, buf);
			CHECK(strcmp(buf + t.len - 3, "...") == 0, "%zu: %s", cap, buf);
			assert_memory_equal(buf, texts[i], t.len - 3);
			for (at = 0; at < t.len; at += n) {
				n = text_utf8(buf + at, t.len - at);
				CHECK(n > 0, "%zu: %s", cap, buf);
			}
		}
	}
	/* What is no UTF-8 anyway: nothing is written outside. */
	for (cap = 4; cap < 12; cap++) {
		buf = edge_put(&edge, NULL, cap);
		text_init(&t, buf, cap);
		text_put(&t, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80");
		text_ellipsis(&t);
		assert_int_equal(t.len, strlen(buf));
		assert_string_equal(buf + t.len - 3, "...");
	}
}

/* Digits of a number that is a size, and what may stand behind them. */
static void sizes(void **state)
{
	static const struct {
		const char *s;
		uint64_t bytes;
	} good[] = { { "0", 0 },
		     { "1", 1 },
		     { "007", 7 },
		     { "512", 512 },
		     { "4294967296", 4294967296u },
		     { "1K", 1024 },
		     { "1k", 1024 },
		     { "1KB", 1024 },
		     { "1KiB", 1024 },
		     { "1kib", 1024 },
		     { "0G", 0 },
		     { "3M", 3145728 },
		     { "6G", 6442450944u },
		     { "6gb", 6442450944u },
		     { "2T", 2199023255552u },
		     { "5TiB", 5497558138880u },
		     { "16777215T", UINT64_C(18446742974197923840) },
		     { "17179869183G", UINT64_C(18446744072635809792) },
		     { "17592186044415M", UINT64_C(18446744073708503040) } };
	static const char *const bad[] = { "", " ", "K", "-1", "+1", " 1", "1 ", "1 K", "1.5G",
					   "1P", "1B", "1Ki", "1KBB", "1KiBs", "0x10", "1e3",
					   "1,000", "ten", "1\n", "1K\n", "\xd9\xa1",
					   /* 2^64 and more, one at each unit */
					   "18446744073709551616", "99999999999999999999",
					   "340282366920938463463374607431768211456", "16777216T",
					   "17179869184G", "17592186044416M", "18014398509481984K",
					   "18446744073709551615T" };
	uint64_t got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		got = 99;
		CHECK(parse_size(at_edge(good[i].s), &got) == 0 && got == good[i].bytes, "\"%s\"",
		      good[i].s);
	}
	for (i = 0; i < COUNT(bad); i++)
		CHECK(parse_size(at_edge(bad[i]), &got) == -1, "\"%s\"", bad[i]);
}

/* The largest numbers that fit are sizes as well, with and without a unit. */
static void the_largest_sizes(void **state)
{
	uint64_t got;

	(void)state;
	assert_int_equal(parse_size("1152921504606846975", &got), 0);
	CHECK(parse_size("1152921504606846976", &got) == 0 && got == UINT64_C(1) << 60, "2^60");
	CHECK(parse_size("18014398509481983K", &got) == 0 && got == UINT64_MAX - 1023, "2^64 - 1K");
	CHECK(parse_size("18446744073709551615", &got) == 0 && got == UINT64_MAX, "2^64 - 1");
}

static void durations(void **state)
{
	static const struct {
		const char *s;
		int64_t ms;
	} good[] = { { "0", 0 },
		     { "1", 1000 },
		     { "90s", 90000 },
		     { "250ms", 250 },
		     { "10m", 600000 },
		     { "1.5h", 5400000 },
		     { "0.5", 500 },
		     { "0.25s", 250 },
		     { "1.001", 1001 },
		     { "2h", 7200000 },
		     { "1.5ms", 1 },
		     { "0.9999", 999 },
		     { "0.00000000000000000001", 0 },
		     { "1000000000", 1000000000000 },
		     { "1000000000h", 3600000000000000 },
		     { "00001m", 60000 } };
	static const char *const bad[] = { "",
					   "s",
					   ".5",
					   "1.",
					   "1.s",
					   "-1",
					   "+1",
					   " 1",
					   "1 s",
					   "1 ",
					   "1d",
					   "1S",
					   "1H",
					   "1min",
					   "1h30m",
					   "1..5",
					   "1.5.5",
					   "1e3",
					   "inf",
					   "nan",
					   "0x1",
					   "1,5",
					   "1000000001",
					   "18446744073709551616",
					   "99999999999999999999999h" };
	int64_t got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		got = -99;
		CHECK(parse_duration(at_edge(good[i].s), &got) == 0 && got == good[i].ms,
		      "\"%s\": %lld", good[i].s, (long long)got);
	}
	for (i = 0; i < COUNT(bad); i++)
		CHECK(parse_duration(at_edge(bad[i]), &got) == -1, "\"%s\"", bad[i]);
}

/* Every number against every small limit, and the borders of the large ones. */
static void numbers(void **state)
{
	static const char *const bad[] = { "", " 1", "1 ", "-1", "+1", "1a", "0x1", "1.0", "\n" };
	char s[32];
	uint64_t got, max, n;
	size_t i;

	(void)state;
	for (max = 0; max <= 130; max++) {
		for (n = 0; n <= 150; n++) {
			snprintf(s, sizeof(s), "%u", (unsigned)n);
			got = 999;
			if (n <= max)
				CHECK(parse_number(at_edge(s), max, &got) == 0 && got == n,
				      "%s of at most %u", s, (unsigned)max);
			else
				CHECK(parse_number(at_edge(s), max, &got) == -1, "%s of at most %u",
				      s, (unsigned)max);
		}
	}
	assert_int_equal(parse_number("18446744073709551615", UINT64_MAX, &got), 0);
	assert_true(got == UINT64_MAX);
	assert_int_equal(parse_number("18446744073709551616", UINT64_MAX, &got), -1);
	assert_int_equal(parse_number("18446744073709551615", UINT64_MAX - 1, &got), -1);
	assert_int_equal(parse_number("184467440737095516150", UINT64_MAX, &got), -1);
	assert_int_equal(parse_number("2147483648", INT32_MAX, &got), -1);
	for (i = 0; i < COUNT(bad); i++)
		CHECK(parse_number(at_edge(bad[i]), 1000, &got) == -1, "\"%s\"", bad[i]);
}

static void comparing(void **state)
{
	(void)state;
	assert_true(text_same("Token", "tOKEN"));
	assert_false(text_same("token", "token "));
	assert_true(text_same("", ""));
	assert_true(text_ends("disk.IMG.gz", ".img.GZ"));
	assert_true(text_ends("x", ""));
	assert_true(text_ends(".gz", ".gz"));
	assert_false(text_ends("gz", ".gz"));
	assert_false(text_ends("a.gz ", ".gz"));
	assert_string_equal(text_base_name("a"), "a");
	assert_string_equal(text_base_name("/x/y/z.img"), "z.img");
	assert_string_equal(text_base_name("dir/"), "");
	assert_string_equal(text_base_name(""), "");
}

static void upper(void **state)
{
	char buf[8];
	struct text t;

	(void)state;
	text_init(&t, buf, sizeof(buf));
	text_put_upper(&t, "aZ_9\xc3\xa4");
	assert_string_equal(buf, "AZ_9\xc3\xa4");
	assert_false(t.full);
	text_put_upper(&t, "xy");
	assert_true(t.full);
}

/* RFC 4648, section 10, and a byte with its high bit set. */
static void base64(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xff\xfe\xfd", "//79" },
	};
	char buf[32];
	struct text t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		text_init(&t, buf, sizeof(buf));
		text_put_base64(&t, rows[i][0], strlen(rows[i][0]));
		assert_string_equal(buf, rows[i][1]);
	}
}

static void from_base64(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "Zg==", "f" },
		{ "Zm8=", "fo" },
		{ "Zm9v", "foo" },
		{ "Zm9vYmFy", "foobar" },
		{ "//79", "\xff\xfe\xfd" },
		{ "Zm9v\r\nYm Fy\n", "foobar" },
		{ "Zm9vYg", "foob" },
		{ "Zm9vYmE", "fooba" },
		{ "Zm9v=YmFy", "foo" },
		{ "=", "" },
		{ "Z", "" },
		{ "-_.Zm9v\xff", "foo" },
	};
	char buf[32], back[512];
	unsigned char bytes[256];
	struct text t;
	char *coded;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		text_init(&t, buf, sizeof(buf));
		text_put_from_base64(&t, at_edge(rows[i][0]));
		CHECK(!t.full && strcmp(buf, rows[i][1]) == 0, "%s: %s", rows[i][0], buf);
	}
	/* Every byte, NUL among them, comes back, at every length. */
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(7 * i);
	for (i = 0; i <= sizeof(bytes); i++) {
		text_init(&t, back, sizeof(back));
		text_put_base64(&t, (const char *)bytes, i);
		coded = at_edge(back);
		text_init(&t, back, i + 1);
		text_put_from_base64(&t, coded);
		CHECK(!t.full && t.len == i, "%zu bytes: %zu", i, t.len);
		assert_memory_equal(back, bytes, i);
	}
	text_init(&t, buf, 3);
	text_put_from_base64(&t, "Zm9v");
	assert_true(t.full);
	assert_string_equal(buf, "fo");
}

static void hex_digits(void **state)
{
	static const char digits[] = "0123456789abcdef";
	int c, want;
	const char *at;

	(void)state;
	for (c = 0; c < 256; c++) {
		at = c >= 'A' && c <= 'F' ? &digits[c - 'A' + 10] : c ? strchr(digits, c) : NULL;
		want = at ? (int)(at - digits) : -1;
		CHECK(parse_hex((char)c) == want, "%02x: %d", (unsigned)c, parse_hex((char)c));
	}
}

static void query(void **state)
{
	char buf[64];
	struct text t;

	(void)state;
	text_init(&t, buf, sizeof(buf));
	text_put_query(&t, "aZ09-_.~ &=+/%\xc3\xa4");
	assert_string_equal(buf, "aZ09-_.~+%26%3D%2B%2F%25%C3%A4");
}

static void wiping(void **state)
{
	char buf[64];
	size_t i;

	(void)state;
	memset(buf, 'S', sizeof(buf));
	text_wipe(buf + 1, sizeof(buf) - 2);
	for (i = 1; i < sizeof(buf) - 1; i++)
		assert_int_equal(buf[i], 0);
	assert_int_equal(buf[0], 'S');
	assert_int_equal(buf[sizeof(buf) - 1], 'S');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(building),   cmocka_unit_test(full_is_remembered),
		cmocka_unit_test(ellipsis),   cmocka_unit_test(ellipsis_between_characters),
		cmocka_unit_test(sizes),      cmocka_unit_test(the_largest_sizes),
		cmocka_unit_test(durations),  cmocka_unit_test(numbers),
		cmocka_unit_test(comparing),  cmocka_unit_test(upper),
		cmocka_unit_test(base64),     cmocka_unit_test(from_base64),
		cmocka_unit_test(hex_digits), cmocka_unit_test(query),
		cmocka_unit_test(wiping),
	};

	return cmocka_run_group_tests_name("text", tests, open_edge, close_edge);
}
