#include "unit/unit.h"

#include "base/parse.h"
#include "unit/edge.h"

static struct edge edge;

static int open_edge(void **state)
{
	(void)state;
	edge_open(&edge, 4096);
	return 0;
}

static int close_edge(void **state)
{
	(void)state;
	edge_close(&edge);
	return 0;
}

/* The text, placed so that nothing may be read behind its NUL. */
static const char *at_edge(const char *s)
{
	return edge_put(&edge, s, strlen(s) + 1);
}

static void hex_digits(void **state)
{
	static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
	const char *at;
	int c, want;

	(void)state;
	for (c = -128; c < 128; c++) {
		want = -1;
		at = c != 0 ? strchr(lower, c) : NULL;
		if (at)
			want = (int)(at - lower);
		at = c != 0 ? strchr(upper, c) : NULL;
		if (at)
			want = (int)(at - upper);
		CHECK(parse_hex((char)c) == want, "0x%02x", (unsigned)c & 0xff);
	}
}

/* Every limit, and every number around it. */
static void numbers_up_to_a_limit(void **state)
{
	char s[24];
	uint64_t max, n, got;

	(void)state;
	for (max = 0; max < 130; max++) {
		for (n = 0; n < 1400; n++) {
			snprintf(s, sizeof(s), "%u", (unsigned)n);
			got = 4711;
			CHECK(parse_number(at_edge(s), max, &got) == (n <= max ? 0 : -1),
			      "%s of at most %u", s, (unsigned)max);
			CHECK(n > max || got == n, "%s: %llu", s, (unsigned long long)got);
		}
	}
}

static void the_largest_numbers(void **state)
{
	static const struct {
		const char *s;
		uint64_t max;
		int result;
		uint64_t value;
	} rows[] = {
		{ "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, -1, 0 },
		{ "18446744073709551620", UINT64_MAX, -1, 0 },
		{ "18446744073709551625", UINT64_MAX, -1, 0 },
		{ "28446744073709551615", UINT64_MAX, -1, 0 },
		{ "184467440737095516150", UINT64_MAX, -1, 0 },
		{ "99999999999999999999999999999999", UINT64_MAX, -1, 0 },
		{ "18446744073709551614", UINT64_MAX - 1, 0, UINT64_MAX - 1 },
		{ "18446744073709551615", UINT64_MAX - 1, -1, 0 },
		{ "9223372036854775807", INT64_MAX, 0, INT64_MAX },
		{ "9223372036854775808", INT64_MAX, -1, 0 },
		{ "2147483647", INT32_MAX, 0, INT32_MAX },
		{ "2147483648", INT32_MAX, -1, 0 },
		/* Zeros in front are no digits too many. */
		{ "0000000000000000000000000000000000007", 7, 0, 7 },
		{ "0000000000000000000000000000000000008", 7, -1, 0 },
		{ "0000000000000000000000000000000000000", 0, 0, 0 },
	};
	uint64_t got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		got = 4711;
		CHECK(parse_number(at_edge(rows[i].s), rows[i].max, &got) == rows[i].result,
		      "row %zu: %s", i, rows[i].s);
		CHECK(rows[i].result < 0 || got == rows[i].value, "row %zu: %llu", i,
		      (unsigned long long)got);
	}
}

/* Digits and nothing else: whatever other byte stands before, between or behind them. */
static void only_digits_make_a_number(void **state)
{
	static const char *const bad[] = { "", "-1", "+1", "0x10", "1.0", "1e3", "1,000", "1 000" };
	uint64_t got;
	char s[8];
	size_t i;
	int c;

	(void)state;
	for (c = 1; c < 256; c++) {
		int want = c >= '0' && c <= '9' ? 0 : -1;

		snprintf(s, sizeof(s), "%c", c);
		CHECK(parse_number(at_edge(s), UINT64_MAX, &got) == want, "0x%02x", (unsigned)c);
		snprintf(s, sizeof(s), "%c1", c);
		CHECK(parse_number(at_edge(s), UINT64_MAX, &got) == want, "0x%02x1", (unsigned)c);
		snprintf(s, sizeof(s), "1%c", c);
		CHECK(parse_number(at_edge(s), UINT64_MAX, &got) == want, "10x%02x", (unsigned)c);
		snprintf(s, sizeof(s), "1%c1", c);
		CHECK(parse_number(at_edge(s), UINT64_MAX, &got) == want, "10x%02x1", (unsigned)c);
	}
	for (i = 0; i < COUNT(bad); i++)
		CHECK(parse_number(at_edge(bad[i]), UINT64_MAX, &got) == -1, "\"%s\"", bad[i]);
}

