#include "unit/unit.h"

#include "base/bounds.h"
#include "base/json.h"
#include "unit/edge.h"

#define TOKENS 2048

static jsmntok_t tokens[TOKENS];
static struct edge edge;

static int open_edge(void **state)
{
	(void)state;
	edge_open(&edge, 65536);
	return 0;
}

static int close_edge(void **state)
{
	(void)state;
	edge_close(&edge);
	return 0;
}

/* Parse text[0..len), placed so that nothing may be read behind it. */
static enum err_code parse_n(struct json *j, const char *text, size_t len)
{
	struct err e = ERR_INIT;
	int result = json_parse(j, edge_put(&edge, text, len), len, tokens, TOKENS, &e);

	CHECK((result == 0) == (e.code == ERR_NONE), "%.*s", (int)len, text);
	check_err(&e, e.code, "parse");
	return e.code;
}

static enum err_code parse(struct json *j, const char *text)
{
	return parse_n(j, text, strlen(text));
}

static const char *const valid[] = {
	"{}", "[]", " { } ", "\t\r\n[\n]\n", "[1]", "[1,2]", "[[]]", "[{}]",
	"{\"a\":1}", "{\"\":1}", "{\"a\":{}}", "{\"a\":[],\"b\":{}}", "{\"a\":{\"a\":{\"a\":null}}}",
	"{ \"a\" : 1 , \"b\" : [ true , false , null ] }",
	"[0]", "[-0]", "[-1]", "[10]", "[0.5]", "[-0.0]", "[1e5]", "[1E+5]", "[1.25e-10]", "[0e0]",
	"[123456789012345678901234567890]",
	"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\u0000\\uFfFf\"]", "[\"\\ud83d\\ude00\"]", "[\"\\ud800\"]",
	"[\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"]",
	"[\"[]{}:,\"]", "{\"{\":\"}\"}", "[\"// no comment\"]",
	/* Twice the same key is JSON as long as nobody asks for it. */
	"{\"a\":1,\"a\":2}",
};

/* What jsmn takes for JSON even in strict mode is among them. */
static const char *const invalid[] = {
	"", " ", "\n", "{", "[", "}", "]", "{]", "[}", "[[]", "{}}", "[]]", "{}{}", "[] []", "{} x", "[]1",
	"1 2", "{},", ",{}", ",", ":", "\"a\":1", "\"a\" \"b\"", "{}\n{}", "null null ", "\"a\" 1 ",
	"{\"a\"}", "{\"a\":}", "{\"a\" 1}", "{\"a\":1 2}", "{\"a\":\"b\":\"c\"}", "{\"a\":1:2}",
	"{\"a\",\"b\"}", "{\"a\":1,}", "{,}", "{,\"a\":1}", "{\"a\":1,,\"b\":2}", "{\"a\":1 \"b\":2}",
	"{1:2}", "{null:1}", "{{}:1}", "{[]:1}", "{a:1}", "{'a':1}", "{\"a\":1]", "{\"a\":[1}", "{:1}",
	"{\"a\":{}\"b\":1}", "{\"a\"::1}", "{\"a\"}:1",
	"[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1:2]", "[\"a\":1]", "[\"a\" \"b\"]", "[1\"a\"]",
	"[{}{}]", "[[][]]", "[1[]]", "[\"a\"1]", "[true false]", "[:]", "[1]:", "[\"a\",:1]",
	"[nulll]", "[tru]", "[True]", "[NULL]", "[truefalse]", "[nan]", "[NaN]", "[inf]", "[-]", "[+1]",
	"[01]", "[-01]", "[00]", "[1.]", "[.5]", "[-.5]", "[1e]", "[1e+]", "[e5]", "[1.5.5]", "[1-2]",
	"[0x10]", "[1_000]", "[1,000.]", "[--1]", "[1 .5]", "[t]", "[n]", "[f]", "[1a]", "[- 1]",
	"[\"]", "[\"a]", "\"a", "[\"\\\"]", "[\"\\x\"]", "[\"\\u12\"]", "[\"\\u12g4\"]", "[\"\\u 123\"]",
	"[\"\\U0000\"]", "[\"\\a\"]", "[\"\\'\"]", "['a']", "[\"a\nb\"]", "[\"a\tb\"]", "[\"\x01\"]",
	"[\"\x1f\"]", "{\"a\nb\":1}",
	"/**/{}", "{}//", "[1/*x*/]", "{\"a\":1}#", "\xef\xbf\xbd", "[\xe2\x80\x9c" "a\xe2\x80\x9d]",
	"<html></html>", "502 Bad Gateway", "OK", "{\"a\":1}<!-- -->", "[\f]", "[\v1]", "\x1b[0m{}",
	/* No answer of any API is a lone value: refused, with and without something behind. */
	"null", "null ", "true\n", "0", "-1.5e3\t", "\"a\"", " \"\" ",
	"nulll", "1,", "1 ,", "true:", "1}", "\"a\"]", "{\"a\":1}}", "[1 ]]",
};

