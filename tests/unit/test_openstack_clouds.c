/* clouds.yaml and secure.yaml: what is found in them. */
#include "unit/unit.h"

#include "unit/openstack_env.h"
#include "cloud/openstack/own.h"

#define AUTH "auth_url: 'https://k', user_id: u, project_id: p, password: pw"
#define CLOUD(more) "clouds: {c: {auth: {" AUTH "}" more "}}"

/* A value of the cloud c, and of what it became. */
struct value_row {
	const char *clouds, *secure;
	enum os_key key;
	const char *want;
};

static void check_values(const struct value_row *rows, size_t count)
{
	char which[32];
	size_t i;

	for (i = 0; i < count; i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		clean_env(NULL);
		CHECK(load_files(rows[i].clouds, rows[i].secure, "c", &e) == 0, "%s: %s", which,
		      e.text);
		assert_string_equal(got.cloud, "c");
		check_value(rows[i].key, rows[i].want, which);
	}
}

static void where_values_stand(void **state)
{
	static const struct value_row rows[] = {
		{ CLOUD(""), NULL, OS_AUTH_URL, "https://k" },
		{ CLOUD(""), NULL, OS_USERNAME, NULL },
		{ CLOUD(", region_name: R"), NULL, OS_REGION, "R" },
		/* Beside auth before in it. */
		{ CLOUD(", user_id: top"), NULL, OS_USER_ID, "top" },
		{ CLOUD(", user_id: ''"), NULL, OS_USER_ID, "u" },
		{ CLOUD(", user_id: ~"), NULL, OS_USER_ID, "u" },
		/* With dashes, and older names; the newer one first. */
		{ CLOUD(", region-name: R"), NULL, OS_REGION, "R" },
		{ CLOUD(", region-name: D, region_name: U"), NULL, OS_REGION, "U" },
		{ CLOUD(", image-endpoint-override: 'https://g'"), NULL, OS_IMAGE_ENDPOINT,
		  "https://g" },
		{ CLOUD(", image_endpoint: 'https://g'"), NULL, OS_IMAGE_ENDPOINT, "https://g" },
		{ CLOUD(", tenant_name: t"), NULL, OS_PROJECT_NAME, "t" },
		{ CLOUD(", tenant-name: t"), NULL, OS_PROJECT_NAME, "t" },
		{ CLOUD(", tenant_name: t, project_name: n"), NULL, OS_PROJECT_NAME, "n" },
		{ "clouds: {c: {auth: {" AUTH ", tenant_id: t}}}", NULL, OS_PROJECT_ID, "p" },
		{ CLOUD(", endpoint_type: internalURL"), NULL, OS_INTERFACE, "internalURL" },
		{ CLOUD(", auth_plugin: password"), NULL, OS_AUTH_TYPE, "password" },
		/* The first of a list, and what is no text is nothing. */
		{ CLOUD(", interface: [internal, public]"), NULL, OS_INTERFACE, "internal,public" },
		{ CLOUD(", interface: []"), NULL, OS_INTERFACE, NULL },
		{ CLOUD(", interface: {a: b}"), NULL, OS_INTERFACE, NULL },
		{ CLOUD(", interface: [[a]]"), NULL, OS_INTERFACE, NULL },
		{ CLOUD(", region_name: 7"), NULL, OS_REGION, "7" },
		{ CLOUD(", region_name: true"), NULL, OS_REGION, "true" },
		{ CLOUD(", region_name: null"), NULL, OS_REGION, NULL },
		{ CLOUD(", region_name: \"a\\nb\""), NULL, OS_REGION, "a\nb" },
		/* secure.yaml goes before it, member by member. */
		{ CLOUD(""), "clouds: {c: {auth: {user_id: s}}}", OS_USER_ID, "s" },
		{ CLOUD(""), "clouds: {c: {auth: {user_id: s}}}", OS_PROJECT_ID, "p" },
		{ CLOUD(""), "clouds: {c: {region_name: S}}", OS_REGION, "S" },
		{ CLOUD(", user_id: top"), "clouds: {c: {auth: {user_id: s}}}", OS_USER_ID, "s" },
		{ CLOUD(", project_name: n"), "clouds: {c: {tenant_name: s}}", OS_PROJECT_NAME,
		  "s" },
		{ CLOUD(", tenant_name: t"), "clouds: {c: {auth: {project_name: s}}}",
		  OS_PROJECT_NAME, "s" },
		{ CLOUD(""), "clouds: {d: {auth: {user_id: s}}}", OS_USER_ID, "u" },
		{ CLOUD(""), "clouds: [c]", OS_USER_ID, "u" },
		{ CLOUD(""), "clouds: {c: [a, b]}", OS_USER_ID, "u" },
		{ CLOUD(""), "# nothing\n", OS_USER_ID, "u" },
		{ CLOUD(""), "just words", OS_USER_ID, "u" },
		/* Anchors, "<<", and JSON. */
		{ "base: &b {auth_url: 'https://k', user_id: u, project_id: p, password: pw}\n"
		  "clouds: {c: {auth: {<<: *b, user_id: own}}}",
		  NULL, OS_USER_ID, "own" },
		{ "x: &n R\nclouds: {c: {auth: {" AUTH "}, region_name: *n}}", NULL, OS_REGION,
		  "R" },
		{ "{\n\t\"clouds\": {\"c\": {\"auth\": {\n"
		  "\t\t\"auth_url\": \"https:\\/\\/k\", \"user_id\": \"\\u00e4\",\n"
		  "\t\t\"project_id\": \"p\", \"password\": \"pw\"}}}\n}",
		  NULL, OS_USER_ID, "\xc3\xa4" },
	};

	(void)state;
	check_values(rows, COUNT(rows));
}