static void sizes(void **state)
{
	static const char letters[] = "kKmMgGtT";
	static const char *const tails[] = { "", "b", "B", "ib", "iB", "Ib", "IB" };
	char s[16];
	uint64_t got, unit;
	size_t i, k;

	(void)state;
	for (i = 0; letters[i]; i++) {
		unit = UINT64_C(1) << (10 * (i / 2 + 1));
		for (k = 0; k < COUNT(tails); k++) {
			snprintf(s, sizeof(s), "3%c%s", letters[i], tails[k]);
			CHECK(parse_size(at_edge(s), &got) == 0, "%s", s);
			CHECK(got == 3 * unit, "%s: %llu", s, (unsigned long long)got);
		}
		snprintf(s, sizeof(s), "0%c", letters[i]);
		CHECK(parse_size(at_edge(s), &got) == 0 && got == 0, "%s", s);
	}
	assert_int_equal(parse_size(at_edge("0"), &got), 0);
	assert_int_equal(got, 0);
	assert_int_equal(parse_size(at_edge("1500"), &got), 0);
	assert_int_equal(got, 1500);
}

/* What has more than 64 bits is no size, however it is written. */
static void the_largest_sizes(void **state)
{
	static const struct {
		const char *s;
		int result;
		uint64_t bytes;
	} rows[] = {
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -1, 0 },
		{ "18014398509481983K", 0, UINT64_MAX - 1023 },
		{ "18014398509481984K", -1, 0 },
		{ "17592186044415M", 0, UINT64_MAX - 1048575 },
		{ "17592186044416M", -1, 0 },
		{ "17179869183G", 0, UINT64_MAX - 1073741823 },
		{ "17179869184G", -1, 0 },
		{ "16777215T", 0, UINT64_MAX - UINT64_C(1099511627775) },
		{ "16777216T", -1, 0 },
		{ "16777217T", -1, 0 },
		{ "18446744073709551615T", -1, 0 },
		{ "18446744073709551616T", -1, 0 },
	};
	uint64_t got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		CHECK(parse_size(at_edge(rows[i].s), &got) == rows[i].result, "%s", rows[i].s);
		CHECK(rows[i].result < 0 || got == rows[i].bytes, "%s: %llu", rows[i].s,
		      (unsigned long long)got);
	}
}

static void what_is_no_size(void **state)
{
	static const char *const bad[] = { "",    "K",     "KiB",  "-1",   "+1",   " 1",
					   "1 ",  "1 K",   "1.5G", "1,5G", "0x10", "1e3",
					   "1Ki", "1KiBs", "1KBB", "1Kbi", "1KK",  "1P",
					   "1E",  "1B",    "1iB",  "1K1",  "1k ",  "1bytes" };
	char s[8];
	uint64_t got;
	size_t i;
	int c;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		CHECK(parse_size(at_edge(bad[i]), &got) == -1, "\"%s\"", bad[i]);
	for (c = 1; c < 256; c++) {
		snprintf(s, sizeof(s), "1%c", c);
		CHECK(parse_size(at_edge(s), &got) == (strchr("0123456789kKmMgGtT", c) ? 0 : -1),
		      "10x%02x", (unsigned)c);
		snprintf(s, sizeof(s), "1K%c", c);
		CHECK(parse_size(at_edge(s), &got) == (strchr("bB", c) ? 0 : -1), "1K0x%02x",
		      (unsigned)c);
	}
}

static const struct {
	const char *name;
	int64_t ms;
} units[] = { { "", 1000 }, { "s", 1000 }, { "ms", 1 }, { "m", 60000 }, { "h", 3600000 } };

/* Every thousandth of every unit; what is less than a millisecond is left out. */
static void durations(void **state)
{
	char s[24];
	int64_t got;
	size_t i;
	unsigned n;

	(void)state;
	for (i = 0; i < COUNT(units); i++) {
		snprintf(s, sizeof(s), "7%s", units[i].name);
		CHECK(parse_duration(at_edge(s), &got) == 0 && got == 7 * units[i].ms, "%s", s);
		for (n = 0; n < 1000; n++) {
			snprintf(s, sizeof(s), "12.%03u%s", n, units[i].name);
			CHECK(parse_duration(at_edge(s), &got) == 0, "%s", s);
			CHECK(got == 12 * units[i].ms + n * units[i].ms / 1000, "%s: %lld", s,
			      (long long)got);
		}
	}
}

