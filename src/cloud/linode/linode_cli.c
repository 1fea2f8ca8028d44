/*
 * linode-cli's "image-upload" and "images upload": the same options, and its
 * output: a table, --text or --json.  What it wrongly rejects works here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_out.h"
#include "base/text.h"
#include "cloud/linode/linode.h"
#include "cloud/linode/own.h"
#include "cloud/object.h"
#include "cloud/table.h"

#define COLUMNS_MAX 32

/* x-linode-cli-display of the API's specification, in its order. */
static const char *const image_columns[] = { "id",         "label", "vendor",    "description",
					     "is_public",  "size",  "status",    "capabilities",
					     "total_size", "tags",  "is_shared", NULL };
static const char *const more_columns[] = { "created",    "updated", "created_by", "type",
					    "deprecated", "expiry",  "eol",        NULL };
static const char *const region_columns[] = { "region", "status", NULL };

/* What of the image is shown, or of each element of the array at base in it. */
struct shown {
	struct object object;
	const char *base; /* NULL: of the image itself, in one row */
	const char *glue; /* between the elements of a list */
	const char *columns[COLUMNS_MAX];
	unsigned count;
};

/* Python's str() of a value: a list's elements joined, None as nothing, lists in lists too. */
static void put_value(const struct json *j, const char *glue, struct text *t)
{
	struct json item = { 0 };
	char buf[OBJECT_BYTES];
	const char *raw;
	unsigned n = 0;
	size_t len;

	switch (json_kind(j, "")) {
	case JSON_STRING:
		json_show(j, "", buf, sizeof(buf));
		text_put(t, buf);
		break;
	case JSON_BOOL:
		json_raw(j, "", &raw);
		text_put(t, *raw == 't' ? "True" : "False");
		break;
	case JSON_ARRAY:
		while (glue && json_next(j, "", &item)) {
			text_put(t, n++ > 0 ? glue : "");
			put_value(&item, NULL, t);
		}
		break;
	case JSON_NUMBER:
	case JSON_OBJECT:
		len = json_raw(j, "", &raw);
		text_put_n(t, raw, len);
		break;
	case JSON_ABSENT:
	case JSON_NULL:
		break;
	}
}

/* struct table's cell. */
static bool put_cell(void *arg, int row, unsigned column, struct text *cell)
{
	const struct shown *s = arg;
	const struct json *j = &s->object.json;
	struct json item = { 0 }, value;
	int i;

	if (row == TABLE_TITLES) {
		text_put(cell, s->columns[column]);
		return true;
	}
	if (!s->base && row > 0)
		return false;
	for (i = 0; s->base && i <= row; i++)
		if (!json_next(j, s->base, &item))
			return false;
	if (json_at(s->base ? &item : j, s->columns[column], &value))
		put_value(&value, s->glue, cell);
	return true;
}

static void add_columns(struct shown *t, const char *const *names)
{
	for (; *names && t->count < COLUMNS_MAX; names++)
		t->columns[t->count++] = *names;
}

/* Only what --format lists, in its order; if that is nothing, everything, as linode-cli does. */
static void choose(struct shown *t, const char *format)
{
	const char *from[COLUMNS_MAX];
	unsigned c, n = t->count, kept = 0;
	size_t len;

	memcpy(from, t->columns, sizeof(from));
	for (; *format; format += len + (format[len] == ',')) {
		len = strcspn(format, ",");
		for (c = 0; c < n; c++) {
			if (from[c] && strlen(from[c]) == len &&
			    strncmp(format, from[c], len) == 0) {
				t->columns[kept++] = from[c];
				from[c] = NULL;
			}
		}
	}
	t->count = kept > 0 ? kept : n;
	if (kept == 0)
		memcpy(t->columns, from, sizeof(from));
}

