/* Results are printed as a table or as JSON, and errors in lines. */
#include "report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json_out.h"
#include "base/log.h"
#include "base/text.h"
#include "cloud/object.h"
#include "cloud/table.h"
#include "report_columns.h"
#include "report_disk.h"

/* The longest cell of a table is an upload URL or a file's name. */
#define CELL_BYTES (URL_BYTES + 64)

/* So many can be shown at once. */
#define CHOSEN_MAX 40

/* A column that is shown: one of ours or, if that is NULL, of the cloud's object. */
struct choice {
	const char *name;
	const struct report_column *own;
	const char *path;
};

/* Ours mean the same for all clouds, so they come first. */
static bool find_column(const struct provider *p, const char *name, struct choice *choice)
{
	const struct report_column *own = report_columns_find(name);
	const struct object_column *object = object_column(p->object_columns, name);

	if (own)
		*choice = (struct choice){ own->name, own, NULL };
	else if (object)
		*choice = (struct choice){ object->name, NULL, object->path };
	return own || object;
}

/* The columns that a list names; -1 with ERR_USAGE for a name that is none. */
static int choose(const struct provider *p, const char *names, struct choice chosen[CHOSEN_MAX],
		  struct err *e)
{
	char name[32];
	size_t len;
	struct text t;
	int n = 0;

	for (; *names; names += len + (names[len] == ',')) {
		len = strcspn(names, ",");
		text_init(&t, name, sizeof(name));
		text_put_n(&t, names, len);
		if (n == CHOSEN_MAX)
			return err_set(e, ERR_USAGE, "--cols: more than %d columns", CHOSEN_MAX);
		if (!find_column(p, name, &chosen[n++]))
			return err_set(e, ERR_USAGE, "--cols: there is no column %s", name);
	}
	return n;
}

int report_check(const struct provider *p, const struct options *o, struct err *e)
{
	struct choice chosen[CHOSEN_MAX];

	if (!o->columns)
		return 0;
	if (choose(p, o->columns, chosen, e) == 0)
		return err_set(e, ERR_USAGE, "--cols names no column");
	return e->code == ERR_NONE ? 0 : -1;
}

void report_errors(const struct job *j)
{
	char name[PATH_BYTES];
	const struct task *t;
	unsigned i;

	for (i = 0; i < j->count; i++) {
		t = &j->tasks[i];
		if (t->err.code == ERR_NONE)
			continue;
		/* However long the name is: what is wrong has to be told. */
		text_say(name, sizeof(name), "%s", task_name(t));
		log_error("%s: %s%s%s", name, t->err.text, t->left[0] ? "; " : "", t->left);
	}
}

/* What is shown, of what. */
struct shown {
	const struct job *job;
	const struct choice *chosen;
};

/* struct table's cell. */
static bool put_cell(void *arg, int row, unsigned column, struct text *cell)
{
	const struct shown *s = arg;
	const struct choice *c = &s->chosen[column];
	char buf[MADE_BYTES];
	struct object object;
	struct text made;

	if (row == TABLE_TITLES) {
		text_put_upper(cell, c->name);
		return true;
	}
	if (row == (int)s->job->count)
		return false;
	text_init(&made, buf, sizeof(buf));
	if (c->own)
		text_put(cell, c->own->get(&s->job->tasks[row], &made));
	else if (object_of(&object, &s->job->tasks[row]))
		object_put(&object, c->path, cell);
	return true;
}

static void print_table(const struct job *j, const struct choice *chosen, int n)
{
	static const struct table_shape shape = {
		.left = "", .between = "  ", .right = "", .empty = "-", .longest = CELL_BYTES
	};
	struct shown shown = { j, chosen };
	const struct table table = {
		.shape = &shape,
		.columns = (unsigned)n,
		.titles = !j->options->no_headers,
		.cell = put_cell,
		.arg = &shown,
	};

	table_print(stdout, &table);
}

