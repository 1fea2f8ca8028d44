#include "unit/unit.h"

#include "base/json_text.h"
#include "unit/json_text.h"

static void kinds_and_counts(void **state)
{
	static const struct {
		const char *path;
		enum json_kind kind;
		int count;
	} rows[] = { { "", JSON_OBJECT, 6 },
		     { "id", JSON_STRING, 0 },
		     { "size", JSON_NUMBER, 0 },
		     { "tags", JSON_ARRAY, 3 },
		     { "tags.0", JSON_STRING, 0 },
		     { "tags.1", JSON_ARRAY, 0 },
		     { "tags.2", JSON_OBJECT, 0 },
		     { "tags.3", JSON_ABSENT, 0 },
		     { "sub", JSON_OBJECT, 4 },
		     { "sub.on", JSON_BOOL, 0 },
		     { "sub.off", JSON_BOOL, 0 },
		     { "sub.none", JSON_NULL, 0 },
		     { "sub.real", JSON_NUMBER, 0 },
		     { "list.2.n", JSON_NUMBER, 0 },
		     { "list.2", JSON_OBJECT, 1 },
		     { "escape", JSON_STRING, 0 },
		     { "esc\\u0061pe", JSON_ABSENT, 0 },
		     { "i", JSON_ABSENT, 0 },
		     { "idx", JSON_ABSENT, 0 },
		     { "ID", JSON_ABSENT, 0 },
		     { "n", JSON_ABSENT, 0 },
		     { "on", JSON_ABSENT, 0 },
		     { "id.0", JSON_ABSENT, 0 },
		     { "size.x", JSON_ABSENT, 0 },
		     { "list.n", JSON_ABSENT, 0 },
		     { "list.-1", JSON_ABSENT, 0 },
		     { "list.00", JSON_ABSENT, 0 },
		     { "list.+1", JSON_ABSENT, 0 },
		     { "list.1.", JSON_OBJECT, 1 },
		     { "list.4294967296", JSON_ABSENT, 0 },
		     { "list.18446744073709551616", JSON_ABSENT, 0 },
		     { "list.999999999", JSON_ABSENT, 0 },
		     { "list.01", JSON_ABSENT, 0 },
		     { "list.3", JSON_ABSENT, 0 },
		     { "list.1x", JSON_ABSENT, 0 },
		     { "list. 1", JSON_ABSENT, 0 },
		     { "list..n", JSON_ABSENT, 0 },
		     { "sub.none.x", JSON_ABSENT, 0 },
		     { "list.0.n.0", JSON_ABSENT, 0 } };
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
	} rows[] = { { "id", "\"private/12\"" }, { "size", "18446744073709551615" },
		     { "tags.1", "[]" },         { "tags.0", "\"a\\u00e4\"" },
		     { "sub.none", "null" },     { "list.1", "{\"n\": 1}" } };
	const char *at = NULL;
	struct json j;
	size_t i, len;

	(void)state;
	assert_int_equal(parse(&j, document), ERR_NONE);
	for (i = 0; i < COUNT(rows); i++) {
		len = json_raw(&j, rows[i].path, &at);
		CHECK(len == strlen(rows[i].raw) && memcmp(at, rows[i].raw, len) == 0, "%s",
		      rows[i].path);
	}
	assert_int_equal(json_raw(&j, "missing", &at), 0);
}

