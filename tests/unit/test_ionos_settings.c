#include "unit/unit.h"

#include "unit/ionos_env.h"

/* "A=b C=d": set them; what begins with a '@' names a file with the rest in it. */
static void set_env(const char *settings)
{
	char copy[1000], *word, *value;
	unsigned n = 0;

	clean_env(NULL);
	snprintf(copy, sizeof(copy), "%s", settings);
	for (word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
		value = strchr(word, '=');
		*value++ = '\0';
		if (*value == '@') {
			char name[16];

			snprintf(name, sizeof(name), "secret%u", n++);
			value = (char *)(uintptr_t)file_make(1, name, value + 1, strlen(value + 1));
		}
		setenv(word, value, 1);
	}
}

#define BOTH "IONOS_USERNAME=eu IONOS_PASSWORD=ep"

/* Who wins: environment, file; token, user, password, and where they are from. */
static const struct {
	const char *env, *config;
	enum ionos_auth auth;
	const char *token, *user, *password, *token_from, *login_from;
} order[] = {
	{ "", NULL, IONOS_AUTH_NONE, .token = NULL },
	{ "", PROFILE("{}"), IONOS_AUTH_NONE, .token = NULL },
	{ "", PROFILE("~"), IONOS_AUTH_NONE, .token = NULL },
	{ "IONOS_TOKEN=et", NULL, IONOS_AUTH_TOKEN, .token = "et", .token_from = "IONOS_TOKEN" },
	{ "IONOS_TOKEN=et", ALL, IONOS_AUTH_TOKEN, "et", "pu", "pp", "IONOS_TOKEN",
	  "profile user of " },
	{ "IONOS_TOKEN=et " BOTH, ALL, IONOS_AUTH_TOKEN, "et", "eu", "ep", "IONOS_TOKEN",
	  "IONOS_USERNAME and IONOS_PASSWORD" },
	{ "IONOS_TOKEN=et " BOTH, NULL, IONOS_AUTH_TOKEN, "et", "eu", "ep", "IONOS_TOKEN",
	  "IONOS_USERNAME and IONOS_PASSWORD" },
	{ BOTH, NULL, IONOS_AUTH_LOGIN, NULL, "eu", "ep", NULL,
	  "IONOS_USERNAME and IONOS_PASSWORD" },
	/* The pair of the environment is before the token of the file. */
	{ BOTH, ALL, IONOS_AUTH_LOGIN, NULL, "eu", "ep", NULL,
	  "IONOS_USERNAME and IONOS_PASSWORD" },
	{ "", ALL, IONOS_AUTH_TOKEN, "pt", "pu", "pp", "profile user of ", "profile user of " },
	{ "", PROFILE("{token: pt}"), IONOS_AUTH_TOKEN, .token = "pt",
	  .token_from = "profile user of " },
	{ "", PROFILE("{username: pu, password: pp}"), IONOS_AUTH_LOGIN, NULL, "pu", "pp", NULL,
	  "profile user of " },
	{ "", PROFILE("{username: pu, password: pp, token: ''}"), IONOS_AUTH_LOGIN, NULL, "pu",
	  "pp", NULL, "profile user of " },
	/* Half a pair is none, and two halves are none either. */
	{ "", PROFILE("{username: pu}"), IONOS_AUTH_NONE, .token = NULL },
	{ "", PROFILE("{password: pp}"), IONOS_AUTH_NONE, .token = NULL },
	{ "", PROFILE("{username: pu, password: }"), IONOS_AUTH_NONE, .token = NULL },
	{ "IONOS_USERNAME=eu", NULL, IONOS_AUTH_NONE, .token = NULL },
	{ "IONOS_PASSWORD=ep", NULL, IONOS_AUTH_NONE, .token = NULL },
	{ "IONOS_USERNAME=eu", PROFILE("{password: pp}"), IONOS_AUTH_NONE, .token = NULL },
	{ "IONOS_USERNAME=eu", ALL, IONOS_AUTH_TOKEN, "pt", "pu", "pp", "profile user of ",
	  "profile user of " },
	{ "IONOS_PASSWORD=ep", PROFILE("{username: pu, password: pp}"), IONOS_AUTH_LOGIN, NULL,
	  "pu", "pp", NULL, "profile user of " },
	{ "IONOS_TOKEN=et IONOS_USERNAME=eu", PROFILE("{token: pt}"), IONOS_AUTH_TOKEN,
	  .token = "et", .token_from = "IONOS_TOKEN" },
	/* What is empty is not set. */
	{ "IONOS_TOKEN=", ALL, IONOS_AUTH_TOKEN, "pt", "pu", "pp", "profile user of ",
	  "profile user of " },
	{ "IONOS_TOKEN= " BOTH, ALL, IONOS_AUTH_LOGIN, NULL, "eu", "ep", NULL,
	  "IONOS_USERNAME and IONOS_PASSWORD" },
	{ "IONOS_USERNAME=eu IONOS_PASSWORD=", PROFILE("{username: pu, password: pp}"),
	  IONOS_AUTH_LOGIN, NULL, "pu", "pp", NULL, "profile user of " },
	{ "IONOS_TOKEN_FILE=", NULL, IONOS_AUTH_NONE, .token = NULL },
	/* Files. */
	{ "IONOS_TOKEN_FILE=@ft", ALL, IONOS_AUTH_TOKEN, "ft", "pu", "pp", "IONOS_TOKEN_FILE",
	  "profile user of " },
	{ "IONOS_TOKEN=et IONOS_TOKEN_FILE=@ft", NULL, IONOS_AUTH_TOKEN, .token = "et",
	  .token_from = "IONOS_TOKEN" },
	{ "IONOS_TOKEN= IONOS_TOKEN_FILE=@ft", NULL, IONOS_AUTH_TOKEN, .token = "ft",
	  .token_from = "IONOS_TOKEN_FILE" },
	{ "IONOS_USERNAME=eu IONOS_PASSWORD_FILE=@fp", NULL, IONOS_AUTH_LOGIN, NULL, "eu", "fp",
	  NULL, "IONOS_USERNAME and IONOS_PASSWORD_FILE" },
	{ "IONOS_USERNAME_FILE=@fu IONOS_PASSWORD_FILE=@fp\n", NULL, IONOS_AUTH_LOGIN, NULL, "fu",
	  "fp", NULL, "IONOS_USERNAME_FILE and IONOS_PASSWORD_FILE" },
	/* Numbers and words of YAML are texts. */
	{ "", PROFILE("{username: 12345, password: true}"), IONOS_AUTH_LOGIN, NULL, "12345", "true",
	  NULL, "profile user of " },
	{ "", PROFILE("{username: 'null', password: \"a: b # c\"}"), IONOS_AUTH_LOGIN, NULL, "null",
	  "a: b # c", NULL, "profile user of " },
};

