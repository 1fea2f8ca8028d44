/*
 * linode-cli's "image-upload" and "images upload": the same options, and its
 * output: a table, --text or --json.  What it wrongly rejects works here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cloud/linode/linode.h"

#define CELL_BYTES 2048
#define COLUMNS_MAX 32

/* x-linode-cli-display of the API's specification, in its order. */
static const char *const image_columns[] = { "id",         "label", "vendor",    "description",
					     "is_public",  "size",  "status",    "capabilities",
					     "total_size", "tags",  "is_shared", NULL };
static const char *const more_columns[] = { "created",    "updated", "created_by", "type",
					    "deprecated", "expiry",  "eol",        NULL };
static const char *const region_columns[] = { "region", "status", NULL };

/* A table whose cells come from the JSON at base, or from each element of the array there. */
struct table {
	const struct json *j;
	const char *base;
	bool array;
	const char *columns[COLUMNS_MAX];
	int count;
};

static void join(char *path, size_t cap, const char *base, const char *step)
{
	struct text t;

	text_init(&t, path, cap);
	text_put(&t, base);
	if (*base && *step)
		text_put(&t, ".");
	text_put(&t, step);
}

/* Python's str() of a value: a list's elements joined, None as nothing. */
static void put_value(const struct json *j, const char *path, bool list, const char *glue,
		      struct text *t)
{
	char buf[CELL_BYTES], step[16], inner[256];
	const char *raw;
	size_t len;
	int i, n;

	switch (json_kind(j, path)) {
	case JSON_STRING:
		json_show(j, path, buf, sizeof(buf));
		text_put(t, buf);
		break;
	case JSON_BOOL:
		json_raw(j, path, &raw);
		text_put(t, *raw == 't' ? "True" : "False");
		break;
	case JSON_ARRAY:
		n = list ? json_count(j, path) : 0;
		for (i = 0; i < n; i++) {
			snprintf(step, sizeof(step), "%d", i);
			join(inner, sizeof(inner), path, step);
			if (i > 0)
				text_put(t, glue);
			put_value(j, inner, false, glue, t);
		}
		break;
	case JSON_NUMBER:
	case JSON_OBJECT:
		len = json_raw(j, path, &raw);
		text_put_n(t, raw, len);
		break;
	case JSON_ABSENT:
	case JSON_NULL:
		break;
	}
}

static void get_cell(const struct table *t, int row, int column, const char *glue, char *cell)
{
	char path[256], step[96];
	struct text text;

	if (t->array)
		snprintf(step, sizeof(step), "%d.%s", row, t->columns[column]);
	else
		snprintf(step, sizeof(step), "%s", t->columns[column]);
	join(path, sizeof(path), t->base, step);
	text_init(&text, cell, CELL_BYTES);
	put_value(t->j, path, true, glue, &text);
	text_ellipsis(&text);
	text_clean(cell);
}

static int rows(const struct table *t)
{
	return t->array ? json_count(t->j, t->base) : 1;
}

static void rule(FILE *f, const struct table *t, const size_t *width, const char *left,
		 const char *middle, const char *right)
{
	size_t k;
	int c;

	for (c = 0; c < t->count; c++) {
		fputs(c == 0 ? left : middle, f);
		for (k = 0; k < width[c] + 2; k++)
			fputs("─", f);
	}
	fprintf(f, "%s\n", right);
}

/* The box of rich's SQUARE style with lines between the rows; nothing is cut off. */
static void print_box(FILE *f, const struct table *t, bool headers)
{
	size_t width[COLUMNS_MAX], len;
	char cell[CELL_BYTES];
	int c, r;

	for (c = 0; c < t->count; c++) {
		width[c] = headers ? strlen(t->columns[c]) : 0;
		for (r = 0; r < rows(t); r++) {
			get_cell(t, r, c, ", ", cell);
			len = text_chars(cell);
			if (len > width[c])
				width[c] = len;
		}
	}
	rule(f, t, width, "┌", "┬", "┐");
	for (r = headers ? -1 : 0; r < rows(t); r++) {
		for (c = 0; c < t->count; c++) {
			if (r < 0)
				snprintf(cell, sizeof(cell), "%s", t->columns[c]);
			else
				get_cell(t, r, c, ", ", cell);
			fprintf(f, "│ %s%*s ", cell, (int)(width[c] - text_chars(cell)), "");
		}
		fputs("│\n", f);
		if (r + 1 < rows(t))
			rule(f, t, width, "├", "┼", "┤");
	}
	rule(f, t, width, "└", "┴", "┘");
}

