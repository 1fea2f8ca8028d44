#include "cloud/object.h"

#include <string.h>

bool object_of(struct object *o, const struct task *t)
{
	struct err none = ERR_INIT;

	return t->object[0] != '\0' && json_parse(&o->json, t->object, strlen(t->object), o->tokens,
						  OBJECT_TOKENS_MAX, &none) == 0;
}

/* A number as it stands, but 8 for 8.0. */
static void put_number(struct text *cell, const char *raw, size_t len)
{
	size_t whole = 0, end;

	while (whole < len && raw[whole] != '.')
		whole++;
	for (end = len; end > whole + 1 && raw[end - 1] == '0'; end--)
		;
	text_put_n(cell, raw, end == whole + 1 ? whole : len);
}

/* Nothing for an array. */
static void put_value(const struct json *j, const char *path, struct text *cell)
{
	char buf[OBJECT_BYTES];
	const char *raw;
	size_t len = json_raw(j, path, &raw);

	switch (json_kind(j, path)) {
	case JSON_STRING:
		json_show(j, path, buf, sizeof(buf));
		text_put(cell, buf);
		break;
	case JSON_NUMBER:
		put_number(cell, raw, len);
		break;
	case JSON_BOOL:
	case JSON_OBJECT:
		text_put_n(cell, raw, len);
		break;
	case JSON_ARRAY:
	case JSON_ABSENT:
	case JSON_NULL:
		break;
	}
}

void object_put(const struct object *o, const char *path, struct text *cell)
{
	struct json item = { 0 };
	unsigned n = 0;

	put_value(&o->json, path, cell);
	/* An array's elements, but no further arrays: the nesting is whatever the cloud says. */
	while (json_next(&o->json, path, &item)) {
		if (n++ > 0)
			text_put(cell, ", ");
		put_value(&item, "", cell);
	}
}

const struct object_column *object_column(const struct object_column *columns, const char *name)
{
	for (; columns && columns->name; columns++)
		if (text_same(columns->name, name))
			return columns;
	return NULL;
}

static void new_line(FILE *f, unsigned level)
{
	fprintf(f, "\n%*s", 2 * (int)level, "");
}

/* A value as it stands, strings with their quotes. */
static void print_raw(FILE *f, const struct json *j, const jsmntok_t *t)
{
	size_t quote = t->type == JSMN_STRING ? 1 : 0;

	text_print_raw_json(f, j->text + t->start - quote, (size_t)(t->end - t->start) + 2 * quote);
}

static bool is_null(const struct json *j, const jsmntok_t *t)
{
	return t->type == JSMN_PRIMITIVE && j->text[t->start] == 'n';
}

/* By their bytes; of equal keys the one that stands first. */
static bool key_before(const struct json *j, int a, int b)
{
	size_t a_len = (size_t)(j->tok[a].end - j->tok[a].start);
	size_t b_len = (size_t)(j->tok[b].end - j->tok[b].start);
	int order = memcmp(j->text + j->tok[a].start, j->text + j->tok[b].start,
			   a_len < b_len ? a_len : b_len);

	if (order != 0 || a_len != b_len)
		return order != 0 ? order < 0 : a_len < b_len;
	return a < b;
}

/*
 * What is printed behind the child last of token at (0 for its first): of an
 * object, the key that comes next in order and is not null's.  -1 at the end.
 */
static int next_child(const struct json *j, int at, int last)
{
	bool object = j->tok[at].type == JSMN_OBJECT;
	int i, next = -1;

	for (i = at + 1; i < j->count && j->tok[i].start < j->tok[at].end; i++) {
		if (j->tok[i].parent != at)
			continue;
		if (!object && i > last)
			return i;
		if (!object || is_null(j, &j->tok[i + 1]) || (last > 0 && !key_before(j, last, i)))
			continue;
		if (next < 0 || key_before(j, i, next))
			next = i;
	}
	return next;
}

/* The nesting is bounded: json_parse() has seen to that. */
static void print_value(FILE *f, const struct json *j, int at, unsigned level)
{
	bool object = j->tok[at].type == JSMN_OBJECT;
	int i, n = 0;

	if (!object && j->tok[at].type != JSMN_ARRAY) {
		print_raw(f, j, &j->tok[at]);
		return;
	}
	putc(object ? '{' : '[', f);
	for (i = next_child(j, at, 0); i > 0; i = next_child(j, at, i)) {
		if (n++ > 0)
			putc(',', f);
		new_line(f, level + 1);
		if (object) {
			print_raw(f, j, &j->tok[i]);
			fputs(": ", f);
		}
		print_value(f, j, object ? i + 1 : i, level + 1);
	}
	if (n > 0)
		new_line(f, level);
	putc(object ? '}' : ']', f);
}

void objects_print(FILE *f, const struct task *tasks, unsigned count, bool succeeded,
		   unsigned level)
{
	struct object o;
	unsigned i, n = 0;

	putc('[', f);
	for (i = 0; i < count; i++) {
		if ((succeeded && tasks[i].err.code != ERR_NONE) || !object_of(&o, &tasks[i]))
			continue;
		if (n++ > 0)
			putc(',', f);
		new_line(f, level + 1);
		print_value(f, &o.json, 0, level + 1);
	}
	if (n > 0)
		new_line(f, level);
	putc(']', f);
}