/* In files' names a leading "~/" is the home directory, as openstacksdk has it. */
static void home_directories(void **state)
{
	static const struct {
		const char *home, *value, *want;
		enum os_key key;
	} rows[] = {
		{ "/h", "cacert: ~/ca.pem", "/h/ca.pem", OS_CACERT },
		{ "/h", "cert: ~/c.pem", "/h/c.pem", OS_CERT },
		{ "/h", "key: ~/.k/c.key", "/h/.k/c.key", OS_KEY },
		{ "/h", "cacert: '~/'", "/h/", OS_CACERT },
		{ "/h", "cacert: ~other/ca.pem", "~other/ca.pem", OS_CACERT },
		{ "/h", "cacert: a/~/ca.pem", "a/~/ca.pem", OS_CACERT },
		{ "/h", "cacert: ~", NULL, OS_CACERT },
		{ "/h", "region_name: ~/r", "~/r", OS_REGION },
		{ "", "cacert: ~/ca.pem", "~/ca.pem", OS_CACERT },
		{ NULL, "cacert: ~/ca.pem", "~/ca.pem", OS_CACERT },
	};
	char clouds[256], which[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		snprintf(clouds, sizeof(clouds), "clouds: {c: {auth: {" AUTH "}, %s}}",
			 rows[i].value);
		clean_env(NULL);
		if (rows[i].home)
			setenv("HOME", rows[i].home, 1);
		CHECK(load_files(clouds, NULL, "c", &e) == 0, "%s: %s", which, e.text);
		check_value(rows[i].key, rows[i].want, which);
	}
}

static void regions(void **state)
{
	static const struct value_row rows[] = {
		/* The first, unless another one is named. */
		{ CLOUD(", regions: [A, B]"), NULL, OS_REGION, "A" },
		{ CLOUD(", regions: [{name: A}, B]"), NULL, OS_REGION, "A" },
		{ CLOUD(", regions: []"), NULL, OS_REGION, NULL },
		{ CLOUD(", regions: ~, region_name: R"), NULL, OS_REGION, "R" },
		{ CLOUD(", regions: [[A], ~, {nome: B}, C]"), NULL, OS_REGION, "C" },
		{ CLOUD(", regions: [A, B], region_name: B"), NULL, OS_REGION, "A" },
		{ CLOUD(", regions: [A, B]"), "clouds: {c: {region_name: B}}", OS_REGION, "A" },
		{ CLOUD(", region_name: 'A,B'"), NULL, OS_REGION, "A" },
		/* Glance's own. */
		{ CLOUD(", region_name: A, image_region_name: 'B,C'"), NULL, OS_IMAGE_REGION, "B" },
		{ CLOUD(", region_name: A, image-region-name: B"), NULL, OS_REGION, "A" },
		{ CLOUD(", image_interface: internal"), NULL, OS_IMAGE_INTERFACE, "internal" },
		{ CLOUD(", image_interface: [admin, internal]"), NULL, OS_IMAGE_INTERFACE,
		  "admin,internal" },
		/* What a region has goes before what the cloud has. */
		{ CLOUD(", interface: all, regions: [{name: A, values: {interface: own}}]"), NULL,
		  OS_INTERFACE, "own" },
		{ CLOUD(", regions: [{name: A, values: {auth: {auth_url: 'https://a'}}}]"), NULL,
		  OS_AUTH_URL, "https://a" },
		{ CLOUD(", interface: all, regions: [{name: A, values: [interface, own]}]"), NULL,
		  OS_INTERFACE, "all" },
		/* The region in the URL. */
		{ CLOUD(", auth_url: 'https://{region_name}.example/v3', region_name: r"), NULL,
		  OS_AUTH_URL, "https://r.example/v3" },
		{ CLOUD(", auth_url: 'https://k.example/{region_name}', regions: [A, B]"), NULL,
		  OS_AUTH_URL, "https://k.example/A" },
	};
	static const char two[] =
		CLOUD(", regions: [{name: A, values: {interface: ia}},"
		      " {name: B, values: {interface: ib, auth_url: 'https://{region_name}'}}]");
	struct err e = ERR_INIT;

	(void)state;
	check_values(rows, COUNT(rows));
	clean_env(NULL);
	os_own_set(&options)->os[OS_REGION] = "B";
	assert_int_equal(load_files(two, NULL, "c", &e), 0);
	check_value(OS_INTERFACE, "ib", "the option");
	check_value(OS_AUTH_URL, "https://B", "the option");
	clean_env(NULL);
	setenv("OS_REGION_NAME", "B", 1);
	assert_int_equal(load_files(two, NULL, "c", &e), 0);
	check_value(OS_REGION, "B", "the variable");
	check_value(OS_INTERFACE, "ib", "the variable");
	check_value(OS_AUTH_URL, "https://B", "the variable");
	/* The option goes before the variable, too. */
	os_own_set(&options)->os[OS_REGION] = "A";
	assert_int_equal(load_files(two, NULL, "c", &e), 0);
	check_value(OS_INTERFACE, "ia", "both");
}

