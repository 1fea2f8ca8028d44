/* Parsed JSON is printed, in the styles of several tools. */
#include "base/json_out.h"

#include <string.h>

/* Where it goes: one of them. */
struct sink {
	FILE *f;
	struct text *t;
};

static void emit(const struct sink *s, const char *p, size_t len)
{
	if (s->f)
		fwrite(p, 1, len, s->f);
	else
		text_put_n(s->t, p, len);
}

static void new_line(const struct sink *s, unsigned level)
{
	emit(s, "\n", 1);
	while (level-- > 0)
		emit(s, "  ", 2);
}

/* As text_put_shown(). */
static size_t put_ascii(struct text *t, const char *s, size_t len)
{
	size_t n = text_utf8(s, len);
	unsigned long code = n > 0 ? text_code(s, n) : 0xfffd;

	if (n == 1)
		return text_put_shown(t, s, 1);
	if (code >= 0x10000) {
		code -= 0x10000;
		text_printf(t, "\\u%04lx\\u%04lx", 0xd800 + (code >> 10), 0xdc00 + (code & 0x3ff));
	} else {
		text_printf(t, "\\u%04lx", code);
	}
	return n > 0 ? n : 1;
}

/* A string with its quotes, or a word or number. */
static void emit_plain(const struct sink *s, const struct json *j, bool ascii)
{
	char one[2 * TEXT_JSON_MAX + 1];
	const char *raw;
	size_t len = json_raw(j, "", &raw), n;
	struct text t;

	for (; len > 0; raw += n, len -= n) {
		text_init(&t, one, sizeof(one));
		n = ascii ? put_ascii(&t, raw, len) : text_put_shown(&t, raw, len);
		emit(s, t.at, t.len);
	}
}

/* The next member or item, as json_next() has it. */
static bool next(const struct json_style *style, const struct json *j, bool object,
		 struct json *item)
{
	if (!object)
		return json_next(j, "", item);
	return style->sorted ? json_next_sorted(j, "", item) : json_next_key(j, "", item);
}

/* The nesting is bounded: json_parse() has seen to that. */
static void emit_value(const struct sink *s, const struct json *j, const struct json_style *style,
		       unsigned level)
{
	bool object = json_kind(j, "") == JSON_OBJECT;
	struct json item = { 0 }, value;
	unsigned n = 0;

	if (!json_is_compound(j, "")) {
		emit_plain(s, j, style->ascii);
		return;
	}
	emit(s, object ? "{" : "[", 1);
	while (next(style, j, object, &item)) {
		value = object ? json_member(&item) : item;
		if (object && style->no_nulls && json_kind(&value, "") == JSON_NULL)
			continue;
		if (n++ > 0)
			emit(s, ", ", style->lines ? 1 : 2);
		if (style->lines)
			new_line(s, level + 1);
		if (object) {
			emit_plain(s, &item, style->ascii);
			emit(s, ": ", 2);
		}
		emit_value(s, &value, style, level + 1);
	}
	if (style->lines && n > 0)
		new_line(s, level);
	emit(s, object ? "}" : "]", 1);
}

void json_print(FILE *f, const struct json *j, const struct json_style *style, unsigned level)
{
	const struct sink s = { .f = f };

	emit_value(&s, j, style, level);
}

void json_put(struct text *t, const struct json *j, const struct json_style *style, unsigned level)
{
	const struct sink s = { .t = t };

	emit_value(&s, j, style, level);
}

void json_print_line(FILE *f, unsigned level)
{
	const struct sink s = { .f = f };

	new_line(&s, level);
}
