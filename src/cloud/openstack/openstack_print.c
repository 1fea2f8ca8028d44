/* An image's record is printed as openstackclient does it. */
#include "cloud/openstack/openstack_print.h"

#include <stdio.h>
#include <string.h>

#include "cloud/object.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/python.h"
#include "cloud/openstack/yaml_out.h"

/* What is not one of these is a property, and some are left out. */
static const char *const names[] = {
	"checksum",   "container_format", "created_at",   "disk_format", "file",
	"id",         "min_disk",         "min_ram",      "name",        "owner",
	"properties", "protected",        "schema",       "size",        "status",
	"tags",       "updated_at",       "virtual_size", "visibility",
};

#define NAMES ((int)(sizeof(names) / sizeof(names[0])))

static bool is_name(const char *word)
{
	int i;

	for (i = 0; i < NAMES && strcmp(names[i], word) != 0; i++)
		;
	return i < NAMES;
}

/* "Disk Format" is disk_format. */
static bool same_column(const char *given, const char *name)
{
	char clean[64], *c;
	struct text t;

	text_init(&t, clean, sizeof(clean));
	text_put(&t, given + strspn(given, " "));
	text_clean(clean);
	for (c = clean; *c; c++)
		if (*c == ' ')
			*c = '_';
	return !t.full && text_same(clean, name);
}

bool openstack_print_is_field(const char *given)
{
	int i;

	for (i = 0; i < NAMES; i++)
		if (same_column(given, names[i]))
			return true;
	return false;
}

static bool is_chosen(const struct options *o, const char *name)
{
	unsigned i;

	for (i = 0; i < os_own(o)->column_names.count; i++)
		if (same_column(os_own(o)->column_names.at[i], name))
			return true;
	return os_own(o)->column_names.count == 0;
}

/* What is printed of. */
struct shown {
	struct object object;
	char made[OBJECT_BYTES]; /* where the task has none */
	const struct options *options;
};

/* --- Properties ----------------------------------------------------------------------- */

static bool is_property(const struct json *key)
{
	struct json value = json_member(key);
	char name[OBJECT_BYTES];

	json_show(key, "", name, sizeof(name));
	return !is_name(name) && strcmp(name, "self") != 0 && strcmp(name, "location") != 0 &&
	       json_kind(&value, "") != JSON_NULL;
}

static bool next_property(const struct shown *s, bool sorted, struct json *key)
{
	const struct json *j = &s->object.json;

	while (sorted ? json_next_sorted(j, "", key) : json_next_key(j, "", key))
		if (is_property(key))
			return true;
	return false;
}

/* For a person: the names sorted, each with its value in quotes. */
static void put_pairs(const struct shown *s, struct text *t)
{
	struct json key = { 0 }, value;
	unsigned n = 0;

	while (next_property(s, true, &key)) {
		value = json_member(&key);
		text_put(t, n++ > 0 ? ", " : "");
		python_put_str(t, &key);
		text_put(t, "='");
		python_put_str(t, &value);
		text_put(t, "'");
	}
}

/* As Python's repr() of a dict. */
static void put_dict(const struct shown *s, struct text *t)
{
	struct json key = { 0 }, value;
	unsigned n = 0;

	text_put(t, "{");
	while (next_property(s, false, &key)) {
		value = json_member(&key);
		text_put(t, n++ > 0 ? ", " : "");
		python_put_repr(t, &key);
		text_put(t, ": ");
		python_put_repr(t, &value);
	}
	text_put(t, "}");
}

static void print_json_properties(FILE *out, const struct shown *s, const struct json_style *style)
{
	struct json key = { 0 }, value;
	unsigned n = 0;

	putc('{', out);
	while (next_property(s, false, &key)) {
		value = json_member(&key);
		fputs(n++ == 0 ? "" : style->lines ? "," : ", ", out);
		if (style->lines)
			json_print_line(out, 2);
		json_print(out, &key, style, 0);
		fputs(": ", out);
		json_print(out, &value, style, 2);
	}
	if (style->lines)
		json_print_line(out, 1);
	putc('}', out);
}

/* --- Fields ----------------------------------------------------------------------------- */

static bool is_properties(int name)
{
	return strcmp(names[name], "properties") == 0;
}

/* The field behind last that is there, and is wanted: -1 at the end.  value is its own. */
static int next_field(const struct shown *s, int last, struct json *value)
{
	int i;

	for (i = last + 1; i < NAMES; i++) {
		struct json key = { 0 };

		if (!is_chosen(s->options, names[i]))
			continue;
		if (is_properties(i) ? next_property(s, false, &key) :
				       json_at(&s->object.json, names[i], value) &&
					       json_kind(value, "") != JSON_NULL)
			return i;
	}
	return -1;
}

