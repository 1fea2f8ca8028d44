#include "cli.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

const struct opt cli_common[] = {
	{ OPT_CHOICE, 'o', "output", "text|json", OPT_AT(output), "the form of the result" },
	{ OPT_FLAG, 0, "no-headers", NULL, OPT_AT(no_headers), "no line of column names" },
	{ OPT_TEXT, 0, "cols", "NAMES", OPT_AT(columns), "the columns, joined by commas" },
	{ OPT_CHOICE, 0, "progress", "auto|bar|lines|json|none", OPT_AT(progress),
	  "how to show progress on standard error" },
	{ OPT_FLAG, 'q', "quiet", NULL, OPT_AT(quiet), "nothing on standard error but errors" },
	{ OPT_FLAG, 'v', "verbose", NULL, OPT_AT(verbose), "one line for each request" },
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

static bool takes_argument(const struct opt *opt)
{
	return opt->kind != OPT_FLAG && opt->kind != OPT_OFF;
}

/* Is arg one of the words in list? */
static bool is_choice(const char *list, const char *arg)
{
	size_t len;

	for (; *list; list += len + (list[len] == '|')) {
		len = strcspn(list, "|");
		if (strlen(arg) == len && strncmp(list, arg, len) == 0)
			return true;
	}
	return false;
}

static int put_list(struct opt_list *list, const struct opt *opt, const char *arg, struct err *e)
{
	if (list->count == LIST_MAX)
		return err_set(e, ERR_USAGE, "--%s was given more than %d times", opt->name,
			       LIST_MAX);
	list->at[list->count++] = arg;
	return 0;
}

static int store(struct options *o, const struct opt *opt, const char *arg, struct err *e)
{
	void *to = (char *)o + opt->at;

	switch (opt->kind) {
	case OPT_FLAG:
		*(bool *)to = true;
		return 0;
	case OPT_OFF:
		*(bool *)to = false;
		return 0;
	case OPT_TEXT:
	case OPT_MAYBE:
		*(const char **)to = arg;
		return 0;
	default:
		break;
	}
	assert(arg);
	switch (opt->kind) {
	case OPT_BOOL:
		*(bool *)to = strcasecmp(arg, "true") == 0;
		return *(bool *)to || strcasecmp(arg, "false") == 0 ?
			       0 :
			       err_set(e, ERR_USAGE, "--%s takes true or false, not %s", opt->name,
				       arg);
	case OPT_LIST:
		return put_list(to, opt, arg, e);
	case OPT_CHOICE:
		*(const char **)to = arg;
		return is_choice(opt->arg, arg) ? 0 :
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
	case OPT_COUNT:
		return text_number(arg, 1000000, to) == 0 ?
			       0 :
			       err_set(e, ERR_USAGE, "--%s %s: not a number", opt->name, arg);
	default:
		return 0;
	}
}

/* An argument in the next word of argv, if there has to be or may be one. */
static int take_next(const struct opt *opt, int argc, char *const argv[], int *i, const char **arg,
		     struct err *e)
{
	if (!takes_argument(opt))
		return 0;
	if (opt->kind == OPT_MAYBE && (*i + 1 >= argc || argv[*i + 1][0] == '-'))
		return 0;
	if (*i + 1 >= argc)
		return err_set(e, ERR_USAGE, "--%s needs an argument: %s", opt->name, opt->arg);
	*arg = argv[++*i];
	return 0;
}

static int parse_long(const struct opt *const tables[], int argc, char *const argv[], int *i,
		      bool prefixes, struct options *o, struct err *e)
{
	const char *name = argv[*i] + 2, *arg = NULL;
	size_t len = strcspn(name, "=");
	const struct opt *opt = find_long(tables, name, len, prefixes, e);

	if (!opt)
		return -1;
	if (name[len] == '=') {
		arg = name + len + 1;
		if (!takes_argument(opt))
			return err_set(e, ERR_USAGE, "--%s takes no argument", opt->name);
	} else if (take_next(opt, argc, argv, i, &arg, e) < 0) {
		return -1;
	}
	return store(o, opt, arg, e);
}

static int parse_letters(const struct opt *const tables[], int argc, char *const argv[], int *i,
			 struct options *o, struct err *e)
{
	const char *letters = argv[*i] + 1, *arg;
	const struct opt *opt;

	for (; *letters; letters++) {
		opt = find_letter(tables, *letters, e);
		if (!opt)
			return -1;
		arg = NULL;
		if (takes_argument(opt) && letters[1])
			arg = letters + 1; /* -ojson */
		else if (take_next(opt, argc, argv, i, &arg, e) < 0)
			return -1;
		if (store(o, opt, arg, e) < 0)
			return -1;
		if (arg)
			break;
	}
	return 0;
}

int cli_parse(const struct opt *const tables[], int argc, char *const argv[], bool prefixes,
	      struct options *o, struct err *e)
{
	bool only_files = false;
	int i, result;

	for (i = 0; i < argc; i++) {
		const char *a = argv[i];

		if (only_files || a[0] != '-' || a[1] == '\0') {
			if (o->file_count == TASKS_MAX)
				return err_set(e, ERR_USAGE, "more than %d files", TASKS_MAX);
			o->files[o->file_count++] = a;
			continue;
		}
		if (strcmp(a, "--") == 0) {
			only_files = true;
			continue;
		}
		result = a[1] == '-' ? parse_long(tables, argc, argv, &i, prefixes, o, e) :
				       parse_letters(tables, argc, argv, &i, o, e);
		if (result < 0)
			return -1;
	}
	return 0;
}

static void help_option(const struct opt *o)
{
	char left[80];
	struct text t;

	text_init(&t, left, sizeof(left));
	if (o->letter)
		text_printf(&t, "-%c, ", o->letter);
	text_printf(&t, "--%s", o->name);
	if (o->arg)
		text_printf(&t, o->kind == OPT_MAYBE ? " [%s]" : " %s", o->arg);
	printf(strlen(left) > 24 ? "  %s\n%28s%s\n" : "  %-26s%.0s%s\n", left, "", o->help);
}

void cli_help(const char *program, const char *command, const char *operands, const char *summary,
	      const struct opt *const tables[])
{
	const struct opt *o;

	printf("usage: %s %s [options]%s%s\n\n%s\n\noptions:\n", program, command,
	       *operands ? " " : "", operands, summary);
	for (; *tables; tables++)
		for (o = *tables; o->kind != OPT_END; o++)
			help_option(o);
	fputs("\nexit status: 0 done, 1 failed for good, 2 usage or settings, 3 bad image,\n"
	      "4 temporary failure, 5 uploaded but a later step failed; see hoist(1)\n",
	      stdout);
}

void cli_overview(const struct provider *const local[])
{
	const struct provider *const *p;

	fputs("usage: hoist COMMAND [options] FILE...\n\n"
	      "Uploads disk images to clouds, and reports nothing as done that is not.\n\n"
	      "commands:\n",
	      stdout);
	for (p = providers; *p; p++)
		printf("  %-12s%s\n", (*p)->name, (*p)->summary);
	for (p = local; *p; p++)
		printf("  %-12s%s\n", (*p)->name, (*p)->summary);
	fputs("  linode-cli  image-upload and images upload, in linode-cli's own grammar\n\n"
	      "hoist COMMAND --help tells the options of one, hoist(1) everything.\n",
	      stdout);
}