/* --text, or the box of rich's SQUARE style; nothing is cut off. */
static void print_table(FILE *f, struct shown *s, const struct options *o)
{
	static const struct table_shape box = {
		.left = "│ ",
		.between = " │ ",
		.right = " │",
		.top = { "┌", "─", "┬", "┐" },
		.inner = { "├", "─", "┼", "┤" },
		.bottom = { "└", "─", "┴", "┘" },
		.every = true,
	};
	const struct table_shape text = {
		.left = "",
		.between = linode_own(o)->delimiter ? linode_own(o)->delimiter : "\t",
		.right = "",
		.tight = true,
	};
	const struct table table = {
		.shape = linode_own(o)->delimited ? &text : &box,
		.columns = s->count,
		.titles = !o->no_headers,
		.cell = put_cell,
		.arg = s,
	};

	s->glue = linode_own(o)->delimited ? " " : ", ";
	table_print(f, &table);
}

/* A list of the one object, with all members or those of --format. */
static void print_json(FILE *f, const struct shown *s, const struct options *o)
{
	const struct json_style style = { .lines = linode_own(o)->pretty };
	struct json value;
	unsigned c, n = 0;

	putc('[', f);
	if (linode_own(o)->pretty)
		json_print_line(f, 1);
	if (!linode_own(o)->format)
		json_print(f, &s->object.json, &style, 1);
	for (c = 0; linode_own(o)->format && c < s->count; c++) {
		if (!json_at(&s->object.json, s->columns[c], &value))
			continue;
		fputs(n++ == 0 ? "{" : linode_own(o)->pretty ? "," : ", ", f);
		if (linode_own(o)->pretty)
			json_print_line(f, 2);
		fprintf(f, "\"%s\": ", s->columns[c]);
		json_print(f, &value, &style, 2);
	}
	if (linode_own(o)->format && linode_own(o)->pretty)
		json_print_line(f, 1);
	if (linode_own(o)->format)
		fputs(n == 0 ? "{}" : "}", f);
	if (linode_own(o)->pretty)
		json_print_line(f, 0);
	fputs("]\n", f);
}

static void linode_cli_print(FILE *f, struct task *tasks, unsigned count)
{
	static const char *const upload_to[] = { "upload_to", NULL };
	const struct options *o = tasks->options;
	struct shown s = { .base = NULL };

	if (count != 1 || tasks->err.code != ERR_NONE || !object_of(&s.object, tasks))
		return;
	if (linode_own(o)->url_only)
		add_columns(&s, upload_to);
	else
		add_columns(&s, image_columns);
	if (linode_own(o)->all_columns && !linode_own(o)->url_only)
		add_columns(&s, more_columns);
	if (linode_own(o)->format)
		choose(&s, linode_own(o)->format);
	if (linode_own(o)->json) {
		print_json(f, &s, o);
		return;
	}
	print_table(f, &s, o);
	if (linode_own(o)->url_only || linode_own(o)->format ||
	    json_count(&s.object.json, "regions") == 0)
		return;
	s.base = "regions";
	s.count = 0;
	add_columns(&s, region_columns);
	if (linode_own(o)->delimited)
		fputc('\n', f);
	if (!o->no_headers)
		fputs("regions\n", f);
	print_table(f, &s, o);
}

/* Python's expanduser(), for "~/disk.img.gz" that the shell left alone. */
static void expand_home(struct options *o)
{
	const char *home = text_env("HOME");
	struct text t;

	if (strncmp(o->files[0], "~/", 2) != 0 || !home)
		return;
	text_init(&t, linode_own_set(o)->home_file, sizeof(linode_own(o)->home_file));
	text_printf(&t, "%s%s", home, o->files[0] + 1);
	if (!t.full)
		o->files[0] = linode_own(o)->home_file;
}

static int adapt_upload(struct options *o, struct err *e)
{
	(void)e;
	o->wait = false;
	linode_own_set(o)->view = true;
	o->progress = "auto";
	linode_own_set(o)->json = linode_own(o)->json || linode_own(o)->pretty;
	if (o->file_count == 1)
		expand_home(o);
	/* Its empty and bare arguments mean that nothing was given. */
	o->label = o->label && *o->label ? o->label : NULL;
	o->description = o->description && *o->description ? o->description : NULL;
	return 0;
}