static void whole_numbers(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint64_t value;
	} rows[] = { { "0", 0, 0 },
		     { "12", 0, 12 },
		     { "18446744073709551615", 0, UINT64_MAX },
		     { "18446744073709551616", -1, 0 },
		     { "123456789012345678901234567890", -1, 0 },
		     { "-1", -1, 0 },
		     { "1.5", -1, 0 },
		     { "1e3", -1, 0 },
		     { "true", -1, 0 },
		     { "null", -1, 0 },
		     { "\"12\"", -1, 0 },
		     { "[]", -1, 0 },
		     { "{}", -1, 0 } };
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
} strings[] = { { "", "" },
		{ "abc", "abc" },
		{ "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t" },
		{ "\\u0041\\u00e4\\u20AC", "A\xc3\xa4\xe2\x82\xac" },
		{ "\\u007f\\u0080\\u07ff\\u0800\\uffff",
		  "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf" },
		{ "\\ud83d\\ude00!", "\xf0\x9f\x98\x80!" },
		{ "\\uD800\\uDC00", "\xf0\x90\x80\x80" },
		{ "\\uDBFF\\uDFFF", "\xf4\x8f\xbf\xbf" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		/* Halves of pairs stand for nothing. */
		{ "\\ud800", "\xef\xbf\xbd" },
		{ "\\udc00", "\xef\xbf\xbd" },
		{ "\\ud800x", "\xef\xbf\xbdx" },
		{ "\\udc00\\ud800", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\\ud800\\u0041", "\xef\xbf\xbd"
				    "A" },
		{ "\\ud800\\ud83d\\ude00", "\xef\xbf\xbd\xf0\x9f\x98\x80" },
		{ "\\ud800\\n", "\xef\xbf\xbd\n" },
		{ "\\u0000", NULL },
		{ "a\\u0000b", NULL },
		{ "token\\u0000", NULL },
		{ "\\\\u0041", "\\u0041" },
		{ "x\\\\", "x\\" } };

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
				CHECK(n == -1 && (e.code == ERR_REPLY || cap < 8), "%s, %zu", text,
				      cap);
			} else if (cap <= len) {
				CHECK(n == -1, "%s, %zu", text, cap);
				check_err(&e, ERR_LIMIT, text);
			} else {
				CHECK(n == (ssize_t)len && strcmp(out, strings[i].out) == 0,
				      "%s, %zu", text, cap);
			}
		}
		CHECK(!strings[i].out || json_is(&j, "s", strings[i].out), "%s", text);
		CHECK(!json_is(&j, "s", "something else"), "%s", text);
	}
}

