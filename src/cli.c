/* The command line is read by tables of options. */
#include "cli.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "cli_store.h"

const struct opt cli_common[] = {
	{ OPT_CHOICE, 'o', "output", "text|json", OPT_AT(output), "the form of the result" },
	{ OPT_FLAG, 0, "no-headers", NULL, OPT_AT(no_headers), "no line of column names" },
	{ OPT_TEXT, 0, "cols", "NAMES", OPT_AT(columns), "the columns, joined by commas" },
	{ OPT_CHOICE, 0, "progress", "auto|bar|lines|json|none", OPT_AT(progress),
	  "how to show progress on standard error" },
	{ OPT_FLAG, 'q', "quiet", NULL, OPT_AT(quiet), "nothing on standard error but errors" },
	{ OPT_MORE, 'v', "verbose", NULL, OPT_AT(verbose),
	  "one line for each request; -vv and -vvv tell more" },
	{ OPT_FLAG, 'h', "help", NULL, OPT_AT(help), "this text" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

const struct opt cli_network[] = {
	{ OPT_TEXT, 0, "cacert", "FILE", OPT_AT(cacert),
	  "trust the CAs in this PEM file or directory, and no others; builtin: Mozilla's" },
	{ OPT_LIST, 0, "pin", "PIN", OPT_AT(pins),
	  "accept only servers with this key, sha256//BASE64; may be repeated" },
	{ OPT_SIZE, 0, "limit-rate", "SIZE", OPT_AT(limit_rate), "bytes per second of an upload" },
	{ OPT_COUNT, 0, "retry", "N", OPT_AT(retry), "tries after the first one (5)" },
	{ OPT_TIME, 0, "retry-delay", "TIME", OPT_AT(retry_delay_ms),
	  "the wait before the second, doubled each time (1s)" },
	{ OPT_TIME, 0, "stall-timeout", "TIME", OPT_AT(stall_ms),
	  "give up a connection on which nothing moves (60s)" },
	{ OPT_COUNT, 0, "jobs", "N", OPT_AT(jobs), "uploads at the same time (4)" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

const struct opt cli_input[] = {
	{ OPT_COUNT, 0, "partition", "N", OPT_AT(partition),
	  "only this partition of a disk, by its number" },
	{ OPT_SIZE, 0, "offset", "SIZE", OPT_AT(offset),
	  "begin at this byte of the file, the device or the partition" },
	{ OPT_SIZE, 0, "length", "SIZE", OPT_AT(length), "take only so many bytes" },
	{ OPT_FLAG, 0, "live", NULL, OPT_AT(live), "also a disk that is written to meanwhile" },
	{ OPT_FLAG, 0, "skip-free", NULL, OPT_AT(skip_free),
	  "zeros for what the file systems on a disk do not use" },
	{ OPT_CHOICE, 0, "on-read-error", "fail|zero", OPT_AT(on_read_error),
	  "zero: go on, with zeros for what cannot be read; then exit status 3" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

void cli_tables(const struct provider *p, const struct opt *tables[CLI_TABLES])
{
	unsigned n = 0;

	tables[n++] = p->options;
	if (p->more_options)
		tables[n++] = p->more_options;
	if (!(p->needs & NEED_NO_FILE))
		tables[n++] = cli_input;
	tables[n++] = cli_common;
	if (p->needs & NEED_NET)
		tables[n++] = cli_network;
	tables[n] = NULL;
}

void cli_defaults(struct options *o)
{
	static const struct options defaults = {
		.output = "text",
		.progress = "auto",
		.retry = 5,
		.retry_delay_ms = 1000,
		.stall_ms = 60000,
		.jobs = 4,
		.wait = true,
		.timeout_ms = 3600000,
		.poll_ms = 5000,
		.level = 1,
		.on_read_error = "fail",
	};

	*o = defaults;
}

/* The option of this long name, which need not end in a NUL. */
static const struct opt *find_long(const struct opt *const tables[], const char *name, size_t len,
				   bool prefixes, struct err *e)
{
	const struct opt *o, *hit = NULL, *second = NULL;

	for (; *tables; tables++) {
		for (o = *tables; o->kind != OPT_END; o++) {
			if (strncmp(o->name, name, len) != 0)
				continue;
			if (o->name[len] == '\0')
				return o;
			second = hit;
			hit = o;
		}
	}
	if (prefixes && hit && !second)
		return hit;
	if (prefixes && hit)
		err_set(e, ERR_USAGE, "--%.*s may be --%s or --%s", (int)len, name, second->name,
			hit->name);
	else
		err_set(e, ERR_USAGE, "there is no option --%.*s (see --help)", (int)len, name);
	return NULL;
}

static const struct opt *find_letter(const struct opt *const tables[], char letter, struct err *e)
{
	const struct opt *o;

	for (; *tables; tables++)
		for (o = *tables; o->kind != OPT_END; o++)
			if (o->letter == letter)
				return o;
	err_set(e, ERR_USAGE, "there is no option -%c (see --help)", letter);
	return NULL;
}

/* Is it an option, or several?  A lone "-" is standard input. */
static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

/* The words of a command line, and which of them is read. */
struct words {
	int argc;
	char *const *argv;
	int i;
	bool prefixes;
};

/* An argument in the next word, if there has to be or may be one. */
static int take_next(const struct opt *opt, struct words *w, char **arg, struct err *e)
{
	char *next = w->i + 1 < w->argc ? w->argv[w->i + 1] : NULL;
	bool take = cli_store_must(opt);

	if (take && (!next || (opt->kind == OPT_MANY && is_option(next))))
		return err_set(e, ERR_USAGE, "--%s needs an argument: %s", opt->name, opt->arg);
	if (next && opt->kind == OPT_MAYBE)
		take = next[0] != '-';
	if (next && (opt->kind == OPT_ANSWER || opt->kind == OPT_SWITCH))
		take = text_lists("true|false", '|', next);
	if (!take)
		return 0;
	*arg = next;
	w->i++;
	return 0;
}

/* The words behind the first one of OPT_MANY. */
static int take_rest(const struct opt *opt, struct words *w, struct options *o, struct err *e)
{
	if (opt->kind != OPT_MANY)
		return 0;
	for (; w->i + 1 < w->argc && !is_option(w->argv[w->i + 1]); w->i++)
		if (o &&
		    cli_store_list((void *)((char *)o + opt->at), opt, w->argv[w->i + 1], e) < 0)
			return -1;
	return 0;
}

static int parse_long(const struct opt *const tables[], struct words *w, struct options *o,
		      struct err *e)
{
	char *name = w->argv[w->i] + 2, *arg = NULL;
	size_t len = strcspn(name, "=");
	const struct opt *opt = find_long(tables, name, len, w->prefixes, e);

	if (!opt)
		return -1;
	if (name[len] == '=') {
		arg = name + len + 1;
		if (!cli_store_may(opt))
			return err_set(e, ERR_USAGE, "--%s takes no argument", opt->name);
	} else if (take_next(opt, w, &arg, e) < 0) {
		return -1;
	}
	if (o && cli_store(o, opt, arg, e) < 0)
		return -1;
	return take_rest(opt, w, o, e);
}

static int parse_letters(const struct opt *const tables[], struct words *w, struct options *o,
			 struct err *e)
{
	char *letters = w->argv[w->i] + 1, *arg;
	const struct opt *opt;

	for (; *letters; letters++) {
		opt = find_letter(tables, *letters, e);
		if (!opt)
			return -1;
		arg = NULL;
		if (letters[1] == '=' && cli_store_may(opt))
			arg = letters + 2; /* -o=json */
		else if (letters[1] && (cli_store_must(opt) || opt->kind == OPT_MAYBE))
			arg = letters + 1; /* -ojson */
		else if (!letters[1] && take_next(opt, w, &arg, e) < 0)
			return -1;
		if (o && cli_store(o, opt, arg, e) < 0)
			return -1;
		if (arg)
			break;
	}
	return 0;
}

/* The option at w, and its argument; without o, only skip them. */
static int parse_option(const struct opt *const tables[], struct words *w, struct options *o,
			struct err *e)
{
	return w->argv[w->i][1] == '-' ? parse_long(tables, w, o, e) :
					 parse_letters(tables, w, o, e);
}

int cli_parse(const struct opt *const tables[], int argc, char *const argv[], bool prefixes,
	      struct options *o, struct err *e)
{
	struct words w = { .argc = argc, .argv = argv, .prefixes = prefixes };
	bool only_files = false;

	for (; w.i < argc; w.i++) {
		if (only_files || !is_option(argv[w.i])) {
			if (cli_store_file(o, argv[w.i], e) < 0)
				return -1;
			if (o->operand_count++ == 0)
				o->operand = argv[w.i];
		} else if (strcmp(argv[w.i], "--") == 0) {
			only_files = true;
		} else if (parse_option(tables, &w, o, e) < 0) {
			return -1;
		}
	}
	return 0;
}

int cli_word(const struct opt *const tables[], int argc, char *const argv[], int from,
	     bool prefixes, struct err *e)
{
	struct words w = { .argc = argc, .argv = argv, .i = from, .prefixes = prefixes };

	for (; w.i < argc && is_option(argv[w.i]); w.i++)
		if (strcmp(argv[w.i], "--") == 0 || parse_option(tables, &w, NULL, e) < 0)
			return argc;
	return w.i < argc ? w.i : argc;
}