/* What is on a disk needs room of its own. */
static void print_tables(const struct job *j, const struct choice *chosen, int n)
{
	unsigned i;

	print_table(j, chosen, n);
	if (j->options->columns || j->options->no_headers)
		return;
	for (i = 0; i < j->count; i++)
		if (report_disk_is_known(&j->tasks[i]))
			report_disk_print(&j->tasks[i]);
}

static void print_json_member(const char *path, const struct task *t)
{
	static const struct json_style plain = { .lines = false };
	struct object object;
	struct json value;

	if (object_of(&object, t) && json_at(&object.json, path, &value))
		json_print(stdout, &value, &plain, 0);
	else
		fputs("null", stdout);
}

static void print_json_cell(const struct report_column *c, const struct task *t)
{
	char buf[MADE_BYTES];
	const char *value;
	struct text made;

	if (c->print_json) {
		c->print_json(t);
		return;
	}
	text_init(&made, buf, sizeof(buf));
	value = c->get(t, &made);
	if (*value == '\0')
		fputs("null", stdout);
	else if (c->number)
		fputs(value, stdout);
	else
		text_print_json(stdout, value);
}

static void print_json(const struct job *j, const struct choice *chosen, int n)
{
	unsigned i;
	int c;

	fputs("[", stdout);
	for (i = 0; i < j->count; i++) {
		fputs(i == 0 ? "{" : ",\n {", stdout);
		for (c = 0; c < n; c++) {
			printf("%s\"%s\": ", c > 0 ? ", " : "", chosen[c].name);
			if (chosen[c].own)
				print_json_cell(chosen[c].own, &j->tasks[i]);
			else
				print_json_member(chosen[c].path, &j->tasks[i]);
		}
		fputs("}", stdout);
	}
	fputs("]", stdout);
}

/* Beside what we know of each task, what the cloud knows of each image. */
static void print_json_items(const struct job *j, const struct choice *chosen, int n)
{
	fputs("{\"items\": ", stdout);
	objects_print(stdout, j->tasks, j->count, false, 0);
	fputs(",\n\"uploads\": ", stdout);
	print_json(j, chosen, n);
	fputs("}", stdout);
}

/* The columns of this run; they were checked. */
static int choose_columns(const struct job *j, bool json, struct choice chosen[CHOSEN_MAX])
{
	const struct opt_list *digests = &j->options->digests;
	struct err none = ERR_INIT;
	char names[512];
	struct text t;
	unsigned i;

	if (j->options->columns)
		return choose(j->provider, j->options->columns, chosen, &none);
	text_init(&t, names, sizeof(names));
	text_put(&t, json ? j->provider->fields : j->provider->columns);
	for (i = 0; i < digests->count; i++)
		if (hash_find(digests->at[i]) != HASH_ALGS)
			text_printf(&t, ",%s", digests->at[i]);
	if (json && j->options->on_read_error && strcmp(j->options->on_read_error, "zero") == 0)
		text_put(&t, ",unreadable");
	if (json && j->options->skip_free)
		text_put(&t, ",left_out");
	return choose(j->provider, names, chosen, &none);
}

void report_results(const struct job *j)
{
	const struct provider *p = j->provider;
	const char *output = j->options->output;
	bool json = strcmp(output, "json") == 0;
	struct choice chosen[CHOSEN_MAX];
	int n;

	if ((p->print && p->print(stdout, j->tasks, j->count)) || !p->columns)
		return;
	n = choose_columns(j, json, chosen);
	if (strcmp(output, "api-json") == 0)
		objects_print(stdout, j->tasks, j->count, false, 0);
	else if (json && p->object_columns)
		print_json_items(j, chosen, n);
	else if (json)
		print_json(j, chosen, n);
	else
		print_tables(j, chosen, n);
	if (strcmp(output, "text") != 0)
		putchar('\n');
}

int report_flush(struct err *e)
{
	/* close() tells what a network file system could not write. */
	if (fflush(stdout) != 0 || ferror(stdout) || close(STDOUT_FILENO) != 0)
		return err_errno(e, ERR_OUTPUT, "standard output could not be written");
	return 0;
}
