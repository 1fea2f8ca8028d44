#include "cli.h"

#include <assert.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"

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

void cli_tables(const struct provider *p, const struct opt *tables[CLI_TABLES])
{
	unsigned n = 0;

	tables[n++] = p->options;
	if (p->more_options)
		tables[n++] = p->more_options;
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

/* Does it take an argument at all, behind '=' for example? */
static bool may_have_argument(const struct opt *opt)
{
	return opt->kind != OPT_FLAG && opt->kind != OPT_OFF && opt->kind != OPT_NAME;
}

static bool needs_argument(const struct opt *opt)
{
	return may_have_argument(opt) && opt->kind != OPT_MAYBE && opt->kind != OPT_MORE &&
	       opt->kind != OPT_ANSWER && opt->kind != OPT_SWITCH;
}

bool cli_choice(const char *list, const char *word)
{
	size_t len;

	for (; *list; list += len + (list[len] == '|')) {
		len = strcspn(list, "|");
		if (strlen(word) == len && strncmp(list, word, len) == 0)
			return true;
	}
	return false;
}

static int put_name(const struct opt *opt, const char **to, struct err *e)
{
	if (*to && strcmp(*to, opt->name) != 0)
		return err_set(e, ERR_USAGE, "--%s contradicts %s", opt->name, *to);
	*to = opt->name;
	return 0;
}

static int put_lower(const struct opt *opt, const char **to, char *arg, struct err *e)
{
	if (!*arg)
		return err_set(e, ERR_USAGE, "--%s needs an argument: %s", opt->name, opt->arg);
	for (*to = arg; *arg; arg++)
		if (*arg >= 'A' && *arg <= 'Z')
			*arg = (char)(*arg - 'A' + 'a');
	return 0;
}

static int put_list(struct opt_list *list, const struct opt *opt, const char *arg, struct err *e)
{
	if (list->count == LIST_MAX)
		return err_set(e, ERR_USAGE, "--%s was given more than %d times", opt->name,
			       LIST_MAX);
	list->at[list->count++] = arg;
	return 0;
}

static int put_file(struct options *o, const char *name, struct err *e)
{
	if (o->file_count == FILES_MAX)
		return err_set(e, ERR_USAGE, "more than %d files", FILES_MAX);
	o->files[o->file_count++] = name;
	return 0;
}

/*
 * Cut off the first of the words that commas separate, with the quotes of Go's
 * encoding/csv: "a,b" is one word, and "" in it a quote.  Moves *rest to the
 * next one, or to NULL behind the last.  Returns NULL if the quotes are wrong.
 */
static char *cut_word(char **rest)
{
	char *word = *rest, *from = word + 1, *to = word;

	*rest = NULL;
	if (*word != '"') {
		from = strchr(word, ',');
		if (from) {
			*from = '\0';
			*rest = from + 1;
		}
		return word;
	}
	for (;; from++) {
		if (*from == '\0')
			return NULL;
		if (*from == '"' && *++from != '"')
			break;
		*to++ = *from;
	}
	if (*from == ',')
		*rest = from + 1;
	else if (*from != '\0')
		return NULL;
	*to = '\0';
	return word;
}

/* An argument that is "" has no words. */
static int put_words(struct options *o, const struct opt *opt, char *arg, struct err *e)
{
	char *rest = *arg ? arg : NULL, *word;
	int result;

	while (rest) {
		word = cut_word(&rest);
		if (!word)
			return err_set(e, ERR_USAGE, "--%s: the quotes do not enclose a word",
				       opt->name);
		if (opt->kind == OPT_FILES)
			result = put_file(o, word, e);
		else
			result = put_list((void *)((char *)o + opt->at), opt, word, e);
		if (result < 0)
			return -1;
	}
	return 0;
}

static int put_files(struct options *o, const struct opt *opt, char *arg, struct err *e)
{
	/* A file may have a comma in its name. */
	if (access(arg, F_OK) == 0 || (!strchr(arg, ',') && *arg != '"'))
		return put_file(o, arg, e);
	return put_words(o, opt, arg, e);
}

/* As Go's strconv.ParseBool(); without an argument, the answer is yes. */
static int put_answer(const struct opt *opt, void *to, const char *arg, struct err *e)
{
	bool yes = !arg || cli_choice("1|t|T|TRUE|true|True", arg);

	if (!yes && !cli_choice("0|f|F|FALSE|false|False", arg))
		return err_set(e, ERR_USAGE, "--%s takes true or false, not %s", opt->name, arg);
	if (opt->kind == OPT_SWITCH)
		*(bool *)to = yes;
	else
		*(enum answer *)to = yes ? ANSWER_YES : ANSWER_NO;
	return 0;
}

static int put_more(const struct opt *opt, unsigned *to, const char *arg, struct err *e)
{
	uint64_t n = 0;

	if (!arg) {
		*to += *to < 1000;
		return 0;
	}
	if (text_number(arg, 1000, &n) < 0)
		return err_set(e, ERR_USAGE, "--%s %s: not a number", opt->name, arg);
	*to = (unsigned)n;
	return 0;
}

/* As oslo.utils' bool_from_string() in its strict form. */
static int put_truth(const struct opt *opt, void *to, const char *arg, struct err *e)
{
	static const char *const words[] = { "1", "t", "true",  "on",  "y", "yes",
					     "0", "f", "false", "off", "n", "no" };
	size_t i, count = sizeof(words) / sizeof(words[0]);

	for (i = 0; i < count && strcasecmp(words[i], arg) != 0; i++)
		;
	if (i == count)
		return err_set(e, ERR_USAGE, "--%s takes True or False, not %s", opt->name, arg);
	if (opt->kind == OPT_ASSENT)
		*(bool *)to = i < count / 2;
	else
		*(enum answer *)to = i < count / 2 ? ANSWER_YES : ANSWER_NO;
	return 0;
}

/* --os-distro debian is the property os_distro=debian. */
static int put_property(struct options *o, const struct opt *opt, const char *arg, struct err *e)
{
	char *made = o->composed + o->composed_len, *c;
	struct text t;

	assert(o->composed_len < sizeof(o->composed));
	text_init(&t, made, sizeof(o->composed) - o->composed_len);
	text_put(&t, opt->name);
	for (c = made; *c; c++)
		if (*c == '-')
			*c = '_';
	text_put(&t, "=");
	text_put(&t, arg);
	if (t.full || o->composed_len + t.len + 2 > sizeof(o->composed))
		return err_set(e, ERR_USAGE, "--%s is too long", opt->name);
	o->composed_len += t.len + 1;
	return put_list(&o->properties, opt, made, e);
}

/* Kinds whose argument is one value with a form of its own. */
static int put_value(const struct opt *opt, void *to, const char *arg, struct err *e)
{
	switch (opt->kind) {
	case OPT_BOOL:
		*(bool *)to = strcasecmp(arg, "true") == 0;
		return *(bool *)to || strcasecmp(arg, "false") == 0 ?
			       0 :
			       err_set(e, ERR_USAGE, "--%s takes true or false, not %s", opt->name,
				       arg);
	case OPT_CHOICE:
		*(const char **)to = arg;
		return cli_choice(opt->arg, arg) ? 0 :
						   err_set(e, ERR_USAGE, "--%s takes %s, not %s",
							   opt->name, opt->arg, arg);
	case OPT_SIZE:
		return text_size(arg, to) == 0 ?
			       0 :
			       err_set(e, ERR_USAGE, "--%s %s: not a size; 6G or 500M, for example",
				       opt->name, arg);
	case OPT_TIME:
		return text_duration(arg, to) == 0 ?
			       0 :
			       err_set(e, ERR_USAGE,
				       "--%s %s: not a time; 90s, 10m or 1.5h, for example",
				       opt->name, arg);
	default:
		assert(opt->kind == OPT_COUNT);
		return text_number(arg, 1000000, to) == 0 ?
			       0 :
			       err_set(e, ERR_USAGE, "--%s %s: not a number", opt->name, arg);
	}
}

static int store(struct options *o, const struct opt *opt, char *arg, struct err *e)
{
	void *to = (char *)o + opt->at;

	assert(arg || !needs_argument(opt));
	switch (opt->kind) {
	case OPT_FLAG:
	case OPT_OFF:
		*(bool *)to = opt->kind == OPT_FLAG;
		return 0;
	case OPT_NAME:
		return put_name(opt, to, e);
	case OPT_TEXT:
	case OPT_MAYBE:
		*(const char **)to = arg;
		return 0;
	case OPT_LOWER:
		return put_lower(opt, to, arg, e);
	case OPT_MANY:
		((struct opt_list *)to)->count = 0;
		return put_list(to, opt, arg, e);
	case OPT_LIST:
		return put_list(to, opt, arg, e);
	case OPT_WORDS:
		return put_words(o, opt, arg, e);
	case OPT_FILES:
		return put_files(o, opt, arg, e);
	case OPT_ANSWER:
	case OPT_SWITCH:
		return put_answer(opt, to, arg, e);
	case OPT_TRUTH:
	case OPT_ASSENT:
		return put_truth(opt, to, arg, e);
	case OPT_PROPERTY:
		return put_property(o, opt, arg, e);
	case OPT_REFUSED:
		return err_set(e, ERR_USAGE, "--%s is %s", opt->name, opt->help);
	case OPT_MORE:
		return put_more(opt, to, arg, e);
	default:
		return put_value(opt, to, arg, e);
	}
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
	bool take = needs_argument(opt);

	if (take && (!next || (opt->kind == OPT_MANY && is_option(next))))
		return err_set(e, ERR_USAGE, "--%s needs an argument: %s", opt->name, opt->arg);
	if (next && opt->kind == OPT_MAYBE)
		take = next[0] != '-';
	if (next && (opt->kind == OPT_ANSWER || opt->kind == OPT_SWITCH))
		take = cli_choice("true|false", next);
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
		if (o && put_list((void *)((char *)o + opt->at), opt, w->argv[w->i + 1], e) < 0)
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
		if (!may_have_argument(opt))
			return err_set(e, ERR_USAGE, "--%s takes no argument", opt->name);
	} else if (take_next(opt, w, &arg, e) < 0) {
		return -1;
	}
	if (o && store(o, opt, arg, e) < 0)
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
		if (letters[1] == '=' && may_have_argument(opt))
			arg = letters + 2; /* -o=json */
		else if (letters[1] && (needs_argument(opt) || opt->kind == OPT_MAYBE))
			arg = letters + 1; /* -ojson */
		else if (!letters[1] && take_next(opt, w, &arg, e) < 0)
			return -1;
		if (o && store(o, opt, arg, e) < 0)
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
			if (put_file(o, argv[w.i], e) < 0)
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
