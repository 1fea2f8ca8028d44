/* What the options and the OS_ variables say: the ways of logging in, and what is missing. */
#include "unit/unit.h"

#include "unit/openstack_env.h"
#include "cloud/openstack/own.h"

#define URL "OS_AUTH_URL=https://k.example:5000/v3"
#define PASSWORD "OS_PASSWORD=pw"
#define USER "OS_USERNAME=u", "OS_USER_DOMAIN_NAME=ud"
#define PROJECT "OS_PROJECT_NAME=p", "OS_PROJECT_DOMAIN_NAME=pd"
#define APPCRED_SECRET "OS_APPLICATION_CREDENTIAL_SECRET=as"

static void ways_in(void **state)
{
	static const struct {
		const char *env[10];
		enum os_auth auth;
		const char *secret;
	} rows[] = {
		{ { URL, PASSWORD, USER, PROJECT }, OS_AUTH_PASSWORD, "pw" },
		{ { URL, PASSWORD, "OS_USER_ID=ui", "OS_PROJECT_ID=pi" }, OS_AUTH_PASSWORD, "pw" },
		{ { URL, PASSWORD, USER, "OS_TENANT_ID=pi" }, OS_AUTH_PASSWORD, "pw" },
		{ { URL, PASSWORD, USER, "OS_DOMAIN_NAME=d" }, OS_AUTH_PASSWORD, "pw" },
		{ { URL, PASSWORD, USER, "OS_DOMAIN_ID=d" }, OS_AUTH_PASSWORD, "pw" },
		{ { URL, PASSWORD, USER, "OS_SYSTEM_SCOPE=all" }, OS_AUTH_PASSWORD, "pw" },
		{ { URL, PASSWORD, USER, PROJECT, "OS_AUTH_TYPE=Password" },
		  OS_AUTH_PASSWORD,
		  "pw" },
		{ { URL, PASSWORD, USER, PROJECT, "OS_AUTH_TYPE=v3password", "OS_TOKEN=t" },
		  OS_AUTH_PASSWORD,
		  "pw" },
		{ { URL, "OS_TOKEN=t", PROJECT }, OS_AUTH_TOKEN, "t" },
		{ { URL, "OS_AUTH_TOKEN=t", PROJECT }, OS_AUTH_TOKEN, "t" },
		{ { URL, "OS_AUTH_TOKEN=x", "OS_TOKEN=t", PROJECT }, OS_AUTH_TOKEN, "t" },
		{ { URL, "OS_TOKEN=t", PROJECT, "OS_AUTH_TYPE=v3token" }, OS_AUTH_TOKEN, "t" },
		/* An empty variable is none. */
		{ { URL, PASSWORD, USER, PROJECT, "OS_TOKEN=", "OS_AUTH_TOKEN_FILE=" },
		  OS_AUTH_PASSWORD,
		  "pw" },
		{ { URL, "OS_AUTH_TOKEN=t", "OS_TOKEN=", PROJECT }, OS_AUTH_TOKEN, "t" },
		/* Nothing of a scope or a user is needed, and a password is not taken. */
		{ { URL, "OS_APPLICATION_CREDENTIAL_ID=ai", APPCRED_SECRET, PASSWORD },
		  OS_AUTH_APPCRED,
		  "as" },
		{ { URL, "OS_APPLICATION_CREDENTIAL_NAME=an", APPCRED_SECRET, USER },
		  OS_AUTH_APPCRED,
		  "as" },
		{ { URL, "OS_APPLICATION_CREDENTIAL_NAME=an", APPCRED_SECRET, "OS_USER_ID=ui" },
		  OS_AUTH_APPCRED,
		  "as" },
		{ { URL, "OS_APPLICATION_CREDENTIAL_ID=ai", APPCRED_SECRET, "OS_TOKEN=t",
		    "OS_AUTH_TYPE=v3applicationcredential" },
		  OS_AUTH_APPCRED,
		  "as" },
		/* Without Keystone. */
		{ { "OS_TOKEN=t", "OS_IMAGE_URL=https://g.example" }, OS_AUTH_READY, "t" },
		{ { "OS_TOKEN=t", "OS_ENDPOINT=https://g.example" }, OS_AUTH_READY, "t" },
		{ { URL, "OS_TOKEN=t", "OS_ENDPOINT=https://g.example", PROJECT },
		  OS_AUTH_READY,
		  "t" },
		{ { "OS_TOKEN=t", "OS_ENDPOINT=https://g.example", "OS_AUTH_TYPE=admin_token" },
		  OS_AUTH_READY,
		  "t" },
		{ { "OS_AUTH_TYPE=none", "OS_ENDPOINT=https://g.example" }, OS_AUTH_NONE, NULL },
		{ { "OS_AUTH_TYPE=none", "OS_IMAGE_URL=https://g.example", PASSWORD },
		  OS_AUTH_NONE,
		  NULL },
	};
	char which[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		clean_env(NULL);
		set_env(rows[i].env);
		CHECK(load_env(&e) == 0, "%s: %s", which, e.text);
		CHECK(got.auth == rows[i].auth, "%s: %d", which, (int)got.auth);
		check_secret(rows[i].secret, which);
		assert_string_equal(got.cloud, "");
		assert_false(got.insecure);
	}
}