static void valid_documents(void **state)
{
	struct json j;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(valid); i++)
		CHECK(parse(&j, valid[i]) == ERR_NONE, "%s", valid[i]);
}

static void invalid_documents(void **state)
{
	struct json j;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(invalid); i++)
		CHECK(parse(&j, invalid[i]) == ERR_REPLY, "%s", invalid[i]);
}

/* A NUL ends nothing and belongs nowhere. */
static void nul_bytes(void **state)
{
	static const char text[] = "{\"a\":[1,\"b\"]}";
	char with[sizeof(text)];
	struct json j;
	size_t at;

	(void)state;
	for (at = 0; at < sizeof(text); at++) {
		memcpy(with, text, at);
		with[at] = '\0';
		memcpy(with + at + 1, text + at, sizeof(text) - 1 - at);
		CHECK(parse_n(&j, with, sizeof(text)) == ERR_REPLY, "NUL at %zu", at);
	}
	assert_int_equal(parse_n(&j, "{}\0{}", 5), ERR_REPLY);
}

static const char document[] =
	"{\"id\": \"private/12\", \"size\": 18446744073709551615, \"tags\": [\"a\\u00e4\", [], {}],\n"
	" \"sub\": {\"on\": true, \"off\": false, \"none\": null, \"real\": -1.5e-3},\n"
	" \"list\": [{\"n\": 0}, {\"n\": 1}, {\"n\": 2}], \"esc\\u0061pe\": \"\\ud83d\\ude00\"}";

static void every_prefix(void **state)
{
	struct json j;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(document) - 1; len++)
		CHECK(parse_n(&j, document, len) == ERR_REPLY, "%zu bytes", len);
	assert_int_equal(parse_n(&j, document, len), ERR_NONE);
}

/* Each byte in turn is something else: nothing is read outside, and nothing refused is read. */
static void every_byte_changed(void **state)
{
	static const char others[] = "\"\\{}[]:, 0nx\n";
	char changed[sizeof(document)];
	struct json j;
	char out[64];
	size_t at, k;

	(void)state;
	for (at = 0; at < sizeof(document) - 1; at++) {
		for (k = 0; k < sizeof(others); k++) {
			struct err e = ERR_INIT;

			memcpy(changed, document, sizeof(changed));
			changed[at] = others[k];
			if (parse_n(&j, changed, sizeof(document) - 1) != ERR_NONE)
				continue;
			if (json_str(&j, "id", out, sizeof(out), &e) < 0)
				assert_int_not_equal(e.code, ERR_NONE);
			(void)json_kind(&j, "list.2.n");
			(void)json_count(&j, "tags");
		}
	}
}

