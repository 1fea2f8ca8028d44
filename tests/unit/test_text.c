#include "unit/unit.h"

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
		assert_int_equal(text_done(&t, "it", &e), t.full ? -1 : 0);
		check_err(&e, t.full ? ERR_LIMIT : ERR_NONE, "done");
		err_clear(&e);
		assert_int_equal(text_copy(buf, cap, want, "it", &e), cap < sizeof(want) ? -1 : 0);
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

/* RFC 3629, section 4: the ranges of each byte of a valid sequence. */
static size_t utf8_by_the_grammar(const unsigned char *u, size_t len)
{
	static const struct {
		unsigned char from, to;		/* the first byte */
		unsigned char lo, hi;		/* the second */
		size_t n;
	} rows[] = {
		{ 0x00, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i, k;

	for (i = 0; i < COUNT(rows) && len > 0; i++) {
		if (u[0] < rows[i].from || u[0] > rows[i].to)
			continue;
		if (rows[i].n > len || (rows[i].n > 1 && (u[1] < rows[i].lo || u[1] > rows[i].hi)))
			return 0;
		for (k = 2; k < rows[i].n; k++)
			if (u[k] < 0x80 || u[k] > 0xbf)
				return 0;
		return rows[i].n;
	}
	return 0;
}

/* Every first and second byte, before bytes around the borders, cut everywhere. */
static void utf8(void **state)
{
	static const unsigned char tails[] = { 0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff };
	unsigned char u[4];
	unsigned first, second;
	size_t i, k, len;

	(void)state;
	for (first = 0; first < 256; first++) {
		for (second = 0; second < 256; second++) {
			for (i = 0; i < COUNT(tails) * COUNT(tails); i++) {
				u[0] = (unsigned char)first;
				u[1] = (unsigned char)second;
				u[2] = tails[i / COUNT(tails)];
				u[3] = tails[i % COUNT(tails)];
				for (len = 0; len <= 4; len++) {
					const char *s = edge_put(&edge, u, len);

					k = utf8_by_the_grammar(u, len);
					CHECK(text_utf8(s, len) == k, "%02x %02x %02x %02x, %zu",
					      u[0], u[1], u[2], u[3], len);
				}
			}
		}
	}
}

static void characters(void **state)
{
	(void)state;
	assert_int_equal(text_chars(at_edge("")), 0);
	assert_int_equal(text_chars(at_edge("abc")), 3);
	assert_int_equal(text_chars(at_edge("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")), 3);
	assert_int_equal(text_chars(at_edge("\xff\xfe")), 2);
	assert_int_equal(text_chars(at_edge("a\xe2\x82")), 3);
}

static void cleaning(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "end\n", "end" },
		{ "end \t\r\n ", "end" },
		{ " \n", "" },
		{ "\033[31mred", "?[31mred" },
		{ "a\x7f" "b\x01", "a?b?" },
		{ "\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac" },
		{ "\xff", "?" },
		{ "a\xe2\x82", "a??" },
		{ "\xc0\x80", "??" },
		{ "\xed\xa0\x80", "???" },
		{ "\xc2\x9b" "31m", "??31m" },
		{ "\xc2\x80\xc2\x9f\xc2\xa0", "????\xc2\xa0" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		char *s = at_edge(rows[i].in);

		text_clean(s);
		CHECK(strcmp(s, rows[i].out) == 0, "row %zu: \"%s\"", i, s);
	}
}

/* Whatever two bytes come, what is left can be shown, and is not changed by a second time. */
static void cleaning_is_thorough(void **state)
{
	char in[4] = "", again[4];
	unsigned a, b;
	size_t i;
	char *s;

	(void)state;
	for (a = 1; a < 256; a++) {
		for (b = 1; b < 256; b++) {
			in[0] = (char)a;
			in[1] = (char)b;
			in[2] = 'x';
			s = at_edge(in);
			text_clean(s);
			for (i = 0; s[i]; i++)
				CHECK((unsigned char)s[i] >= 0x20 && s[i] != 0x7f, "%02x%02x", a, b);
			CHECK(i == 3, "%02x %02x: length %zu", a, b, i);
			for (i = 0; i < 3; i += text_utf8(s + i, 3 - i))
				CHECK(text_utf8(s + i, 3 - i) > 0, "%02x %02x", a, b);
			strcpy(again, s);
			text_clean(again);
			assert_string_equal(again, s);
		}
	}
}

static void redacting(void **state)
{
	static const struct {
		const char *in, *secret, *out;
	} rows[] = {
		{ "the token abc is abc", "abc", "the token *** is ***" },
		{ "nothing here", "abc", "nothing here" },
		{ "abcabc", "abc", "******" },
		{ "abab abab", "abab", "**** ****" },
		{ "short", "longer than it", "short" },
		{ "kept", "", "kept" },
		{ "", "x", "" },
		{ "all", "all", "***" },
		{ "***", "*", "***" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		char *s = at_edge(rows[i].in);

		text_redact(s, rows[i].secret);
		CHECK(strcmp(s, rows[i].out) == 0, "row %zu: \"%s\"", i, s);
	}
}

static void json_strings(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "", "\"\"" },
		{ "abc", "\"abc\"" },
		{ "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
		{ "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
		{ "\x01\x1f", "\"\\u0001\\u001f\"" },
		{ "\xc3\xa4\xf0\x9f\x98\x80", "\"\xc3\xa4\xf0\x9f\x98\x80\"" },
		{ "\xff" "a", "\"\xef\xbf\xbd" "a\"" },
		{ "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	};
	char buf[64];
	struct text t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		text_init(&t, buf, sizeof(buf));
		text_put_json(&t, at_edge(rows[i].in));
		CHECK(!t.full && strcmp(buf, rows[i].out) == 0, "row %zu: %s", i, buf);
	}
}

/* Digits of a number that is a size, and what may stand behind them. */
static void sizes(void **state)
{
	static const struct {
		const char *s;
		uint64_t bytes;
	} good[] = {
		{ "0", 0 }, { "1", 1 }, { "007", 7 }, { "512", 512 }, { "4294967296", 4294967296u },
		{ "1K", 1024 }, { "1k", 1024 }, { "1KB", 1024 }, { "1KiB", 1024 }, { "1kib", 1024 },
		{ "0G", 0 }, { "3M", 3145728 }, { "6G", 6442450944u }, { "6gb", 6442450944u },
		{ "2T", 2199023255552u }, { "5TiB", 5497558138880u },
		{ "16777215T", UINT64_C(18446742974197923840) },
		{ "17179869183G", UINT64_C(18446744072635809792) },
		{ "17592186044415M", UINT64_C(18446744073708503040) },
	};
	static const char *const bad[] = {
		"", " ", "K", "-1", "+1", " 1", "1 ", "1 K", "1.5G", "1P", "1B", "1Ki", "1KBB", "1KiBs",
		"0x10", "1e3", "1,000", "ten", "1\n", "1K\n", "\xd9\xa1",
		/* 2^64 and more, one at each unit */
		"18446744073709551616", "99999999999999999999", "340282366920938463463374607431768211456",
		"16777216T", "17179869184G", "17592186044416M", "18014398509481984K", "18446744073709551615T",
	};
	uint64_t got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		got = 99;
		CHECK(text_size(at_edge(good[i].s), &got) == 0 && got == good[i].bytes, "\"%s\"",
		      good[i].s);
	}
	for (i = 0; i < COUNT(bad); i++)
		CHECK(text_size(at_edge(bad[i]), &got) == -1, "\"%s\"", bad[i]);
}

/* The largest numbers that fit are sizes as well, with and without a unit. */
static void the_largest_sizes(void **state)
{
	uint64_t got;

	(void)state;
	assert_int_equal(text_size("1152921504606846975", &got), 0);
	CHECK(text_size("1152921504606846976", &got) == 0 && got == UINT64_C(1) << 60, "2^60");
	CHECK(text_size("18014398509481983K", &got) == 0 && got == UINT64_MAX - 1023, "2^64 - 1K");
	CHECK(text_size("18446744073709551615", &got) == 0 && got == UINT64_MAX, "2^64 - 1");
}

static void durations(void **state)
{
	static const struct {
		const char *s;
		int64_t ms;
	} good[] = {
		{ "0", 0 }, { "1", 1000 }, { "90s", 90000 }, { "250ms", 250 }, { "10m", 600000 },
		{ "1.5h", 5400000 }, { "0.5", 500 }, { "0.25s", 250 }, { "1.001", 1001 },
		{ "2h", 7200000 }, { "1.5ms", 1 }, { "0.9999", 999 }, { "0.00000000000000000001", 0 },
		{ "1000000000", 1000000000000 }, { "1000000000h", 3600000000000000 },
		{ "00001m", 60000 },
	};
	static const char *const bad[] = {
		"", "s", ".5", "1.", "1.s", "-1", "+1", " 1", "1 s", "1 ", "1d", "1S", "1H", "1min",
		"1h30m", "1..5", "1.5.5", "1e3", "inf", "nan", "0x1", "1,5",
		"1000000001", "18446744073709551616", "99999999999999999999999h",
	};
	int64_t got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		got = -99;
		CHECK(text_duration(at_edge(good[i].s), &got) == 0 && got == good[i].ms, "\"%s\": %lld",
		      good[i].s, (long long)got);
	}
	for (i = 0; i < COUNT(bad); i++)
		CHECK(text_duration(at_edge(bad[i]), &got) == -1, "\"%s\"", bad[i]);
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
				CHECK(text_number(at_edge(s), max, &got) == 0 && got == n,
				      "%s of at most %u", s, (unsigned)max);
			else
				CHECK(text_number(at_edge(s), max, &got) == -1, "%s of at most %u", s,
				      (unsigned)max);
		}
	}
	assert_int_equal(text_number("18446744073709551615", UINT64_MAX, &got), 0);
	assert_true(got == UINT64_MAX);
	assert_int_equal(text_number("18446744073709551616", UINT64_MAX, &got), -1);
	assert_int_equal(text_number("18446744073709551615", UINT64_MAX - 1, &got), -1);
	assert_int_equal(text_number("184467440737095516150", UINT64_MAX, &got), -1);
	assert_int_equal(text_number("2147483648", INT32_MAX, &got), -1);
	for (i = 0; i < COUNT(bad); i++)
		CHECK(text_number(at_edge(bad[i]), 1000, &got) == -1, "\"%s\"", bad[i]);
}