static void strings_that_are_none(void **state)
{
	static const char *const paths[] = { "size",     "tags",    "sub", "sub.on",
					     "sub.none", "missing", "" };
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
	static const char *const texts[] = { "{\"a\":\"x\",\"a\":\"x\",\"b\":1}",
					     "{\"a\":\"x\",\"\\u0061\":\"y\",\"b\":1}",
					     "{\"b\":1,\"a\":\"x\",\"c\":{\"a\":\"z\"},\"a\":{}}" };
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

/* To be shown: never an error, never too long, never a danger to a terminal. */
static void strings_to_show(void **state)
{
	static const struct {
		const char *json, *path, *shown;
	} rows[] = {
		{ "{\"s\":\"abc\"}", "s", "abc" },
		{ "{\"s\":\"exactly 11.\"}", "s", "exactly 11." },
		{ "{\"s\":\"more than 11\"}", "s", "more tha..." },
		{ "{\"s\":\"a\\nb\\u001b[2J\"}", "s", "a b?[2J" },
		{ "{\"s\":\"\xff\"}", "s", "?" },
		{ "{\"s\":12}", "s", "" },
		{ "{\"s\":null}", "s", "" },
		{ "{\"s\":[\"x\"]}", "s", "" },
		{ "{\"s\":\"x\"}", "t", "" },
		{ "{\"s\":\"x\",\"s\":\"x\"}", "s", "" },
	};
	char out[12];
	struct json j;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(parse(&j, rows[i].json), ERR_NONE);
		memset(out, 'Z', sizeof(out));
		json_show(&j, rows[i].path, out, sizeof(out));
		CHECK(strcmp(out, rows[i].shown) == 0, "%s: %s", rows[i].json, out);
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

/* Each element once, in order, the same as by its index. */
/* No document was parsed, or it was empty. */
static void nothing_at_all(void **state)
{
	struct json j = { 0 }, item = { 0 };
	struct err e = ERR_INIT;
	const char *at;
	char out[8];

	(void)state;
	assert_int_equal(json_kind(&j, ""), JSON_ABSENT);
	assert_int_equal(json_kind(&j, "a.0"), JSON_ABSENT);
	assert_int_equal(json_count(&j, ""), 0);
	assert_false(json_next(&j, "", &item));
	assert_int_equal(json_raw(&j, "", &at), 0);
	assert_false(json_is(&j, "", "x"));
	assert_int_equal(json_str(&j, "a", out, sizeof(out), &e), -1);
	check_err(&e, ERR_REPLY, "nothing");
}

static void elements(void **state)
{
	static const struct {
		const char *json, *path;
		int count;
	} rows[] = {
		{ "[1,[2,[3]],{\"a\":[4]},\"x\",null,[],{}]", "", 7 },
		{ "{\"l\":[],\"m\":[1]}", "l", 0 },
		{ "{\"l\":[1],\"m\":[2,3]}", "l", 1 },
		{ "{\"l\":[[],[[]],{\"l\":[1,2]}],\"m\":[2,3]}", "l", 3 },
		{ "{\"a\":{\"b\":[{\"b\":[1]},{\"b\":[2]}]}}", "a.b", 2 },
		{ "[[1,2],[3,4,5],[6]]", "1", 3 },
		/* No arrays. */
		{ "{\"l\":{\"0\":1}}", "l", 0 },
		{ "{\"l\":\"abc\"}", "l", 0 },
		{ "{\"l\":[1]}", "m", 0 },
		{ "{\"l\":[1],\"l\":[1]}", "l", 0 },
		{ "{\"0\":1}", "", 0 },
	};
	const char *by_index = NULL, *in_order = NULL;
	char path[32];
	struct json j;
	size_t i, len;
	int n;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct json item = { 0 }, last;

		assert_int_equal(parse(&j, rows[i].json), ERR_NONE);
		for (n = 0; json_next(&j, rows[i].path, &item); n++) {
			snprintf(path, sizeof(path), "%s%s%d", rows[i].path,
				 rows[i].path[0] ? "." : "", n);
			len = json_raw(&j, path, &by_index);
			CHECK(len > 0 && json_raw(&item, "", &in_order) == len, "%s: %s",
			      rows[i].json, path);
			assert_ptr_equal(in_order, by_index);
			assert_int_equal(json_kind(&item, ""), json_kind(&j, path));
			last = item;
		}
		CHECK(n == rows[i].count, "%s: %d", rows[i].json, n);
		/* At the end it stays there. */
		assert_false(json_next(&j, rows[i].path, &item));
		if (n > 0)
			assert_int_equal(item.root, last.root);
	}
}

/* In an element, paths begin there and end with it. */
static void inside_of_an_element(void **state)
{
	static const char text[] =
		"{\"name\":\"outer\",\"items\":["
		"{\"id\":\"a\",\"p\":{\"name\":\"x\",\"size\":1},\"tags\":[\"t\",\"u\"]},"
		"{\"id\":\"b\",\"p\":{\"name\":\"y\",\"name\":\"z\"}},\"c\"],\"id\":\"outer\"}";
	struct json j, item = { 0 }, tag = { 0 };
	struct err e = ERR_INIT;
	char out[8];
	uint64_t n;

	(void)state;
	assert_int_equal(parse(&j, text), ERR_NONE);
	assert_true(json_next(&j, "items", &item));
	assert_true(json_is(&item, "id", "a"));
	assert_true(json_is(&item, "p.name", "x"));
	assert_int_equal(json_u64(&item, "p.size", &n, &e), 0);
	assert_int_equal(n, 1);
	assert_int_equal(json_count(&item, ""), 3);
	assert_int_equal(json_kind(&item, "name"), JSON_ABSENT);
	assert_int_equal(json_kind(&item, "items"), JSON_ABSENT);
	/* Lists in lists. */
	assert_true(json_next(&item, "tags", &tag));
	assert_true(json_is(&tag, "", "t"));
	assert_true(json_next(&item, "tags", &tag));
	assert_true(json_is(&tag, "", "u"));
	assert_false(json_next(&item, "tags", &tag));

	assert_true(json_next(&j, "items", &item));
	assert_true(json_is(&item, "id", "b"));
	assert_int_equal(json_kind(&item, "tags"), JSON_ABSENT);
	assert_int_equal(json_str(&item, "p.name", out, sizeof(out), &e), -1);
	check_err(&e, ERR_REPLY, "twice");
	assert_true(json_next(&j, "items", &item));
	json_show(&item, "", out, sizeof(out));
	assert_string_equal(out, "c");
	assert_int_equal(json_kind(&item, "id"), JSON_ABSENT);
	assert_false(json_next(&j, "items", &item));
	/* The document itself is as it was. */
	assert_true(json_is(&j, "name", "outer"));
	assert_true(json_is(&j, "items.1.id", "b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_and_counts),
		cmocka_unit_test(raw_values),
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(string_values),
		cmocka_unit_test(strings_that_are_none),
		cmocka_unit_test(comparing_at_every_length),
		cmocka_unit_test(twice_the_same_key),
		cmocka_unit_test(odd_keys),
		cmocka_unit_test(strings_to_show),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(elements),
		cmocka_unit_test(inside_of_an_element),
	};

	return cmocka_run_group_tests_name("json_values", tests, open_edge, close_edge);
}