static void kinds_and_counts(void **state)
{
	static const struct {
		const char *path;
		enum json_kind kind;
		int count;
	} rows[] = {
		{ "", JSON_OBJECT, 6 }, { "id", JSON_STRING, 0 }, { "size", JSON_NUMBER, 0 },
		{ "tags", JSON_ARRAY, 3 }, { "tags.0", JSON_STRING, 0 }, { "tags.1", JSON_ARRAY, 0 },
		{ "tags.2", JSON_OBJECT, 0 }, { "tags.3", JSON_ABSENT, 0 }, { "sub", JSON_OBJECT, 4 },
		{ "sub.on", JSON_BOOL, 0 }, { "sub.off", JSON_BOOL, 0 }, { "sub.none", JSON_NULL, 0 },
		{ "sub.real", JSON_NUMBER, 0 }, { "list.2.n", JSON_NUMBER, 0 }, { "list.2", JSON_OBJECT, 1 },
		{ "escape", JSON_STRING, 0 },
		{ "esc\\u0061pe", JSON_ABSENT, 0 }, { "i", JSON_ABSENT, 0 }, { "idx", JSON_ABSENT, 0 },
		{ "ID", JSON_ABSENT, 0 }, { "n", JSON_ABSENT, 0 }, { "on", JSON_ABSENT, 0 },
		{ "id.0", JSON_ABSENT, 0 }, { "size.x", JSON_ABSENT, 0 }, { "list.n", JSON_ABSENT, 0 },
		{ "list.-1", JSON_ABSENT, 0 }, { "list.00", JSON_ABSENT, 0 }, { "list.+1", JSON_ABSENT, 0 },
		{ "list.1.", JSON_OBJECT, 1 }, { "list.4294967296", JSON_ABSENT, 0 },
		{ "sub.none.x", JSON_ABSENT, 0 }, { "list.0.n.0", JSON_ABSENT, 0 },
	};
	struct json j;
	size_t i;

	(void)state;
	assert_int_equal(parse(&j, document), ERR_NONE);
	for (i = 0; i < COUNT(rows); i++) {
		CHECK(json_kind(&j, rows[i].path) == rows[i].kind, "%s", rows[i].path);
		CHECK(json_count(&j, rows[i].path) == rows[i].count, "%s", rows[i].path);
	}
}

static void raw_values(void **state)
{
	static const struct {
		const char *path, *raw;
	} rows[] = {
		{ "id", "\"private/12\"" }, { "size", "18446744073709551615" }, { "tags.1", "[]" },
		{ "tags.0", "\"a\\u00e4\"" }, { "sub.none", "null" }, { "list.1", "{\"n\": 1}" },
	};
	const char *at = NULL;
	struct json j;
	size_t i, len;

	(void)state;
	assert_int_equal(parse(&j, document), ERR_NONE);
	for (i = 0; i < COUNT(rows); i++) {
		len = json_raw(&j, rows[i].path, &at);
		CHECK(len == strlen(rows[i].raw) && memcmp(at, rows[i].raw, len) == 0, "%s", rows[i].path);
	}
	assert_int_equal(json_raw(&j, "missing", &at), 0);
}

static void whole_numbers(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint64_t value;
	} rows[] = {
		{ "0", 0, 0 }, { "12", 0, 12 }, { "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -1, 0 }, { "123456789012345678901234567890", -1, 0 },
		{ "-1", -1, 0 }, { "1.5", -1, 0 }, { "1e3", -1, 0 }, { "true", -1, 0 }, { "null", -1, 0 },
		{ "\"12\"", -1, 0 }, { "[]", -1, 0 }, { "{}", -1, 0 },
	};
	char text[64];
	struct json j;
	uint64_t got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(text, sizeof(text), "{\"n\":%s}", rows[i].text);
		assert_int_equal(parse(&j, text), ERR_NONE);
		got = 77;
		CHECK(json_u64(&j, "n", &got, &e) == rows[i].result, "%s", text);
		CHECK(rows[i].result < 0 || got == rows[i].value, "%s", text);
		check_err(&e, rows[i].result < 0 ? ERR_REPLY : ERR_NONE, text);
		err_clear(&e);
		assert_int_equal(json_u64(&j, "missing", &got, &e), -1);
		check_err(&e, ERR_REPLY, "missing");
	}
}