static void fractions(void **state)
{
	static const struct {
		const char *s;
		int64_t ms;
	} rows[] = {
		{ "0", 0 },
		{ "0.5", 500 },
		{ "0.05", 50 },
		{ "0.005", 5 },
		{ "0.0005", 0 },
		{ "0.50000000000000000000000000000000000001s", 500 },
		{ "0.99999999999999999999999999999999999999s", 999 },
		{ "1.5ms", 1 },
		{ "1.5m", 90000 },
		{ "0.25h", 900000 },
		{ "007", 7000 },
	};
	int64_t got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		CHECK(parse_duration(at_edge(rows[i].s), &got) == 0, "%s", rows[i].s);
		CHECK(got == rows[i].ms, "%s: %lld", rows[i].s, (long long)got);
	}
}

/* Nothing gets negative, or short, by being long. */
static void the_longest_durations(void **state)
{
	static const char *const wholes[] = { "1000000001", "9223372036854775807",
					      "9223372036854775808", "18446744073709551616",
					      "99999999999999999999999999999" };
	char s[48];
	int64_t got;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(units); i++) {
		snprintf(s, sizeof(s), "1000000000%s", units[i].name);
		CHECK(parse_duration(at_edge(s), &got) == 0, "%s", s);
		CHECK(got == 1000000000 * units[i].ms, "%s: %lld", s, (long long)got);
		snprintf(s, sizeof(s), "1000000000.999%s", units[i].name);
		CHECK(parse_duration(at_edge(s), &got) == 0, "%s", s);
		CHECK(got >= 1000000000 * units[i].ms, "%s: %lld", s, (long long)got);
		for (k = 0; k < COUNT(wholes); k++) {
			snprintf(s, sizeof(s), "%s%s", wholes[k], units[i].name);
			CHECK(parse_duration(at_edge(s), &got) == -1, "%s: %lld", s,
			      (long long)got);
		}
	}
}

static void what_is_no_duration(void **state)
{
	static const char *const bad[] = { "",        "s",    "ms",    ".5",    "1.",  "1.s",
					   "1.5.5",   "-1",   "+1",    " 1",    "1 ",  "1 s",
					   "1d",      "1min", "1sec",  "1S",    "1M",  "1H",
					   "1mss",    "1hs",  "1m30s", "1,5",   "0x1", "1e3",
					   "1:30",    "1. 5", "1.-5",  "1.5 s", "inf", "nan",
					   "for ever" };
	char s[8];
	int64_t got;
	size_t i;
	int c;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		CHECK(parse_duration(at_edge(bad[i]), &got) == -1, "\"%s\"", bad[i]);
	for (c = 1; c < 256; c++) {
		snprintf(s, sizeof(s), "1%c", c);
		CHECK(parse_duration(at_edge(s), &got) == (strchr("0123456789smh", c) ? 0 : -1),
		      "10x%02x", (unsigned)c);
		snprintf(s, sizeof(s), "1m%c", c);
		CHECK(parse_duration(at_edge(s), &got) == (c == 's' ? 0 : -1), "1m0x%02x",
		      (unsigned)c);
		snprintf(s, sizeof(s), "1.%c", c);
		CHECK(parse_duration(at_edge(s), &got) == (c >= '0' && c <= '9' ? 0 : -1),
		      "1.0x%02x", (unsigned)c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_digits),
		cmocka_unit_test(numbers_up_to_a_limit),
		cmocka_unit_test(the_largest_numbers),
		cmocka_unit_test(only_digits_make_a_number),
		cmocka_unit_test(sizes),
		cmocka_unit_test(the_largest_sizes),
		cmocka_unit_test(what_is_no_size),
		cmocka_unit_test(durations),
		cmocka_unit_test(fractions),
		cmocka_unit_test(the_longest_durations),
		cmocka_unit_test(what_is_no_duration),
	};

	return cmocka_run_group_tests_name("parse", tests, open_edge, close_edge);
}