static void print_text(FILE *f, const struct table *t, bool headers, const char *delimiter)
{
	char cell[CELL_BYTES];
	int c, r;

	for (r = headers ? -1 : 0; r < rows(t); r++) {
		for (c = 0; c < t->count; c++) {
			if (r < 0)
				snprintf(cell, sizeof(cell), "%s", t->columns[c]);
			else
				get_cell(t, r, c, " ", cell);
			fprintf(f, "%s%s", c > 0 ? delimiter : "", cell);
		}
		fputc('\n', f);
	}
}

static void add_columns(struct table *t, const char *const *names)
{
	for (; *names && t->count < COLUMNS_MAX; names++)
		t->columns[t->count++] = *names;
}

/* Only what --format lists, in its order; if that is nothing, everything, as linode-cli does. */
static void choose(struct table *t, const char *format)
{
	const char *from[COLUMNS_MAX];
	int c, n = t->count, kept = 0;
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

static void print_table(FILE *f, const struct table *t, const struct options *o)
{
	if (o->delimited)
		print_text(f, t, !o->no_headers, o->delimiter ? o->delimiter : "\t");
	else
		print_box(f, t, !o->no_headers);
}

static void indent(FILE *f, unsigned depth)
{
	fprintf(f, "\n%*s", 2 * (int)depth, "");
}

/* With both quotes. */
static size_t string_length(const char *s)
{
	size_t n = 1;

	while (s[n] != '"')
		n += s[n] == '\\' ? 2 : 1;
	return n + 1;
}

/* JSON as it came or, with pretty, with a line for each value. */
static void put_json(FILE *f, const char *raw, size_t len, unsigned depth, bool pretty)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		char c = raw[i];

		n = pretty ? 1 : len;
		if (pretty && c == '"')
			n = string_length(raw + i);
		if (n > 1) {
			text_print_raw_json(f, raw + i, n);
		} else if (strchr("{[", c)) {
			fputc(c, f);
			indent(f, ++depth);
		} else if (strchr("}]", c)) {
			indent(f, --depth);
			fputc(c, f);
		} else if (c == ',') {
			fputc(c, f);
			indent(f, depth);
		} else if (c == ':') {
			fputs(": ", f);
		} else if (!strchr(" \t\r\n", c)) {
			fputc(c, f);
		}
	}
}

/* A list of the one object, with all members or those of --format. */
static void print_json(FILE *f, const struct table *t, const struct options *o)
{
	const char *raw, *glue = "{";
	unsigned depth = o->format ? 2 : 1;
	size_t len;
	int c;

	fputc('[', f);
	if (o->pretty)
		indent(f, 1);
	if (!o->format) {
		len = json_raw(t->j, "", &raw);
		put_json(f, raw, len, depth, o->pretty);
	}
	for (c = 0; o->format && c < t->count; c++) {
		len = json_raw(t->j, t->columns[c], &raw);
		if (len == 0)
			continue;
		fputs(glue, f);
		if (o->pretty)
			indent(f, depth);
		fprintf(f, "\"%s\": ", t->columns[c]);
		put_json(f, raw, len, depth, o->pretty);
		glue = o->pretty ? "," : ", ";
	}
	if (o->format) {
		if (o->pretty)
			indent(f, 1);
		fputs(*glue == '{' ? "{}" : "}", f);
	}
	if (o->pretty)
		indent(f, 0);
	fputs("]\n", f);
}

