/* openstackclient's grammar: what it takes, and what it prints. */
#include "unit/unit.h"

#include "base/text.h"
#include "cli.h"
#include "cloud/openstack/openstack.h"
#include "unit/caught.h"
#include "cloud/openstack/own.h"

#define ID "93435b4c-e4a9-4d2d-a523-f061816ac8db"
/* Glance's own order; "p" is as hard as a property can be. */
#define RECORD                                                                                     \
	"{\"hw_disk_bus\": \"virtio\", \"a:b\": \"c d\\\"e\", \"p\": \"it's $x \\u00e4\", "        \
	"\"name\": \"\xc3\xa4 x\", \"disk_format\": \"raw\", \"size\": 3000000, "                  \
	"\"virtual_size\": null, \"status\": \"active\", \"protected\": false, \"min_disk\": 0, "  \
	"\"owner\": null, \"os_hidden\": false, \"id\": \"" ID                                     \
	"\", \"created_at\": \"2026-11-21T11:14:29Z\", \"tags\": [\"t2\", \"t 1\"], "              \
	"\"self\": \"/v2/images/" ID "\", \"stores\": \"fast\"}"

static struct options options;
static struct task task;

static int make(void **state)
{
	(void)state;
	memset(&task, 0, sizeof(task));
	cli_defaults(&options);
	task.options = &options;
	task.label = "the name";
	strcpy(task.id, ID);
	strcpy(task.status, "active");
	strcpy(task.object, RECORD);
	return 0;
}

static const char *print(const char *format)
{
	os_own_set(&options)->format = format;
	caught_begin(STDOUT_FILENO);
	openstack_grammar.print(stdout, &task, 1);
	return caught_end();
}

static void choose(const char *first, const char *second)
{
	os_own_set(&options)->column_names.at[0] = first;
	os_own_set(&options)->column_names.at[1] = second;
	os_own_set(&options)->column_names.count = second ? 2 : first ? 1 : 0;
}

static void the_table(void **state)
{
	(void)state;
	strcpy(task.object, "{\"id\":\"1\",\"status\":\"active\",\"b\":\"x\",\"a\":true,"
			    "\"tags\":[\"z\",\"a\"]}");
	assert_string_equal(print("table"), "+------------+-----------------+\n"
					    "| Field      | Value           |\n"
					    "+------------+-----------------+\n"
					    "| id         | 1               |\n"
					    "| properties | a='True', b='x' |\n"
					    "| status     | active          |\n"
					    "| tags       | a, z            |\n"
					    "+------------+-----------------+\n");
	assert_non_null(strstr(print(NULL), "| status     | active"));
}

static void json(void **state)
{
	static const char whole[] = "{\n"
				    "  \"created_at\": \"2026-11-21T11:14:29Z\",\n"
				    "  \"disk_format\": \"raw\",\n"
				    "  \"id\": \"" ID "\",\n"
				    "  \"min_disk\": 0,\n"
				    "  \"name\": \"\\u00e4 x\",\n"
				    "  \"properties\": {\n"
				    "    \"hw_disk_bus\": \"virtio\",\n"
				    "    \"a:b\": \"c d\\\"e\",\n"
				    "    \"p\": \"it's $x \\u00e4\",\n"
				    "    \"os_hidden\": false,\n"
				    "    \"stores\": \"fast\"\n"
				    "  },\n"
				    "  \"protected\": false,\n"
				    "  \"size\": 3000000,\n"
				    "  \"status\": \"active\",\n"
				    "  \"tags\": [\n"
				    "    \"t2\",\n"
				    "    \"t 1\"\n"
				    "  ]\n"
				    "}\n";

	(void)state;
	assert_string_equal(print("json"), whole);
	os_own_set(&options)->single_line = true;
	choose("TAGS", "Min Disk");
	assert_string_equal(print("json"), "{\"min_disk\": 0, \"tags\": [\"t2\", \"t 1\"]}\n");
	choose("owner", NULL);
	assert_string_equal(print("json"), "{}\n");
}

/* Beyond the Basic Multilingual Plane, in pieces, and what a terminal must not get. */
static void json_in_ascii(void **state)
{
	(void)state;
	os_own_set(&options)->single_line = true;
	strcpy(task.object, "{\"name\":\"\xf0\x9f\x98\x80 \xe6\xbc\xa2 \xff\x7f\\n\",\"tags\":[]}");
	assert_string_equal(print("json"),
			    "{\"name\": \"\\ud83d\\ude00 \\u6f22 \\ufffd\\u007f\\n\", \"tags\": []}\n");
}

