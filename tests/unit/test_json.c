#include "unit/unit.h"

#include <time.h>

#include "base/bounds.h"
#include "base/json.h"
#include "unit/json_text.h"

static const char *const valid[] = {
	"{}", "[]", " { } ", "\t\r\n[\n]\n", "[1]", "[1,2]", "[[]]", "[{}]", "{\"a\":1}",
	"{\"\":1}", "{\"a\":{}}", "{\"a\":[],\"b\":{}}", "{\"a\":{\"a\":{\"a\":null}}}",
	"{ \"a\" : 1 , \"b\" : [ true , false , null ] }", "[0]", "[-0]", "[-1]", "[10]", "[0.5]",
	"[-0.0]", "[1e5]", "[1E+5]", "[1.25e-10]", "[0e0]", "[123456789012345678901234567890]",
	"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\u0000\\uFfFf\"]", "[\"\\ud83d\\ude00\"]",
	"[\"\\ud800\"]", "[\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"]", "[\"[]{}:,\"]",
	"{\"{\":\"}\"}", "[\"// no comment\"]",
	/* Twice the same key is JSON as long as nobody asks for it. */
	"{\"a\":1,\"a\":2}"
};

/* What jsmn takes for JSON even in strict mode is among them. */
static const char *const invalid[] = {
	"", " ", "\n", "{", "[", "}", "]", "{]", "[}", "[[]", "{}}", "[]]", "{}{}", "[] []", "{} x",
	"[]1", "1 2", "{},", ",{}", ",", ":", "\"a\":1", "\"a\" \"b\"", "{}\n{}", "null null ",
	"\"a\" 1 ", "{\"a\"}", "{\"a\":}", "{\"a\" 1}", "{\"a\":1 2}", "{\"a\":\"b\":\"c\"}",
	"{\"a\":1:2}", "{\"a\",\"b\"}", "{\"a\":1,}", "{,}", "{,\"a\":1}", "{\"a\":1,,\"b\":2}",
	"{\"a\":1 \"b\":2}", "{1:2}", "{null:1}", "{{}:1}", "{[]:1}", "{a:1}", "{'a':1}",
	"{\"a\":1]", "{\"a\":[1}", "{:1}", "{\"a\":{}\"b\":1}", "{\"a\"::1}", "{\"a\"}:1", "[,]",
	"[1,]", "[,1]", "[1,,2]", "[1 2]", "[1:2]", "[\"a\":1]", "[\"a\" \"b\"]", "[1\"a\"]",
	"[{}{}]", "[[][]]", "[1[]]", "[\"a\"1]", "[true false]", "[:]", "[1]:", "[\"a\",:1]",
	"[nulll]", "[tru]", "[True]", "[NULL]", "[truefalse]", "[nan]", "[NaN]", "[inf]", "[-]",
	"[+1]", "[01]", "[-01]", "[00]", "[1.]", "[.5]", "[-.5]", "[1e]", "[1e+]", "[e5]",
	"[1.5.5]", "[1-2]", "[0x10]", "[1_000]", "[1,000.]", "[--1]", "[1 .5]", "[t]", "[n]", "[f]",
	"[1a]", "[- 1]", "[\"]", "[\"a]", "\"a", "[\"\\\"]", "[\"\\x\"]", "[\"\\u12\"]",
	"[\"\\u12g4\"]", "[\"\\u 123\"]", "[\"\\U0000\"]", "[\"\\a\"]", "[\"\\'\"]", "['a']",
	"[\"a\nb\"]", "[\"a\tb\"]", "[\"\x01\"]", "[\"\x1f\"]", "{\"a\nb\":1}", "/**/{}", "{}//",
	"[1/*x*/]", "{\"a\":1}#", "\xef\xbf\xbd", "[\xe2\x80\x9cx\xe2\x80\x9d]", "<html></html>",
	"502 Bad Gateway", "OK", "{\"a\":1}<!-- -->", "[\f]", "[\v1]", "\x1b[0m{}",
	/* No answer of any API is a lone value: refused, with and without something behind. */
	"null", "null ", "true\n", "0", "-1.5e3\t", "\"a\"", " \"\" ", "nulll", "1,", "1 ,",
	"true:", "1}", "\"a\"]", "{\"a\":1}}", "[1 ]]"
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
		CHECK(parse(&j, text) == (2 * d <= JSON_DEPTH_MAX ? ERR_NONE : ERR_LIMIT),
		      "%zu of both", d);
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
	static const char *const units[] = { "[",  "{",      "]",  "}",   "\"", "\\",
					     "[]", "{\"\":", "1,", "[1,", ",",  ":" };
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
		assert_int_equal(json_parse(&j, text, len, many, JSON_TOKENS_MAX, &e),
				 k == 0 ? 0 : -1);
		check_err(&e, k == 0 ? ERR_NONE : ERR_LIMIT, "many");
		if (k == 0)
			assert_int_equal(json_kind(&j, "16382"), JSON_NUMBER);
	}
}

/* As many elements as there are tokens for: reading all of them is one pass. */
static void long_lists(void **state)
{
	static char text[REPLY_MAX];
	static jsmntok_t many[JSON_TOKENS_MAX];
	static const struct {
		const char *element;
		int tokens;
	} rows[] = { { "0", 1 }, { "[]", 1 }, { "{\"a\":0}", 3 }, { "[[[0]]]", 4 } };
	struct json j;
	size_t i, len;
	int n, count;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct json item = { 0 };
		struct err e = ERR_INIT;
		clock_t began;

		len = (size_t)sprintf(text, "{\"items\":[");
		count = (JSON_TOKENS_MAX - 3) / rows[i].tokens;
		for (n = 0; n < count; n++)
			len += (size_t)sprintf(text + len, "%s%s", n > 0 ? "," : "",
					       rows[i].element);
		len += (size_t)sprintf(text + len, "]}");
		CHECK(json_parse(&j, text, len, many, JSON_TOKENS_MAX, &e) == 0, "%s: %s",
		      rows[i].element, e.text);
		began = clock();
		for (n = 0; json_next(&j, "items", &item); n++)
			assert_int_equal(json_kind(&item, "b"), JSON_ABSENT);
		assert_int_equal(n, count);
		/* A thousandth of that is ordinary; a look-up of each index took half a minute. */
		CHECK(clock() - began < 3 * CLOCKS_PER_SEC, "%s", rows[i].element);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_documents),    cmocka_unit_test(invalid_documents),
		cmocka_unit_test(nul_bytes),          cmocka_unit_test(every_prefix),
		cmocka_unit_test(every_byte_changed), cmocka_unit_test(depth),
		cmocka_unit_test(tokens_run_out),     cmocka_unit_test(large_documents),
		cmocka_unit_test(long_lists),
	};

	return cmocka_run_group_tests_name("json", tests, open_edge, close_edge);
}
