/* What ionosctl's grammar prints. */
#include "unit/unit.h"

#include "cli.h"
#include "cloud/ionos/columns.h"
#include "cloud/ionos/ionos.h"
#include "cloud/ionos/own.h"
#include "unit/caught.h"
#include "cloud/ionos/own.h"

#define ID "11111111-2222-3333-4444-000000000000"
#define IMAGE                                                                                      \
	"{\"id\":\"" ID                                                                            \
	"\",\"type\":\"image\",\"metadata\":{\"createdDate\":\"2026-11-20T10:00:00Z\"},"           \
	"\"properties\":{\"name\":\"patched\",\"location\":\"de/fra\",\"size\":8.0,"               \
	"\"licenceType\":\"UNKNOWN\",\"imageType\":\"CDROM\",\"public\":false,"                    \
	"\"imageAliases\":[],\"cloudInit\":\"V1\",\"description\":null}}"
#define OTHER                                                                                      \
	"{\"id\":\"2\",\"properties\":{\"name\":\"\xc3\xa4 long name\","                           \
	"\"imageAliases\":[\"a:1\",\"b\"],\"requiredFeatures\":[\"SEV-SNP\"]}}"

static struct options options;
static struct task tasks[3];

static int make(void **state)
{
	unsigned i;

	(void)state;
	memset(tasks, 0, sizeof(tasks));
	memset(&options, 0, sizeof(options));
	options.output = "text";
	for (i = 0; i < 3; i++)
		tasks[i].options = &options;
	strcpy(tasks[0].object, IMAGE);
	strcpy(tasks[1].object, OTHER);
	strcpy(tasks[2].object, IMAGE);
	err_set(&tasks[2].err, ERR_UNFINISHED, "the image did not appear");
	return 0;
}

static const char *print(unsigned count)
{
	caught_begin(STDOUT_FILENO);
	ionosctl_grammar.print(stdout, tasks, count);
	return caught_end();
}

/* The facts' example: columns that are empty everywhere are left out. */
static void the_table(void **state)
{
	(void)state;
	assert_string_equal(print(1),
			    "ImageId                                Name      Location   LicenceType   ImageType   CloudInit   CreatedDate\n" ID
			    "   patched   de/fra     UNKNOWN       CDROM       V1          2026-11-20T10:00:00Z\n");
	options.no_headers = true;
	assert_string_equal(print(1), ID
			    "   patched   de/fra   UNKNOWN   CDROM   V1   2026-11-20T10:00:00Z\n");
}

/* In any case, in their order, and only those that there are. */
static void chosen_columns(void **state)
{
	static const struct {
		const char *names[3];
		const char *want;
	} rows[] = {
		{ { "name", "IMAGEID", NULL },
		  "Name          ImageId\npatched       " ID "\n\xc3\xa4 long name   2\n" },
		{ { "nope", "Size", "x" }, "Size\n8\n\n" },
		{ { "Public", "requiredFeatures", NULL },
		  "Public   RequiredFeatures\nfalse    \n         SEV-SNP\n" },
		{ { "imagealiases", NULL, NULL }, "ImageAliases\n\na:1, b\n" },
		{ { "size", "size", NULL }, "Size   Size\n8      8\n       \n" },
		{ { "createdby", "description", NULL }, "" },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		ionos_own_set(&options)->column_names.count = 0;
		for (k = 0; k < 3 && rows[i].names[k]; k++)
			ionos_own_set(&options)
				->column_names.at[ionos_own_set(&options)->column_names.count++] =
				rows[i].names[k];
		CHECK(strcmp(print(2), rows[i].want) == 0, "%zu: %s", i, caught);
	}
}

static void no_valid_column_is_the_default(void **state)
{
	char whole[1000];

	(void)state;
	snprintf(whole, sizeof(whole), "%s", print(2));
	assert_non_null(strstr(whole, "ImageAliases"));
	ionos_own_set(&options)->column_names =
		(struct opt_list){ .at = { "nope", "" }, .count = 2 };
	assert_string_equal(print(2), whole);
}

static void all_columns(void **state)
{
	const struct object_column *c;

	(void)state;
	ionos_own_set(&options)->column_names =
		(struct opt_list){ .at = { "name", "ALL", "name" }, .count = 3 };
	strcpy(tasks[0].object,
	       "{\"id\":\"x\",\"metadata\":{\"createdDate\":\"x\",\"createdBy\":\"x\","
	       "\"createdByUserId\":\"x\"},\"properties\":{\"name\":\"x\","
	       "\"imageAliases\":[\"x\"],\"location\":\"x\",\"size\":1,\"licenceType\":\"x\","
	       "\"imageType\":\"x\",\"description\":\"x\",\"public\":true,\"cloudInit\":\"x\","
	       "\"exposeSerial\":true,\"requireLegacyBios\":true,\"applicationType\":\"x\","
	       "\"requiredFeatures\":[\"x\"]}}");
	assert_string_equal(print(1),
			    "ImageId   Name   ImageAliases   Location   Size   LicenceType   ImageType   Description   Public   CloudInit   CreatedDate   CreatedBy   CreatedByUserId   ExposeSerial   RequireLegacyBios   ApplicationType   RequiredFeatures\n"
			    "x         x      x              x          1      x             x           x             true     x           x             x           x                 true           true                x                 x\n");
	for (c = ionos_columns; c->name; c++)
		CHECK(strstr(caught, c->name), "%s", c->name);
}