/* Each string in JSON, and what it stands for; NULL where it holds a NUL. */
static const struct {
	const char *json, *out;
} strings[] = {
	{ "", "" }, { "abc", "abc" }, { "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t" },
	{ "\\u0041\\u00e4\\u20AC", "A\xc3\xa4\xe2\x82\xac" }, { "\\u007f\\u0080\\u07ff\\u0800\\uffff",
	  "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf" },
	{ "\\ud83d\\ude00!", "\xf0\x9f\x98\x80!" }, { "\\uD800\\uDC00", "\xf0\x90\x80\x80" },
	{ "\\uDBFF\\uDFFF", "\xf4\x8f\xbf\xbf" }, { "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
	/* Halves of pairs stand for nothing. */
	{ "\\ud800", "\xef\xbf\xbd" }, { "\\udc00", "\xef\xbf\xbd" }, { "\\ud800x", "\xef\xbf\xbdx" },
	{ "\\udc00\\ud800", "\xef\xbf\xbd\xef\xbf\xbd" }, { "\\ud800\\u0041", "\xef\xbf\xbd" "A" },
	{ "\\ud800\\ud83d\\ude00", "\xef\xbf\xbd\xf0\x9f\x98\x80" }, { "\\ud800\\n", "\xef\xbf\xbd\n" },
	{ "\\u0000", NULL }, { "a\\u0000b", NULL }, { "token\\u0000", NULL },
	{ "\\\\u0041", "\\u0041" }, { "x\\\\", "x\\" },
};

/* Into each size of buffer: the whole string, or an error. */
static void string_values(void **state)
{
	char text[128];
	struct json j;
	size_t i, cap, len;

	(void)state;
	for (i = 0; i < COUNT(strings); i++) {
		snprintf(text, sizeof(text), "{\"s\":\"%s\"}", strings[i].json);
		CHECK(parse(&j, text) == ERR_NONE, "%s", text);
		len = strings[i].out ? strlen(strings[i].out) : 0;
		for (cap = 1; cap < len + 16; cap++) {
			struct err e = ERR_INIT;
			char out[64];
			ssize_t n;

			memset(out, 'Z', sizeof(out));
			n = json_str(&j, "s", out, cap, &e);
			assert_int_equal(out[cap], 'Z');
			if (!strings[i].out) {
				CHECK(n == -1 && (e.code == ERR_REPLY || cap < 8), "%s, %zu", text, cap);
			} else if (cap <= len) {
				CHECK(n == -1, "%s, %zu", text, cap);
				check_err(&e, ERR_LIMIT, text);
			} else {
				CHECK(n == (ssize_t)len && strcmp(out, strings[i].out) == 0, "%s, %zu",
				      text, cap);
			}
		}
		CHECK(!strings[i].out || json_is(&j, "s", strings[i].out), "%s", text);
		CHECK(!json_is(&j, "s", "something else"), "%s", text);
	}
}

static void strings_that_are_none(void **state)
{
	static const char *const paths[] = { "size", "tags", "sub", "sub.on", "sub.none", "missing", "" };
	char out[16];
	struct json j;
	size_t i;

	(void)state;
	assert_int_equal(parse(&j, document), ERR_NONE);
	for (i = 0; i < COUNT(paths); i++) {
		struct err e = ERR_INIT;

		CHECK(json_str(&j, paths[i], out, sizeof(out), &e) == -1, "%s", paths[i]);
		check_err(&e, ERR_REPLY, paths[i]);
		CHECK(!json_is(&j, paths[i], ""), "%s", paths[i]);
	}
}

/* Every value that there is a promise for. */
static void comparing_at_every_length(void **state)
{
	char text[128], value[64];
	struct json j;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(value); len++) {
		memset(value, 'v', len);
		value[len] = '\0';
		snprintf(text, sizeof(text), "{\"s\":\"%s\"}", value);
		assert_int_equal(parse(&j, text), ERR_NONE);
		CHECK(json_is(&j, "s", value), "%zu bytes", len);
		if (len > 0) {
			value[len - 1] = 'w';
			CHECK(!json_is(&j, "s", value), "%zu bytes", len);
			value[len - 1] = '\0';
			CHECK(!json_is(&j, "s", value), "%zu bytes", len);
		}
	}
}

