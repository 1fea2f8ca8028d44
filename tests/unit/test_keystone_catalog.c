/* Where Keystone's catalog says that Glance is. */
#include "unit/unit.h"

#include "base/text.h"
#include "unit/openstack_task.h"

static int accept_answer(const char *answer, struct err *e)
{
	char *c;

	work.reply.len = strlen(answer);
	CHECK(work.reply.len < sizeof(work.answer), "%zu bytes", work.reply.len);
	strcpy(work.answer, answer);
	for (c = work.answer; *c; c++)
		if (*c == '\'')
			*c = '"';
	return keystone_accept(&task, "tok", e);
}

/* With ' in place of ". */
#define TOKEN(catalog) "{'token': {'expires_at': 'x', 'catalog': " catalog "}}"
#define AT(interface, region, url)                                                                 \
	"{'id': 'x', 'interface': '" interface "', 'region': '" region "', 'region_id': '" region  \
	"', 'url': '" url "'}"
#define IMAGE(endpoints)                                                                           \
	"{'endpoints': [" endpoints "], 'id': 'y', 'type': 'image', 'name': 'glance'}"
#define ADMIN_1 AT("admin", "R1", "https://a1")
#define INTERNAL_1 AT("internal", "R1", "https://i1")
#define PUBLIC_1 AT("public", "R1", "https://p1")
#define PUBLIC_2 AT("public", "R2", "https://p2")
#define INTERNAL_2 AT("internal", "R2", "https://i2")
#define FIVE ADMIN_1 ", " INTERNAL_1 ", " PUBLIC_1 ", " PUBLIC_2 ", " INTERNAL_2
#define NOVA "{'type': 'compute', 'endpoints': [" AT("public", "R1", "https://nova") "]}, "
#define TWO TOKEN("[" NOVA IMAGE(FIVE) "]")

