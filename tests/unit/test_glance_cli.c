/* glanceclient's grammar: what it takes, and what it prints. */
#include "unit/unit.h"

#include "base/text.h"
#include "cli.h"
#include "cloud/openstack/openstack.h"
#include "unit/caught.h"
#include "cloud/openstack/own.h"

static struct options options;
static struct task task;

static int make(void **state)
{
	static const char *const names[] = { "OS_IMAGE_STORE", "OS_IMAGE_STORES",
					     "OS_IMAGE_IMPORT_METHOD", "OS_IMAGE_ALLOW_FAILURE" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++)
		unsetenv(names[i]);
	memset(&task, 0, sizeof(task));
	cli_defaults(&options);
	task.options = &options;
	return 0;
}

static const char *print(void)
{
	caught_begin(STDOUT_FILENO);
	glance_grammar.print(stdout, &task, 1);
	return caught_end();
}

static void the_table(void **state)
{
	(void)state;
	strcpy(task.object,
	       "{\"size\":5,\"id\":\"1\",\"self\":\"x\",\"file\":\"x\",\"schema\":\"x\",\"tags\":"
	       "[\"\xc3\xa4 \\\"\",\"b\"],\"os_hidden\":false,\"owner\":null,"
	       "\"virtual_size\":null,\"B\":\"\xc3\xa4\"}");
	assert_string_equal(print(), "+--------------+--------------------+\n"
				     "| Property     | Value              |\n"
				     "+--------------+--------------------+\n"
				     "| B            | \xc3\xa4                  |\n"
				     "| id           | 1                  |\n"
				     "| os_hidden    | False              |\n"
				     "| owner        | None               |\n"
				     "| size         | 5                  |\n"
				     "| tags         | [\"\\u00e4 \\\"\", \"b\"] |\n"
				     "| virtual_size | Not available      |\n"
				     "+--------------+--------------------+\n");
}

/* The second column of the row, and of those that go on with it. */
static const char *cell_lines(const char *value)
{
	static char lines[1000];
	const char *line, *bar;
	struct text t;

	snprintf(task.object, sizeof(task.object), "{\"k\":\"%s\"}", value);
	print();
	text_init(&t, lines, sizeof(lines));
	for (line = caught; *line; line += strcspn(line, "\n") + 1) {
		if (*line == '+' || strncmp(line, "| P", 3) == 0)
			continue;
		bar = strstr(line + 2, "| ");
		text_put_n(&t, bar + 2, strcspn(bar + 2, "|"));
		text_clean(lines);
		t.len = strlen(lines);
		text_put(&t, "|");
	}
	return lines;
}

#define TEN "0123456789"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

