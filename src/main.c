/* The program: which command, in which grammar, and how it ends. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/harden.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/stop.h"
#include "base/text.h"
#include "cli.h"
#include "cloud/grammar.h"
#include "job/job.h"
#include "local.h"
#include "progress.h"
#include "report.h"

/* Print an error that belongs to no task, and give its exit status. */
static int fail(const struct err *e)
{
	log_error("%s", e->text);
	return err_status(e->code);
}

static int check_options(const struct provider *p, const struct options *o, struct err *e)
{
	if (o->jobs < 1 || o->jobs > JOBS_MAX)
		return err_set(e, ERR_USAGE, "--jobs takes 1 to %d", JOBS_MAX);
	if ((p->needs & NEED_NO_FILE) && o->file_count > 0)
		return err_set(e, ERR_USAGE, "%s: no file is taken here", o->files[0]);
	if (!(p->needs & NEED_NO_FILE) && o->file_count == 0)
		return err_set(e, ERR_USAGE, "no image file is given (see --help)");
	if ((p->needs & NEED_ONE_FILE) && o->file_count > 1)
		return err_set(e, ERR_USAGE, "%s: only one file is taken", o->files[1]);
	if (o->level < 1 || o->level > 9)
		return err_set(e, ERR_USAGE, "--level takes 1 to 9");
	if (o->threads > COMPRESS_THREADS_MAX)
		return err_set(e, ERR_USAGE, "--threads takes 1 to %d", COMPRESS_THREADS_MAX);
	if (o->poll_ms < 10)
		return err_set(e, ERR_USAGE, "--poll takes at least 10ms");
	return report_check(p, o, e);
}

/* Standard output did not take the results: what was made has to be known all the same. */
static int lost_results(const struct job *j, int status, struct err *e)
{
	unsigned i;
	int lost;

	for (i = 0; i < j->count; i++) {
		const struct task *t = &j->tasks[i];

		if (t->id[0])
			log_error("%s: image %s is %s", task_name(t), t->id, t->status);
		else if (t->bytes >= BYTES_LANDED)
			log_error("%s: %s%s%s", task_name(t), t->status, t->place[0] ? " as " : "",
				  t->place);
		if (t->bytes >= BYTES_LANDED)
			e->code = ERR_UNFINISHED;
	}
	lost = fail(e);
	return status != 0 ? status : lost;
}

/* -v, -vv, -vvv */
static enum log_level level_of(const struct options *o)
{
	static const enum log_level levels[] = { LOG_NORMAL, LOG_VERBOSE, LOG_DEBUG };

	if (o->quiet)
		return LOG_QUIET;
	return o->verbose < sizeof(levels) / sizeof(levels[0]) ? levels[o->verbose] : LOG_TRACE;
}

/* Run what the command line asks for; g is NULL for our own grammar. */
static int run(const struct provider *p, const struct options *o, const struct grammar *g)
{
	struct job j = { .count = 0 };
	struct err e = ERR_INIT;
	struct mem_use mem;
	int status;

	if (p->variant && p->variant(o))
		p = p->variant(o);
	log_init(level_of(o));
	if (check_options(p, o, &e) < 0 || stop_init(&e) < 0 ||
	    job_run(&j, p, o, progress_draw, &e) < 0)
		return fail(&e);
	report_errors(&j);
	if (g)
		g->print(stdout, j.tasks, j.count);
	else
		report_results(&j);
	job_wipe(&j);
	status = job_status(&j);
	mem = mem_use();
	log_note("libraries: %llu allocations, at most %zu KiB", (unsigned long long)mem.calls,
		 mem.peak / 1024);
	if (report_flush(&e) < 0)
		status = lost_results(&j, status, &e);
	stop_die();
	return status;
}

static int finish_help(void)
{
	struct err e = ERR_INIT;

	return report_flush(&e) < 0 ? fail(&e) : 0;
}

/* What stands in o before the command line is read. */
static void set_defaults(const struct provider *p, struct options *o)
{
	cli_defaults(o);
	if (p->defaults)
		p->defaults(o);
}

static int own_command(const struct provider *p, int argc, char *const argv[])
{
	const struct opt *tables[CLI_TABLES];
	struct options o;
	struct err e = ERR_INIT;

	cli_tables(p, tables);
	set_defaults(p, &o);
	if (cli_parse(tables, argc, argv, false, &o, &e) < 0)
		return fail(&e);
	if (!o.help)
		return run(p, &o, NULL);
	cli_help("hoist", p->name, p->operands, p->summary, tables);
	return finish_help();
}

/* "image-upload" or "image upload": of each word the first form */
static void name_verb(const struct verb *v, char *name, size_t cap)
{
	struct text t;
	size_t n;

	text_init(&t, name, cap);
	for (n = 0; n < VERB_WORDS && v->words[n]; n++) {
		text_put(&t, n > 0 ? " " : "");
		text_put_n(&t, v->words[n], strcspn(v->words[n], "|"));
	}
}

/* Where in argv the words of a verb stand. */
struct place {
	int at[VERB_WORDS];
	int words;
};

