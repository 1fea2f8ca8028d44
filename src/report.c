#include "report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "cloud/object.h"
#include "cloud/proof.h"
#include "judge.h"

/* The longest cell of a table is an upload URL or a file's name. */
#define CELL_BYTES (URL_BYTES + 64)

/* The longest text that is composed is an error with what is left. */
#define MADE_BYTES 1024

struct column {
	const char *name;
	bool number; /* in JSON without quotes */
	/* The whole text, "" if it is unknown; made is room for one that is composed. */
	const char *(*get)(const struct task *t, struct text *made);
	void (*print_json)(const struct task *t); /* a whole JSON value, or NULL */
};

static const char *get_file(const struct task *t, struct text *made)
{
	(void)made;
	return t->file ? t->file : "";
}

static const char *get_id(const struct task *t, struct text *made)
{
	(void)made;
	return t->id;
}

static const char *get_label(const struct task *t, struct text *made)
{
	(void)made;
	return t->label ? t->label : "";
}

static const char *get_region(const struct task *t, struct text *made)
{
	(void)made;
	return t->region;
}

static const char *get_place(const struct task *t, struct text *made)
{
	(void)made;
	return t->place;
}

/* A task that passed its checks may have been left alone because another did not. */
static bool started(const struct task *t)
{
	return t->err.code != ERR_NONE || atomic_load(&t->phase) == PHASE_ENDED;
}

static const char *get_status(const struct task *t, struct text *made)
{
	if (!started(t))
		return "not started";
	if (t->err.code != ERR_NONE && t->err.code != ERR_UNFINISHED)
		return "failed";
	/* What came through a pipe may not be as long as its tables say. */
	text_printf(made, "%s%s", t->status,
		    t->unproven && t->status[0] && !text_ends(t->status, "unproven") ? PROOF_WORD :
										       "");
	return made->at;
}

static const char *get_size(const struct task *t, struct text *made)
{
	if (t->image.size_known)
		text_printf(made, "%llu", (unsigned long long)t->image.size);
	return made->at;
}

static const char *get_uncompressed(const struct task *t, struct text *made)
{
	if (t->unpacked > 0)
		text_printf(made, "%llu", (unsigned long long)t->unpacked);
	return made->at;
}

static const char *get_sum(const struct task *t, enum hash_alg alg)
{
	return t->sums[alg] ? t->sums[alg] : "";
}

static const char *get_md5(const struct task *t, struct text *made)
{
	(void)made;
	return get_sum(t, HASH_MD5);
}

static const char *get_sha256(const struct task *t, struct text *made)
{
	(void)made;
	return get_sum(t, HASH_SHA256);
}

static const char *get_sha384(const struct task *t, struct text *made)
{
	(void)made;
	return get_sum(t, HASH_SHA384);
}

static const char *get_sha512(const struct task *t, struct text *made)
{
	(void)made;
	return get_sum(t, HASH_SHA512);
}

static const char *get_upload_to(const struct task *t, struct text *made)
{
	(void)made;
	return t->err.code == ERR_NONE ? t->upload_to : "";
}

static const char *get_format(const struct task *t, struct text *made)
{
	(void)made;
	return t->image.format != FORMAT_NONE ? format_name(t->image.format) : "";
}

static const char *get_holds(const struct task *t, struct text *made)
{
	(void)made;
	return t->image.holds != FORMAT_NONE ? format_name(t->image.holds) : "";
}

/* Would this cloud take the image?  A damaged one is taken by none; else each has its reasons. */
static bool takes(const struct provider *p, const struct task *t, struct err *why)
{
	if (t->err.code != ERR_NONE && !t->sound) {
		*why = t->err;
		return false;
	}
	if (!t->image.size_known && (p->needs & NEED_SIZE)) {
		err_set(why, ERR_USAGE, "a pipe has no size");
		return false;
	}
	return judge_cloud(p, t, &t->image, false, why) == 0;
}

static const char *get_clouds(const struct task *t, struct text *made)
{
	const struct provider *const *p;

	for (p = providers; *p && started(t); p++) {
		struct err why = ERR_INIT;

		if (takes(*p, t, &why))
			text_printf(made, "%s%s", made->len > 0 ? "," : "", (*p)->name);
	}
	return made->at;
}

static void print_clouds(const struct task *t)
{
	const struct provider *const *p;

	if (!started(t)) {
		fputs("null", stdout);
		return;
	}
	putchar('{');
	for (p = providers; *p; p++) {
		struct err why = ERR_INIT;
		bool taken = takes(*p, t, &why);

		printf("%s\"%s\": {\"takes\": %s, \"why\": ", p == providers ? "" : ", ",
		       (*p)->name, taken ? "true" : "false");
		if (taken)
			fputs("null", stdout);
		else
			text_print_json(stdout, why.text);
		putchar('}');
	}
	putchar('}');
}