static void twice_the_same_key(void **state)
{
	static const char *const texts[] = {
		"{\"a\":\"x\",\"a\":\"x\",\"b\":1}", "{\"a\":\"x\",\"\\u0061\":\"y\",\"b\":1}",
		"{\"b\":1,\"a\":\"x\",\"c\":{\"a\":\"z\"},\"a\":{}}",
	};
	struct json j;
	char out[8];
	uint64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		struct err e = ERR_INIT;
		const char *at;

		assert_int_equal(parse(&j, texts[i]), ERR_NONE);
		assert_int_equal(json_str(&j, "a", out, sizeof(out), &e), -1);
		check_err(&e, ERR_REPLY, texts[i]);
		err_clear(&e);
		assert_int_equal(json_u64(&j, "a", &n, &e), -1);
		check_err(&e, ERR_REPLY, texts[i]);
		err_clear(&e);
		assert_int_equal(json_kind(&j, "a"), JSON_ABSENT);
		assert_int_equal(json_kind(&j, "a.a"), JSON_ABSENT);
		assert_int_equal(json_count(&j, "a"), 0);
		assert_int_equal(json_raw(&j, "a", &at), 0);
		assert_false(json_is(&j, "a", "x"));
		/* Nobody is hurt who asks for something else. */
		assert_int_equal(json_u64(&j, "b", &n, &e), 0);
		assert_int_equal(n, 1);
	}
	/* The same key in two objects is not twice the same. */
	assert_int_equal(parse(&j, "{\"a\":{\"a\":\"x\"},\"b\":{\"a\":\"y\"}}"), ERR_NONE);
	assert_true(json_is(&j, "a.a", "x"));
	assert_true(json_is(&j, "b.a", "y"));
}

static size_t nest(char *text, size_t depth, const char *open, const char *inner, const char *close)
{
	size_t i, len = 0;

	for (i = 0; i < depth; i++)
		len += (size_t)sprintf(text + len, "%s", open);
	len += (size_t)sprintf(text + len, "%s", inner);
	for (i = 0; i < depth; i++)
		len += (size_t)sprintf(text + len, "%s", close);
	return len;
}

static void depth(void **state)
{
	char text[4096];
	struct json j;
	size_t d;

	(void)state;
	for (d = 1; d <= JSON_DEPTH_MAX + 4; d++) {
		/* What lies in d brackets has d levels above it. */
		enum err_code want = d <= JSON_DEPTH_MAX ? ERR_NONE : ERR_LIMIT;

		nest(text, d, "[", "1", "]");
		CHECK(parse(&j, text) == want, "%zu arrays", d);
		nest(text, d, "{\"a\":", "\"x\"", "}");
		CHECK(parse(&j, text) == want, "%zu objects", d);
		nest(text, d, "[{\"a\":", "null", "}]");
		CHECK(parse(&j, text) == (2 * d <= JSON_DEPTH_MAX ? ERR_NONE : ERR_LIMIT), "%zu of both", d);
	}
	assert_int_equal(parse_n(&j, text, nest(text, 1000, "[", "", "]")), ERR_LIMIT);
	/* Too deep and damaged: refused, one way or the other. */
	assert_int_not_equal(parse_n(&j, text, nest(text, 1000, "[", "", "")), ERR_NONE);
}

