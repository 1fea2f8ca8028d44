/* The cloud's objects, in the report and as JSON. */
#include "unit/unit.h"

#include "base/json.h"
#include "cloud/object.h"
#include "report.h"
#include "unit/caught.h"

static const struct object_column object_columns[] = {
	{ "ImageId", "id" },
	{ "Name", "properties.name" },
	{ "Aliases", "properties.aliases" },
	{ "Size", "properties.size" },
	{ "Public", "properties.public" },
	{ NULL, NULL },
};

static const struct provider provider = {
	.name = "unit",
	.columns = "file,location,imageid,name,status",
	.fields = "file,location,place,id,exit",
	.object_columns = object_columns,
};

#define FIRST                                                                                      \
	"{ \"type\": \"image\", \"properties\" : {\"name\":\"n \\\"1\\\"\", "                      \
	"\"size\": 8.0, \"public\":false,\n  \"aliases\": [\"a:b\", \"c\"], "                      \
	"\"description\": null, \"none\": [], \"empty\": {} }, \"id\":\"1-2\"}"

static struct options options;
static struct task tasks[3];
static struct job job;

static int make_job(void **state)
{
	unsigned i;

	(void)state;
	memset(tasks, 0, sizeof(tasks));
	memset(&options, 0, sizeof(options));
	options.output = "text";
	job = (struct job){
		.provider = &provider, .options = &options, .tasks = tasks, .count = 3
	};
	for (i = 0; i < 3; i++) {
		tasks[i].provider = &provider;
		tasks[i].options = &options;
		tasks[i].file = i ? "b.raw" : "a.raw";
		strcpy(tasks[i].region, i == 2 ? "es/vit" : "de/fra");
		snprintf(tasks[i].place, sizeof(tasks[i].place), "ftp://h/hdd-images/%s",
			 tasks[i].file);
		atomic_store(&tasks[i].phase, PHASE_ENDED);
	}
	strcpy(tasks[0].object, FIRST);
	strcpy(tasks[0].id, "1-2");
	strcpy(tasks[0].status, "AVAILABLE");
	strcpy(tasks[1].object,
	       "{\"id\":\"3\",\"properties\":{\"size\":1.25,\"name\":\"\\u00e4\\n\"}}");
	err_set(&tasks[1].err, ERR_UNFINISHED, "the properties were refused");
	err_set(&tasks[2].err, ERR_NETWORK, "no connection");
	return 0;
}

/* What report_results() prints. */
static const char *results(void)
{
	caught_begin(STDOUT_FILENO);
	report_results(&job);
	return caught_end();
}

/* What objects_print() prints. */
static const char *objects(unsigned count, bool succeeded, unsigned level)
{
	caught_begin(STDOUT_FILENO);
	objects_print(stdout, tasks, count, succeeded, level);
	return caught_end();
}

static void the_table(void **state)
{
	(void)state;
	assert_string_equal(results(), "FILE   LOCATION  IMAGEID  NAME   STATUS\n"
				       "a.raw  de/fra    1-2      n \"1\"  AVAILABLE\n"
				       "b.raw  de/fra    3        \xc3\xa4      -\n"
				       "b.raw  es/vit    -        -      failed\n");
	options.columns = "PLACE,aliases,public,size";
	options.no_headers = true;
	tasks[0].image.size_known = true;
	tasks[0].image.size = 4096;
	/* The size is ours, in bytes. */
	assert_string_equal(results(), "ftp://h/hdd-images/a.raw  a:b, c  false  4096\n"
				       "ftp://h/hdd-images/b.raw  -       -      -\n"
				       "ftp://h/hdd-images/b.raw  -       -      -\n");
}

static void columns(void **state)
{
	static const char *const good[] = { "ImageId", "IMAGEID,file",
					    "name,aliases,place,location", "region" };
	static const char *const bad[] = { "id,properties.name", "imageid,nope", "type", "" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good) + COUNT(bad); i++) {
		struct err e = ERR_INIT;
		int want = i < COUNT(good) ? 0 : -1;

		options.columns = want ? bad[i - COUNT(good)] : good[i];
		CHECK(report_check(&provider, &options, &e) == want, "%s: %s", options.columns,
		      e.text);
		check_err(&e, want ? ERR_USAGE : ERR_NONE, options.columns);
	}
}

