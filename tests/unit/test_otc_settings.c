/* Open Telekom Cloud's settings: what goes where, and what is missing. */
#include "unit/unit.h"

#include "unit/openstack_env.h"
#include "cloud/openstack/own.h"

#define KEYS "OS_ACCESS_KEY=ak", "OS_SECRET_KEY=SECRET"
#define IMAGES "OS_IMAGE_URL=https://ims.example"
#define PROJECT "OS_PROJECT_NAME=eu-de"

/* An empty variable is none. */
static void ways_in(void **state)
{
	static const struct {
		const char *env[8];
		enum os_auth auth;
		const char *secret;
	} rows[] = {
		{ { KEYS, PROJECT }, OS_AUTH_AKSK, "SECRET" },
		{ { KEYS, PROJECT, "OS_TOKEN=", "OS_AUTH_TOKEN=" }, OS_AUTH_AKSK, "SECRET" },
		{ { KEYS, PROJECT, "OS_TOKEN_FILE=" }, OS_AUTH_AKSK, "SECRET" },
		{ { KEYS, PROJECT, "OS_PASSWORD=", "OS_PASSWORD_FILE=" }, OS_AUTH_AKSK, "SECRET" },
		{ { "OS_ACCESS_KEY=ak", "OS_SECRET_KEY=", "OS_SK=SECRET", PROJECT },
		  OS_AUTH_AKSK,
		  "SECRET" },
		{ { "OS_ACCESS_KEY=", "AWS_ACCESS_KEY_ID=ak", "AWS_ACCESS_SECRET_KEY=SECRET",
		    PROJECT },
		  OS_AUTH_AKSK,
		  "SECRET" },
		{ { KEYS, PROJECT, "OS_TOKEN=t", IMAGES }, OS_AUTH_READY, "t" },
		{ { KEYS, PROJECT, "OS_PASSWORD=pw", "OS_USERNAME=u", "OS_USER_DOMAIN_NAME=d" },
		  OS_AUTH_PASSWORD,
		  "pw" },
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
	}
}

/* An empty header is not sent, and must not be signed. */
static void the_project_of_another_sdk(void **state)
{
	static const char *const env[] = { KEYS, IMAGES, NULL };
	struct err e = ERR_INIT;

	(void)state;
	set_env(env);
	setenv("HUAWEICLOUD_SDK_PROJECT_ID", "", 1);
	assert_int_equal(load_env(&e), 0);
	check_value(OS_PROJECT_ID, NULL, "empty");
	setenv("HUAWEICLOUD_SDK_PROJECT_ID", "p", 1);
	assert_int_equal(load_env(&e), 0);
	check_value(OS_PROJECT_ID, "p", "set");
}

/* The message names what the user has forgotten. */
static void what_is_missing(void **state)
{
	static const struct {
		const char *env[6];
		const char *word, *never;
	} rows[] = {
		{ { "OS_ACCESS_KEY=ak", PROJECT }, "OS_SECRET_KEY is", "OS_PASSWORD" },
		{ { "OS_ACCESS_KEY=ak", "OS_SECRET_KEY=", PROJECT }, "OS_SECRET_KEY is", NULL },
		{ { "AWS_ACCESS_KEY_ID=ak", PROJECT }, "AWS_ACCESS_SECRET_KEY is", "OS_" },
		{ { "AWS_ACCESS_KEY_ID=ak", "OS_USERNAME=u", PROJECT }, "OS_PASSWORD is", NULL },
		{ { "OS_SECRET_KEY=SECRET", PROJECT }, "OS_ACCESS_KEY is", NULL },
		{ { "OS_SECRET_KEY_FILE=x", PROJECT }, "OS_ACCESS_KEY is", NULL },
		{ { "HUAWEICLOUD_SDK_SK=SECRET", PROJECT }, "HUAWEICLOUD_SDK_AK is", NULL },
		{ { "OS_SECRET_KEY=", PROJECT }, "OS_PASSWORD is", "OS_ACCESS_KEY" },
		{ { KEYS, "OS_PASSWORD=pw", PROJECT }, "OS_USERNAME is", "OS_ACCESS_KEY" },
		{ { KEYS, "OS_REGION_NAME=eu-ch2" }, "OS_IMAGE_URL is", "OS_ENDPOINT" },
	};
	char which[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		clean_env(NULL);
		set_env(rows[i].env);
		CHECK(load_env(&e) == -1, "%s", which);
		check_err(&e, ERR_USAGE, which);
		CHECK(strstr(e.text, rows[i].word) && !strstr(e.text, "SECRET "), "%s: %s", which,
		      e.text);
		CHECK(!rows[i].never || !strstr(e.text, rows[i].never), "%s: %s", which, e.text);
	}
}