static void tokens_run_out(void **state)
{
	char text[256] = "[";
	unsigned cap, n = 9, i;
	struct json j;

	(void)state;
	for (i = 0; i < n; i++)
		sprintf(text + strlen(text), "%s%u", i > 0 ? "," : "", i);
	strcat(text, "]");
	for (cap = 1; cap <= n + 2; cap++) {
		struct err e = ERR_INIT;
		char *at = edge_put(&edge, text, strlen(text));
		jsmntok_t *few = malloc(cap * sizeof(*few));

		/* From the heap, so that a sanitizer sees one token too many. */
		assert_int_equal(json_parse(&j, at, strlen(text), few, cap, &e), cap > n ? 0 : -1);
		check_err(&e, cap > n ? ERR_NONE : ERR_LIMIT, "tokens");
		free(few);
	}
}

/* A hostile answer of the largest size takes no longer than an ordinary one. */
static void large_documents(void **state)
{
	static char text[REPLY_MAX];
	static jsmntok_t many[JSON_TOKENS_MAX];
	static const char *const units[] = { "[", "{", "]", "}", "\"", "\\", "[]", "{\"\":", "1,", "[1,", ",", ":" };
	struct json j;
	size_t i, len, k;

	(void)state;
	for (i = 0; i < COUNT(units); i++) {
		struct err e = ERR_INIT;

		len = strlen(units[i]);
		for (k = 0; k + len <= sizeof(text); k += len)
			memcpy(text + k, units[i], len);
		CHECK(json_parse(&j, text, k, many, JSON_TOKENS_MAX, &e) == -1, "%s", units[i]);
		CHECK(e.code == ERR_REPLY || e.code == ERR_LIMIT, "%s", units[i]);
	}
	/* As many values as there are tokens for, and one more. */
	for (k = 0; k < 2; k++) {
		struct err e = ERR_INIT;

		len = 0;
		text[len++] = '[';
		for (i = 0; i < JSON_TOKENS_MAX - 1 + k; i++) {
			text[len++] = '1';
			text[len++] = ',';
		}
		text[len - 1] = ']';
		assert_int_equal(json_parse(&j, text, len, many, JSON_TOKENS_MAX, &e), k == 0 ? 0 : -1);
		check_err(&e, k == 0 ? ERR_NONE : ERR_LIMIT, "many");
		if (k == 0)
			assert_int_equal(json_kind(&j, "16382"), JSON_NUMBER);
	}
}

static void odd_keys(void **state)
{
	char text[512], key[200];
	struct json j;

	(void)state;
	assert_int_equal(parse(&j, "{\"a\\u0000b\":1,\"\":2,\"x y\":3,\"0\":4}"), ERR_NONE);
	assert_int_equal(json_kind(&j, "a"), JSON_ABSENT);
	assert_int_equal(json_kind(&j, "x y"), JSON_NUMBER);
	assert_int_equal(json_kind(&j, "0"), JSON_NUMBER);
	/* A key beyond any in use is skipped, not cut down to one that is asked for. */
	memset(key, 'k', sizeof(key));
	key[sizeof(key) - 1] = '\0';
	snprintf(text, sizeof(text), "{\"%s\":1,\"a\":2}", key);
	assert_int_equal(parse(&j, text), ERR_NONE);
	key[63] = '\0';
	assert_int_equal(json_kind(&j, key), JSON_ABSENT);
	assert_int_equal(json_kind(&j, "a"), JSON_NUMBER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_documents),
		cmocka_unit_test(invalid_documents), cmocka_unit_test(nul_bytes),
		cmocka_unit_test(every_prefix),	    cmocka_unit_test(every_byte_changed),
		cmocka_unit_test(kinds_and_counts), cmocka_unit_test(raw_values),
		cmocka_unit_test(whole_numbers),    cmocka_unit_test(string_values),
		cmocka_unit_test(strings_that_are_none),
		cmocka_unit_test(comparing_at_every_length),
		cmocka_unit_test(twice_the_same_key), cmocka_unit_test(depth),
		cmocka_unit_test(tokens_run_out),   cmocka_unit_test(large_documents),
		cmocka_unit_test(odd_keys),
	};

	return cmocka_run_group_tests_name("json", tests, open_edge, close_edge);
}
