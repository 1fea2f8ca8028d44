#include "unit/unit.h"

#include "cli.h"
#include "cloud/grammar.h"
#include "local.h"
#include "unit/caught.h"
#include "cloud/linode/own.h"

static const struct opt kinds[] = {
	{ OPT_FLAG, 'q', "quiet", NULL, OPT_AT(quiet), "flag" },
	{ OPT_OFF, 'w', "no-wait", NULL, OPT_AT(wait), "off" },
	{ OPT_BOOL, 'b', "init", "BOOL", OPT_OWN(struct linode_own, cloud_init), "bool" },
	{ OPT_TEXT, 'l', "label", "LABEL", OPT_AT(label), "text" },
	{ OPT_MAYBE, 'r', "region", "REGION", OPT_AT(region), "maybe" },
	{ OPT_LIST, 't', "tag", "TAG", OPT_AT(tags), "list" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt values[] = {
	{ OPT_SIZE, 's', "max-size", "SIZE", OPT_AT(max_size), "size" },
	{ OPT_TIME, 0, "timeout", "TIME", OPT_AT(timeout_ms), "time" },
	{ OPT_COUNT, 'n', "retry", "N", OPT_AT(retry), "count" },
	{ OPT_CHOICE, 'o', "output", "text|json", OPT_AT(output), "choice" },
	{ OPT_TEXT, 0, "max", "X", OPT_AT(description), "a prefix of another, behind it" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt *const tables[] = { kinds, values, NULL };
static struct options o;

static int parse_with(const struct opt *const t[], bool prefixes, struct err *e,
		      const char *const args[])
{
	char *argv[80];
	int argc = 0;

	for (; args[argc]; argc++)
		argv[argc] = (char *)args[argc];
	cli_defaults(&o);
	return cli_parse(t, argc, argv, prefixes, &o, e);
}

#define PARSE(e, ...) parse_with(tables, false, e, (const char *const[]){ __VA_ARGS__, NULL })
#define PARSE_PREFIXES(e, ...)                                                                     \
	parse_with(tables, true, e, (const char *const[]){ __VA_ARGS__, NULL })

/* Parse well. */
#define GOOD(...)                                                                                  \
	do {                                                                                       \
		struct err e_ = ERR_INIT;                                                          \
		CHECK(PARSE(&e_, __VA_ARGS__) == 0, "%s", e_.text);                                \
	} while (0)

static void defaults(void **state)
{
	(void)state;
	memset(&o, 0xff, sizeof(o));
	cli_defaults(&o);
	assert_int_equal(o.file_count, 0);
	assert_int_equal(o.tags.count, 0);
	assert_null(o.label);
	assert_true(o.wait);
	assert_false(o.quiet);
	assert_string_equal(o.output, "text");
	assert_true(o.retry > 0 && o.jobs > 0 && o.timeout_ms > 0 && o.stall_ms > 0);
}

static void every_kind(void **state)
{
	(void)state;
	GOOD("--quiet", "--no-wait", "--label", "L", "--max-size", "6G", "--timeout", "1.5h");
	assert_true(o.quiet);
	assert_false(o.wait);
	assert_string_equal(o.label, "L");
	assert_int_equal(o.max_size, UINT64_C(6) << 30);
	assert_int_equal(o.timeout_ms, 5400000);
	GOOD("--init", "TRUE", "--retry", "0", "--output", "json", "--tag", "a", "--tag=b");
	assert_true(linode_own_set(&o)->cloud_init);
	assert_int_equal(o.retry, 0);
	assert_string_equal(o.output, "json");
	assert_int_equal(o.tags.count, 2);
	assert_string_equal(o.tags.at[0], "a");
	assert_string_equal(o.tags.at[1], "b");
	GOOD("--init", "true", "--init=false");
	assert_false(linode_own_set(&o)->cloud_init);
}

/* All the ways to write an argument, and arguments that look like something else. */
static void arguments(void **state)
{
	(void)state;
	GOOD("--label=a=b", "x");
	assert_string_equal(o.label, "a=b");
	GOOD("--label=", "x");
	assert_string_equal(o.label, "");
	GOOD("--label", "--quiet", "x");
	assert_string_equal(o.label, "--quiet");
	assert_false(o.quiet);
	GOOD("--label", "-", "x");
	assert_string_equal(o.label, "-");
	GOOD("-lx");
	assert_string_equal(o.label, "x");
	GOOD("-l", "x");
	assert_string_equal(o.label, "x");
	GOOD("-l=x");
	assert_string_equal(o.label, "x");
	GOOD("-ql=");
	assert_string_equal(o.label, "");
	GOOD("-l=a=b", "-o=json");
	assert_string_equal(o.label, "a=b");
	assert_string_equal(o.output, "json");
	GOOD("-qwo", "json", "-s1M", "file");
	assert_true(o.quiet && !o.wait);
	assert_string_equal(o.output, "json");
	assert_int_equal(o.max_size, 1 << 20);
	assert_int_equal(o.file_count, 1);
	GOOD("--label", "one", "--label", "two");
	assert_string_equal(o.label, "two");
}

/* linode-cli's --region may stand alone. */
static void arguments_that_may_be_missing(void **state)
{
	(void)state;
	GOOD("--region", "us-east", "f");
	assert_string_equal(o.region, "us-east");
	assert_int_equal(o.file_count, 1);
	GOOD("--region");
	assert_null(o.region);
	GOOD("--region", "--quiet");
	assert_null(o.region);
	assert_true(o.quiet);
	GOOD("--region=", "f");
	assert_true(!o.region || o.region[0] == '\0');
	assert_int_equal(o.file_count, 1);
	GOOD("-r", "eu", "-q");
	assert_string_equal(o.region, "eu");
	assert_true(o.quiet);
	GOOD("-r", "-q");
	assert_null(o.region);
	assert_true(o.quiet);
}

static void files(void **state)
{
	(void)state;
	GOOD("a", "--quiet", "b", "-", "--", "--label", "-q", "--", "c");
	assert_true(o.quiet);
	assert_null(o.label);
	assert_int_equal(o.file_count, 7);
	assert_string_equal(o.files[0], "a");
	assert_string_equal(o.files[2], "-");
	assert_string_equal(o.files[3], "--label");
	assert_string_equal(o.files[5], "--");
	assert_string_equal(o.files[6], "c");
	assert_int_equal(o.operand_count, 7);
	assert_string_equal(o.operand, "a");
	GOOD("");
	assert_int_equal(o.file_count, 1);
	assert_string_equal(o.files[0], "");
}

static void refused(void **state)
{
	static const char *const rows[][3] = {
		{ "--unknown" },
		{ "--unknown=1" },
		{ "-x" },
		{ "-qx" },
		{ "--Quiet" },
		{ "--quiet=1" },
		{ "--quiet=" },
		{ "--no-wait=yes" },
		{ "--label" },
		{ "-l" },
		{ "--tag" },
		{ "-ql" },
		{ "--init" },
		{ "--init", "yes" },
		{ "--init=" },
		{ "--init", "1" },
		{ "--max-size", "big" },
		{ "--max-size=" },
		{ "--max-size", "-1" },
		{ "-s" },
		{ "-sx" },
		{ "--timeout", "1 h" },
		{ "--timeout", "1d" },
		{ "--timeout=" },
		{ "--retry", "-1" },
		{ "--retry", "1.5" },
		{ "--retry", "1000001" },
		{ "--retry=" },
		{ "--output", "xml" },
		{ "--output", "" },
		{ "--output", "TEXT" },
		{ "--output", "tex" },
		{ "--output", "text|json" },
		{ "--output", "|" },
		{ "--output", "jsonx" },
		{ "--quie" },
		{ "--lab", "x" },
		{ "--=x" },
		{ "---quiet" },
		{ "--label-", "x" },
		{ "-=" },
		{ "-q=" },
		{ "-q=true" },
		{ "-w=x" },
		{ "--max-siz", "1" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		CHECK(parse_with(tables, false, &e, rows[i]) == -1, "%s %s", rows[i][0],
		      rows[i][1] ? rows[i][1] : "");
		check_err(&e, ERR_USAGE, rows[i][0]);
	}
}

static void prefixes(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(PARSE_PREFIXES(&e, "--qui", "--lab=x", "--outp", "json"), 0);
	assert_true(o.quiet);
	assert_string_equal(o.label, "x");
	assert_string_equal(o.output, "json");
	assert_int_equal(PARSE_PREFIXES(&e, "--max-", "1K"), 0);
	assert_int_equal(o.max_size, 1024);
	/* A whole name is that option, though others begin with it. */
	assert_int_equal(PARSE_PREFIXES(&e, "--max", "text"), 0);
	assert_string_equal(o.description, "text");
	assert_int_equal(o.max_size, 0);
	assert_int_equal(PARSE_PREFIXES(&e, "--ma", "1K"), -1);
	check_err(&e, ERR_USAGE, "--max-size or --max");
	err_clear(&e);
	assert_int_equal(PARSE_PREFIXES(&e, "--labell", "1K"), -1);
	check_err(&e, ERR_USAGE, "too much");
	err_clear(&e);
	assert_int_equal(PARSE_PREFIXES(&e, "--re", "1"), -1);
	check_err(&e, ERR_USAGE, "--region or --retry");
}

/* ... also where two others come before it. */
static void a_whole_name_behind_two_others(void **state)
{
	static const struct opt three[] = {
		{ OPT_TEXT, 0, "tag-one", "X", OPT_AT(label), "" },
		{ OPT_TEXT, 0, "tag-two", "X", OPT_AT(region), "" },
		{ OPT_TEXT, 0, "tag", "X", OPT_AT(description), "" },
		{ OPT_END, 0, NULL, NULL, 0, NULL },
	};
	static const struct opt *const t[] = { three, NULL };
	static const char *const args[] = { "--tag", "x", NULL };
	struct err e = ERR_INIT;

	(void)state;
	CHECK(parse_with(t, true, &e, args) == 0, "%s", e.text);
	assert_string_equal(o.description, "x");
}

static void as_many_as_there_is_room_for(void **state)
{
	char *argv[2 * LIST_MAX + 2];
	struct err e = ERR_INIT;
	int n;

	(void)state;
	for (n = 0; n < 2 * LIST_MAX + 2; n += 2) {
		argv[n] = (char *)"--tag";
		argv[n + 1] = (char *)"x";
	}
	cli_defaults(&o);
	assert_int_equal(cli_parse(tables, 2 * LIST_MAX, argv, false, &o, &e), 0);
	assert_int_equal(o.tags.count, LIST_MAX);
	cli_defaults(&o);
	assert_int_equal(cli_parse(tables, 2 * LIST_MAX + 2, argv, false, &o, &e), -1);
	check_err(&e, ERR_USAGE, "tags");
	err_clear(&e);
	for (n = 0; n <= FILES_MAX; n++)
		argv[n] = (char *)"file";
	cli_defaults(&o);
	assert_int_equal(cli_parse(tables, FILES_MAX, argv, false, &o, &e), 0);
	assert_int_equal(o.file_count, FILES_MAX);
	cli_defaults(&o);
	assert_int_equal(cli_parse(tables, FILES_MAX + 1, argv, false, &o, &e), -1);
	check_err(&e, ERR_USAGE, "files");
}

/* An argument that an option of this kind takes. */
static const char *sample(const struct opt *opt)
{
	static char word[64];

	switch (opt->kind) {
	case OPT_BOOL:
		return "true";
	case OPT_SIZE:
	case OPT_COUNT:
		return "3";
	case OPT_TIME:
		return "3s";
	case OPT_TRUTH:
	case OPT_ASSENT:
		return "Yes";
	case OPT_CHOICE:
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(opt->arg, "|"), opt->arg);
		return word;
	default:
		return opt->arg ? "x" : NULL;
	}
}

/*
 * Two options of a command share neither name nor letter, unless the one takes
 * the other's place: in a table before it, with the same of both.  Is x such an
 * other one?
 */
static bool check_names(const char *command, const struct opt *const t[],
			const struct opt *const *at, const struct opt *x)
{
	const struct opt *const *b;
	const struct opt *y;
	bool hidden = false;

	for (b = t; *b; b++) {
		for (y = *b; y->kind != OPT_END; y++) {
			bool same_name = strcmp(x->name, y->name) == 0;

			CHECK(x == y || b != at ||
				      (!same_name && (!x->letter || x->letter != y->letter)),
			      "%s: --%s, --%s", command, x->name, y->name);
			CHECK(x == y || same_name ? x->letter == y->letter :
						    !x->letter || x->letter != y->letter,
			      "%s: --%s, --%s", command, x->name, y->name);
			hidden = hidden || (same_name && b < at);
		}
	}
	return hidden;
}

/* How often the help has this option in its left column. */
static unsigned times(const char *help, const char *word)
{
	size_t len = strlen(word);
	unsigned n = 0;

	for (; (help = strstr(help, word)) != NULL; help += len)
		n += (memcmp(help - 2, "  ", 2) == 0 || memcmp(help - 2, ", ", 2) == 0) &&
		     strchr(" \n[", help[len]) != NULL;
	return n;
}

/* Every option of a command is found by its name and letter, once, and the help has it. */
static void check_command(const char *name, const struct opt *const t[], bool with_prefixes,
			  const char *help)
{
	const struct opt *const *a;
	const struct opt *x;
	char word[80];

	for (a = t; *a; a++) {
		for (x = *a; x->kind != OPT_END; x++) {
			const char *args[3] = { word, sample(x), NULL };
			struct err e = ERR_INIT;

			if (check_names(name, t, a, x))
				continue;
			snprintf(word, sizeof(word), "--%s", x->name);
			CHECK(parse_with(t, with_prefixes, &e, args) ==
				      (x->kind == OPT_REFUSED ? -1 : 0),
			      "%s: %s: %s", name, word, e.text);
			CHECK(x->kind != OPT_REFUSED || strstr(e.text, x->help), "%s", e.text);
			CHECK(times(help, word) == 1, "%s: %s is %u times in the help", name, word,
			      times(help, word));
			CHECK(strstr(help, x->help), "%s: no \"%s\" in the help", name, x->help);
			CHECK(!x->letter || (snprintf(word, sizeof(word), "-%c", x->letter) == 2 &&
					     parse_with(t, with_prefixes, &e, args) == 0),
			      "%s: -%c", name, x->letter);
			CHECK((x->arg == NULL) == (x->kind == OPT_FLAG || x->kind == OPT_OFF ||
						   x->kind == OPT_NAME || x->kind == OPT_ANSWER ||
						   x->kind == OPT_SWITCH || x->kind == OPT_MORE),
			      "%s", x->name);
		}
	}
}

/* What cli_help() prints, which must fit a terminal. */
static const char *help_of(const char *program, const char *name, const struct opt *const t[])
{
	static const char wrapped[] = "\n                            ";
	static char one[sizeof(caught)];
	const char *text, *line;
	char *to = one;

	caught_begin(STDOUT_FILENO);
	cli_help(program, name, "FILE...", "a summary", t);
	text = caught_end();
	assert_non_null(strstr(text, "a summary"));
	for (line = text; *line; line += strcspn(line, "\n") + 1)
		CHECK(strcspn(line, "\n") <= 80, "%s: %.130s", name, line);
	/* Lines that were wrapped are one again. */
	while (*text) {
		if (strncmp(text, wrapped, strlen(wrapped)) == 0) {
			text += strlen(wrapped);
			*to++ = ' ';
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
	return one;
}

static void every_table(void **state)
{
	const struct provider *const *lists[] = { providers, local_commands };
	const struct provider *const *p;
	const struct grammar *const *g;
	const struct verb *v;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lists); i++) {
		for (p = lists[i]; *p; p++) {
			const struct opt *t[CLI_TABLES];

			cli_tables(*p, t);
			check_command((*p)->name, t, false, help_of("hoist", (*p)->name, t));
		}
	}
	for (g = grammars; *g; g++)
		for (v = (*g)->verbs; v->provider; v++)
			check_command(v->words[0], v->options, (*g)->prefixes,
				      help_of((*g)->program, v->words[0], v->options));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(every_kind),
		cmocka_unit_test(arguments),
		cmocka_unit_test(arguments_that_may_be_missing),
		cmocka_unit_test(files),
		cmocka_unit_test(refused),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(a_whole_name_behind_two_others),
		cmocka_unit_test(as_many_as_there_is_room_for),
		cmocka_unit_test(every_table),
	};

	return cmocka_run_group_tests_name("cli", tests, files_setup, files_teardown);
}
