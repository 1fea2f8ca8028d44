/* A cloud's own JSON object of an image is kept, and printed whole or in columns. */
#include "cloud/object.h"

#include <string.h>

#include "base/json_out.h"
#include "base/log.h"

bool object_of(struct object *o, const struct task *t)
{
	struct err none = ERR_INIT;

	return t->object[0] != '\0' && json_parse(&o->json, t->object, strlen(t->object), o->tokens,
						  OBJECT_TOKENS_MAX, &none) == 0;
}

bool object_keep(struct task *t, const struct json *j)
{
	struct object o;
	const char *raw;
	size_t len = json_raw(j, "", &raw);

	t->object[0] = '\0';
	if (len > 0 && len < sizeof(t->object)) {
		memcpy(t->object, raw, len);
		t->object[len] = '\0';
		if (object_of(&o, t))
			return true;
	}
	log_warn("%s: what the cloud tells of the image %s is too long for the report",
		 task_name(t), t->id);
	t->object[0] = '\0';
	return false;
}

void object_of_any(struct object *o, const struct task *t, char *made, size_t cap)
{
	struct err none = ERR_INIT;
	struct text text;
	size_t before;

	if (object_of(o, t) && json_kind(&o->json, "") == JSON_OBJECT)
		return;
	if (t->object[0])
		log_warn("image %s: its record has too many values for the report", t->id);
	text_init(&text, made, cap);
	text_put(&text, "{\"id\": ");
	text_put_json(&text, t->id);
	text_put(&text, ", \"status\": ");
	text_put_json(&text, t->status);
	before = text.len;
	text_put(&text, ", \"name\": ");
	text_put_json(&text, t->label ? t->label : "");
	/* There has to be room for the end. */
	if (text.full || text.len + 2 > cap) {
		text.len = before;
		text.full = false;
	}
	text_put(&text, "}");
	if (json_parse(&o->json, made, text.len, o->tokens, OBJECT_TOKENS_MAX, &none) < 0)
		o->json.count = 0;
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

void objects_print(FILE *f, const struct task *tasks, unsigned count, bool succeeded,
		   unsigned level)
{
	static const struct json_style go = { .lines = true, .sorted = true, .no_nulls = true };
	struct object o;
	unsigned i, n = 0;

	putc('[', f);
	for (i = 0; i < count; i++) {
		if ((succeeded && tasks[i].err.code != ERR_NONE) || !object_of(&o, &tasks[i]))
			continue;
		if (n++ > 0)
			putc(',', f);
		json_print_line(f, level + 1);
		json_print(f, &o.json, &go, level + 1);
	}
	if (n > 0)
		json_print_line(f, level);
	putc(']', f);
}