static void profiles(void **state)
{
#define OTC "user_id: u, project_id: p, password: pw}, profile: otc"
	static const struct value_row rows[] = {
		{ "clouds: {c: {auth: {" OTC ", region_name: eu-de}}", NULL, OS_AUTH_URL,
		  "https://iam.eu-de.otc.t-systems.com/v3" },
		{ "clouds: {c: {auth: {" OTC ", regions: [eu-nl]}}", NULL, OS_AUTH_URL,
		  "https://iam.eu-nl.otc.t-systems.com/v3" },
		{ "clouds: {c: {auth: {auth_url: 'https://own', " OTC "}}", NULL, OS_AUTH_URL,
		  "https://own" },
		{ "clouds: {c: {cloud: elastx, auth: {user_id: u, project_id: p, password: x}}}",
		  NULL, OS_AUTH_URL, "https://ops.elastx.cloud:5000/v3" },
		/* The first region that it has. */
		{ "clouds: {c: {auth: {" OTC "}}", NULL, OS_REGION, "eu-de" },
		{ "clouds: {c: {auth: {" OTC "}}", NULL, OS_AUTH_URL,
		  "https://iam.eu-de.otc.t-systems.com/v3" },
		{ "clouds: {c: {profile: citycloud, auth: {user_id: u, project_id: p, password: x}}}",
		  NULL, OS_AUTH_URL, "https://Buf1.citycloud.com:5000/v3/" },
		{ "clouds: {c: {profile: elastx, auth: {user_id: u, project_id: p, password: x}}}",
		  NULL, OS_REGION, "se-sto" },
		{ "clouds: {c: {profile: otc-swiss, auth: {user_id: u, project_id: p, password: x}}}",
		  NULL, OS_REGION, "eu-ch2" },
		/* One that we do not know, but whose URL is there. */
		{ CLOUD(", profile: nobody"), NULL, OS_AUTH_URL, "https://k" },
	};
	struct err e = ERR_INIT;

	(void)state;
	check_values(rows, COUNT(rows));
	clean_env(NULL);
	setenv("OS_REGION_NAME", "eu-nl", 1);
	assert_int_equal(load_files("clouds: {c: {auth: {" OTC "}}", NULL, "c", &e), 0);
	check_value(OS_AUTH_URL, "https://iam.eu-nl.otc.t-systems.com/v3", "the variable");
	os_own_set(&options)->os[OS_AUTH_URL] = "https://option";
	assert_int_equal(load_files("clouds: {c: {auth: {" OTC "}}", NULL, "c", &e), 0);
	check_value(OS_AUTH_URL, "https://option", "the option");
	clean_env(NULL);
	assert_int_equal(load_files("clouds: {c: {profile: nobody}}", NULL, "c", &e), -1);
	check_err(&e, ERR_USAGE, "profile");
	assert_non_null(strstr(e.text, "nobody"));
}