static void yaml(void **state)
{
	(void)state;
	assert_string_equal(print("yaml"), "created_at: '2026-11-21T11:14:29Z'\n"
					   "disk_format: raw\n"
					   "id: " ID "\n"
					   "min_disk: 0\n"
					   "name: \"\\xE4 x\"\n"
					   "properties:\n"
					   "  a:b: c d\"e\n"
					   "  hw_disk_bus: virtio\n"
					   "  os_hidden: false\n"
					   "  p: \"it's $x \\xE4\"\n"
					   "  stores: fast\n"
					   "protected: false\n"
					   "size: 3000000\n"
					   "status: active\n"
					   "tags:\n"
					   "- t2\n"
					   "- t 1\n");
}

/* What YAML would not take for the same string is quoted. */
static void yaml_strings(void **state)
{
	static const struct {
		const char *json, *yaml;
	} rows[] = {
		{ "", "''" },
		{ "it's", "it's" },
		{ "'", "''''" },
		{ "yes", "'yes'" },
		{ "NULL", "'NULL'" },
		{ "~", "'~'" },
		{ "12", "'12'" },
		{ "-1.5e3", "'-1.5e3'" },
		{ "0x1F", "'0x1F'" },
		{ "0x1G", "0x1G" },
		{ "12ab", "12ab" },
		{ "2026-01-01 10:00:00Z", "'2026-01-01 10:00:00Z'" },
		{ "a: b", "'a: b'" },
		{ "a:b", "a:b" },
		{ "a:", "'a:'" },
		{ "a #b", "'a #b'" },
		{ "a#b", "a#b" },
		{ "#a", "'#a'" },
		{ "- a", "'- a'" },
		{ "-a", "-a" },
		{ "---", "'---'" },
		{ "[a]", "'[a]'" },
		{ "a, {b}", "a, {b}" },
		{ "!a", "'!a'" },
		{ " a", "' a'" },
		{ "\xf0\x9f\x98\x80\\\"\\\\", "\"\\U0001F600\\\"\\\\\"" },
		{ "\xe6\xbc\xa2", "\"\\u6F22\"" },
		{ "\xc3\xbf", "\"\\xFF\"" },
		{ "\xc4\x80", "\"\\u0100\"" },
		{ "\xdf\xbf", "\"\\u07FF\"" },
		{ "\xc5\x81\xc3\xb3"
		  "d\xc5\xba",
		  "\"\\u0141\\xF3d\\u017A\"" },
	};
	char want[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		snprintf(task.object, sizeof(task.object), "{\"name\": \"%s\"}", rows[i].json);
		snprintf(want, sizeof(want), "name: %s\n", rows[i].yaml);
		CHECK(strcmp(print("yaml"), want) == 0, "%s: %s", rows[i].json, caught);
	}
	strcpy(task.object, "{\"tags\":[],\"x\":[1,{\"a\":null}]}");
	assert_string_equal(print("yaml"), "properties:\n  x: [1, {\"a\": null}]\ntags: []\n");
}

static void values(void **state)
{
	(void)state;
	choose("id", "tags");
	assert_string_equal(print("value"), ID "\n['t2', 't 1']\n");
	choose("Properties", NULL);
	assert_string_equal(print("value"),
			    "{'hw_disk_bus': 'virtio', 'a:b': 'c d\"e', 'p': \"it's $x \xc3\xa4\", "
			    "'os_hidden': False, 'stores': 'fast'}\n");
	strcpy(task.object, "{\"a\\\\'\\\"\":[null,true,-1.5,{\"k\":{}}]}");
	assert_string_equal(print("value"), "{'a\\\\\\'\"': [None, True, -1.5, {'k': {}}]}\n");
}

/* A shell that reads it gets the value, and runs nothing. */
static void shell(void **state)
{
	(void)state;
	os_own_set(&options)->prefix = "os_";
	choose("name", "min_disk");
	assert_string_equal(print("shell"), "os_min_disk=\"0\"\nos_name=\"\xc3\xa4 x\"\n");
	os_own_set(&options)->prefix = NULL;
	choose("name", NULL);
	strcpy(task.object, "{\"name\":\"$(a) `b` \\\"c\\\" \\\\d \\\\\\\\ \\\\$ \\\\\"}");
	assert_string_equal(print("shell"),
			    "name=\"\\$(a) \\`b\\` \\\"c\\\" \\d \\\\\\ \\\\\\$ \\\\\"\n");
}