static const struct {
	const char *answer, *region, *interface, *override;
	const char *base; /* NULL: there is none */
} catalogs[] = {
	{ TWO, NULL, NULL, NULL, "https://p1" },
	{ TWO, "R1", NULL, NULL, "https://p1" },
	{ TWO, "R2", NULL, NULL, "https://p2" },
	{ TWO, "R2", "public", NULL, "https://p2" },
	{ TWO, NULL, "internal", NULL, "https://i1" },
	{ TWO, "R2", "internalURL", NULL, "https://i2" },
	{ TWO, NULL, "publicURL", NULL, "https://p1" },
	/* Several, in their order. */
	{ TWO, "R2", "admin,internal,public", NULL, "https://i2" },
	{ TWO, "R2", "adminURL,publicURL", NULL, "https://p2" },
	{ TWO, NULL, "public,internal", NULL, "https://p1" },
	{ TWO, "R2", "admin,,", NULL, NULL },
	{ TWO, NULL, "adminURL", NULL, "https://a1" },
	{ TWO, "R1", "admin", NULL, "https://a1" },
	/* None that would do is not one that almost does. */
	{ TWO, "R2", "admin", NULL, NULL },
	{ TWO, "R3", NULL, NULL, NULL },
	{ TWO, "r1", NULL, NULL, NULL },
	{ TWO, "R", NULL, NULL, NULL },
	{ TWO, "R11", NULL, NULL, NULL },
	{ TWO, NULL, "pub", NULL, NULL },
	{ TWO, NULL, "publicity", NULL, NULL },
	{ TWO, NULL, "URL", NULL, NULL },
	{ TWO, "a region with a name that is longer than sixty-three characters are", NULL, NULL,
	  NULL },
	/* Whatever the catalog says, and also without one. */
	{ TWO, "R3", NULL, "https://own/v2/", "https://own" },
	{ "{'token': {}}", NULL, NULL, "https://own", "https://own" },
	{ "[]", NULL, NULL, "https://own", "https://own" },
	/* The older name of a region's id, alone, or beside another one. */
	{ TOKEN("[" IMAGE("{'interface': 'public', 'region': 'R', 'url': 'https://g'}") "]"), "R",
	  NULL, NULL, "https://g" },
	{ TOKEN("[" IMAGE("{'interface': 'public', 'region_id': 'R', 'url': 'https://g'}") "]"),
	  "R", NULL, NULL, "https://g" },
	{ TOKEN("[" IMAGE("{'interface': 'public', 'url': 'https://g'}") "]"), NULL, NULL, NULL,
	  "https://g" },
	{ TOKEN("[" IMAGE("{'interface': 'public', 'url': 'https://g'}") "]"), "R", NULL, NULL,
	  NULL },
	/* The second image service has it. */
	{ TOKEN("[" IMAGE(AT("public", "R1", "https://1")) ", " IMAGE(
		  AT("public", "R2", "https://2")) "]"),
	  "R2", NULL, NULL, "https://2" },
	{ TOKEN("[" IMAGE("") ", " IMAGE(AT("public", "R1", "https://1")) "]"), NULL, NULL, NULL,
	  "https://1" },
	/* What is not as it should be is passed over. */
	{ TOKEN("[7, 'image', null, {}, {'type': 7}, {'type': 'image'}, {'type': 'image',"
		" 'endpoints': {}}, {'type': 'image', 'endpoints': 'x'}, " IMAGE(
			"7, [], {}, {'interface': 7, 'url': 'https://no'},"
			" {'interface': ['public'], 'url': 'https://no'},"
			" {'interface': 'public'}, {'interface': 'public', 'url': 7},"
			" {'interface': 'public', 'url': ''}, " AT("public", "R",
								   "https://yes")) "]"),
	  NULL, NULL, NULL, "https://yes" },
	{ TOKEN("[" IMAGE(
		  "{'interface': 'public', 'region': {'id': 'R'}, 'url': 'https://g'}") "]"),
	  "R", NULL, NULL, NULL },
	{ TOKEN("[{'type': 'images', 'endpoints': [" AT("public", "R", "https://g") "]}]"), NULL,
	  NULL, NULL, NULL },
	{ TOKEN("[]"), NULL, NULL, NULL, NULL },
	{ TOKEN("{}"), NULL, NULL, NULL, NULL },
	{ TOKEN("null"), NULL, NULL, NULL, NULL },
	{ "{'token': {}}", NULL, NULL, NULL, NULL },
	{ "{'token': [{'catalog': []}]}", NULL, NULL, NULL, NULL },
	{ "{}", NULL, NULL, NULL, NULL },
	{ "[]", NULL, NULL, NULL, NULL },
	/* A URL that is none, or that would not be encrypted by accident. */
	{ TOKEN("[" IMAGE(AT("public", "R", "g.example:9292")) "]"), NULL, NULL, NULL, NULL },
	{ TOKEN("[" IMAGE(AT("public", "R", "ftp://g")) "]"), NULL, NULL, NULL, NULL },
	{ TOKEN("[" IMAGE(AT("public", "R", "/v2")) "]"), NULL, NULL, NULL, NULL },
};

/* Glance's own region and interface, which clouds.yaml may name. */
static void its_own(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	task_init(NULL);
	settings.value[OS_REGION] = "R1";
	settings.value[OS_INTERFACE] = "public";
	settings.value[OS_IMAGE_REGION] = "R2";
	settings.value[OS_IMAGE_INTERFACE] = "admin,internal";
	assert_int_equal(accept_answer(TWO, &e), 0);
	assert_string_equal(os_work(&task)->base, "https://i2");
}

static void endpoints(void **state)
{
	char which[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(catalogs); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		task_init(NULL);
		settings.value[OS_REGION] = catalogs[i].region;
		settings.value[OS_INTERFACE] = catalogs[i].interface;
		settings.value[OS_IMAGE_ENDPOINT] = catalogs[i].override;
		CHECK(accept_answer(catalogs[i].answer, &e) == (catalogs[i].base ? 0 : -1),
		      "%s: %s", which, e.text);
		check_err(&e, catalogs[i].base ? ERR_NONE : ERR_USAGE, which);
		CHECK(!catalogs[i].base || strcmp(os_work(&task)->base, catalogs[i].base) == 0,
		      "%s: %s", which, os_work(&task)->base);
	}
}