static void the_json(void **state)
{
	static jsmntok_t tokens[256];
	struct err e = ERR_INIT;
	struct json j;
	uint64_t n;

	(void)state;
	options.output = "json";
	results();
	CHECK(json_parse(&j, caught, strlen(caught), tokens, COUNT(tokens), &e) == 0, "%s: %s",
	      e.text, caught);
	assert_int_equal(json_count(&j, "items"), 2);
	assert_true(json_is(&j, "items.0.id", "1-2"));
	assert_true(json_is(&j, "items.0.properties.name", "n \"1\""));
	assert_true(json_is(&j, "items.1.id", "3"));
	assert_int_equal(json_count(&j, "uploads"), 3);
	assert_true(json_is(&j, "uploads.0.location", "de/fra"));
	assert_true(json_is(&j, "uploads.2.place", "ftp://h/hdd-images/b.raw"));
	assert_int_equal(json_u64(&j, "uploads.1.exit", &n, &e), 0);
	assert_int_equal(n, 5);
	/* Members of the objects as they are: of three tasks, one has this, and one no object. */
	options.columns = "imageid,aliases,public";
	results();
	assert_int_equal(json_parse(&j, caught, strlen(caught), tokens, COUNT(tokens), &e), 0);
	assert_true(json_is(&j, "uploads.0.ImageId", "1-2"));
	assert_true(json_is(&j, "uploads.0.Aliases.1", "c"));
	assert_int_equal(json_kind(&j, "uploads.0.Public"), JSON_BOOL);
	assert_int_equal(json_kind(&j, "uploads.1.Aliases"), JSON_NULL);
	assert_int_equal(json_kind(&j, "uploads.2.ImageId"), JSON_NULL);
}

#define SORTED                                                                                     \
	"[\n"                                                                                      \
	"  {\n"                                                                                    \
	"    \"id\": \"1-2\",\n"                                                                   \
	"    \"properties\": {\n"                                                                  \
	"      \"aliases\": [\n"                                                                   \
	"        \"a:b\",\n"                                                                       \
	"        \"c\"\n"                                                                          \
	"      ],\n"                                                                               \
	"      \"empty\": {},\n"                                                                   \
	"      \"name\": \"n \\\"1\\\"\",\n"                                                       \
	"      \"none\": [],\n"                                                                    \
	"      \"public\": false,\n"                                                               \
	"      \"size\": 8.0\n"                                                                    \
	"    },\n"                                                                                 \
	"    \"type\": \"image\"\n"                                                                \
	"  }"

/* As Go's encoding/json prints it. */
static void sorted(void **state)
{
	(void)state;
	assert_string_equal(objects(3, true, 0), SORTED "\n]");
	assert_string_equal(objects(3, false, 0), SORTED ",\n"
							 "  {\n"
							 "    \"id\": \"3\",\n"
							 "    \"properties\": {\n"
							 "      \"name\": \"\\u00e4\\n\",\n"
							 "      \"size\": 1.25\n"
							 "    }\n"
							 "  }\n"
							 "]");
	options.output = "api-json";
	assert_int_equal(strncmp(results(), SORTED, strlen(SORTED)), 0);
	assert_string_equal(caught + strlen(caught) - 2, "]\n");
	tasks[0].object[0] = '\0';
	assert_string_equal(objects(1, false, 0), "[]");
	assert_string_equal(objects(0, false, 3), "[]");
	strcpy(tasks[0].object, "{}");
	assert_string_equal(objects(1, false, 1), "[\n    {}\n  ]");
}

/* Keys that begin alike, one that is there twice, and elements that are null. */
static void order_of_keys(void **state)
{
	(void)state;
	strcpy(tasks[0].object, "{\"b\":1,\"ab\":2,\"a\":3,\"abc\":4,\"B\":5,\"\":6,\"a\":7,"
				"\"n\":null,\"l\":[null,2,1]}");
	assert_string_equal(objects(1, false, 0),
			    "[\n  {\n    \"\": 6,\n    \"B\": 5,\n    \"a\": 3,\n"
			    "    \"a\": 7,\n    \"ab\": 2,\n    \"abc\": 4,\n"
			    "    \"b\": 1,\n    \"l\": [\n      null,\n      2,\n"
			    "      1\n    ]\n  }\n]");
}

/* Bytes that are no UTF-8, and what a terminal would obey, in names and in values. */
static void hostile_objects(void **state)
{
	(void)state;
	strcpy(tasks[0].object,
	       "{\"id\":\"a\xff\xe2\x82z\",\"k\x7f\":\"\xc2\x9b"
	       "2J\xc2\xa0\\u001b\",\"\xfe\":\"\xc3\xa4\",\"z\":{\"x\":[\"\x7f\"]}}");
	assert_string_equal(objects(1, false, 0),
			    "[\n  {\n    \"id\": \"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\",\n"
			    "    \"k\\u007f\": \"\\u009b2J\xc2\xa0\\u001b\",\n"
			    "    \"z\": {\n      \"x\": [\n        \"\\u007f\"\n      ]\n    },\n"
			    "    \"\xef\xbf\xbd\": \"\xc3\xa4\"\n  }\n]");
	/* One member, as it stands. */
	options.output = "json";
	options.columns = "imageid";
	job.count = 1;
	results();
	assert_non_null(
		strstr(caught, "[{\"ImageId\": \"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"}]"));
	strcpy(tasks[0].object, "{\"id\":{\"\x7f\" : [ \"\xc2\x85\" , 1.0 ]}}");
	results();
	assert_non_null(strstr(caught, "[{\"ImageId\": {\"\\u007f\": [\"\\u0085\", 1.0]}}]"));
}