/* struct table's cell. */
static bool put_cell(void *arg, int row, unsigned column, struct text *cell)
{
	struct json value;
	int i = -1;

	if (row == TABLE_TITLES) {
		text_put(cell, column == 0 ? "Field" : "Value");
		return true;
	}
	do
		i = next_field(arg, i, &value);
	while (i >= 0 && row-- > 0);
	if (i < 0)
		return false;
	if (column == 0)
		text_put(cell, names[i]);
	else if (is_properties(i))
		put_pairs(arg, cell);
	else if (strcmp(names[i], "tags") == 0)
		python_put_list(cell, &value);
	else
		python_put_str(cell, &value);
	return true;
}

/* As the machine reads it. */
static void put_value(const struct shown *s, int i, const struct json *value, struct text *t)
{
	if (is_properties(i))
		put_dict(s, t);
	else
		python_put_str(t, value);
}

static void print_values(FILE *out, const struct shown *s)
{
	char buf[TABLE_CELL_BYTES];
	struct json value;
	struct text t;
	int i = -1;

	while ((i = next_field(s, i, &value)) >= 0) {
		text_init(&t, buf, sizeof(buf));
		put_value(s, i, &value, &t);
		fprintf(out, "%s\n", buf);
	}
}

/*
 * What a shell would read in double quotes as something else is escaped, and only
 * that; the client itself escapes nothing but the quotes.
 */
static void print_shell(FILE *out, const struct shown *s)
{
	char buf[TABLE_CELL_BYTES];
	struct json value;
	const char *c;
	struct text t;
	int i = -1;

	while ((i = next_field(s, i, &value)) >= 0) {
		text_init(&t, buf, sizeof(buf));
		put_value(s, i, &value, &t);
		fprintf(out, "%s%s=\"",
			os_own(s->options)->prefix ? os_own(s->options)->prefix : "", names[i]);
		for (c = buf; *c; c++) {
			if (strchr("$`\"", *c) || (*c == '\\' && (!c[1] || strchr("$`\"\\", c[1]))))
				putc('\\', out);
			putc(*c, out);
		}
		fputs("\"\n", out);
	}
}

static void print_json(FILE *out, const struct shown *s)
{
	const struct json_style *style =
		os_own(s->options)->single_line ? &python_json : &python_json_lines;
	struct json value;
	unsigned n = 0;
	int i = -1;

	putc('{', out);
	while ((i = next_field(s, i, &value)) >= 0) {
		fputs(n++ == 0 ? "" : style->lines ? "," : ", ", out);
		if (style->lines)
			json_print_line(out, 1);
		fprintf(out, "\"%s\": ", names[i]);
		if (is_properties(i))
			print_json_properties(out, s, style);
		else
			json_print(out, &value, style, 1);
	}
	fputs(style->lines && n > 0 ? "\n}\n" : "}\n", out);
}

static void print_yaml_properties(FILE *out, const struct shown *s)
{
	struct json key = { 0 }, value;
	char line[TABLE_CELL_BYTES];
	struct text t;

	while (next_property(s, true, &key)) {
		value = json_member(&key);
		text_init(&t, line, sizeof(line));
		yaml_out_put(&t, &key);
		text_put(&t, ": ");
		yaml_out_put(&t, &value);
		fprintf(out, "  %s\n", line);
	}
}

static void print_yaml(FILE *out, const struct shown *s)
{
	char buf[TABLE_CELL_BYTES];
	struct json value;
	struct text t;
	int i = -1;

	while ((i = next_field(s, i, &value)) >= 0) {
		if (is_properties(i)) {
			fprintf(out, "%s:\n", names[i]);
			print_yaml_properties(out, s);
			continue;
		}
		text_init(&t, buf, sizeof(buf));
		if (strcmp(names[i], "tags") == 0) {
			yaml_out_put_list(&t, &value);
		} else {
			text_put(&t, " ");
			yaml_out_put(&t, &value);
		}
		fprintf(out, "%s:%s\n", names[i], buf);
	}
}

void openstack_print(FILE *out, struct task *tasks, unsigned count)
{
	const char *format =
		os_own(tasks->options)->format ? os_own(tasks->options)->format : "table";
	struct shown s = { .options = tasks->options };
	const struct table table = {
		.shape = &pretty_table, .columns = 2, .titles = true, .cell = put_cell, .arg = &s
	};
	struct json value;

	if (count != 1 || tasks->err.code != ERR_NONE)
		return;
	object_of_any(&s.object, tasks, s.made, sizeof(s.made));
	if (strcmp(format, "json") == 0)
		print_json(out, &s);
	else if (strcmp(format, "yaml") == 0)
		print_yaml(out, &s);
	else if (strcmp(format, "value") == 0)
		print_values(out, &s);
	else if (strcmp(format, "shell") == 0)
		print_shell(out, &s);
	else if (next_field(&s, -1, &value) >= 0)
		table_print(out, &table);
}
