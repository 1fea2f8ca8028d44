#include "report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

/* The longest cell is an upload URL or a file's name. */
#define CELL_BYTES (URL_BYTES + 64)

struct column {
	const char *name;
	bool number;                                               /* in JSON without quotes */
	void (*get)(const struct task *t, struct text *cell);      /* leaves it empty if unknown */
	void (*get_json)(const struct task *t, struct text *cell); /* a whole JSON value, or NULL */
};

static void get_file(const struct task *t, struct text *c)
{
	if (t->file)
		text_put(c, t->file);
}

static void get_id(const struct task *t, struct text *c)
{
	text_put(c, t->id);
}

static void get_label(const struct task *t, struct text *c)
{
	if (t->label)
		text_put(c, t->label);
}

static void get_region(const struct task *t, struct text *c)
{
	text_put(c, t->region);
}

/* A task that passed its checks may have been left alone because another did not. */
static bool started(const struct task *t)
{
	return t->err.code != ERR_NONE || atomic_load(&t->phase) == PHASE_ENDED;
}

static void get_status(const struct task *t, struct text *c)
{
	if (!started(t))
		text_put(c, "not started");
	else if (t->err.code != ERR_NONE && t->err.code != ERR_UNFINISHED)
		text_put(c, "failed");
	else
		text_put(c, t->status);
}

static void get_size(const struct task *t, struct text *c)
{
	if (t->image.size_known)
		text_printf(c, "%llu", (unsigned long long)t->image.size);
}

static void get_uncompressed(const struct task *t, struct text *c)
{
	if (t->unpacked > 0)
		text_printf(c, "%llu", (unsigned long long)t->unpacked);
}

static void get_sum(const struct task *t, enum hash_alg alg, struct text *c)
{
	if (t->sums[alg])
		text_put(c, t->sums[alg]);
}

static void get_md5(const struct task *t, struct text *c)
{
	get_sum(t, HASH_MD5, c);
}

static void get_sha256(const struct task *t, struct text *c)
{
	get_sum(t, HASH_SHA256, c);
}

static void get_sha512(const struct task *t, struct text *c)
{
	get_sum(t, HASH_SHA512, c);
}

static void get_upload_to(const struct task *t, struct text *c)
{
	if (t->err.code == ERR_NONE)
		text_put(c, t->upload_to);
}

static void get_format(const struct task *t, struct text *c)
{
	if (t->image.format != FORMAT_NONE)
		text_put(c, format_name(t->image.format));
}

static void get_holds(const struct task *t, struct text *c)
{
	if (t->image.holds != FORMAT_NONE)
		text_put(c, format_name(t->image.holds));
}

/* Would this cloud take the image?  A damaged one is taken by none. */
static bool takes(const struct provider *p, const struct task *t, struct err *why)
{
	if (t->err.code != ERR_NONE) {
		*why = t->err;
		return false;
	}
	if (!t->image.size_known && (p->needs & NEED_SIZE)) {
		err_set(why, ERR_USAGE, "a pipe has no size");
		return false;
	}
	return !p->takes || p->takes(&t->image, why) == 0;
}

static void get_clouds(const struct task *t, struct text *c)
{
	const struct provider *const *p;

	for (p = providers; *p && started(t); p++) {
		struct err why = ERR_INIT;

		if (takes(*p, t, &why))
			text_printf(c, "%s%s", c->len > 0 ? "," : "", (*p)->name);
	}
}

static void get_clouds_json(const struct task *t, struct text *c)
{
	const struct provider *const *p;

	if (!started(t)) {
		text_put(c, "null");
		return;
	}
	text_put(c, "{");
	for (p = providers; *p; p++) {
		struct err why = ERR_INIT;
		bool taken = takes(*p, t, &why);

		text_printf(c, "%s\"%s\": {\"takes\": %s, \"why\": ", p == providers ? "" : ", ",
			    (*p)->name, taken ? "true" : "false");
		if (taken)
			text_put(c, "null");
		else
			text_put_json(c, why.text);
		text_put(c, "}");
	}
	text_put(c, "}");
}

static void get_exit(const struct task *t, struct text *c)
{
	if (started(t))
		text_printf(c, "%d", err_status(t->err.code));
}

static void get_error(const struct task *t, struct text *c)
{
	text_put(c, t->err.text);
	if (t->err.code != ERR_NONE && t->left[0])
		text_printf(c, "; %s", t->left);
}