/* What is wrong is said: the region, the interface, or that there is no scope. */
static void messages(void **state)
{
	static const struct {
		const char *answer, *region, *interface, *word;
	} rows[] = {
		{ TWO, "Mars", NULL, "region Mars" },
		{ TWO, NULL, "secret", "interface secret" },
		{ TOKEN("[]"), "R1", NULL, "interface public" },
		{ "{'token': {}}", NULL, NULL, "without a project" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		task_init(NULL);
		settings.value[OS_REGION] = rows[i].region;
		settings.value[OS_INTERFACE] = rows[i].interface;
		assert_int_equal(accept_answer(rows[i].answer, &e), -1);
		check_err(&e, ERR_USAGE, rows[i].word);
		CHECK(strstr(e.text, rows[i].word), "no %s in \"%s\"", rows[i].word, e.text);
	}
}

/* Glance's URL, in any of the ways in which it is written. */
static void bases(void **state)
{
	static const struct {
		const char *url, *base;
	} rows[] = {
		{ "https://g", "https://g" },
		{ "https://g/", "https://g" },
		{ "https://g///", "https://g" },
		{ "https://g/v2", "https://g" },
		{ "https://g/v2/", "https://g" },
		{ "https://g//v2//", "https://g" },
		{ "https://g:9292/image/v2", "https://g:9292/image" },
		{ "https://g/v1", "https://g" },
		{ "https://g/image/v2.0/", "https://g/image" },
		{ "https://g/v2/0123456789abcdef0123456789abcdef", "https://g" },
		{ "https://g/image/v2.15/AUTH_p/", "https://g/image" },
		{ "https://g/v1/v2", "https://g/v1" },
		{ "https://v2", "https://v2" },
		{ "https://v2/", "https://v2" },
		{ "https://v2/image", "https://v2/image" },
		{ "https://g/v", "https://g/v" },
		{ "https://g/vm", "https://g/vm" },
		{ "https://g/image", "https://g/image" },
		{ "https://g/v2x", "https://g/v2x" },
		{ "https://gv2", "https://gv2" },
		{ "http://g/v2", "http://g" },
		{ "https://[::1]:9292", "https://[::1]:9292" },
		{ "", NULL },
		{ "/", NULL },
		{ "/v2", NULL },
		{ "g/v2", NULL },
		{ "https://", NULL },
		{ "http://", NULL },
		{ "https:///v2", NULL },
	};
	static char long_url[600];
	size_t i, way;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		for (way = 0; way < 2; way++) {
			struct err e = ERR_INIT;

			task_init(NULL);
			settings.auth = OS_AUTH_NONE;
			settings.value[way ? OS_ENDPOINT : OS_IMAGE_ENDPOINT] = rows[i].url;
			CHECK(keystone_authenticate(&task, &e) == (rows[i].base ? 0 : -1), "%s: %s",
			      rows[i].url, e.text);
			check_err(&e, rows[i].base ? ERR_NONE : ERR_USAGE, rows[i].url);
			CHECK(!rows[i].base || strcmp(os_work(&task)->base, rows[i].base) == 0,
			      "%s: %s", rows[i].url, os_work(&task)->base);
			assert_string_equal(work.auth, "");
		}
	}
	for (i = 510; i < 514; i++) {
		struct err e = ERR_INIT;

		task_init(NULL);
		settings.auth = OS_AUTH_READY;
		set_secret("ready");
		memset(long_url, 'x', i);
		memcpy(long_url, "https://", 8);
		strcpy(long_url + i, "/v2/");
		settings.value[OS_ENDPOINT] = long_url;
		assert_int_equal(keystone_authenticate(&task, &e), i < 512 ? 0 : -1);
		check_err(&e, i < 512 ? ERR_NONE : ERR_LIMIT, "a long URL");
		assert_string_equal(work.auth, "X-Auth-Token: ready");
	}
}

static char many[REPLY_MAX];