static const char *get_exit(const struct task *t, struct text *made)
{
	if (started(t))
		text_printf(made, "%d", err_status(t->err.code));
	return made->at;
}

static const char *get_error(const struct task *t, struct text *made)
{
	_Static_assert(sizeof(t->err.text) + sizeof(t->left) + 2 <= MADE_BYTES, "it fits");
	text_put(made, t->err.text);
	if (t->err.code != ERR_NONE && t->left[0])
		text_printf(made, "; %s", t->left);
	return made->at;
}

static const struct column columns[] = {
	{ "file", false, get_file, NULL },
	{ "id", false, get_id, NULL },
	{ "label", false, get_label, NULL },
	{ "region", false, get_region, NULL },
	{ "location", false, get_region, NULL }, /* as IONOS calls it */
	{ "place", false, get_place, NULL },
	{ "status", false, get_status, NULL },
	{ "size", true, get_size, NULL },
	{ "uncompressed", true, get_uncompressed, NULL },
	{ "md5", false, get_md5, NULL },
	{ "sha256", false, get_sha256, NULL },
	{ "sha384", false, get_sha384, NULL },
	{ "sha512", false, get_sha512, NULL },
	{ "upload_to", false, get_upload_to, NULL },
	{ "format", false, get_format, NULL },
	{ "holds", false, get_holds, NULL },
	{ "clouds", false, get_clouds, print_clouds },
	{ "exit", true, get_exit, NULL },
	{ "error", false, get_error, NULL },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* So many can be shown at once. */
#define CHOSEN_MAX 40

/* A column that is shown: one of ours or, if that is NULL, of the cloud's object. */
struct choice {
	const char *name;
	const struct column *own;
	const char *path;
};

/* Ours mean the same for all clouds, so they come first. */
static bool find_column(const struct provider *p, const char *name, struct choice *choice)
{
	const struct object_column *object = object_column(p->object_columns, name);
	size_t i;

	for (i = 0; i < COLUMNS; i++) {
		if (text_same(columns[i].name, name)) {
			*choice = (struct choice){ columns[i].name, &columns[i], NULL };
			return true;
		}
	}
	if (object)
		*choice = (struct choice){ object->name, NULL, object->path };
	return object != NULL;
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
	struct text text;
	unsigned i;

	for (i = 0; i < j->count; i++) {
		t = &j->tasks[i];
		if (t->err.code == ERR_NONE)
			continue;
		/* However long the name is: what is wrong has to be told. */
		text_init(&text, name, sizeof(name));
		text_put(&text, task_name(t));
		text_ellipsis(&text);
		log_error("%s: %s%s%s", name, t->err.text, t->left[0] ? "; " : "", t->left);
	}
}

/* To be shown: what is too long for a table ends in "...". */
static void get_cell(const struct choice *c, const struct task *t, char *cell)
{
	char buf[MADE_BYTES];
	struct object object;
	struct text text, made;

	text_init(&made, buf, sizeof(buf));
	text_init(&text, cell, CELL_BYTES);
	if (c->own)
		text_put(&text, c->own->get(t, &made));
	else if (object_of(&object, t))
		object_put(&object, c->path, &text);
	text_ellipsis(&text);
	text_clean(cell);
	if (cell[0] == '\0') {
		text_init(&text, cell, CELL_BYTES);
		text_put(&text, "-");
	}
}

static void print_table(const struct job *j, const struct choice *chosen, int n)
{
	char cell[CELL_BYTES];
	size_t width[CHOSEN_MAX], len;
	unsigned i;
	int c;

	for (c = 0; c < n; c++) {
		width[c] = j->options->no_headers ? 0 : strlen(chosen[c].name);
		for (i = 0; i < j->count; i++) {
			get_cell(&chosen[c], &j->tasks[i], cell);
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
				get_cell(&chosen[c], &j->tasks[i - 1], cell);
			else
				text_put_upper(&head, chosen[c].name);
			len = width[c] - text_chars(cell);
			printf("%s%*s", cell, c + 1 < n ? (int)len + 2 : 0, "");
		}
		putchar('\n');
	}
}

/* The value of an object's member as it stands in there. */
static void print_json_member(const char *path, const struct task *t)
{
	struct object object;
	const char *raw;
	size_t len = object_of(&object, t) ? json_raw(&object.json, path, &raw) : 0;

	if (len > 0)
		text_print_raw_json(stdout, raw, len);
	else
		fputs("null", stdout);
}

static void print_json_cell(const struct column *c, const struct task *t)
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
		print_table(j, chosen, n);
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