/* Options may stand before, between and behind the words. */
static bool find_words(const struct grammar *g, const struct verb *v, int argc, char *const argv[],
		       struct place *place, struct err *e)
{
	int i = 0;

	for (place->words = 0; place->words < VERB_WORDS && v->words[place->words];
	     place->words++) {
		i = cli_word(v->options, argc, argv, i, g->prefixes, e);
		if (i >= argc || !text_lists(v->words[place->words], '|', argv[i]))
			return false;
		place->at[place->words] = i++;
	}
	return true;
}

/* What stands around and between the words. */
static int parse_verb(const struct grammar *g, const struct verb *v, const struct place *place,
		      int argc, char *const argv[], struct options *o, struct err *e)
{
	int n, from, to;

	for (n = 0; n <= place->words; n++) {
		from = n > 0 ? place->at[n - 1] + 1 : 0;
		to = n < place->words ? place->at[n] : argc;
		if (cli_parse(v->options, to - from, argv + from, g->prefixes, o, e) < 0)
			return -1;
	}
	if (o->help)
		return 0;
	if (*v->operands == '\0' && o->operand_count > 0)
		return err_set(e, ERR_USAGE, "%s: no file is taken here without an option",
			       o->operand);
	if (strcmp(v->operands, "FILE") == 0 && o->file_count > 1)
		return err_set(e, ERR_USAGE, "%s: only one file is taken", o->files[1]);
	return 0;
}

static int run_verb(const struct grammar *g, const struct verb *v, const struct place *place,
		    int argc, char *const argv[])
{
	struct options o;
	struct err e = ERR_INIT;
	char name[64];

	set_defaults(v->provider, &o);
	o.foreign = true;
	if (parse_verb(g, v, place, argc, argv, &o, &e) < 0)
		return fail(&e);
	if (!o.help)
		return v->adapt(&o, &e) < 0 ? fail(&e) : run(v->provider, &o, g);
	name_verb(v, name, sizeof(name));
	cli_help(g->program, name, v->operands, v->summary, v->options);
	return finish_help();
}

/* argv is what follows the program's name. */
static int other_grammar(const struct grammar *g, int argc, char *const argv[])
{
	char list[160], name[64];
	struct err e = ERR_INIT;
	const struct verb *v;
	struct place place;
	struct text t;
	int i;

	text_init(&t, list, sizeof(list));
	for (v = g->verbs; v->provider; v++) {
		if (find_words(g, v, argc, argv, &place, &e))
			return run_verb(g, v, &place, argc, argv);
		name_verb(v, name, sizeof(name));
		text_printf(&t, "%s%s", v == g->verbs ? "" : " and ", name);
	}
	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			printf("Of %s's commands hoist has %s; each tells its options with --help.\n",
			       g->program, list);
			return finish_help();
		}
	}
	/* An option before the words may be wrong; that has been noted. */
	err_set(&e, ERR_USAGE, "of %s's commands hoist has %s only", g->program, list);
	return fail(&e);
}

static const struct grammar *find_grammar(const char *name)
{
	const struct grammar *const *g;

	for (g = grammars; *g; g++)
		if (strcmp((*g)->program, name) == 0)
			break;
	return *g;
}

/*
 * Where a command has the grammar's name: do the words of a verb stand there?  A
 * file of the first one's name is one, but a directory is no image.
 */
static bool is_meant(const struct grammar *g, int argc, char *const argv[])
{
	const struct verb *v;
	struct place place = { .words = 0 };

	for (v = g->verbs; v->provider; v++) {
		struct err none = ERR_INIT;
		struct stat st;

		if (find_words(g, v, argc, argv, &place, &none) &&
		    (stat(argv[place.at[0]], &st) < 0 || S_ISDIR(st.st_mode)))
			return true;
	}
	return false;
}

static const struct provider *find_command(const char *name)
{
	const struct provider *const *p;

	for (p = providers; *p; p++)
		if (strcmp((*p)->name, name) == 0)
			return *p;
	for (p = local_commands; *p; p++)
		if (strcmp((*p)->name, name) == 0)
			return *p;
	return NULL;
}

int main(int argc, char *argv[])
{
	const struct grammar *g;
	const struct provider *p;
	struct err e = ERR_INIT;

	harden_process();
	g = find_grammar(argc > 0 ? text_base_name(argv[0]) : "");
	if (g)
		return other_grammar(g, argc - 1, argv + 1);
	if (argc < 2) {
		err_set(&e, ERR_USAGE, "no command is given (see hoist --help)");
		return fail(&e);
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("hoist " HOIST_VERSION);
		return finish_help();
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		cli_overview(local_commands);
		return finish_help();
	}
	g = find_grammar(argv[1]);
	p = find_command(argv[1]);
	if (g && (!p || is_meant(g, argc - 2, argv + 2)))
		return other_grammar(g, argc - 2, argv + 2);
	if (p)
		return own_command(p, argc - 2, argv + 2);
	err_set(&e, ERR_USAGE, "there is no command %s (see hoist --help)", argv[1]);
	return fail(&e);
}