/* An array of as many elements as there can be, and a string that is longer than a cell. */
static void long_members(void **state)
{
	size_t n, i;

	(void)state;
	n = (size_t)sprintf(tasks[0].object, "{\"id\":[");
	for (i = 0; i < OBJECT_TOKENS_MAX - 3; i++)
		n += (size_t)sprintf(tasks[0].object + n, "%s%u", i > 0 ? "," : "",
				     (unsigned)i % 10);
	strcpy(tasks[0].object + n, "]}");
	options.columns = "imageid";
	options.no_headers = true;
	job.count = 1;
	results();
	assert_int_equal(strlen(caught), 3 * (OBJECT_TOKENS_MAX - 3) - 2 + 1);
	assert_int_equal(strncmp(caught, "0, 1, 2, 3, ", 12), 0);

	/* With each offset of a character's bytes at the end of the cell. */
	for (i = 0; i < 3; i++) {
		n = (size_t)sprintf(tasks[0].object, "{\"id\":\"%.*s", (int)i, "xx");
		while (n < OBJECT_BYTES - 8)
			n += (size_t)sprintf(tasks[0].object + n, "\xe2\x82\xac");
		strcpy(tasks[0].object + n, "\"}");
		results();
		assert_true(strlen(caught) > URL_BYTES && strlen(caught) < OBJECT_BYTES);
		assert_string_equal(caught + strlen(caught) - 7, "\xe2\x82\xac...\n");
		assert_null(strchr(caught, '?'));
	}
}

static void cells(void **state)
{
	static const struct {
		const char *json, *want;
	} rows[] = {
		{ "\"x\"", "x" },
		{ "\"\"", "" },
		{ "\"a\\tb\\u001b\"", "a b?" },
		{ "8", "8" },
		{ "8.0", "8" },
		{ "-8.000", "-8" },
		{ "8.50", "8.50" },
		{ "80", "80" },
		{ "100.0", "100" },
		{ "0.0", "0" },
		{ "1e3", "1e3" },
		{ "1.0e3", "1.0e3" },
		{ "true", "true" },
		{ "false", "false" },
		{ "null", "" },
		{ "[]", "" },
		{ "[\"a\"]", "a" },
		{ "[\"a\", 1.0 , true]", "a, 1, true" },
		{ "[[\"a\"],\"b\"]", ", b" },
		{ "{\"a\":1}", "{\"a\":1}" },
	};
	static struct object o;
	char cell[100];
	struct text t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		snprintf(tasks[0].object, sizeof(tasks[0].object), "{\"p\":{\"v\":%s}}",
			 rows[i].json);
		assert_true(object_of(&o, &tasks[0]));
		text_init(&t, cell, sizeof(cell));
		object_put(&o, "p.v", &t);
		CHECK(strcmp(cell, rows[i].want) == 0, "%s: %s", rows[i].json, cell);
		text_init(&t, cell, sizeof(cell));
		object_put(&o, "p.none", &t);
		object_put(&o, "none.v", &t);
		assert_string_equal(cell, "");
	}
}

/* What is no JSON, or too much of it, is as good as none. */
static void no_object(void **state)
{
	static struct object o;
	size_t n = 1;

	(void)state;
	tasks[0].object[0] = '\0';
	assert_false(object_of(&o, &tasks[0]));
	strcpy(tasks[0].object, "{\"id\"");
	assert_false(object_of(&o, &tasks[0]));
	strcpy(tasks[0].object, "[");
	while (n < 2 * OBJECT_TOKENS_MAX)
		n += (size_t)sprintf(tasks[0].object + n, n > 1 ? ",1" : "1");
	strcpy(tasks[0].object + n, "]");
	assert_false(object_of(&o, &tasks[0]));
	assert_string_equal(objects(1, false, 0), "[]");
}

static bool own_print(FILE *f, struct task *t, unsigned count)
{
	fprintf(f, "%u of %s\n", count, t[0].file);
	return options.no_headers;
}

/* A command may print all by itself, or decide that the common form is right. */
static void a_form_of_its_own(void **state)
{
	static struct provider own;

	(void)state;
	own = provider;
	own.print = own_print;
	job.provider = &own;
	options.no_headers = true;
	assert_string_equal(results(), "3 of a.raw\n");
	options.no_headers = false;
	results();
	assert_non_null(strstr(caught, "3 of a.raw\nFILE "));
	own.columns = NULL;
	assert_string_equal(results(), "3 of a.raw\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_table, make_job),
		cmocka_unit_test_setup(columns, make_job),
		cmocka_unit_test_setup(the_json, make_job),
		cmocka_unit_test_setup(sorted, make_job),
		cmocka_unit_test_setup(order_of_keys, make_job),
		cmocka_unit_test_setup(hostile_objects, make_job),
		cmocka_unit_test_setup(long_members, make_job),
		cmocka_unit_test_setup(cells, make_job),
		cmocka_unit_test_setup(no_object, make_job),
		cmocka_unit_test_setup(a_form_of_its_own, make_job),
	};

	return cmocka_run_group_tests_name("object", tests, files_setup, files_teardown);
}
