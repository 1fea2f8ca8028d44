/* JSON values are written as Python's repr() and str() write them. */
#include "cloud/openstack/python.h"

#include <string.h>

const struct json_style python_json = { .ascii = true };
const struct json_style python_json_lines = { .ascii = true, .lines = true };

#define PRETTY                                                                                     \
	.left = "| ", .between = " | ", .right = " |", .top = { "+", "-", "+", "+" },              \
	.inner = { "+", "-", "+", "+" }, .bottom = { "+", "-", "+", "+" }

const struct table_shape pretty_table = { PRETTY };
const struct table_shape pretty_table_80 = { PRETTY, .widest = 80 };

static void put_string(struct text *t, const struct json *value)
{
	char shown[OBJECT_BYTES];

	json_show(value, "", shown, sizeof(shown));
	text_put(t, shown);
}

/* In single quotes, or in double ones if that saves an escape. */
static void put_quoted(struct text *t, const struct json *value)
{
	char shown[OBJECT_BYTES], quote, *c;

	json_show(value, "", shown, sizeof(shown));
	quote = strchr(shown, '\'') && !strchr(shown, '"') ? '"' : '\'';
	text_put_n(t, &quote, 1);
	for (c = shown; *c; c++) {
		if (*c == '\\' || *c == quote)
			text_put(t, "\\");
		text_put_n(t, c, 1);
	}
	text_put_n(t, &quote, 1);
}

/* The nesting is bounded: json_parse() has seen to that. */
static void put_compound(struct text *t, const struct json *value)
{
	bool array = json_kind(value, "") == JSON_ARRAY;
	struct json item = { 0 }, member;
	unsigned n = 0;

	text_put(t, array ? "[" : "{");
	while (array ? json_next(value, "", &item) : json_next_key(value, "", &item)) {
		text_put(t, n++ > 0 ? ", " : "");
		python_put_repr(t, &item);
		if (array)
			continue;
		text_put(t, ": ");
		member = json_member(&item);
		python_put_repr(t, &member);
	}
	text_put(t, array ? "]" : "}");
}

void python_put_repr(struct text *t, const struct json *value)
{
	const char *raw;
	size_t len;

	switch (json_kind(value, "")) {
	case JSON_STRING:
		put_quoted(t, value);
		break;
	case JSON_ABSENT:
	case JSON_NULL:
		text_put(t, "None");
		break;
	case JSON_NUMBER:
		len = json_raw(value, "", &raw);
		text_put_n(t, raw, len);
		break;
	case JSON_BOOL:
		json_raw(value, "", &raw);
		text_put(t, *raw == 't' ? "True" : "False");
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		put_compound(t, value);
		break;
	}
}

void python_put_str(struct text *t, const struct json *value)
{
	if (json_kind(value, "") == JSON_STRING)
		put_string(t, value);
	else
		python_put_repr(t, value);
}

void python_put_list(struct text *t, const struct json *array)
{
	struct json item = { 0 };
	unsigned n = 0;

	while (json_next_sorted(array, "", &item)) {
		text_put(t, n++ > 0 ? ", " : "");
		put_string(t, &item);
	}
}