/* The message names the variable, and what clouds.yaml calls it. */
static void what_is_missing(void **state)
{
	static const struct {
		const char *env[8];
		const char *words[2];
	} rows[] = {
		{ { NULL }, { "OS_AUTH_URL", "auth_url" } },
		{ { PASSWORD, USER, PROJECT }, { "OS_AUTH_URL", "auth_url" } },
		{ { "OS_AUTH_URL=", PASSWORD, USER, PROJECT }, { "OS_AUTH_URL", "auth_url" } },
		{ { URL, USER, PROJECT }, { "OS_PASSWORD" } },
		{ { URL, USER, PROJECT, "OS_PASSWORD=" }, { "OS_PASSWORD" } },
		{ { URL, PASSWORD, PROJECT }, { "OS_USERNAME", "username" } },
		{ { URL, PASSWORD, PROJECT, "OS_USERNAME=u" },
		  { "OS_USER_DOMAIN_NAME", "user_domain_name" } },
		{ { URL, PASSWORD, USER }, { "OS_PROJECT_NAME", "project_name" } },
		{ { URL, PASSWORD, USER, "OS_PROJECT_NAME=p" },
		  { "OS_PROJECT_DOMAIN_NAME", "project_domain_name" } },
		{ { URL, "OS_TOKEN=t" }, { "OS_PROJECT_NAME" } },
		{ { URL, PROJECT, "OS_AUTH_TYPE=token" }, { "OS_TOKEN" } },
		{ { URL, "OS_TOKEN=", PROJECT }, { "OS_PASSWORD" } },
		{ { URL, "OS_TOKEN=", PROJECT, "OS_AUTH_TYPE=token" }, { "OS_TOKEN" } },
		{ { URL, "OS_APPLICATION_CREDENTIAL_ID=ai", PASSWORD },
		  { "OS_APPLICATION_CREDENTIAL_SECRET" } },
		{ { URL, APPCRED_SECRET, "OS_AUTH_TYPE=v3applicationcredential" },
		  { "OS_APPLICATION_CREDENTIAL_ID", "application_credential_id" } },
		{ { URL, APPCRED_SECRET, "OS_APPLICATION_CREDENTIAL_NAME=an" }, { "OS_USERNAME" } },
		{ { URL, APPCRED_SECRET, "OS_APPLICATION_CREDENTIAL_NAME=an", "OS_USERNAME=u" },
		  { "OS_USER_DOMAIN_NAME" } },
		{ { "OS_AUTH_TYPE=none", URL }, { "OS_ENDPOINT", "endpoint" } },
		{ { "OS_AUTH_TYPE=admin_token", URL, "OS_TOKEN=t" }, { "OS_ENDPOINT" } },
		{ { "OS_AUTH_TYPE=admin_token", "OS_ENDPOINT=https://g" }, { "OS_TOKEN" } },
		{ { "OS_AUTH_TYPE=v3totp", URL, PASSWORD, USER, PROJECT }, { "v3totp" } },
		{ { "OS_AUTH_TYPE=v2password", URL, PASSWORD, USER, PROJECT }, { "v2password" } },
		{ { URL, PASSWORD, USER, PROJECT, "OS_INSECURE=maybe" }, { "OS_INSECURE" } },
	};
	char which[32];
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		clean_env(NULL);
		set_env(rows[i].env);
		CHECK(load_env(&e) == -1, "%s", which);
		check_err(&e, ERR_USAGE, which);
		for (k = 0; k < 2 && rows[i].words[k]; k++)
			CHECK(strstr(e.text, rows[i].words[k]), "%s: no %s in \"%s\"", which,
			      rows[i].words[k], e.text);
	}
}