/* It must not lead the password to another server. */
static void regions_in_urls(void **state)
{
	static const struct {
		const char *region;
		bool good;
	} rows[] = {
		{ "eu-de", true },         { "Region_1", true },  { "x@evil.example/#", false },
		{ "evil.example", false }, { "a b", false },      { "evil/", false },
		{ "a:1", false },          { "\xc3\xa4", false }, { "{region_name}", false },
	};
	static const char *const clouds[] = {
		"clouds: {c: {auth: {" OTC "}}",
		CLOUD(", auth_url: 'https://k.{region_name}.example'"),
	};
	struct err none = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * COUNT(rows); i++) {
		const char *region = rows[i / 2].region;
		struct err e = ERR_INIT;

		clean_env(NULL);
		setenv("OS_REGION_NAME", region, 1);
		CHECK(load_files(clouds[i % 2], NULL, "c", &e) == (rows[i / 2].good ? 0 : -1),
		      "%s: %s", region, e.text);
		check_err(&e, rows[i / 2].good ? ERR_NONE : ERR_USAGE, region);
		CHECK(rows[i / 2].good || strstr(e.text, "region"), "%s: %s", region, e.text);
	}
	/* Elsewhere it is just a name. */
	clean_env(NULL);
	setenv("OS_REGION_NAME", "Region One", 1);
	assert_int_equal(load_files(CLOUD(""), NULL, "c", &none), 0);
}

/* Of the secrets, the one that the way of logging in takes: no other may go anywhere. */
static void secrets(void **state)
{
#define ALL "password: P, token: T, application_credential_secret: A, "
	static const struct {
		const char *auth, *secret;
		enum os_auth way;
	} rows[] = {
		{ "password: P", "P", OS_AUTH_PASSWORD },
		{ "token: T", "T", OS_AUTH_TOKEN },
		{ "application_credential_secret: A, application_credential_id: i", "A",
		  OS_AUTH_APPCRED },
		{ ALL "auth_type: password", "P", OS_AUTH_PASSWORD },
		{ ALL "auth_type: v3password", "P", OS_AUTH_PASSWORD },
		{ ALL "auth_type: v3token", "T", OS_AUTH_TOKEN },
		{ ALL "auth_type: token", "T", OS_AUTH_TOKEN },
		{ ALL "auth_type: token, endpoint: 'https://g'", "T", OS_AUTH_READY },
		{ ALL "auth_type: admin_token, endpoint: 'https://g'", "T", OS_AUTH_READY },
		{ ALL "auth_type: v3applicationcredential, application_credential_id: i", "A",
		  OS_AUTH_APPCRED },
		{ ALL "application_credential_id: i", "A", OS_AUTH_APPCRED },
		{ ALL "application_credential_name: i", "A", OS_AUTH_APPCRED },
		{ ALL "x: y", "T", OS_AUTH_TOKEN },
		{ "password: P, application_credential_secret: A", "P", OS_AUTH_PASSWORD },
		{ ALL "auth_type: none, endpoint: 'https://g'", NULL, OS_AUTH_NONE },
		/* What is not there is not taken from another's place. */
		{ "password: P, application_credential_secret: A, auth_type: token", NULL,
		  OS_AUTH_TOKEN },
		{ "password: P, auth_type: admin_token, endpoint: 'https://g'", NULL,
		  OS_AUTH_READY },
		{ "password: P, token: T, application_credential_id: i", NULL, OS_AUTH_APPCRED },
		{ "token: T, application_credential_secret: A, auth_type: password", NULL,
		  OS_AUTH_PASSWORD },
		{ "password: [P], x: y", "P", OS_AUTH_PASSWORD },
		{ "password: {P: Q}", NULL, OS_AUTH_PASSWORD },
		{ "password: ''", NULL, OS_AUTH_PASSWORD },
		{ "password: ~", NULL, OS_AUTH_PASSWORD },
		{ "password: 0123", "0123", OS_AUTH_PASSWORD },
		{ "password: 1e3", "1e3", OS_AUTH_PASSWORD },
		{ "password: \"a\\nb\\\"\"", "a\nb\"", OS_AUTH_PASSWORD },
		{ "token: \"a\\nb\"", NULL, OS_AUTH_TOKEN },
	};
	char text[300], which[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		bool good = rows[i].secret || rows[i].way == OS_AUTH_NONE;
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		clean_env(NULL);
		snprintf(text, sizeof(text),
			 "clouds: {c: {auth: {auth_url: 'https://k', user_id: u, project_id: p, %s}}}",
			 rows[i].auth);
		CHECK(load_files(text, NULL, "c", &e) == (good ? 0 : -1), "%s: %s", which, e.text);
		check_err(&e, good ? ERR_NONE : ERR_USAGE, which);
		CHECK(!good || got.auth == rows[i].way, "%s: %d", which, (int)got.auth);
		if (rows[i].secret)
			check_secret(rows[i].secret, which);
		CHECK(good || !strstr(e.text, "a b"), "%s: %s", which, e.text);
	}
}