static int adapt_url(struct options *o, struct err *e)
{
	linode_own_set(o)->url_only = true;
	return adapt_upload(o, e);
}

static const struct opt image_options[] = {
	{ OPT_MAYBE, 0, "region", "REGION", OPT_AT(region), "where the image is stored" },
	{ OPT_MAYBE, 0, "label", "LABEL", OPT_AT(label),
	  "its label; the file's name if not given" },
	{ OPT_MAYBE, 0, "description", "DESC", OPT_AT(description), "its description" },
	{ OPT_LIST, 0, "tags", "TAG", OPT_AT(tags), "a tag; may be repeated" },
	{ OPT_TEXT, 0, "as-user", "USER", OPT_OWN(struct linode_own, as_user),
	  "the user in the settings file" },
	{ OPT_FLAG, 0, "suppress-warnings", NULL, OPT_AT(quiet), "no warnings, and no progress" },
	{ OPT_FLAG, 0, "json", NULL, OPT_OWN(struct linode_own, json), "print JSON" },
	{ OPT_FLAG, 0, "pretty", NULL, OPT_OWN(struct linode_own, pretty),
	  "print JSON with line breaks" },
	{ OPT_FLAG, 0, "text", NULL, OPT_OWN(struct linode_own, delimited),
	  "print lines, with tabs between the columns" },
	{ OPT_TEXT, 0, "delimiter", "TEXT", OPT_OWN(struct linode_own, delimiter),
	  "instead of the tabs" },
	{ OPT_TEXT, 0, "format", "NAMES", OPT_OWN(struct linode_own, format),
	  "only these columns, joined by commas" },
	{ OPT_FLAG, 0, "no-headers", NULL, OPT_AT(no_headers), "no column names" },
	{ OPT_FLAG, 0, "all-columns", NULL, OPT_OWN(struct linode_own, all_columns),
	  "all columns" },
	{ OPT_FLAG, 0, "all", NULL, OPT_OWN(struct linode_own, all_columns), "all columns" },
	{ OPT_FLAG, 0, "no-defaults", NULL, OPT_AT(ignored), "accepted, without effect" },
	{ OPT_FLAG, 0, "no-retry", NULL, OPT_AT(ignored), "accepted, without effect" },
	{ OPT_FLAG, 0, "no-truncation", NULL, OPT_AT(ignored),
	  "accepted: nothing is cut off here" },
	{ OPT_MORE, 0, "debug", NULL, OPT_AT(verbose), "one line for each request" },
	{ OPT_FLAG, 'h', "help", NULL, OPT_AT(help), "this text" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

/* The plugin has a flag where the API's own operation has a value. */
static const struct opt plugin_options[] = {
	{ OPT_FLAG, 0, "cloud-init", NULL, OPT_OWN(struct linode_own, cloud_init),
	  "the image supports cloud-init" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt operation_options[] = {
	{ OPT_BOOL, 0, "cloud_init", "BOOL", OPT_OWN(struct linode_own, cloud_init),
	  "the image supports cloud-init" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct verb verbs[] = {
	{ { "image-upload", NULL },
	  &linode_provider,
	  "upload a gzip-compressed raw disk to Linode",
	  "FILE",
	  { image_options, plugin_options, NULL },
	  adapt_upload },
	{ { "images", "upload" },
	  &linode_provider,
	  "make an image, and print the URL to upload it to",
	  "",
	  { image_options, operation_options, NULL },
	  adapt_url },
	{ .provider = NULL },
};

const struct grammar linode_cli_grammar = {
	.program = "linode-cli",
	.prefixes = true,
	.verbs = verbs,
	.print = linode_cli_print,
};