/* The variables of each value, the first one first. */
static const struct {
	enum os_key key;
	const char *name, *older;
} keys[] = {
	{ OS_AUTH_URL, "OS_AUTH_URL", NULL },
	{ OS_USERNAME, "OS_USERNAME", NULL },
	{ OS_USER_ID, "OS_USER_ID", NULL },
	{ OS_USER_DOMAIN_NAME, "OS_USER_DOMAIN_NAME", NULL },
	{ OS_USER_DOMAIN_ID, "OS_USER_DOMAIN_ID", NULL },
	{ OS_PROJECT_NAME, "OS_PROJECT_NAME", "OS_TENANT_NAME" },
	{ OS_PROJECT_ID, "OS_PROJECT_ID", "OS_TENANT_ID" },
	{ OS_PROJECT_DOMAIN_NAME, "OS_PROJECT_DOMAIN_NAME", NULL },
	{ OS_PROJECT_DOMAIN_ID, "OS_PROJECT_DOMAIN_ID", NULL },
	{ OS_DOMAIN_NAME, "OS_DOMAIN_NAME", NULL },
	{ OS_DOMAIN_ID, "OS_DOMAIN_ID", NULL },
	{ OS_DEFAULT_DOMAIN, "OS_DEFAULT_DOMAIN", NULL },
	{ OS_SYSTEM_SCOPE, "OS_SYSTEM_SCOPE", NULL },
	{ OS_APPCRED_ID, "OS_APPLICATION_CREDENTIAL_ID", NULL },
	{ OS_APPCRED_NAME, "OS_APPLICATION_CREDENTIAL_NAME", NULL },
	{ OS_ENDPOINT, "OS_ENDPOINT", NULL },
	{ OS_IMAGE_ENDPOINT, "OS_IMAGE_URL", NULL },
	{ OS_REGION, "OS_REGION_NAME", NULL },
	{ OS_INTERFACE, "OS_INTERFACE", "OS_ENDPOINT_TYPE" },
	{ OS_CACERT, "OS_CACERT", NULL },
	{ OS_CERT, "OS_CERT", NULL },
	{ OS_KEY, "OS_KEY", NULL },
};

static void complete_env(void)
{
	static const char *const all[] = {
		URL, PASSWORD, APPCRED_SECRET, "OS_USER_ID=ui", "OS_PROJECT_ID=pi", NULL
	};

	clean_env(NULL);
	set_env(all);
}

/* An option, then the variable, then the one of the older name; an empty one is none. */
static void options_and_variables(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(keys); i++) {
		const char *name = keys[i].name, *older = keys[i].older;
		struct err e = ERR_INIT;

		complete_env();
		setenv(name, "new", 1);
		if (older)
			setenv(older, "old", 1);
		os_own_set(&options)->os[keys[i].key] = "option";
		CHECK(load_env(&e) == 0, "%s: %s", name, e.text);
		check_value(keys[i].key, "option", name);

		os_own_set(&options)->os[keys[i].key] = NULL;
		CHECK(load_env(&e) == 0, "%s: %s", name, e.text);
		check_value(keys[i].key, "new", name);

		/* An option that is empty is one that is not given. */
		os_own_set(&options)->os[keys[i].key] = "";
		CHECK(load_env(&e) == 0, "%s: %s", name, e.text);
		check_value(keys[i].key, "new", name);

		setenv(name, "", 1);
		if (keys[i].key == OS_AUTH_URL || keys[i].key == OS_USER_ID ||
		    keys[i].key == OS_PROJECT_ID)
			continue;
		CHECK(load_env(&e) == 0, "%s: %s", name, e.text);
		check_value(keys[i].key, older ? "old" : NULL, name);
	}
}