static void check_from(const char *have, const char *want, size_t row)
{
	CHECK(want ? strncmp(have, want, strlen(want)) == 0 : *have == '\0', "row %zu: from \"%s\"",
	      row, have);
	/* A profile is shown with its file. */
	CHECK(!want || strncmp(want, "profile", 7) != 0 || strstr(have, "/config.yaml"), "%s",
	      have);
}

static void the_order(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(order); i++) {
		struct err e = ERR_INIT;

		set_env(order[i].env);
		CHECK(load(order[i].config, &e) == 0, "row %zu: %s", i, e.text);
		CHECK(got.auth == order[i].auth, "row %zu: auth %d", i, (int)got.auth);
		CHECK(got.token.given == (order[i].token != NULL), "row %zu", i);
		CHECK(got.login.given == (order[i].user != NULL), "row %zu", i);
		check_text(got.token.value, order[i].token, "token", i);
		check_text(got.login.user, order[i].user, "user", i);
		check_text(got.login.password, order[i].password, "password", i);
		check_from(got.token_from, order[i].token_from, i);
		check_from(got.login_from, order[i].login_from, i);
		CHECK(strcmp(got.api_url, IONOS_API_DEFAULT) == 0, "%s", got.api_url);
		CHECK(caught[0] == '\0', "%s", caught);
		check_text(got.api_url_from, "", "api_url_from", i);
	}
}