static void json(void **state)
{
	(void)state;
	options.output = "json";
	assert_string_equal(print(1), "{\n"
				      "  \"items\": [\n"
				      "    {\n"
				      "      \"id\": \"" ID "\",\n"
				      "      \"metadata\": {\n"
				      "        \"createdDate\": \"2026-11-20T10:00:00Z\"\n"
				      "      },\n"
				      "      \"properties\": {\n"
				      "        \"cloudInit\": \"V1\",\n"
				      "        \"imageAliases\": [],\n"
				      "        \"imageType\": \"CDROM\",\n"
				      "        \"licenceType\": \"UNKNOWN\",\n"
				      "        \"location\": \"de/fra\",\n"
				      "        \"name\": \"patched\",\n"
				      "        \"public\": false,\n"
				      "        \"size\": 8.0\n"
				      "      },\n"
				      "      \"type\": \"image\"\n"
				      "    }\n"
				      "  ]\n"
				      "}\n");
	options.output = "api-json";
	print(3);
	assert_ptr_equal(strstr(caught, "[\n  {\n    \"id\": \"" ID "\",\n"), caught);
	assert_string_equal(caught + strlen(caught) - 12, "    }\n  }\n]\n");
}

/* Of those that failed, nothing; the others are there all the same. */
static void some_failed(void **state)
{
	static jsmntok_t tokens[256];
	struct err e = ERR_INIT;
	struct json j;

	(void)state;
	options.output = "api-json";
	print(3);
	assert_int_equal(json_parse(&j, caught, strlen(caught), tokens, COUNT(tokens), &e), 0);
	assert_int_equal(json_count(&j, ""), 2);
	assert_true(json_is(&j, "1.id", "2"));
	err_set(&tasks[0].err, ERR_NETWORK, "no connection");
	options.output = "text";
	ionos_own_set(&options)->column_names =
		(struct opt_list){ .at = { "imageid" }, .count = 1 };
	assert_string_equal(print(3), "ImageId\n2\n");
}

static void nothing_to_print(void **state)
{
	static const char *const outputs[] = { "text", "json", "api-json" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(outputs); i++) {
		options.output = outputs[i];
		options.quiet = true;
		assert_string_equal(print(3), "");
		options.quiet = false;
		ionos_own_set(&options)->skip_update = true;
		assert_string_equal(print(3), "");
		ionos_own_set(&options)->skip_update = false;
		assert_true(strlen(print(3)) > 0);
	}
	err_set(&tasks[0].err, ERR_NETWORK, "no connection");
	err_set(&tasks[1].err, ERR_NETWORK, "no connection");
	for (i = 0; i < COUNT(outputs); i++) {
		options.output = outputs[i];
		assert_string_equal(print(3), "");
	}
}

/* A cell cannot break the line or the terminal. */
static void clean_cells(void **state)
{
	(void)state;
	options.no_headers = true;
	ionos_own_set(&options)->column_names =
		(struct opt_list){ .at = { "name", "imageid" }, .count = 2 };
	strcpy(tasks[0].object,
	       "{\"id\":\"x\",\"properties\":{\"name\":\"a\\nb\\u001b[2J\\u0000\\tc\"}}");
	assert_string_equal(print(1), "a b?[2J   x\n");
}

/* --image-alias is the old name of --rename, which wins. */
static void aliases(void **state)
{
	static char old[] = "-a=x,y", new[] = "--rename=z";
	char *argv[] = { old, new };
	struct options o;
	struct err e = ERR_INIT;
	const struct verb *v = ionosctl_grammar.verbs;

	(void)state;
	cli_defaults(&o);
	assert_int_equal(cli_parse(v->options, 1, argv, false, &o, &e), 0);
	assert_int_equal(v->adapt(&o, &e), 0);
	assert_int_equal(ionos_own_set(&o)->renames.count, 2);
	assert_string_equal(ionos_own_set(&o)->renames.at[1], "y");
	cli_defaults(&o);
	assert_int_equal(cli_parse(v->options, 2, argv, false, &o, &e), 0);
	assert_int_equal(v->adapt(&o, &e), 0);
	assert_int_equal(ionos_own_set(&o)->renames.count, 1);
	assert_string_equal(ionos_own_set(&o)->renames.at[0], "z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_table, make),
		cmocka_unit_test_setup(chosen_columns, make),
		cmocka_unit_test_setup(no_valid_column_is_the_default, make),
		cmocka_unit_test_setup(all_columns, make),
		cmocka_unit_test_setup(json, make),
		cmocka_unit_test_setup(some_failed, make),
		cmocka_unit_test_setup(nothing_to_print, make),
		cmocka_unit_test_setup(clean_cells, make),
		cmocka_unit_test_setup(aliases, make),
	};

	return cmocka_run_group_tests_name("ionosctl", tests, files_setup, files_teardown);
}