/* As Python's textwrap: at blanks, behind hyphens in words, or in the middle of long words. */
static void wide_cells(void **state)
{
	static const struct {
		const char *value, *want;
	} rows[] = {
		{ SEVENTY TEN, SEVENTY TEN "|" },
		{ SEVENTY TEN "x", SEVENTY TEN "|x|" },
		{ SEVENTY " abcdefgh ijkl", SEVENTY " abcdefgh|ijkl|" },
		{ SEVENTY " abcdefghi jkl", SEVENTY " abcdefghi|jkl|" },
		{ SEVENTY " abcdefghij kl", SEVENTY "|abcdefghij kl|" },
		{ SEVENTY " abcd-efghij", SEVENTY " abcd-|efghij|" },
		{ SEVENTY " abc1-23efgh", SEVENTY "|abc1-23efgh|" },
		{ "ab " SEVENTY TEN TEN, "ab " SEVENTY "0123456|789" TEN "|" },
		{ SEVENTY "    \xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4 x y",
		  SEVENTY "    \xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4|x y|" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		CHECK(strcmp(cell_lines(rows[i].value), rows[i].want) == 0, "%zu: %s\n%s", i,
		      cell_lines(rows[i].value), caught);
}

static void nothing_to_print(void **state)
{
	(void)state;
	strcpy(task.object, "{\"id\":\"1\"}");
	assert_true(strlen(print()) > 0);
	os_own_set(&options)->image_id = "1";
	assert_string_equal(print(), "");
	os_own_set(&options)->image_id = NULL;
	err_set(&task.err, ERR_NETWORK, "no connection");
	assert_string_equal(print(), "");
}

/* --- The command line ------------------------------------------------------------------ */

static struct options o;

static int parse(const char *command, const char *const args[], struct err *e)
{
	const struct verb *v = glance_grammar.verbs;
	static char copies[40][200];
	char *argv[40];
	int argc;

	while (strcmp(v->words[0], command) != 0)
		v++;
	for (argc = 0; args[argc]; argc++) {
		snprintf(copies[argc], sizeof(copies[0]), "%s", args[argc]);
		argv[argc] = copies[argc];
	}
	cli_defaults(&o);
	return cli_parse(v->options, argc, argv, true, &o, e) < 0 ? -1 : v->adapt(&o, e);
}

#define GOOD(command, ...)                                                                         \
	do {                                                                                       \
		struct err e_ = ERR_INIT;                                                          \
		CHECK(parse(command, (const char *const[]){ __VA_ARGS__, NULL }, &e_) == 0, "%s",  \
		      e_.text);                                                                    \
	} while (0)

#define BAD(word, command, ...)                                                                    \
	do {                                                                                       \
		struct err e_ = ERR_INIT;                                                          \
		assert_int_equal(parse(command, (const char *const[]){ __VA_ARGS__, NULL }, &e_),  \
				 -1);                                                              \
		check_err(&e_, ERR_USAGE, #__VA_ARGS__);                                           \
		CHECK(strstr(e_.text, word), "%s", e_.text);                                       \
	} while (0)

static void create(void **state)
{
	(void)state;
	GOOD("image-create", "--name", "n", "--file", "f", "--tags", "x", "--tags", "a", "b c", "d",
	     "--os-distro", "debian", "--property", "k=v", "--kernel-id=1", "--hidden", "TRUE",
	     "--protected", "off", "--store", "slow");
	assert_string_equal(o.name, "n");
	assert_string_equal(o.files[0], "f");
	assert_int_equal(o.tags.count, 3);
	assert_string_equal(o.tags.at[1], "b c");
	assert_int_equal(o.properties.count, 3);
	assert_string_equal(o.properties.at[0], "os_distro=debian");
	assert_string_equal(o.properties.at[1], "k=v");
	assert_string_equal(o.properties.at[2], "kernel_id=1");
	assert_true(os_own_set(&o)->hidden);
	assert_false(os_own_set(&o)->protect);
	assert_int_equal(os_own_set(&o)->stores.count, 1);
	assert_string_equal(os_own_set(&o)->stores.at[0], "slow");
	assert_null(os_own_set(&o)->import);
	GOOD("image-create", "--file", "f", "--tags", "-", "--name", "n", "--disk-format", "RAW");
	assert_int_equal(o.tags.count, 1);
	assert_string_equal(o.name, "n");
	assert_string_equal(os_own_set(&o)->disk_format, "raw");
	BAD("--tags needs an argument", "image-create", "--file", "f", "--tags", "--name", "n");
	BAD("--tags needs an argument", "image-create", "--file", "f", "--tags", "-d");
	BAD("--tags needs an argument", "image-create", "--file", "f", "--tags");
	BAD("True or False", "image-create", "--file", "f", "--protected", "perhaps");
	BAD("OS_TOKEN", "image-create", "--os-auth-token", "x");
}

/* All that is composed has room, or is refused whole. */
static void long_properties(void **state)
{
	static const struct opt table[] = {
		{ OPT_PROPERTY, 0, "os-distro", "WORD", 0, "property" },
		{ OPT_END, 0, NULL, NULL, 0, NULL },
	};
	const struct opt *const tables[] = { table, NULL };
	static char word[COMPOSED_BYTES + 40];
	char *argv[] = { word, word };
	size_t n;

	(void)state;
	for (n = COMPOSED_BYTES - 20; n < COMPOSED_BYTES + 5; n++) {
		struct err e = ERR_INIT;
		int result;

		snprintf(word, sizeof(word), "--os-distro=%0*d", (int)n, 1);
		cli_defaults(&o);
		result = cli_parse(tables, 1, argv, false, &o, &e);
		assert_int_equal(result, strlen("os_distro=") + n + 2 <= COMPOSED_BYTES ? 0 : -1);
		if (result == 0)
			assert_int_equal(strlen(o.properties.at[0]), strlen("os_distro=") + n);
		cli_defaults(&o);
		assert_int_equal(cli_parse(tables, 2, argv, false, &o, &e), -1);
	}
}

static void upload(void **state)
{
	(void)state;
	GOOD("image-upload", "--file", "f", "1-2");
	assert_string_equal(os_own_set(&o)->image_id, "1-2");
	assert_string_equal(o.files[0], "f");
	assert_int_equal(o.file_count, 1);
	BAD("the id", "image-upload", "--file", "f");
	BAD("the id", "image-upload", "--file", "f", "1", "2");
}

static void import(void **state)
{
	(void)state;
	GOOD("image-create-via-import", "--file", "f");
	assert_string_equal(os_own_set(&o)->import, "glance-direct");
	assert_false(os_own_set(&o)->allow_failure);
	GOOD("image-create-via-import", "--file", "f", "--stores", "a,b");
	assert_int_equal(os_own_set(&o)->stores.count, 2);
	assert_true(os_own_set(&o)->allow_failure);
	GOOD("image-create-via-import", "--file", "f", "--all-stores", "True", "--allow-failure",
	     "False");
	assert_true(os_own_set(&o)->all_stores);
	assert_false(os_own_set(&o)->allow_failure);
	GOOD("image-create-via-import", "--file", "f", "--store", "a");
	assert_string_equal(os_own_set(&o)->stores.at[0], "a");
	assert_false(os_own_set(&o)->allow_failure);
	BAD("only one of", "image-create-via-import", "--file", "f", "--store", "a", "--stores",
	    "b");
	BAD("only one of", "image-create-via-import", "--file", "f", "--all-stores", "1",
	    "--stores", "b");
	BAD("web-download", "image-create-via-import", "--import-method", "web-download");
	BAD("copy-image", "image-create-via-import", "--import-method", "copy-image");
	BAD("--uri is refused", "image-create-via-import", "--uri", "https://x");
}

static void variables(void **state)
{
	(void)state;
	setenv("OS_IMAGE_STORE", "e", 1);
	GOOD("image-upload", "--file", "f", "1");
	assert_string_equal(os_own_set(&o)->stores.at[0], "e");
	GOOD("image-create", "--file", "f", "--store", "s");
	assert_string_equal(os_own_set(&o)->stores.at[0], "s");
	GOOD("image-create-via-import", "--file", "f", "--stores", "a,b");
	assert_int_equal(os_own_set(&o)->stores.count, 2);
	setenv("OS_IMAGE_STORES", "x,yy,z", 1);
	BAD("only one of", "image-create-via-import", "--file", "f");
	setenv("OS_IMAGE_STORE", "", 1);
	setenv("OS_IMAGE_ALLOW_FAILURE", "False", 1);
	GOOD("image-create-via-import", "--file", "f");
	assert_int_equal(os_own_set(&o)->stores.count, 3);
	assert_string_equal(os_own_set(&o)->stores.at[0], "x");
	assert_string_equal(os_own_set(&o)->stores.at[1], "yy");
	assert_string_equal(os_own_set(&o)->stores.at[2], "z");
	assert_false(os_own_set(&o)->allow_failure);
	GOOD("image-create-via-import", "--file", "f", "--allow-failure", "yes");
	assert_true(os_own_set(&o)->allow_failure);
	setenv("OS_IMAGE_IMPORT_METHOD", "web-download", 1);
	BAD("web-download", "image-create-via-import", "--file", "f");
	GOOD("image-create-via-import", "--file", "f", "--import-method", "glance-direct");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_table, make),
		cmocka_unit_test_setup(wide_cells, make),
		cmocka_unit_test_setup(nothing_to_print, make),
		cmocka_unit_test_setup(create, make),
		cmocka_unit_test_setup(long_properties, make),
		cmocka_unit_test_setup(upload, make),
		cmocka_unit_test_setup(import, make),
		cmocka_unit_test_setup(variables, make),
	};

	return cmocka_run_group_tests_name("glance_cli", tests, files_setup, files_teardown);
}
