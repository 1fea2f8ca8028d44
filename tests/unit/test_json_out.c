/* JSON that is printed again. */
#include "unit/unit.h"

#include "base/json_out.h"
#include "unit/caught.h"

static jsmntok_t tokens[200];

/* What json_put() makes of it; json_print() has to make the same. */
static const char *again(const char *json, const struct json_style *style, unsigned level)
{
	static char out[2000];
	struct err e = ERR_INIT;
	struct json j;
	struct text t;

	if (json_parse(&j, json, strlen(json), tokens, COUNT(tokens), &e) < 0)
		fail_msg("%s: %s", json, e.text);
	text_init(&t, out, sizeof(out));
	json_put(&t, &j, style, level);
	caught_begin(STDOUT_FILENO);
	json_print(stdout, &j, style, level);
	caught_end();
	assert_string_equal(caught, out);
	return out;
}

static void one_line(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: as it is */
	} rows[] = {
		{ "[]", NULL },
		{ "{}", NULL },
		{ "[null, true, false, -1.50e3]", NULL },
		{ "[\"a\\\"b\\u00e4\\u001b\\/\"]", NULL },
		{ "{\n\t\"a\" :\r\n [1,2.50 ] }", "{\"a\": [1, 2.50]}" },
		{ "{\"b\": 1, \"a\": {\"z\": null, \"b\": []}, \"b\": 2}", NULL },
		{ "[\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xc2\xa0\"]", NULL },
		{ "[\"a\xff\xfe\"]", "[\"a\xef\xbf\xbd\xef\xbf\xbd\"]" },
		{ "[\"\xe2\x82\"]", "[\"\xef\xbf\xbd\xef\xbf\xbd\"]" },
		{ "[\"\xed\xa0\x80\"]", "[\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"]" },
		{ "[\"\x7f\xc2\x9b"
		  "2J\"]",
		  "[\"\\u007f\\u009b2J\"]" },
		{ "{\"\xc2\x85\":1}", "{\"\\u0085\": 1}" },
	};
	static const struct json_style plain = { .lines = false };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		assert_string_equal(again(rows[i].in, &plain, 3),
				    rows[i].out ? rows[i].out : rows[i].in);
}

static void many_lines(void **state)
{
	static const struct json_style lines = { .lines = true };

	(void)state;
	assert_string_equal(again("{\"b\":[1,{}],\"a\":{\"c\":null}}", &lines, 1),
			    "{\n    \"b\": [\n      1,\n      {}\n    ],\n    \"a\": {\n"
			    "      \"c\": null\n    }\n  }");
	assert_string_equal(again("[]", &lines, 1), "[]");
}

static void sorted(void **state)
{
	static const struct json_style style = { .sorted = true, .no_nulls = true };

	(void)state;
	assert_string_equal(again("{\"b\":1,\"ab\":2,\"a\":3,\"B\":5,\"\":6,\"a\":7,\"n\":null}",
				  &style, 0),
			    "{\"\": 6, \"B\": 5, \"a\": 3, \"a\": 7, \"ab\": 2, \"b\": 1}");
	/* Of elements neither is true. */
	assert_string_equal(again("[null, 2, 1, {\"x\": null}]", &style, 0), "[null, 2, 1, {}]");
}

static void ascii(void **state)
{
	static const struct json_style style = { .ascii = true };

	(void)state;
	assert_string_equal(again("{\"\xc3\xa4\": \"\xe2\x82\xac \xf0\x9f\x98\x80\xff\x7f\"}",
				  &style, 0),
			    "{\"\\u00e4\": \"\\u20ac \\ud83d\\ude00\\ufffd\\u007f\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line),
		cmocka_unit_test(many_lines),
		cmocka_unit_test(sorted),
		cmocka_unit_test(ascii),
	};

	return cmocka_run_group_tests_name("json_out", tests, files_setup, files_teardown);
}