static void what_is_missing(void **state)
{
	static const struct {
		const char *env;
		const char *api, *ftp; /* what has to be said, NULL if nothing is missing */
	} rows[] = {
		{ "", "IONOS_TOKEN", "IONOS_USERNAME" },
		{ "IONOS_TOKEN=SECRET", NULL, "does not take a token" },
		{ BOTH, NULL, NULL },
		{ BOTH " IONOS_TOKEN=SECRET", NULL, NULL },
		{ "IONOS_USERNAME=SECRET", "IONOS_PASSWORD is not set",
		  "IONOS_PASSWORD is not set" },
		{ "IONOS_PASSWORD=SECRET", "IONOS_USERNAME is not set",
		  "IONOS_USERNAME is not set" },
		{ "IONOS_PASSWORD=SECRET IONOS_TOKEN=SECRET", NULL, "IONOS_USERNAME is not set" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		set_env(rows[i].env);
		assert_int_equal(load(NULL, &e), 0);
		assert_int_equal(ionos_settings_need_api(&got, &e), rows[i].api ? -1 : 0);
		check_err(&e, rows[i].api ? ERR_USAGE : ERR_NONE, rows[i].env);
		CHECK(!rows[i].api || strstr(e.text, rows[i].api), "%s", e.text);
		CHECK(!strstr(e.text, "SECRET") && !strstr(e.text, "..."), "%s", e.text);
		err_clear(&e);
		assert_int_equal(ionos_settings_need_ftp(&got, &e), rows[i].ftp ? -1 : 0);
		check_err(&e, rows[i].ftp ? ERR_USAGE : ERR_NONE, rows[i].env);
		CHECK(!rows[i].ftp || strstr(e.text, rows[i].ftp), "%s", e.text);
		CHECK(!strstr(e.text, "SECRET") && !strstr(e.text, "..."), "%s", e.text);
	}
}

/* NULL: refused. */
static const struct {
	const char *url, *want;
} urls_given[] = {
	{ "", IONOS_API_DEFAULT },
	{ "https://api.ionos.com", "https://api.ionos.com" },
	{ "https://api.ionos.com/", "https://api.ionos.com" },
	{ "https://api.ionos.com/cloudapi/v6", "https://api.ionos.com" },
	{ "https://api.ionos.com?x#y", "https://api.ionos.com" },
	{ "https://api.ionos.com#y", "https://api.ionos.com" },
	{ "https://api.ionos.com/a@b:c", "https://api.ionos.com" },
	{ "api.ionos.com", "https://api.ionos.com" },
	{ "api.ionos.com:8443/x", "https://api.ionos.com:8443" },
	{ "HTTPS://Api.Ionos.com", "https://Api.Ionos.com" },
	{ "http://localhost:8080/", "http://localhost:8080" },
	{ "Http://localhost", "http://localhost" },
	{ "https://[::1]", "https://[::1]" },
	{ "[::1]:80", "https://[::1]:80" },
	{ "https://a_b-c.example:1", "https://a_b-c.example:1" },
	{ "https://a:65535", "https://a:65535" },
	{ "host/path?u=http://other", "https://host" },
	{ "https://", NULL },
	{ "https:///path", NULL },
	{ "/path", NULL },
	{ "://a", NULL },
	{ "https", "https://https" },
	{ "https:/a", NULL },
	{ "https:a", NULL },
	{ "ftp://a", NULL },
	{ "file:///etc/passwd", NULL },
	{ "httpss://a", NULL },
	{ "https://user:SECRET@a", NULL },
	{ "https://SECRET@a/", NULL },
	{ "user:SECRET@a", NULL },
	{ "https://a b", NULL },
	{ " https://a", NULL },
	{ "https://a\n", NULL },
	{ "https://a\r\nX: y", NULL },
	{ "https://a\\b", NULL },
	{ "https://a%62", NULL },
	{ "https://a:", NULL },
	{ "https://a:0", NULL },
	{ "https://a:65536", NULL },
	{ "https://a:+1", NULL },
	{ "https://a:b", NULL },
	{ "https://a:1:2", NULL },
	{ "https://:80", NULL },
	{ "https://::1", NULL },
	{ "https://[::1", NULL },
	{ "https://::1]", NULL },
	{ "https://[]", NULL },
	{ "https://[::1]x", NULL },
	{ "https://[x]", NULL },
	{ "https://a[::1]", NULL },
	{ "https://\xc3\xa4", NULL },
	{ "https://https://a", NULL },
};

static void urls(void **state)
{
	char text[400];
	size_t i, len;

	(void)state;
	for (i = 0; i < 2 * COUNT(urls_given); i++) {
		const char *url = urls_given[i / 2].url, *want = urls_given[i / 2].want;
		struct err e = ERR_INIT;
		int result;

		clean_env(NULL);
		if (i % 2 == 1)
			setenv("IONOS_API_URL", url, 1);
		result = load_from(NULL, i % 2 == 0 ? url : NULL, &e);
		CHECK(result == (want ? 0 : -1), "%s: %d", url, result);
		check_err(&e, want ? ERR_NONE : ERR_USAGE, url);
		CHECK(!strstr(e.text, "SECRET") && !strstr(caught, "SECRET"), "%s", e.text);
		if (want)
			check_text(got.api_url, want, url, i);
	}
	for (len = 200; len < 300; len++) {
		struct err e = ERR_INIT;

		memset(text, 'a', len);
		text[len] = '\0';
		if (load_from(NULL, text, &e) == 0)
			CHECK(strcmp(got.api_url + 8, text) == 0, "%zu", len);
		else
			CHECK(e.code == ERR_LIMIT && len + 8 >= sizeof(got.api_url), "%zu", len);
	}
}

#define FINGERPRINT "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF"

static void numbers_and_pins(void **state)
{
	static const struct {
		const char *name, *value;
		bool good;
	} rows[] = {
		{ "IONOS_CONTRACT_NUMBER", "31415926", true },
		{ "IONOS_CONTRACT_NUMBER", "", true },
		{ "IONOS_CONTRACT_NUMBER", "1 ", false },
		{ "IONOS_CONTRACT_NUMBER", "-1", false },
		{ "IONOS_CONTRACT_NUMBER", "1\r\nX: y", false },
		{ "IONOS_CONTRACT_NUMBER", "0x1", false },
		{ "IONOS_CONTRACT_NUMBER", "12345678901234567890123456789012345", false },
		{ "IONOS_PINNED_CERT", "", true },
		{ "IONOS_PINNED_CERT", FINGERPRINT, true },
		{ "IONOS_PINNED_CERT", "0" FINGERPRINT, false },
		{ "IONOS_PINNED_CERT", FINGERPRINT "0", false },
		{ "IONOS_PINNED_CERT", FINGERPRINT "00", false },
		{ "IONOS_PINNED_CERT", FINGERPRINT ":", true },
		{ "IONOS_PINNED_CERT", "01", false },
		{ "IONOS_PINNED_CERT", ":", false },
		{ "IONOS_PINNED_CERT", "sha256//" FINGERPRINT, false },
		{ "IONOS_PINNED_CERT", FINGERPRINT "\n", false },
	};
	char spaced[200];
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		err_clear(&e);
		clean_env(NULL);
		setenv(rows[i].name, rows[i].value, 1);
		CHECK(load(NULL, &e) == (rows[i].good ? 0 : -1), "%s=%s", rows[i].name,
		      rows[i].value);
		CHECK(rows[i].good || err_status(e.code) == 2 || e.code == ERR_LIMIT, "%d", e.code);
		if (rows[i].good && i < 2)
			assert_string_equal(got.contract, rows[i].value);
	}
	clean_env(NULL);
	err_clear(&e);
	assert_int_equal(load(NULL, &e), 0);
	assert_false(got.pinned);
	assert_string_equal(got.contract, "");
	/* With colons, or blanks; all bytes in their places. */
	for (i = 0; i < 32; i++)
		snprintf(spaced + 3 * i, 4, "%02zX%c", i * 7 + 3, i % 2 ? ':' : ' ');
	setenv("IONOS_PINNED_CERT", spaced, 1);
	assert_int_equal(load(NULL, &e), 0);
	assert_true(got.pinned);
	for (i = 0; i < 32; i++)
		assert_int_equal(got.pin[i], i * 7 + 3);
	/* One digit less, at every length. */
	for (i = 63; i > 0; i--) {
		err_clear(&e);
		memcpy(spaced, FINGERPRINT, i);
		spaced[i] = '\0';
		setenv("IONOS_PINNED_CERT", spaced, 1);
		assert_int_equal(load(NULL, &e), -1);
		check_err(&e, ERR_USAGE, spaced);
	}
}