/* How one logs in a cloud of a file says for itself; the region is chosen as the cloud is. */
static void files_and_variables(void **state)
{
	static const char with[] = "clouds: {c: {auth: {auth_url: 'https://k', user_id: fu,"
				   " project_id: fp, password: fpw}, %s: file}}";
	static const char without[] = "clouds: {c: {auth: {auth_url: 'https://k', user_id: fu,"
				      " project_id: fp, password: fpw}}}";
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(keys); i++) {
		enum os_key key = keys[i].key;
		bool own = key == OS_AUTH_URL || key == OS_USER_ID || key == OS_PROJECT_ID;
		/* As openstacksdk: what may be missing, and what goes before the file. */
		bool completes = key >= OS_REGION || key == OS_USERNAME || key == OS_PROJECT_NAME ||
				 key == OS_USER_DOMAIN_NAME || key == OS_USER_DOMAIN_ID ||
				 key == OS_PROJECT_DOMAIN_NAME || key == OS_PROJECT_DOMAIN_ID ||
				 key == OS_DEFAULT_DOMAIN;
		bool overrides = key == OS_REGION || key == OS_INTERFACE || key == OS_USERNAME ||
				 key == OS_PROJECT_NAME;
		struct err e = ERR_INIT;

		clean_env(NULL);
		setenv(keys[i].name, "variable", 1);
		CHECK(load_files(without, NULL, "c", &e) == 0, "%s: %s", keys[i].name, e.text);
		assert_string_equal(got.cloud, "c");
		check_secret("fpw", keys[i].name);
		if (!own)
			check_value(key, completes ? "variable" : NULL, keys[i].name);
		else if (key != OS_USER_ID)
			check_value(key, "variable", keys[i].name);

		snprintf(text, sizeof(text), with, os_settings_key_name(key));
		if (own)
			continue;
		/* The secret is a password's, whatever else there is. */
		if (key == OS_APPCRED_ID || key == OS_APPCRED_NAME)
			continue;
		CHECK(load_files(text, NULL, "c", &e) == 0, "%s: %s", keys[i].name, e.text);
		check_value(key, overrides ? "variable" : "file", keys[i].name);
		os_own_set(&options)->os[key] = "option";
		CHECK(load_files(text, NULL, "c", &e) == 0, "%s: %s", keys[i].name, e.text);
		check_value(key, "option", keys[i].name);
	}
}

static void domains(void **state)
{
	static const struct {
		const char *env[8];
		const char *user_name, *user_id, *project_name, *project_id;
	} rows[] = {
		{ { "OS_USER_DOMAIN_NAME=a", "OS_PROJECT_DOMAIN_NAME=b" }, "a", NULL, "b", NULL },
		{ { "OS_USER_DOMAIN_ID=a", "OS_PROJECT_DOMAIN_ID=b" }, NULL, "a", NULL, "b" },
		{ { "OS_DOMAIN_NAME=d" }, "d", NULL, "d", NULL },
		{ { "OS_DOMAIN_ID=d" }, NULL, "d", NULL, "d" },
		{ { "OS_DEFAULT_DOMAIN=d" }, NULL, "d", NULL, "d" },
		{ { "OS_USER_DOMAIN_NAME=a", "OS_DEFAULT_DOMAIN=d" }, "a", NULL, NULL, "d" },
		{ { "OS_USER_DOMAIN_NAME=a", "OS_DOMAIN_NAME=n", "OS_DEFAULT_DOMAIN=d" },
		  "a",
		  NULL,
		  "n",
		  NULL },
		{ { "OS_PROJECT_DOMAIN_ID=b", "OS_DOMAIN_NAME=n" }, "n", NULL, NULL, "b" },
	};
	static const char *const base[] = { URL, PASSWORD, "OS_USERNAME=u", "OS_PROJECT_NAME=p",
					    NULL };
	char which[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		clean_env(NULL);
		set_env(base);
		set_env(rows[i].env);
		CHECK(load_env(&e) == 0, "%s: %s", which, e.text);
		check_value(OS_USER_DOMAIN_NAME, rows[i].user_name, which);
		check_value(OS_USER_DOMAIN_ID, rows[i].user_id, which);
		check_value(OS_PROJECT_DOMAIN_NAME, rows[i].project_name, which);
		check_value(OS_PROJECT_DOMAIN_ID, rows[i].project_id, which);
	}
}