/* As many endpoints as a large cloud has; Glance's are the last ones. */
static const char *catalog(unsigned services, unsigned regions)
{
	static const char *const interfaces[] = { "public", "internal", "admin" };
	struct text t;
	unsigned i, k;

	text_init(&t, many, sizeof(many));
	text_put(&t, "{'token': {'catalog': [");
	for (i = 0; i < services; i++) {
		text_printf(&t, "%s{'type': '%s', 'endpoints': [", i ? "," : "",
			    i + 1 == services ? "image" : "other");
		for (k = 0; k < regions * 3; k++)
			text_printf(&t,
				    "%s{'id': '0123456789abcdef0123456789abcdef', 'interface': '%s', "
				    "'region': 'R%u', 'region_id': 'R%u', 'url': 'https://%s%u'}",
				    k ? "," : "", interfaces[k % 3], k / 3, k / 3,
				    interfaces[k % 3], k / 3);
		text_put(&t, "]}");
	}
	text_put(&t, "]}}");
	assert_false(t.full);
	return many;
}

static void large_catalogs(void **state)
{
	static const struct {
		unsigned services, regions;
		enum err_code code;
	} rows[] = { { 1, 334, ERR_NONE },
		     { 334, 1, ERR_NONE },
		     { 35, 10, ERR_NONE },
		     { 50, 10, ERR_LIMIT },
		     { 1, 500, ERR_LIMIT } };
	char which[32], last[16];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "%u by %u", rows[i].services, rows[i].regions);
		snprintf(last, sizeof(last), "R%u", rows[i].regions - 1);
		task_init(NULL);
		settings.value[OS_REGION] = last;
		settings.value[OS_INTERFACE] = "internalURL";
		CHECK(accept_answer(catalog(rows[i].services, rows[i].regions), &e) ==
			      (rows[i].code ? -1 : 0),
		      "%s: %s", which, e.text);
		check_err(&e, rows[i].code, which);
		snprintf(which, sizeof(which), "https://internal%u", rows[i].regions - 1);
		if (!rows[i].code)
			assert_string_equal(os_work(&task)->base, which);
	}
}

/* It comes whole through a connection, with ids and URLs as they are. */
static void a_thousand_endpoints(void **state)
{
	static char answer[sizeof(many) + 200];
	struct err e = ERR_INIT;
	struct text t;
	int result;
	unsigned i;
	char *c;

	(void)state;
	text_init(&t, many, sizeof(many));
	text_put(&t, "{'token': {'catalog': [{'type': 'image', 'endpoints': [");
	for (i = 0; i < 1000; i++)
		text_printf(&t,
			    "%s{'id': '%032u', 'interface': 'public', 'region_id': 'Region%03u', "
			    "'url': 'https://image.region%03u.cloud.example:13292/v3/%032u', "
			    "'region': 'Region%03u'}",
			    i ? ", " : "", i, i, i, i, i);
	text_put(&t, "]}]}}");
	assert_false(t.full);
	for (c = many; *c; c++)
		if (*c == '\'')
			*c = '"';
	snprintf(answer, sizeof(answer),
		 "HTTP/1.1 201 CREATED\r\nX-Subject-Token: t\r\nContent-Length: %zu\r\n\r\n%s",
		 t.len, many);
	task_init(NULL);
	task_serve(answer);
	settings.auth = OS_AUTH_TOKEN;
	settings.value[OS_AUTH_URL] = url;
	settings.value[OS_PROJECT_ID] = "p";
	settings.value[OS_REGION] = "Region999";
	set_secret("t0");
	result = keystone_authenticate(&task, &e);
	task_served();
	CHECK(result == 0, "%zu bytes: %s", t.len, e.text);
	assert_non_null(
		strstr(os_work(&task)->base, "https://image.region999.cloud.example:13292"));
}

/* Every place at which it might be cut. */
static void cut_answers(void **state)
{
	size_t len = strlen(TWO), cut;

	(void)state;
	for (cut = 0; cut < len; cut++) {
		static char text[sizeof(TWO)];
		struct err e = ERR_INIT;

		task_init(NULL);
		memcpy(text, TWO, cut);
		text[cut] = '\0';
		CHECK(accept_answer(text, &e) == -1, "%zu", cut);
		check_err(&e, ERR_REPLY, "cut");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_own),        cmocka_unit_test(endpoints),
		cmocka_unit_test(messages),       cmocka_unit_test(bases),
		cmocka_unit_test(large_catalogs), cmocka_unit_test(a_thousand_endpoints),
		cmocka_unit_test(cut_answers),
	};

	return cmocka_run_group_tests_name("keystone_catalog", tests, task_setup, NULL);
}
