/* YAML 1.1, as PyYAML's safe_dump() writes it: but for strings it is the same as JSON. */
#include "cloud/openstack/yaml_out.h"

#include <string.h>

#include "cloud/openstack/python.h"

/* Could YAML 1.1 or 1.2 take it for a number or a time? */
static bool is_like_number(const char *s)
{
	if (s[0] == '0' && s[1] && strchr("xXbBoO", s[1]))
		return s[2 + strspn(s + 2, "0123456789abcdefABCDEF_")] == '\0';
	return strchr("0123456789+-.", s[0]) && s[strspn(s, "0123456789_.:+-eETtZ ")] == '\0';
}

static bool is_yaml_word(const char *s)
{
	static const char *const words[] = { "y",    "yes",   "n",     "no",  "true", "false",
					     "on",   "off",   "null",  "~",   "=",    "<<",
					     ".inf", "-.inf", "+.inf", ".nan" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_same(words[i], s))
			return true;
	return false;
}

/* May it stand without quotes, in block context (YAML 1.1, 9.1.1)? */
static bool is_plain(const char *s)
{
	const char *c;

	if (!*s || *s == ' ' || is_like_number(s) || is_yaml_word(s) ||
	    strchr("#,[]{}&*!|>'\"%@`", *s) || strncmp(s, "---", 3) == 0 ||
	    (strchr("?:-", *s) && (!s[1] || s[1] == ' ')))
		return false;
	for (c = s; *c; c++)
		if ((*c == ':' && (!c[1] || c[1] == ' ')) || (*c == ' ' && (!c[1] || c[1] == '#')))
			return false;
	return true;
}

static void put_double(const char *s, struct text *t)
{
	size_t n;
	unsigned long code;

	text_put(t, "\"");
	for (; *s; s += n) {
		n = text_utf8(s, strlen(s));
		n = n > 0 ? n : 1;
		code = text_code(s, n);
		if (n == 1)
			text_printf(t, "%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
		else if (code < 0x100)
			text_printf(t, "\\x%02lX", code);
		else if (code < 0x10000)
			text_printf(t, "\\u%04lX", code);
		else
			text_printf(t, "\\U%08lX", code);
	}
	text_put(t, "\"");
}

/* In ASCII, as PyYAML's safe_dump() has it, but never folded. */
static void put_string(const char *s, struct text *t)
{
	const char *c;

	for (c = s; *c && (unsigned char)*c < 0x7f; c++)
		;
	if (*c) {
		put_double(s, t);
		return;
	}
	if (is_plain(s)) {
		text_put(t, s);
		return;
	}
	text_put(t, "'");
	for (; *s; s++)
		text_printf(t, "%s%c", *s == '\'' ? "'" : "", *s);
	text_put(t, "'");
}

void yaml_out_put(struct text *t, const struct json *value)
{
	char shown[OBJECT_BYTES];

	if (json_kind(value, "") != JSON_STRING) {
		json_put(t, value, &python_json, 0);
		return;
	}
	json_show(value, "", shown, sizeof(shown));
	put_string(shown, t);
}

void yaml_out_put_list(struct text *t, const struct json *array)
{
	struct json item = { 0 };

	if (json_count(array, "") == 0)
		text_put(t, " []");
	while (json_next(array, "", &item)) {
		text_put(t, "\n- ");
		yaml_out_put(t, &item);
	}
}