static const struct column columns[] = {
	{ "file", false, get_file, NULL },
	{ "id", false, get_id, NULL },
	{ "label", false, get_label, NULL },
	{ "region", false, get_region, NULL },
	{ "status", false, get_status, NULL },
	{ "size", true, get_size, NULL },
	{ "uncompressed", true, get_uncompressed, NULL },
	{ "md5", false, get_md5, NULL },
	{ "sha256", false, get_sha256, NULL },
	{ "sha512", false, get_sha512, NULL },
	{ "upload_to", false, get_upload_to, NULL },
	{ "format", false, get_format, NULL },
	{ "holds", false, get_holds, NULL },
	{ "clouds", false, get_clouds, get_clouds_json },
	{ "exit", true, get_exit, NULL },
	{ "error", false, get_error, NULL },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* The columns that a list names; -1 with ERR_USAGE for a name that is none. */
static int choose(const char *names, const struct column *chosen[COLUMNS], struct err *e)
{
	char name[32];
	size_t i, len, n = 0;
	struct text t;

	for (; *names; names += len + (names[len] == ',')) {
		len = strcspn(names, ",");
		text_init(&t, name, sizeof(name));
		text_put_n(&t, names, len);
		for (i = 0; i < COLUMNS && !text_same(columns[i].name, name); i++)
			;
		if (i == COLUMNS)
			return err_set(e, ERR_USAGE, "--cols: there is no column %s", name);
		if (n == COLUMNS)
			return err_set(e, ERR_USAGE, "--cols: more than %zu columns", COLUMNS);
		chosen[n++] = &columns[i];
	}
	return (int)n;
}

int report_check(const struct options *o, struct err *e)
{
	const struct column *chosen[COLUMNS];

	if (!o->columns)
		return 0;
	if (choose(o->columns, chosen, e) == 0)
		return err_set(e, ERR_USAGE, "--cols names no column");
	return e->code == ERR_NONE ? 0 : -1;
}

void report_errors(const struct job *j)
{
	const struct task *t;
	unsigned i;

	for (i = 0; i < j->count; i++) {
		t = &j->tasks[i];
		if (t->err.code != ERR_NONE)
			log_error("%s: %s%s%s", task_name(t), t->err.text, t->left[0] ? "; " : "",
				  t->left);
	}
}

static void get_cell(const struct column *c, const struct task *t, char *cell)
{
	struct text text;

	text_init(&text, cell, CELL_BYTES);
	c->get(t, &text);
	text_clean(cell);
	if (cell[0] == '\0')
		text_put(&text, "-");
}

static void print_table(const struct job *j, const struct column *const *chosen, int n)
{
	char cell[CELL_BYTES];
	size_t width[COLUMNS], len;
	unsigned i;
	int c;

	for (c = 0; c < n; c++) {
		width[c] = j->options->no_headers ? 0 : strlen(chosen[c]->name);
		for (i = 0; i < j->count; i++) {
			get_cell(chosen[c], &j->tasks[i], cell);
			len = text_chars(cell);
			if (len > width[c])
				width[c] = len;
		}
	}
	for (i = 0; i <= j->count; i++) {
		if (i == 0 && j->options->no_headers)
			continue;
		for (c = 0; c < n; c++) {
			struct text head;

			text_init(&head, cell, sizeof(cell));
			if (i > 0)
				get_cell(chosen[c], &j->tasks[i - 1], cell);
			else
				text_put_upper(&head, chosen[c]->name);
			len = width[c] - text_chars(cell);
			printf("%s%*s", cell, c + 1 < n ? (int)len + 2 : 0, "");
		}
		putchar('\n');
	}
}

static void print_json_cell(const struct column *c, const struct task *t)
{
	char cell[CELL_BYTES], quoted[2 * CELL_BYTES];
	struct text text, json;

	text_init(&text, cell, sizeof(cell));
	text_init(&json, quoted, sizeof(quoted));
	if (c->get_json) {
		c->get_json(t, &json);
	} else {
		c->get(t, &text);
		if (cell[0] == '\0')
			text_put(&json, "null");
		else if (c->number)
			text_put(&json, cell);
		else
			text_put_json(&json, cell);
	}
	printf("\"%s\": %s", c->name, quoted);
}

static void print_json(const struct job *j, const struct column *const *chosen, int n)
{
	unsigned i;
	int c;

	fputs("[", stdout);
	for (i = 0; i < j->count; i++) {
		fputs(i == 0 ? "{" : ",\n {", stdout);
		for (c = 0; c < n; c++) {
			if (c > 0)
				fputs(", ", stdout);
			print_json_cell(chosen[c], &j->tasks[i]);
		}
		fputs("}", stdout);
	}
	fputs("]\n", stdout);
}

void report_results(const struct job *j)
{
	const struct provider *p = j->provider;
	bool json = strcmp(j->options->output, "json") == 0;
	const struct opt_list *digests = &j->options->digests;
	const struct column *chosen[COLUMNS];
	struct err none = ERR_INIT;
	char names[512];
	struct text t;
	unsigned i;
	int n;

	if (!p->columns)
		return;
	text_init(&t, names, sizeof(names));
	if (j->options->columns) {
		text_put(&t, j->options->columns);
	} else {
		text_put(&t, json ? p->fields : p->columns);
		for (i = 0; i < digests->count; i++)
			if (hash_find(digests->at[i]) != HASH_ALGS)
				text_printf(&t, ",%s", digests->at[i]);
	}
	n = choose(names, chosen, &none);
	if (json)
		print_json(j, chosen, n);
	else
		print_table(j, chosen, n);
}

int report_flush(struct err *e)
{
	/* close() tells what a network file system could not write. */
	if (fflush(stdout) != 0 || ferror(stdout) || close(STDOUT_FILENO) != 0)
		return err_errno(e, ERR_OUTPUT, "standard output could not be written");
	return 0;
}