/* A record that is too long for the report; its id is what a script needs. */
static void without_a_record(void **state)
{
	static char label[2 * OBJECT_BYTES];

	(void)state;
	os_own_set(&options)->single_line = true;
	task.object[0] = '\0';
	assert_string_equal(print("json"), "{\"id\": \"" ID
					   "\", \"name\": \"the name\", \"status\": \"active\"}\n");
	memset(label, 'x', sizeof(label) - 1);
	task.label = label;
	assert_string_equal(print("json"), "{\"id\": \"" ID "\", \"status\": \"active\"}\n");
	task.label = NULL;
	assert_string_equal(print("value"), ID "\n\nactive\n");
	strcpy(task.object, "[1, 2]");
	assert_string_equal(print("value"), ID "\n\nactive\n");
	strcpy(task.object, "{}");
	assert_string_equal(print("table"), "");
	assert_string_equal(print("value"), "");
}

/* What cannot be shown is told, if only on standard error. */
static void too_many_values(void **state)
{
	struct text t;
	unsigned i;

	(void)state;
	text_init(&t, task.object, sizeof(task.object));
	text_put(&t, "{\"id\": \"" ID "\", \"tags\": [0");
	for (i = 0; i < OBJECT_TOKENS_MAX; i++)
		text_put(&t, ",0");
	text_put(&t, "]}");
	assert_false(t.full);
	caught_begin(STDERR_FILENO);
	openstack_grammar.print(stderr, &task, 1);
	assert_non_null(strstr(caught_end(), "image " ID ": its record has too many values"));
	assert_non_null(strstr(caught, "| name   | the name "));
}

/* However many escapes: nothing is cut off. */
static void a_long_value(void **state)
{
	char *end = task.object + 9;

	(void)state;
	strcpy(task.object, "{\"name\":\"");
	memset(end, 0x7f, OBJECT_BYTES - 12);
	strcpy(end + OBJECT_BYTES - 12, "\"}");
	print("json");
	assert_int_equal(strlen(caught),
			 strlen("{\n  \"name\": \"\"\n}\n") + 6 * (OBJECT_BYTES - 12));
}

static void nothing_to_print(void **state)
{
	static const char *const formats[] = { "table", "json", "value", "yaml", "shell" };
	size_t i;

	(void)state;
	err_set(&task.err, ERR_UNFINISHED, "still importing");
	for (i = 0; i < COUNT(formats); i++)
		assert_string_equal(print(formats[i]), "");
}

/* --- The command line ------------------------------------------------------------------ */

static struct options o;

static int parse(const char *const args[], struct err *e)
{
	static char copies[20][100];
	char *argv[20];
	int argc;

	for (argc = 0; args[argc]; argc++) {
		snprintf(copies[argc], sizeof(copies[0]), "%s", args[argc]);
		argv[argc] = copies[argc];
	}
	cli_defaults(&o);
	if (cli_parse(openstack_grammar.verbs->options, argc, argv, true, &o, e) < 0)
		return -1;
	return openstack_grammar.verbs->adapt(&o, e);
}

#define GOOD(...)                                                                                  \
	do {                                                                                       \
		struct err e_ = ERR_INIT;                                                          \
		CHECK(parse((const char *const[]){ __VA_ARGS__, NULL }, &e_) == 0, "%s", e_.text); \
	} while (0)