static void sizes_to_show(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *s;
	} rows[] = {
		{ 0, "0 bytes" }, { 1023, "1023 bytes" }, { 1024, "1.0 KiB" }, { 1536, "1.5 KiB" },
		/* Rounded down: what is below a limit never looks as if it had reached it. */
		{ 1048575, "1023.9 KiB" }, { 1048576, "1.0 MiB" }, { 1503238553, "1.3 GiB" },
		{ 5368709120, "5.0 GiB" }, { 6442450943, "5.9 GiB" }, { UINT64_C(1) << 40, "1.0 TiB" },
		{ UINT64_C(1) << 50, "1.0 PiB" }, { (UINT64_C(1) << 60) - 1, "1023.9 PiB" },
	};
	char buf[16];
	struct text t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		text_init(&t, buf, sizeof(buf));
		text_put_size(&t, rows[i].bytes);
		CHECK(!t.full && strcmp(buf, rows[i].s) == 0, "row %zu: %s", i, buf);
	}
}

static void the_largest_size_to_show(void **state)
{
	char buf[16];
	struct text t;

	(void)state;
	text_init(&t, buf, sizeof(buf));
	text_put_size(&t, UINT64_C(1) << 60);
	assert_string_equal(buf, "1.0 EiB");
	text_init(&t, buf, sizeof(buf));
	text_put_size(&t, UINT64_MAX);
	assert_string_equal(buf, "15.9 EiB");
	assert_false(t.full);
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
		cmocka_unit_test(building),	 cmocka_unit_test(full_is_remembered),
		cmocka_unit_test(ellipsis),	 cmocka_unit_test(utf8),
		cmocka_unit_test(characters),	 cmocka_unit_test(cleaning),
		cmocka_unit_test(cleaning_is_thorough), cmocka_unit_test(redacting),
		cmocka_unit_test(json_strings),	 cmocka_unit_test(sizes),
		cmocka_unit_test(the_largest_sizes), cmocka_unit_test(durations),
		cmocka_unit_test(numbers),	 cmocka_unit_test(sizes_to_show),
		cmocka_unit_test(the_largest_size_to_show), cmocka_unit_test(comparing),
		cmocka_unit_test(upper),	 cmocka_unit_test(wiping),
	};

	return cmocka_run_group_tests_name("text", tests, open_edge, close_edge);
}