/* A project's name needs its domain, also when there is another scope beside it. */
static void a_project_and_the_system(void **state)
{
	static const char *const env[] = {
		URL, PASSWORD, USER, "OS_PROJECT_NAME=p", "OS_SYSTEM_SCOPE=all", NULL
	};
	struct err e = ERR_INIT;

	(void)state;
	set_env(env);
	assert_int_equal(load_env(&e), -1);
	check_err(&e, ERR_USAGE, "no domain");
	assert_non_null(strstr(e.text, "OS_PROJECT_DOMAIN_NAME"));
}

static void trusting_anyone(void **state)
{
	static const struct {
		const char *word;
		bool insecure;
	} rows[] = { { "true", true }, { "True", true },   { "1", true },      { "yes", true },
		     { "on", true },   { "false", false }, { "FALSE", false }, { "0", false },
		     { "no", false },  { "off", false },   { "", false } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		complete_env();
		setenv("OS_INSECURE", rows[i].word, 1);
		CHECK(load_env(&e) == 0, "%s: %s", rows[i].word, e.text);
		CHECK(got.insecure == rows[i].insecure, "%s", rows[i].word);
	}
}

static void secrets(void **state)
{
	static const struct {
		const char *env[6], *secret; /* NULL: refused */
	} rows[] = {
		{ { "OS_PASSWORD=a \"b\"\n\\ \x01\xc3\xa4" }, "a \"b\"\n\\ \x01\xc3\xa4" },
		{ { "OS_APPLICATION_CREDENTIAL_ID=i",
		    "OS_APPLICATION_CREDENTIAL_SECRET=two words\xc3\xa4" },
		  "two words\xc3\xa4" },
		/* These are headers' values. */
		{ { "OS_TOKEN=a b" }, NULL },
		{ { "OS_TOKEN=a\r\nX-Evil: 1" }, NULL },
		{ { "OS_TOKEN=a\x7f" }, NULL },
		{ { "OS_TOKEN=a\tb" }, NULL },
		{ { "OS_TOKEN=a\nb", "OS_ENDPOINT=https://g" }, NULL },
		{ { "OS_TOKEN=a b", "OS_ENDPOINT=https://g", "OS_AUTH_TYPE=admin_token" }, NULL },
	};
	char which[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		static const char *const base[] = { URL, "OS_USER_ID=ui", "OS_PROJECT_ID=pi",
						    NULL };
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		clean_env(NULL);
		set_env(base);
		set_env(rows[i].env);
		CHECK(load_env(&e) == (rows[i].secret ? 0 : -1), "%s: %s", which, e.text);
		check_err(&e, rows[i].secret ? ERR_NONE : ERR_USAGE, which);
		if (rows[i].secret)
			check_secret(rows[i].secret, which);
	}
}

/* X, or the file that X_FILE names. */
static void secrets_in_files(void **state)
{
	static const struct {
		const char *name, *other;
	} rows[] = {
		{ "OS_PASSWORD", NULL },
		{ "OS_TOKEN", NULL },
		{ "OS_AUTH_TOKEN", NULL },
		{ "OS_APPLICATION_CREDENTIAL_SECRET", "OS_APPLICATION_CREDENTIAL_ID" },
	};
	char name[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		static const char *const base[] = { URL, "OS_USER_ID=ui", "OS_PROJECT_ID=pi",
						    NULL };
		struct err e = ERR_INIT;

		clean_env(NULL);
		set_env(base);
		if (rows[i].other)
			setenv(rows[i].other, "x", 1);
		snprintf(name, sizeof(name), "%s_FILE", rows[i].name);
		setenv(name, file_make(0, "secret", "from-a-file\n", 12), 1);
		CHECK(load_env(&e) == 0, "%s: %s", name, e.text);
		check_secret("from-a-file", name);
		setenv(rows[i].name, "", 1);
		CHECK(load_env(&e) == 0, "%s: %s", name, e.text);
		check_secret("from-a-file", name);
		setenv(rows[i].name, "own", 1);
		CHECK(load_env(&e) == 0, "%s: %s", name, e.text);
		check_secret("own", name);
	}
}