static void linode_cli_print(FILE *f, struct task *tasks, unsigned count)
{
	static const char *const upload_to[] = { "upload_to", NULL };
	const struct options *o = tasks->options;
	struct table t = { .j = &tasks->work->json, .base = "" };
	struct table regions = { .j = t.j, .base = "regions", .array = true };

	if (count != 1 || tasks->err.code != ERR_NONE)
		return;
	if (o->url_only)
		add_columns(&t, upload_to);
	else
		add_columns(&t, image_columns);
	if (o->all_columns && !o->url_only)
		add_columns(&t, more_columns);
	if (o->format)
		choose(&t, o->format);
	if (o->json) {
		print_json(f, &t, o);
		return;
	}
	print_table(f, &t, o);
	if (o->url_only || o->format || rows(&regions) == 0)
		return;
	add_columns(&regions, region_columns);
	if (o->delimited)
		fputc('\n', f);
	if (!o->no_headers)
		fputs("regions\n", f);
	print_table(f, &regions, o);
}

/* Python's expanduser(), for "~/disk.img.gz" that the shell left alone. */
static void expand_home(struct options *o)
{
	const char *home = getenv("HOME");
	struct text t;

	if (strncmp(o->files[0], "~/", 2) != 0 || !home)
		return;
	text_init(&t, o->home_file, sizeof(o->home_file));
	text_printf(&t, "%s%s", home, o->files[0] + 1);
	if (!t.full)
		o->files[0] = o->home_file;
}

static int adapt_upload(struct options *o, struct err *e)
{
	(void)e;
	o->wait = false;
	o->view = true;
	o->progress = "auto";
	o->json = o->json || o->pretty;
	if (o->file_count == 1)
		expand_home(o);
	/* Its empty and bare arguments mean that nothing was given. */
	o->label = o->label && *o->label ? o->label : NULL;
	o->description = o->description && *o->description ? o->description : NULL;
	return 0;
}

static int adapt_url(struct options *o, struct err *e)
{
	o->url_only = true;
	return adapt_upload(o, e);
}

static const struct opt image_options[] = {
	{ OPT_MAYBE, 0, "region", "REGION", OPT_AT(region), "where the image is stored" },
	{ OPT_MAYBE, 0, "label", "LABEL", OPT_AT(label),
	  "its label; the file's name if not given" },
	{ OPT_MAYBE, 0, "description", "DESC", OPT_AT(description), "its description" },
	{ OPT_LIST, 0, "tags", "TAG", OPT_AT(tags), "a tag; may be repeated" },
	{ OPT_TEXT, 0, "as-user", "USER", OPT_AT(as_user), "the user in the settings file" },
	{ OPT_FLAG, 0, "suppress-warnings", NULL, OPT_AT(quiet), "no warnings, and no progress" },
	{ OPT_FLAG, 0, "json", NULL, OPT_AT(json), "print JSON" },
	{ OPT_FLAG, 0, "pretty", NULL, OPT_AT(pretty), "print JSON with line breaks" },
	{ OPT_FLAG, 0, "text", NULL, OPT_AT(delimited),
	  "print lines, with tabs between the columns" },
	{ OPT_TEXT, 0, "delimiter", "TEXT", OPT_AT(delimiter), "instead of the tabs" },
	{ OPT_TEXT, 0, "format", "NAMES", OPT_AT(format), "only these columns, joined by commas" },
	{ OPT_FLAG, 0, "no-headers", NULL, OPT_AT(no_headers), "no column names" },
	{ OPT_FLAG, 0, "all-columns", NULL, OPT_AT(all_columns), "all columns" },
	{ OPT_FLAG, 0, "all", NULL, OPT_AT(all_columns), "all columns" },
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
	{ OPT_FLAG, 0, "cloud-init", NULL, OPT_AT(cloud_init), "the image supports cloud-init" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt operation_options[] = {
	{ OPT_BOOL, 0, "cloud_init", "BOOL", OPT_AT(cloud_init), "the image supports cloud-init" },
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