static void trusting_anyone(void **state)
{
	static const struct {
		const char *text;
		bool insecure;
	} rows[] = {
		{ CLOUD(""), false },
		{ CLOUD(", verify: false"), true },
		{ CLOUD(", verify: False"), true },
		{ CLOUD(", verify: no"), true },
		{ CLOUD(", verify: off"), true },
		{ CLOUD(", verify: true"), false },
		{ CLOUD(", verify: ~"), false },
		{ CLOUD(", verify: [false]"), true },
		{ CLOUD(", insecure: true"), true },
		{ CLOUD(", insecure: false, verify: false"), false },
		{ CLOUD(", insecure: true, verify: true"), true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		clean_env(NULL);
		CHECK(load_files(rows[i].text, NULL, "c", &e) == 0, "row %zu: %s", i, e.text);
		CHECK(got.insecure == rows[i].insecure, "row %zu", i);
	}
	clean_env(NULL);
}

static void refused(void **state)
{
	static const struct {
		const char *clouds, *secure, *word;
	} rows[] = {
		{ "clouds: {d: {}}", NULL, "c" },
		{ "clouds: {C: {}}", NULL, "c" },
		{ "clouds: [c]", NULL, "c" },
		{ "clouds: c", NULL, "c" },
		{ "clouds: ~", NULL, "c" },
		{ "", NULL, "c" },
		{ "- clouds", NULL, "c" },
		{ "clouds: {c: ~}", NULL, "c" },
		{ "clouds: {c: SECRET}", NULL, "c" },
		{ "clouds: {c: [SECRET]}", NULL, "c" },
		{ "clouds: {c: {auth: SECRET}}", NULL, "auth_url" },
		{ "clouds: {c: {auth: [SECRET, {auth_url: x}]}}", NULL, "auth_url" },
		{ "clouds: {c: {auth: {auth_url: {a: SECRET}}}}", NULL, "auth_url" },
		/* A list is wanted: without its regions the wrong one might be taken. */
		{ CLOUD(", regions: {SECRET: {}}"), NULL, "regions" },
		{ CLOUD(", regions: A"), NULL, "regions" },
		/* No YAML, or none that is safe. */
		{ "clouds: {c: {password: SECRET", NULL, "line " },
		{ "clouds:\n  c:\n\tpassword: SECRET\n", NULL, "line 3" },
		{ "clouds: {c: *SECRET}", NULL, "alias" },
		{ "clouds: &a {c: *a}", NULL, "alias" },
		{ "clouds: {c: {a: SECRET, a: SECRET}}", NULL, "already" },
		{ "clouds: {c: {password: !!python/object:os.system SECRET}}", NULL, "tag" },
		{ "--- {clouds: {}}\n--- {clouds: {c: {}}}\n", NULL, "document" },
		{ "clouds: {c: \"\xff\xfe\"}", NULL, "line " },
		{ CLOUD(""), "clouds: {c: {password: SECRET", "line " },
	};
	char which[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		clean_env(NULL);
		CHECK(load_files(rows[i].clouds, rows[i].secure, "c", &e) == -1, "%s", which);
		check_err(&e, ERR_USAGE, which);
		CHECK(strstr(e.text, rows[i].word), "%s: no %s in \"%s\"", which, rows[i].word,
		      e.text);
		CHECK(!strstr(e.text, "SECRET"), "%s: \"%s\"", which, e.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(where_values_stand, clean_env),
		cmocka_unit_test_setup(home_directories, clean_env),
		cmocka_unit_test_setup(regions, clean_env),
		cmocka_unit_test_setup(profiles, clean_env),
		cmocka_unit_test_setup(regions_in_urls, clean_env),
		cmocka_unit_test_setup(secrets, clean_env),
		cmocka_unit_test_setup(trusting_anyone, clean_env),
		cmocka_unit_test_setup(refused, clean_env),
	};

	return cmocka_run_group_tests_name("openstack_clouds", tests, enter_files, files_teardown);
}