static void what_is_too_long(void **state)
{
	static char value[SECRET_MAX + 1];
	struct err e = ERR_INIT;

	(void)state;
	complete_env();
	memset(value, 'x', SECRET_MAX - 1);
	setenv("OS_PASSWORD", value, 1);
	assert_int_equal(load_env(&e), 0);
	assert_int_equal(strlen(got.secret.value), SECRET_MAX - 1);
	value[SECRET_MAX - 1] = 'x';
	setenv("OS_PASSWORD", value, 1);
	assert_int_equal(load_env(&e), -1);
	check_err(&e, ERR_LIMIT, "a password");
	assert_null(strstr(e.text, "xxx"));
}

/*
 * Options in place of variables, and a file with one cloud, which nobody has asked for:
 * its password is for its own server.
 */
static void the_password_alone_in_the_environment(void **state)
{
	static const char *const names[] = { "OS_PASSWORD", "OS_PASSWORD_FILE", "OS_TOKEN",
					     "OS_APPLICATION_CREDENTIAL_SECRET" };
	static const char clouds[] = "clouds: {only: {auth: {auth_url: 'https://file.example',"
				     " user_id: fu, project_id: fp, password: fpw}}}";
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		struct err e = ERR_INIT;

		clean_env(NULL);
		setenv(names[i], file_make(2, "secret", "own", 3), 1);
		os_own_set(&options)->os[OS_AUTH_URL] = "https://option.example";
		os_own_set(&options)->os[OS_USER_ID] = "ui";
		os_own_set(&options)->os[OS_PROJECT_ID] = "pi";
		if (i == 3)
			os_own_set(&options)->os[OS_APPCRED_ID] = "ai";
		CHECK(load_files(clouds, NULL, NULL, &e) == 0, "%s: %s", names[i], e.text);
		assert_string_equal(got.cloud, "");
		assert_string_equal(got.secret.value, i == 1 ? "own" : file_path(2, "secret"));
	}
}

static void the_scratch_memory_is_wiped(void **state)
{
	static const char clouds[] = "clouds: {c: {auth: {auth_url: 'https://k', user_id: u,"
				     " project_id: p, password: SECRET}}}";
	struct err e = ERR_INIT;
	size_t i, k;

	(void)state;
	assert_int_equal(load_files(clouds, clouds, "c", &e), 0);
	check_secret("SECRET", "c");
	for (k = 0; k < 2; k++)
		for (i = 0; i < REPLY_MAX; i++)
			CHECK(scratch[k][i] == 0, "%zu: %zu", k, i);
	assert_int_equal(load_files(clouds, clouds, "none", &e), -1);
	check_err(&e, ERR_USAGE, "none");
	for (k = 0; k < 2; k++)
		for (i = 0; i < REPLY_MAX; i++)
			CHECK(scratch[k][i] == 0, "%zu: %zu, after an error", k, i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ways_in, clean_env),
		cmocka_unit_test_setup(what_is_missing, clean_env),
		cmocka_unit_test_setup(options_and_variables, clean_env),
		cmocka_unit_test_setup(files_and_variables, clean_env),
		cmocka_unit_test_setup(domains, clean_env),
		cmocka_unit_test_setup(a_project_and_the_system, clean_env),
		cmocka_unit_test_setup(trusting_anyone, clean_env),
		cmocka_unit_test_setup(secrets, clean_env),
		cmocka_unit_test_setup(secrets_in_files, clean_env),
		cmocka_unit_test_setup(what_is_too_long, clean_env),
		cmocka_unit_test_setup(the_password_alone_in_the_environment, clean_env),
		cmocka_unit_test_setup(the_scratch_memory_is_wiped, clean_env),
	};

	return cmocka_run_group_tests_name("openstack_settings", tests, enter_files,
					   files_teardown);
}
