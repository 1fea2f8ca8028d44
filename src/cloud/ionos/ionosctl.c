/*
 * ionosctl's "image upload" and "compute image upload": the same options, and
 * its output: a table of the images, or their JSON.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cloud/ionos/ionos.h"
#include "cloud/object.h"

#define CELL_BYTES 2048

/* Go's text/tabwriter, as ionosctl sets it. */
#define WIDTH_MIN 5
#define PADDING 3

const struct object_column ionos_columns[] = {
	{ "ImageId", "id" },
	{ "Name", "properties.name" },
	{ "ImageAliases", "properties.imageAliases" },
	{ "Location", "properties.location" },
	{ "Size", "properties.size" },
	{ "LicenceType", "properties.licenceType" },
	{ "ImageType", "properties.imageType" },
	{ "Description", "properties.description" },
	{ "Public", "properties.public" },
	{ "CloudInit", "properties.cloudInit" },
	{ "CreatedDate", "metadata.createdDate" },
	{ "CreatedBy", "metadata.createdBy" },
	{ "CreatedByUserId", "metadata.createdByUserId" },
	{ "ExposeSerial", "properties.exposeSerial" },
	{ "RequireLegacyBios", "properties.requireLegacyBios" },
	{ "ApplicationType", "properties.applicationType" },
	{ "RequiredFeatures", "properties.requiredFeatures" },
	{ NULL, NULL },
};

/* So many are shown at most, some perhaps twice. */
#define COLUMNS_MAX LIST_MAX

static const char *const default_columns[] = { "ImageId",   "Name",        "ImageAliases",
					       "Location",  "LicenceType", "ImageType",
					       "CloudInit", "CreatedDate", NULL };

struct table {
	const struct task *tasks;
	unsigned count;
	const struct object_column *columns[COLUMNS_MAX];
	size_t width[COLUMNS_MAX];
	unsigned n;
};

static bool has_row(const struct task *t)
{
	return t->err.code == ERR_NONE && t->object[0] != '\0';
}

static void get_cell(const struct object_column *c, const struct task *t, char *cell)
{
	struct object o;
	struct text text;

	text_init(&text, cell, CELL_BYTES);
	if (object_of(&o, t))
		object_put(&o, c->path, &text);
	text_ellipsis(&text);
	text_clean(cell);
}

/* Those that --cols names and that there are, in its order; without any, the default ones. */
static void choose(struct table *t, const struct options *o)
{
	const struct object_column *c;
	unsigned i;

	for (i = 0; i < o->column_names.count && t->n < COLUMNS_MAX; i++) {
		if (text_same(o->column_names.at[i], "all")) {
			t->n = 0;
			for (c = ionos_columns; c->name; c++)
				t->columns[t->n++] = c;
			return;
		}
		c = object_column(ionos_columns, o->column_names.at[i]);
		if (c)
			t->columns[t->n++] = c;
	}
	if (t->n > 0)
		return;
	for (i = 0; default_columns[i]; i++)
		t->columns[t->n++] = object_column(ionos_columns, default_columns[i]);
}

/* Columns that are empty in all rows are left out; the others are as wide as they need. */
static void measure(struct table *t, bool headers)
{
	unsigned i, c, kept = 0;
	char cell[CELL_BYTES];
	size_t widest, len;

	for (c = 0; c < t->n; c++) {
		for (i = 0, widest = 0; i < t->count; i++) {
			if (!has_row(&t->tasks[i]))
				continue;
			get_cell(t->columns[c], &t->tasks[i], cell);
			len = text_chars(cell);
			if (len > widest)
				widest = len;
		}
		if (widest == 0)
			continue;
		if (headers && strlen(t->columns[c]->name) > widest)
			widest = strlen(t->columns[c]->name);
		t->columns[kept] = t->columns[c];
		t->width[kept++] = widest + PADDING < WIDTH_MIN ? WIDTH_MIN : widest + PADDING;
	}
	t->n = kept;
}

static void print_row(FILE *f, const struct table *t, const struct task *task)
{
	char cell[CELL_BYTES];
	size_t pad;
	unsigned c;

	for (c = 0; c < t->n; c++) {
		if (task)
			get_cell(t->columns[c], task, cell);
		else
			snprintf(cell, sizeof(cell), "%s", t->columns[c]->name);
		pad = c + 1 < t->n ? t->width[c] - text_chars(cell) : 0;
		fprintf(f, "%s%*s", cell, (int)pad, "");
	}
	putc('\n', f);
}

static void print_table(FILE *f, struct table *t, bool headers)
{
	unsigned i;

	measure(t, headers);
	if (t->n == 0)
		return;
	if (headers)
		print_row(f, t, NULL);
	for (i = 0; i < t->count; i++)
		if (has_row(&t->tasks[i]))
			print_row(f, t, &t->tasks[i]);
}

static void ionosctl_print(FILE *f, struct task *tasks, unsigned count)
{
	const struct options *o = tasks->options;
	struct table t = { .tasks = tasks, .count = count };
	unsigned i, rows = 0;

	for (i = 0; i < count; i++)
		rows += has_row(&tasks[i]);
	if (o->quiet || o->skip_update || rows == 0)
		return;
	if (strcmp(o->output, "text") == 0) {
		choose(&t, o);
		print_table(f, &t, !o->no_headers);
		return;
	}
	if (strcmp(o->output, "json") == 0) {
		fputs("{\n  \"items\": ", f);
		objects_print(f, tasks, count, true, 1);
		fputs("\n}\n", f);
		return;
	}
	objects_print(f, tasks, count, true, 0);
	putc('\n', f);
}

static int adapt(struct options *o, struct err *e)
{
	(void)e;
	if (o->renames.count == 0)
		o->renames = o->aliases;
	return 0;
}

#define SUMMARY "upload disk images to IONOS"

static const struct verb verbs[] = {
	{ { "image|img", "upload|ftp-upload|ftp|upl" },
	  &ionos_provider,
	  SUMMARY,
	  "",
	  { ionos_shared_options, ionosctl_options, NULL },
	  adapt },
	{ { "compute", "image|img", "upload|ftp-upload|ftp|upl" },
	  &ionos_provider,
	  SUMMARY,
	  "",
	  { ionos_shared_options, ionosctl_options, NULL },
	  adapt },
	{ .provider = NULL },
};

const struct grammar ionosctl_grammar = {
	.program = "ionosctl",
	.verbs = verbs,
	.print = ionosctl_print,
};
