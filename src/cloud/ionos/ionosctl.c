/*
 * ionosctl's "image upload" and "compute image upload": the same options, and
 * its output: a table of the images, or their JSON.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cloud/ionos/columns.h"
#include "cloud/ionos/ionos.h"
#include "cloud/ionos/options.h"
#include "cloud/ionos/own.h"
#include "cloud/object.h"
#include "cloud/table.h"

/* Go's text/tabwriter, as ionosctl sets it: 5 characters with the padding, which is 3. */
static const struct table_shape shape = { .left = "", .between = "   ", .right = "", .least = 2 };

/* So many are shown at most, some perhaps twice. */
#define COLUMNS_MAX LIST_MAX

static const char *const default_columns[] = { "ImageId",   "Name",        "ImageAliases",
					       "Location",  "LicenceType", "ImageType",
					       "CloudInit", "CreatedDate", NULL };

struct shown {
	const struct task *tasks;
	unsigned count;
	const struct object_column *columns[COLUMNS_MAX];
	unsigned n;
};

static bool has_row(const struct task *t)
{
	return t->err.code == ERR_NONE && t->object[0] != '\0';
}

/* struct table's cell. */
static bool put_cell(void *arg, int row, unsigned column, struct text *cell)
{
	const struct shown *s = arg;
	struct object o;
	unsigned i;

	if (row == TABLE_TITLES) {
		text_put(cell, s->columns[column]->name);
		return true;
	}
	for (i = 0; i < s->count; i++)
		if (has_row(&s->tasks[i]) && row-- == 0)
			break;
	if (i == s->count)
		return false;
	if (object_of(&o, &s->tasks[i]))
		object_put(&o, s->columns[column]->path, cell);
	return true;
}

/* Those that --cols names and that there are, in its order; without any, the default ones. */
static void choose(struct shown *t, const struct options *o)
{
	const struct object_column *c;
	unsigned i;

	for (i = 0; i < ionos_own(o)->column_names.count && t->n < COLUMNS_MAX; i++) {
		if (text_same(ionos_own(o)->column_names.at[i], "all")) {
			t->n = 0;
			for (c = ionos_columns; c->name; c++)
				t->columns[t->n++] = c;
			return;
		}
		c = object_column(ionos_columns, ionos_own(o)->column_names.at[i]);
		if (c)
			t->columns[t->n++] = c;
	}
	if (t->n > 0)
		return;
	for (i = 0; default_columns[i]; i++)
		t->columns[t->n++] = object_column(ionos_columns, default_columns[i]);
}

/* Columns that are empty in all rows are left out. */
static void leave_out(struct shown *s)
{
	char one[OBJECT_BYTES];
	unsigned c, kept = 0;
	struct text cell;
	bool found;
	int row;

	for (c = 0; c < s->n; c++) {
		for (row = 0, found = false; !found; row++) {
			text_init(&cell, one, sizeof(one));
			if (!put_cell(s, row, c, &cell))
				break;
			text_clean(one);
			found = one[0] != '\0';
		}
		if (found)
			s->columns[kept++] = s->columns[c];
	}
	s->n = kept;
}

static void print_table(FILE *f, struct shown *s, bool titles)
{
	const struct table table = {
		.shape = &shape,
		.columns = s->n,
		.titles = titles,
		.cell = put_cell,
		.arg = s,
	};

	if (s->n > 0)
		table_print(f, &table);
}

static void ionosctl_print(FILE *f, struct task *tasks, unsigned count)
{
	const struct options *o = tasks->options;
	struct shown shown = { .tasks = tasks, .count = count };
	unsigned i, rows = 0;

	for (i = 0; i < count; i++)
		rows += has_row(&tasks[i]);
	if (o->quiet || ionos_own(o)->skip_update || rows == 0)
		return;
	if (strcmp(o->output, "text") == 0) {
		choose(&shown, o);
		leave_out(&shown);
		print_table(f, &shown, !o->no_headers);
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
	if (ionos_own(o)->renames.count == 0)
		ionos_own_set(o)->renames = ionos_own(o)->aliases;
	return 0;
}

#define SUMMARY "upload disk images to IONOS"

static const struct verb verbs[] = {
	{ { "image|img", "upload|ftp-upload|ftp|upl" },
	  &ionos_provider,
	  SUMMARY,
	  "",
	  { ionos_options_shared, ionos_options_ionosctl, NULL },
	  adapt },
	{ { "compute", "image|img", "upload|ftp-upload|ftp|upl" },
	  &ionos_provider,
	  SUMMARY,
	  "",
	  { ionos_options_shared, ionos_options_ionosctl, NULL },
	  adapt },
	{ .provider = NULL },
};

const struct grammar ionosctl_grammar = {
	.program = "ionosctl",
	.verbs = verbs,
	.print = ionosctl_print,
};