/* The error has this word. */
#define BAD(word, ...)                                                                             \
	do {                                                                                       \
		struct err e_ = ERR_INIT;                                                          \
		assert_int_equal(parse((const char *const[]){ __VA_ARGS__, NULL }, &e_), -1);      \
		check_err(&e_, ERR_USAGE, #__VA_ARGS__);                                           \
		CHECK(strstr(e_.text, word), "%s", e_.text);                                       \
	} while (0)

static void what_it_takes(void **state)
{
	(void)state;
	GOOD("--os-cloud", "c", "n", "--file", "f", "--import", "--community", "--protected",
	     "--progress");
	assert_string_equal(o.name, "n");
	assert_string_equal(o.files[0], "f");
	assert_int_equal(o.file_count, 1);
	assert_string_equal(os_own_set(&o)->os_cloud, "c");
	assert_string_equal(os_own_set(&o)->import, "glance-direct");
	assert_string_equal(os_own_set(&o)->visibility, "community");
	assert_string_equal(o.progress, "auto");
	assert_true(os_own_set(&o)->protect);
	GOOD("n", "--file=-", "--unprotected", "--public", "--public", "--insecure", "--verify",
	     "--os-image-api-version", "2.15", "--os-identity-api-version=3");
	assert_string_equal(o.files[0], "./-");
	assert_string_equal(o.progress, "none");
	assert_false(os_own_set(&o)->protect || os_own_set(&o)->insecure);
	assert_null(os_own_set(&o)->import);
	assert_null(os_own_set(&o)->disk_format);
	GOOD("n", "--file", "f", "-c", "nope", "-c", "Disk Format");
	/* Glance has only lower case. */
	GOOD("n", "--file", "f", "--disk-format", "QCOW2", "--container-format=Bare");
	assert_string_equal(os_own_set(&o)->disk_format, "qcow2");
	assert_string_equal(os_own_set(&o)->container_format, "bare");
}

static void what_it_refuses(void **state)
{
	(void)state;
	BAD("name is missing", "--file", "f");
	BAD("one name: b", "a", "b", "--file", "f");
	BAD("no field nope", "n", "--file", "f", "-c", "nope");
	BAD("--private contradicts public", "n", "--file", "f", "--public", "--private");
	BAD("contradicts", "n", "--file", "f", "--protected", "--unprotected");
	BAD("contradicts", "n", "--file", "f", "--unprotected", "--protected");
	BAD("needs an argument", "n", "--file", "f", "--disk-format", "");
	BAD("needs an argument", "n", "--file", "f", "--container-format=");
	BAD("only version 2", "n", "--file", "f", "--os-image-api-version", "1");
	BAD("only version 3", "n", "--file", "f", "--os-identity-api-version", "2.0");
	BAD("--volume is refused", "n", "--volume", "v");
	BAD("--project is refused", "n", "--file", "f", "--project", "p");
	BAD("--sign-cert-id is refused", "n", "--file", "f", "--sign-cert-id", "x");
	BAD("OS_PASSWORD", "--os-password", "hunter2", "n");
	BAD("OS_TOKEN", "--os-token=hunter2", "n");
}

/* Where standard input is closed, harden_process() opens a directory. */
static void no_standard_input(void **state)
{
	int kept = dup(STDIN_FILENO), directory = open("/", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(dup2(directory, STDIN_FILENO), STDIN_FILENO);
	BAD("standard input is closed", "n");
	GOOD("n", "--file", "f");
	assert_int_equal(dup2(kept, STDIN_FILENO), STDIN_FILENO);
	close(kept);
	close(directory);
}

/* What somebody wrongly wrote into argv is not written into a log as well. */
static void secrets(void **state)
{
	static const char *const names[] = { "password", "token", "auth-token", "passcode",
					     "application-credential-secret" };
	char word[60];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		struct err e = ERR_INIT;

		snprintf(word, sizeof(word), "--os-%s=hunter2", names[i]);
		assert_int_equal(parse((const char *const[]){ word, NULL }, &e), -1);
		check_err(&e, ERR_USAGE, word);
		CHECK(!strstr(e.text, "hunter2") && strstr(e.text, names[i]), "%s", e.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_table, make),
		cmocka_unit_test_setup(json, make),
		cmocka_unit_test_setup(json_in_ascii, make),
		cmocka_unit_test_setup(yaml, make),
		cmocka_unit_test_setup(yaml_strings, make),
		cmocka_unit_test_setup(values, make),
		cmocka_unit_test_setup(shell, make),
		cmocka_unit_test_setup(without_a_record, make),
		cmocka_unit_test_setup(a_long_value, make),
		cmocka_unit_test_setup(too_many_values, make),
		cmocka_unit_test_setup(nothing_to_print, make),
		cmocka_unit_test(what_it_takes),
		cmocka_unit_test(what_it_refuses),
		cmocka_unit_test(no_standard_input),
		cmocka_unit_test(secrets),
	};

	return cmocka_run_group_tests_name("openstack_cli", tests, files_setup, files_teardown);
}
