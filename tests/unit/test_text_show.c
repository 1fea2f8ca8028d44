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

/* RFC 3629, section 4: the ranges of each byte of a valid sequence. */
static size_t utf8_by_the_grammar(const unsigned char *u, size_t len)
{
	static const struct {
		unsigned char from, to; /* the first byte */
		unsigned char lo, hi;   /* the second */
		size_t n;
	} rows[] = { { 0x00, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		     { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		     { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		     { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		     { 0xf4, 0xf4, 0x80, 0x8f, 4 } };
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
	} rows[] = { { "", "" },
		     { "plain", "plain" },
		     { "end\n", "end" },
		     { "end \t\r\n ", "end" },
		     { " \n", "" },
		     { "\033[31mred", "?[31mred" },
		     { "a\x7f"
		       "b\x01",
		       "a?b?" },
		     { "\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac" },
		     { "\xff", "?" },
		     { "a\xe2\x82", "a??" },
		     { "\xc0\x80", "??" },
		     { "\xed\xa0\x80", "???" },
		     { "\xc2\x9b"
		       "31m",
		       "??31m" },
		     { "\xc2\x80\xc2\x9f\xc2\xa0", "????\xc2\xa0" } };
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
				CHECK((unsigned char)s[i] >= 0x20 && s[i] != 0x7f, "%02x%02x", a,
				      b);
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
	} rows[] = { { "the token abc is abc", "abc", "the token *** is ***" },
		     { "nothing here", "abc", "nothing here" },
		     { "abcabc", "abc", "******" },
		     { "abab abab", "abab", "**** ****" },
		     { "short", "longer than it", "short" },
		     { "kept", "", "kept" },
		     { "", "x", "" },
		     { "all", "all", "***" },
		     { "***", "*", "***" } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		char *s = at_edge(rows[i].in);

		text_redact(s, rows[i].secret);
		CHECK(strcmp(s, rows[i].out) == 0, "row %zu: \"%s\"", i, s);
	}
}

/* What is printed in between. */
static char printed[16384];
static FILE *printing;

static void begin_print(void)
{
	memset(printed, 0, sizeof(printed));
	printing = fmemopen(printed, sizeof(printed), "w");
	assert_non_null(printing);
}

static const char *end_print(void)
{
	assert_int_equal(fclose(printing), 0);
	return printed;
}

static void json_strings(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = { { "", "\"\"" },
		     { "abc", "\"abc\"" },
		     { "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
		     { "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
		     { "\x01\x1f", "\"\\u0001\\u001f\"" },
		     { "\xc3\xa4\xf0\x9f\x98\x80", "\"\xc3\xa4\xf0\x9f\x98\x80\"" },
		     { "\xff"
		       "a",
		       "\"\xef\xbf\xbd"
		       "a\"" },
		     { "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		     { "\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		     { "\x7f\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0",
		       "\"\\u007f\\u0080\\u009b\\u009f\xc2\xa0\"" } };
	char buf[64];
	struct text t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		text_init(&t, buf, sizeof(buf));
		text_put_json(&t, at_edge(rows[i].in));
		CHECK(!t.full && strcmp(buf, rows[i].out) == 0, "row %zu: %s", i, buf);
		begin_print();
		text_print_json(printing, at_edge(rows[i].in));
		CHECK(strcmp(end_print(), rows[i].out) == 0, "row %zu: %s", i, printed);
	}
}

/* Of every byte, many of them: whole, and never more than was promised. */
static void long_json_strings(void **state)
{
	char in[1001], *out;
	size_t cap = TEXT_JSON_MAX * sizeof(in) + 3;
	struct text t;
	unsigned c;

	(void)state;
	out = malloc(cap);
	assert_non_null(out);
	for (c = 1; c < 256; c++) {
		memset(in, (int)c, sizeof(in) - 1);
		in[sizeof(in) - 1] = '\0';
		text_init(&t, out, cap);
		text_put_json(&t, in);
		CHECK(!t.full && out[t.len - 1] == '"', "%02x", c);
		begin_print();
		text_print_json(printing, in);
		CHECK(strcmp(end_print(), out) == 0, "%02x", c);
	}
	free(out);
}

static void sizes_to_show(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *s;
	} rows[] = { { 0, "0 bytes" },
		     { 1023, "1023 bytes" },
		     { 1024, "1.0 KiB" },
		     { 1536, "1.5 KiB" },
		     /* Rounded down: what is below a limit never looks as if it had reached it. */
		     { 1048575, "1023.9 KiB" },
		     { 1048576, "1.0 MiB" },
		     { 1503238553, "1.3 GiB" },
		     { 5368709120, "5.0 GiB" },
		     { 6442450943, "5.9 GiB" },
		     { UINT64_C(1) << 40, "1.0 TiB" },
		     { UINT64_C(1) << 50, "1.0 PiB" },
		     { (UINT64_C(1) << 60) - 1, "1023.9 PiB" } };
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8),
		cmocka_unit_test(characters),
		cmocka_unit_test(cleaning),
		cmocka_unit_test(cleaning_is_thorough),
		cmocka_unit_test(redacting),
		cmocka_unit_test(json_strings),
		cmocka_unit_test(long_json_strings),
		cmocka_unit_test(sizes_to_show),
		cmocka_unit_test(the_largest_size_to_show),
	};

	return cmocka_run_group_tests_name("text_show", tests, open_edge, close_edge);
}