/* A secret key signs, and is nothing else: not a token, not a password. */
static void secret_keys_of_files(void **state)
{
#define AK "auth_url: 'https://k', image_endpoint: 'https://g', ak: A, sk: SECRET"
#define USER "username: u, user_domain_name: d, project_name: eu-de"
	static const struct {
		const char *auth, *type, *appcred; /* options, or NULL */
		const char *secret;                /* what is sent, or signs; NULL: refused */
		enum os_auth way;
	} rows[] = {
		{ AK, NULL, NULL, "SECRET", OS_AUTH_AKSK },
		{ AK ", " USER, NULL, NULL, "SECRET", OS_AUTH_AKSK },
		{ AK ", password: ''", NULL, NULL, "SECRET", OS_AUTH_AKSK },
		{ AK ", password: P, " USER, NULL, NULL, "P", OS_AUTH_PASSWORD },
		{ AK ", token: T", NULL, NULL, "T", OS_AUTH_READY },
		{ AK ", application_credential_id: i, application_credential_secret: S", NULL, NULL,
		  "S", OS_AUTH_APPCRED },
		/* With where the images are, a token would be sent as it is. */
		{ AK ", auth_type: token", NULL, NULL, NULL, OS_AUTH_READY },
		{ AK ", auth_type: v3token, " USER, NULL, NULL, NULL, OS_AUTH_READY },
		{ AK ", auth_type: admin_token", NULL, NULL, NULL, OS_AUTH_READY },
		{ AK ", auth_type: password, " USER, NULL, NULL, NULL, OS_AUTH_PASSWORD },
		{ AK ", application_credential_id: i", NULL, NULL, NULL, OS_AUTH_APPCRED },
		{ AK ", application_credential_name: i, " USER, NULL, NULL, NULL, OS_AUTH_APPCRED },
		{ AK, "token", NULL, NULL, OS_AUTH_READY },
		{ AK, "admin_token", NULL, NULL, OS_AUTH_READY },
		{ AK ", " USER, "password", NULL, NULL, OS_AUTH_PASSWORD },
		{ AK, NULL, "i", NULL, OS_AUTH_APPCRED },
	};
	char text[400], which[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		clean_env(NULL);
		snprintf(text, sizeof(text), "clouds: {c: {auth: {%s}}}", rows[i].auth);
		os_own_set(&options)->os[OS_AUTH_TYPE] = rows[i].type;
		os_own_set(&options)->os[OS_APPCRED_ID] = rows[i].appcred;
		CHECK(load_files(text, NULL, "c", &e) == (rows[i].secret ? 0 : -1), "%s: %s", which,
		      e.text);
		check_err(&e, rows[i].secret ? ERR_NONE : ERR_USAGE, which);
		check_secret(rows[i].secret, which);
		CHECK(got.auth == rows[i].way, "%s: %d", which, (int)got.auth);
	}
}

/* secure.yaml goes before clouds.yaml, by whichever name; in one file sk before secret_key. */
static void names_of_secret_keys(void **state)
{
	static const struct {
		const char *keys, *secure, *want;
	} rows[] = {
		{ "ak: A, sk: S", NULL, "S" },
		{ "access_key: A, secret_key: S", NULL, "S" },
		{ "ak: A, sk: S, secret_key: other", NULL, "S" },
		{ "ak: A, sk: other", "secret_key: S", "S" },
		{ "ak: A, secret_key: other", "sk: S", "S" },
		{ "ak: other, sk: other", "access_key: A, secret_key: S", "S" },
		{ "ak: A", "auth: {secret_key: S}", "S" },
	};
	char clouds[200], secure[200], which[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		clean_env(NULL);
		snprintf(clouds, sizeof(clouds),
			 "clouds: {c: {auth: {image_endpoint: 'https://g', %s}}}", rows[i].keys);
		snprintf(secure, sizeof(secure), "clouds: {c: {%s}}",
			 rows[i].secure ? rows[i].secure : "");
		CHECK(load_files(clouds, secure, "c", &e) == 0, "%s: %s", which, e.text);
		check_secret(rows[i].want, which);
		check_value(OS_ACCESS_KEY, "A", which);
	}
}

static void keys_and_a_profile(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(load_files("clouds: {c: {profile: otc-swiss, ak: A, sk: S}}", NULL, "c",
				    &e),
			 -1);
	check_err(&e, ERR_USAGE, "no images");
	assert_non_null(strstr(e.text, "OS_IMAGE_URL"));
	err_clear(&e);
	assert_int_equal(load_files("clouds: {c: {profile: otc, region_name: eu-nl, ak: A}}", NULL,
				    "c", &e),
			 -1);
	check_err(&e, ERR_USAGE, "no secret key");
	assert_non_null(strstr(e.text, "sk, the secret key in clouds.yaml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ways_in, clean_env),
		cmocka_unit_test_setup(the_project_of_another_sdk, clean_env),
		cmocka_unit_test_setup(what_is_missing, clean_env),
		cmocka_unit_test_setup(secret_keys_of_files, clean_env),
		cmocka_unit_test_setup(names_of_secret_keys, clean_env),
		cmocka_unit_test_setup(keys_and_a_profile, clean_env),
	};

	for_otc = true;
	return cmocka_run_group_tests_name("otc_settings", tests, enter_files, files_teardown);
}