static void bad_environments(void **state)
{
	static const struct {
		const char *name, *value;
	} rows[] = {
		{ "IONOS_TOKEN", "SECRET\r\nX: y" },
		{ "IONOS_TOKEN", "SECRET\n " },
		{ "IONOS_TOKEN", "SECRET\x7f" },
		{ "IONOS_TOKEN", "\tSECRET" },
		{ "IONOS_USERNAME", "SECRET\rDELE x" },
		{ "IONOS_PASSWORD", "SECRET\nDELE x" },
		{ "IONOS_PASSWORD", "\x01SECRET" },
		{ "IONOS_TOKEN_FILE", "/nonexistent/file" },
		{ "IONOS_USERNAME_FILE", "/nonexistent/file" },
		{ "IONOS_PASSWORD_FILE", "/" },
		{ "IONOS_TOKEN_FILE", "/dev/null" },
		{ "IONOS_CURRENT_PROFILE", "nobody" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		clean_env(NULL);
		setenv(rows[i].name, rows[i].value, 1);
		CHECK(load(ALL, &e) == -1, "%s=%s", rows[i].name, rows[i].value);
		check_err(&e, ERR_USAGE, rows[i].name);
		CHECK(!strstr(e.text, "SECRET") && !strstr(caught, "SECRET"), "%s: %s", e.text,
		      caught);
		CHECK(strstr(e.text, rows[i].name), "%s", e.text);
	}
}

/* config with value in the place of "%s". */
static void insert(char *text, size_t cap, const char *config, const char *value)
{
	const char *at = strstr(config, "%s");

	snprintf(text, cap, "%.*s%s%s", (int)(at - config), config, value, at + 2);
}

/* As long as there is room for, and longer: taken whole or refused. */
static void long_values(void **state)
{
	static char value[SECRET_MAX + 64], text[SETTINGS_FILE_MAX + 64];
	static const struct {
		const char *name, *config;
		size_t cap;
	} rows[] = {
		{ "IONOS_TOKEN", PROFILE("{token: %s}"), SECRET_MAX },
		{ "IONOS_USERNAME", PROFILE("{password: p, username: %s}"), LOGIN_MAX },
		{ "IONOS_PASSWORD", PROFILE("{username: p, password: %s}"), LOGIN_MAX },
		{ NULL,
		  AT("[{name: cloud, endpoints: [{name: a, certificateAuthData: '-----BEGIN CERTIFICATE-----%s'}]}]"),
		  CA_TEXT_MAX - 27 },
	};
	size_t i, len, from;

	(void)state;
	for (i = 0; i < 2 * COUNT(rows); i++) {
		if (i % 2 == 0 && !rows[i / 2].name)
			continue;
		from = rows[i / 2].cap - 3;
		for (len = from; len < from + 6; len++) {
			struct err e = ERR_INIT;
			int result;

			memset(value, 'v', len);
			value[len] = '\0';
			clean_env(NULL);
			if (i % 2 == 0) {
				setenv("IONOS_USERNAME", "u", 1);
				setenv("IONOS_PASSWORD", "p", 1);
				setenv(rows[i / 2].name, value, 1);
				result = load(NULL, &e);
			} else {
				insert(text, sizeof(text), rows[i / 2].config, value);
				result = load(text, &e);
			}
			CHECK(result == (len < rows[i / 2].cap ? 0 : -1), "row %zu, %zu: %s", i,
			      len, e.text);
			check_err(&e, result == 0 ? ERR_NONE : ERR_LIMIT, "long");
			CHECK(!strstr(e.text, "vvv"), "%s", e.text);
			CHECK(result < 0 || strlen(got.token.value) == len ||
				      strlen(got.login.user) == len ||
				      strlen(got.login.password) == len ||
				      strlen(got.certificates) == len + 27,
			      "row %zu, %zu", i, len);
		}
	}
	/* A file that there is no room for. */
	for (len = sizeof(scratch) / 2 - 1; len <= sizeof(scratch) / 2; len++) {
		struct err e = ERR_INIT;

		memset(text, '\n', len);
		text[len] = '\0';
		assert_int_equal(load(text, &e), len < sizeof(scratch) / 2 ? 0 : -1);
		check_err(&e, len < sizeof(scratch) / 2 ? ERR_NONE : ERR_LIMIT, "file");
	}
	/* A long path is shown as far as it goes, and used whole. */
	{
		struct err e = ERR_INIT;

		snprintf(text, sizeof(text), "%s", files_dir);
		for (i = 0; i < 200; i++)
			strcat(text, "/.");
		strcat(text, "/config.yaml");
		make_config(ALL);
		assert_int_equal(load_from(text, NULL, &e), 0);
		assert_true(strlen(got.token_from) < sizeof(got.token_from));
		assert_non_null(strstr(got.token_from, "..."));
	}
}

/* Nothing of the file stays, whether it was good or not. */
static void the_scratch_memory_is_wiped(void **state)
{
	static const char *const files[] = { PROFILE("{token: SECRET}"),
					     PROFILE("{token: SECRET, token: x}"),
					     PROFILE("{password: \"SECRET\\n\", username: u}") };
	size_t i, j;

	(void)state;
	for (j = 0; j < COUNT(files); j++) {
		struct err e = ERR_INIT;

		memset(scratch, 0, sizeof(scratch));
		(void)!load(files[j], &e);
		for (i = 0; i + 6 < sizeof(scratch); i++)
			CHECK(memcmp(scratch + i, "SECRET", 6) != 0, "%zu: at %zu", j, i);
	}
	/* Half a login, and what is not used, is not kept either. */
	{
		struct err e = ERR_INIT;

		set_env("IONOS_USERNAME=SECRET");
		assert_int_equal(load(NULL, &e), 0);
		for (i = 0; i + 6 < sizeof(got); i++)
			assert_memory_not_equal((char *)&got + i, "SECRET", 6);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_order, clean_env),
		cmocka_unit_test_setup(what_is_missing, clean_env),
		cmocka_unit_test_setup(urls, clean_env),
		cmocka_unit_test_setup(numbers_and_pins, clean_env),
		cmocka_unit_test_setup(bad_environments, clean_env),
		cmocka_unit_test_setup(long_values, clean_env),
		cmocka_unit_test_setup(the_scratch_memory_is_wiped, clean_env),
	};

	return cmocka_run_group_tests_name("ionos_settings", tests, files_setup, files_teardown);
}
