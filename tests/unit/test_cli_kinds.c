/* The kinds of options that IONOS's command brought: lists of words, files, answers, counters. */
#include "unit/unit.h"

#include "base/text.h"
#include "cli.h"
#include "unit/files.h"
#include "cloud/ionos/own.h"

static const struct opt kinds[] = {
	{ OPT_WORDS, 'l', "location", "NAMES", OPT_OWN(struct ionos_own, locations), "words" },
	{ OPT_FILES, 'i', "image", "FILES", OPT_AT(files), "files" },
	{ OPT_ANSWER, 'p', "plug", NULL, OPT_OWN(struct ionos_own, cpu_plug), "answer" },
	{ OPT_SWITCH, 's', "skip-update", NULL, OPT_OWN(struct ionos_own, skip_update), "switch" },
	{ OPT_MORE, 'v', "verbose", NULL, OPT_AT(verbose), "more" },
	{ OPT_CHOICE, 'o', "output", "text|json|xml", OPT_AT(output), "choice" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt shadowed[] = {
	{ OPT_TEXT, 'o', "output", "NAME", OPT_AT(label), "never found" },
	{ OPT_FLAG, 'q', "quiet", NULL, OPT_AT(quiet), "flag" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt *const tables[] = { kinds, shadowed, NULL };
static struct options o;

/* Words are cut where they stand, so each run gets copies. */
static char *const *copy(const char *const args[], int *argc)
{
	static char copies[20][600];
	static char *argv[20];

	for (*argc = 0; args[*argc]; ++*argc) {
		snprintf(copies[*argc], sizeof(copies[0]), "%s", args[*argc]);
		argv[*argc] = copies[*argc];
	}
	return argv;
}

static int parse(const char *const args[], struct err *e)
{
	int argc;
	char *const *argv = copy(args, &argc);

	cli_defaults(&o);
	return cli_parse(tables, argc, argv, false, &o, e);
}

#define GOOD(...)                                                                                  \
	do {                                                                                       \
		struct err e_ = ERR_INIT;                                                          \
		CHECK(parse((const char *const[]){ __VA_ARGS__, NULL }, &e_) == 0, "%s", e_.text); \
	} while (0)

#define BAD(...)                                                                                   \
	do {                                                                                       \
		struct err e_ = ERR_INIT;                                                          \
		assert_int_equal(parse((const char *const[]){ __VA_ARGS__, NULL }, &e_), -1);      \
		check_err(&e_, ERR_USAGE, #__VA_ARGS__);                                           \
	} while (0)

static void words(void **state)
{
	static const struct {
		const char *text;
		unsigned count;
		const char *at[4];
	} rows[] = {
		{ "fra", 1, { "fra" } },
		{ "fra,txl,vit", 3, { "fra", "txl", "vit" } },
		{ "", 0, { NULL } },
		{ ",", 2, { "", "" } },
		{ "a,", 2, { "a", "" } },
		{ ",a", 2, { "", "a" } },
		{ " a , b ", 2, { " a ", " b " } },
		{ "\"a,b\"", 1, { "a,b" } },
		{ "\"a,b\",c", 2, { "a,b", "c" } },
		{ "c,\"a,b\"", 2, { "c", "a,b" } },
		{ "\"\"", 1, { "" } },
		{ "\"\",\"\"", 2, { "", "" } },
		{ "\"say \"\"hi\"\", twice\",x", 2, { "say \"hi\", twice", "x" } },
		{ "\"\"\"\"", 1, { "\"" } },
		{ "in\"side", 1, { "in\"side" } },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		GOOD("--location", rows[i].text);
		CHECK(ionos_own_set(&o)->locations.count == rows[i].count, "%s: %u", rows[i].text,
		      ionos_own_set(&o)->locations.count);
		for (k = 0; k < rows[i].count; k++)
			CHECK(strcmp(ionos_own_set(&o)->locations.at[k], rows[i].at[k]) == 0,
			      "%s: %s", rows[i].text, ionos_own_set(&o)->locations.at[k]);
	}
	GOOD("-l", "a,b", "-lc", "-l=d,e", "--location=f");
	assert_int_equal(ionos_own_set(&o)->locations.count, 6);
	assert_string_equal(ionos_own_set(&o)->locations.at[4], "e");
	assert_string_equal(ionos_own_set(&o)->locations.at[5], "f");
	BAD("-l", "\"a");
	BAD("-l", "\"");
	BAD("-l", "\"a\"b");
	BAD("-l", "\"a\" ,b");
	BAD("-l", "\"a\"\"");
	BAD("-l");
	assert_true(!ionos_own_set(&o)->locations.count);
}

static void too_many_words(void **state)
{
	char text[2 * LIST_MAX + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text) - 1; i++)
		text[i] = ',';
	text[LIST_MAX - 1] = '\0';
	GOOD("-l", text);
	assert_int_equal(ionos_own_set(&o)->locations.count, LIST_MAX);
	text[LIST_MAX - 1] = ',';
	text[LIST_MAX] = '\0';
	BAD("-l", text);
	GOOD("-i", "-", "-i", "a,b");
	text[FILES_MAX - 1] = '\0';
	GOOD("-i", text);
	assert_int_equal(o.file_count, FILES_MAX);
	BAD("-i", text, "file");
	BAD("file", "-i", text);
}

/* A comma in the name of a file that exists does not tear it apart. */
static void files_with_commas(void **state)
{
	const char *path;

	(void)state;
	path = file_make(0, "one,two.raw", "x", 1);
	GOOD("-i", path, "--image=a.iso,\"b,c.iso\"", "d.iso", "-i-", "-i", "-");
	assert_int_equal(o.file_count, 6);
	assert_string_equal(o.files[0], path);
	assert_string_equal(o.files[1], "a.iso");
	assert_string_equal(o.files[2], "b,c.iso");
	assert_string_equal(o.files[3], "d.iso");
	assert_string_equal(o.files[4], "-");
	assert_string_equal(o.files[5], "-");
	assert_int_equal(o.operand_count, 1);
	assert_string_equal(o.operand, "d.iso");
	/* What stands alone is never cut. */
	GOOD("a.iso,b.iso");
	assert_int_equal(o.file_count, 1);
	assert_int_equal(o.operand_count, 1);
	GOOD("-i", "\"quoted\"");
	assert_string_equal(o.files[0], "quoted");
	assert_int_equal(o.operand_count, 0);
	assert_null(o.operand);
}

static void answers(void **state)
{
	static const char *const yes[] = { "1", "t", "T", "true", "True", "TRUE" };
	static const char *const no[] = { "0", "f", "F", "false", "False", "FALSE" };
	static const char *const neither[] = { "", "yes", "tRUE", "2", "true ", "t|T", "|" };
	char word[40];
	size_t i;

	(void)state;
	GOOD("x");
	assert_int_equal(ionos_own_set(&o)->cpu_plug, ANSWER_NONE);
	assert_false(ionos_own_set(&o)->skip_update);
	GOOD("--plug", "--skip-update");
	assert_int_equal(ionos_own_set(&o)->cpu_plug, ANSWER_YES);
	assert_true(ionos_own_set(&o)->skip_update);
	for (i = 0; i < COUNT(yes); i++) {
		snprintf(word, sizeof(word), "--plug=%s", yes[i]);
		GOOD("--plug=false", word);
		assert_int_equal(ionos_own_set(&o)->cpu_plug, ANSWER_YES);
		snprintf(word, sizeof(word), "-p=%s", no[i]);
		GOOD("--plug", word);
		assert_int_equal(ionos_own_set(&o)->cpu_plug, ANSWER_NO);
		snprintf(word, sizeof(word), "--skip-update=%s", no[i]);
		GOOD("-s", word);
		assert_false(ionos_own_set(&o)->skip_update);
	}
	for (i = 0; i < COUNT(neither); i++) {
		snprintf(word, sizeof(word), "--plug=%s", neither[i]);
		BAD(word);
		snprintf(word, sizeof(word), "--skip-update=%s", neither[i]);
		BAD(word);
	}
	/* The help text writes "--expose-serial true": these two words, and no others. */
	GOOD("--plug", "false", "--skip-update", "true", "f");
	assert_int_equal(ionos_own_set(&o)->cpu_plug, ANSWER_NO);
	assert_true(ionos_own_set(&o)->skip_update);
	assert_int_equal(o.file_count, 1);
	GOOD("--plug", "False", "-p", "1", "-s", "false");
	assert_int_equal(ionos_own_set(&o)->cpu_plug, ANSWER_YES);
	assert_false(ionos_own_set(&o)->skip_update);
	assert_int_equal(o.file_count, 2);
	/* Among letters, only the last one takes a word. */
	GOOD("-ps", "false");
	assert_int_equal(ionos_own_set(&o)->cpu_plug, ANSWER_YES);
	assert_false(ionos_own_set(&o)->skip_update);
	BAD("-pfalse");
}

static void counters(void **state)
{
	static const struct {
		const char *args[4];
		unsigned want;
	} rows[] = {
		{ { "f" }, 0 },
		{ { "-v" }, 1 },
		{ { "-vv" }, 2 },
		{ { "-vvv" }, 3 },
		{ { "-v", "--verbose", "-vq" }, 3 },
		{ { "--verbose=2" }, 2 },
		{ { "-v=3" }, 3 },
		{ { "-vv", "--verbose=0" }, 0 },
		{ { "--verbose=1", "-v" }, 2 },
		{ { "-v", "1" }, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		CHECK(parse(rows[i].args, &e) == 0, "%s: %s", rows[i].args[0], e.text);
		CHECK(o.verbose == rows[i].want, "%s: %u", rows[i].args[0], o.verbose);
	}
	BAD("--verbose=");
	BAD("--verbose=much");
	BAD("-v2");
	BAD("--verbose=1001");
}

/* The table that stands first is the one that counts. */
static void the_first_of_two(void **state)
{
	(void)state;
	GOOD("-o", "xml");
	assert_string_equal(o.output, "xml");
	assert_null(o.label);
	GOOD("--output=json", "-q");
	assert_string_equal(o.output, "json");
	assert_true(o.quiet);
	BAD("-o", "yaml");
}

/* Where the words of a verb stand, with options around them. */
static void the_next_word(void **state)
{
	static const struct {
		const char *args[8];
		int from, want;
	} rows[] = {
		{ { "image", "upload" }, 0, 0 },
		{ { "image", "upload" }, 1, 1 },
		{ { "image", "upload" }, 2, 2 },
		{ { "-o", "json", "image" }, 0, 2 },
		{ { "-ojson", "image" }, 0, 1 },
		{ { "-o=json", "image" }, 0, 1 },
		{ { "--output=json", "-vv", "image" }, 0, 2 },
		{ { "-s", "true", "image" }, 0, 2 },
		{ { "-s", "image" }, 0, 1 },
		{ { "-s=true", "image" }, 0, 1 },
		{ { "-l", "\"quotes", "image" }, 0, 2 },
		{ { "--output", "yaml", "image" }, 0, 2 },
		{ { "-", "image" }, 0, 0 },
		{ { "--", "image" }, 0, 2 },
		{ { "-v" }, 0, 1 },
		{ { NULL }, 0, 0 },
	};
	struct err e = ERR_INIT;
	char *const *argv;
	int argc, at;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		argv = copy(rows[i].args, &argc);
		at = cli_word(tables, argc, argv, rows[i].from, false, &e);
		CHECK(at == rows[i].want && e.code == ERR_NONE, "%zu: %d, %s", i, at, e.text);
	}
	argv = copy((const char *const[]){ "-l", "a,b", "image", NULL }, &argc);
	assert_int_equal(cli_word(tables, argc, argv, 0, false, &e), 2);
	assert_string_equal(argv[1], "a,b"); /* not cut yet */
	argv = copy((const char *const[]){ "--nope", "image", NULL }, &argc);
	assert_int_equal(cli_word(tables, argc, argv, 0, false, &e), 2);
	check_err(&e, ERR_USAGE, "unknown");
	err_clear(&e);
	argv = copy((const char *const[]){ "image", "-o", NULL }, &argc);
	assert_int_equal(cli_word(tables, argc, argv, 1, false, &e), 2);
	check_err(&e, ERR_USAGE, "no argument");
}

static void choices(void **state)
{
	(void)state;
	assert_true(text_lists("image|img", '|', "image"));
	assert_true(text_lists("image|img", '|', "img"));
	assert_false(text_lists("image|img", '|', "im"));
	assert_false(text_lists("image|img", '|', "image|img"));
	assert_false(text_lists("image|img", '|', ""));
	assert_false(text_lists("", '|', ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(too_many_words),
		cmocka_unit_test(files_with_commas),
		cmocka_unit_test(answers),
		cmocka_unit_test(counters),
		cmocka_unit_test(the_first_of_two),
		cmocka_unit_test(the_next_word),
		cmocka_unit_test(choices),
	};

	return cmocka_run_group_tests_name("cli_kinds", tests, files_setup, files_teardown);
}
