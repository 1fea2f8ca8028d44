#include "unit/unit.h"

#include "unit/ionos_env.h"

#define TWO                                                                                        \
	"profiles:\n- {name: a, environment: ea, credentials: {token: ta}}\n"                      \
	"- {name: B b, credentials: {token: tb}}\n- {name: c}\n- {credentials: {token: td}}\n"     \
	"environments:\n- {name: ea, products: [{name: cloud, endpoints: [{name: a.example}]}]}\n" \
	"- {name: eb, products: [{name: cloud, endpoints: [{name: b.example}]}]}\n"

static void profiles(void **state)
{
	static const struct {
		const char *config, *profile, *token, *url;
	} rows[] = {
		{ "currentProfile: a\n" TWO, NULL, "ta", "https://a.example" },
		{ "currentProfile: a\n" TWO, "", "ta", "https://a.example" },
		{ "currentProfile: ' A '\n" TWO, NULL, "ta", "https://a.example" },
		{ "currentProfile: a\n" TWO, "b B ", "tb", "https://a.example" },
		{ "currentProfile: a\n" TWO, "c", NULL, "https://a.example" },
		{ "currentProfile: nobody\n" TWO, "a", "ta", "https://a.example" },
		{ TWO, "a", "ta", "https://a.example" },
		/* None is chosen: the first environment that has the product, as in ionosctl. */
		{ TWO, NULL, NULL, "https://a.example" },
		{ "currentProfile: ~\n" TWO, NULL, NULL, "https://a.example" },
		{ "# only a comment\n", NULL, NULL, IONOS_API_DEFAULT },
		{ "{}", NULL, NULL, IONOS_API_DEFAULT },
		{ "version: 1.0\nprofiles: ~\nenvironments:\n", NULL, NULL, IONOS_API_DEFAULT },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		clean_env(NULL);
		if (rows[i].profile)
			setenv("IONOS_CURRENT_PROFILE", rows[i].profile, 1);
		CHECK(load(rows[i].config, &e) == 0, "row %zu: %s", i, e.text);
		check_text(got.token.value, rows[i].token, "token", i);
		check_text(got.api_url, rows[i].url, "url", i);
	}
	/* As ionosctl, warn of profiles that nobody has chosen from. */
	{
		struct err e = ERR_INIT;

		clean_env(NULL);
		assert_int_equal(load(TWO, &e), 0);
		assert_non_null(strstr(caught, "currentProfile"));
	}
}

static void endpoints(void **state)
{
	static const struct {
		const char *config, *url;
		bool skip;
		const char *certificates;
	} rows[] = {
		{ AT("[]"), IONOS_API_DEFAULT, .skip = false },
		{ AT("~"), IONOS_API_DEFAULT, .skip = false },
		{ AT("[{name: dns, endpoints: [{name: dns.example}]}]"), IONOS_API_DEFAULT,
		  .skip = false },
		{ AT("[{name: cloud, endpoints: [{name: c.example}, {name: d.example}]}]"),
		  "https://c.example", .certificates = "-----BEGIN CERTIFICATE-----E" },
		{ AT("[{name: compute, endpoints: [{name: k.example}]}]"), "https://k.example",
		  .certificates = "-----BEGIN CERTIFICATE-----E" },
		{ AT("[{name: compute, endpoints: [{name: k}]}, {name: ' Cloud', endpoints: [{name: c}]}]"),
		  "https://c", .certificates = "-----BEGIN CERTIFICATE-----E" },
		{ AT("[{name: cloud, endpoints: []}, {name: compute, endpoints: [{name: k}]}]"),
		  "https://k", .certificates = "-----BEGIN CERTIFICATE-----E" },
		{ AT("[{name: cloud, endpoints: [{name: ''}]}, {name: compute, endpoints: [{name: k}]}]"),
		  "https://k", .certificates = "-----BEGIN CERTIFICATE-----E" },
		{ AT("[{name: cloud, endpoints: [{name: c, skipTlsVerify: true}]}]"), "https://c",
		  true, "-----BEGIN CERTIFICATE-----E" },
		/* Those with a location serve no images. */
		{ AT("[{name: cloud, endpoints: [{name: l, location: de/fra}, {name: c, location: ''}]}]"),
		  "https://c", .certificates = "-----BEGIN CERTIFICATE-----E" },
		{ AT("[{name: cloud, endpoints: [{name: l, location: de/fra}]}, {name: compute, endpoints: [{name: k}]}]"),
		  "https://k", .certificates = "-----BEGIN CERTIFICATE-----E" },
		{ AT("[{name: cloud, endpoints: [{name: l, skipTlsVerify: true, location: de/fra}]}]"),
		  IONOS_API_DEFAULT, .skip = false },
		{ AT("[{name: cloud, endpoints: [{name: c, skipTlsVerify: False, certificateAuthData: '-----BEGIN CERTIFICATE-----P'}]}]"),
		  "https://c", false, "-----BEGIN CERTIFICATE-----P" },
		/* base64 of the same, with and without padding, in lines. */
		{ AT("[{name: cloud, endpoints: [{name: c, certificateAuthData: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tUQ==}]}]"),
		  "https://c", false, "-----BEGIN CERTIFICATE-----Q" },
		{ AT("[{name: cloud, endpoints: [{name: c, certificateAuthData: \"LS0tLS1CRUdJTiBD\\nRVJUSUZJQ0FURS0tLS0tUQ\\n\"}]}]"),
		  "https://c", false, "-----BEGIN CERTIFICATE-----Q" },
		{ AT("[{name: cloud, endpoints: [{name: 'http://c:8080/x/y'}]}]"), "http://c:8080",
		  .certificates = "-----BEGIN CERTIFICATE-----E" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;
		bool from_config = strcmp(rows[i].url, IONOS_API_DEFAULT) != 0;

		CHECK(load(rows[i].config, &e) == 0, "row %zu: %s", i, e.text);
		check_text(got.api_url, rows[i].url, "url", i);
		check_text(got.certificates, rows[i].certificates, "certificates", i);
		CHECK(got.api_skip_verify == rows[i].skip, "row %zu", i);
		CHECK((strstr(caught, "skipTlsVerify") != NULL) == rows[i].skip, "%s", caught);
		CHECK((strncmp(got.api_url_from, "profile u of ", 13) == 0) == from_config, "%s",
		      got.api_url_from);

		/* Another URL: what the file says of its own server is not for that. */
		CHECK(load_from(make_config(rows[i].config), "https://own.example", &e) == 0, "%s",
		      e.text);
		check_text(got.api_url, "https://own.example", "url", i);
		check_text(got.certificates, "", "certificates", i);
		check_text(got.api_url_from, "--api-url", "from", i);
		assert_false(got.api_skip_verify);
		setenv("IONOS_API_URL", "env.example", 1);
		CHECK(load(rows[i].config, &e) == 0, "%s", e.text);
		check_text(got.api_url, "https://env.example", "url", i);
		check_text(got.certificates, "", "certificates", i);
		check_text(got.api_url_from, "IONOS_API_URL", "from", i);
		assert_false(got.api_skip_verify);
		CHECK(load_from(make_config(rows[i].config), "own", &e) == 0, "%s", e.text);
		check_text(got.api_url, "https://own", "url", i);
		unsetenv("IONOS_API_URL");
	}
}

static void make_at(const char *name, const char *text)
{
	const char *path = file_make(2, name, text, strlen(text));

	assert_int_equal(chmod(path, 0600), 0);
}

/* --config, IONOS_CONFIG_FILE, config.yaml, config.json beside it, ~/.ionos/config. */
static void where_the_file_is(void **state)
{
	static const char *const names[] = { "home/.ionos/config",
					     "home/.config/ionosctl/config.json",
					     "home/.config/ionosctl/config.yaml",
					     "xdg/ionosctl/config.json",
					     "xdg/ionosctl/config.yaml",
					     "own",
					     "given" };
	static const char *const dirs[] = { "home",         "home/.ionos",
					    "home/.config", "home/.config/ionosctl",
					    "xdg",          "xdg/ionosctl" };
	const char *config = NULL;
	struct err e = ERR_INIT;
	char text[200], token[8];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(dirs); i++)
		mkdir(file_path(1, dirs[i]), 0700);
	/* No HOME, no XDG_CONFIG_HOME; then nothing in them. */
	assert_int_equal(load(NULL, &e), 0);
	assert_int_equal(got.auth, IONOS_AUTH_NONE);
	setenv("HOME", "", 1);
	setenv("XDG_CONFIG_HOME", "", 1);
	assert_int_equal(load(NULL, &e), 0);
	setenv("HOME", file_path(1, "home"), 1);
	setenv("XDG_CONFIG_HOME", file_path(1, "none/such"), 1);
	assert_int_equal(load(NULL, &e), 0);
	setenv("XDG_CONFIG_HOME", "", 1);
	assert_int_equal(load(NULL, &e), 0);
	assert_int_equal(got.auth, IONOS_AUTH_NONE);
	/* Each of them comes before those that were made until then. */
	for (i = 0; i < COUNT(names); i++) {
		snprintf(token, sizeof(token), "t%zu", i);
		snprintf(text, sizeof(text),
			 strstr(names[i], ".json") ?
				 "{\"userdata.token\": \"%s\"}\n" :
				 "currentProfile: u\nprofiles: [{name: u, credentials: {token: %s}}]\n",
			 token);
		make_at(names[i], text);
		if (i == 3)
			setenv("XDG_CONFIG_HOME", file_path(1, "xdg"), 1);
		if (i == 5)
			setenv("IONOS_CONFIG_FILE", file_path(1, "own"), 1);
		if (i == 6)
			config = file_path(1, "given");
		CHECK(load_from(config, NULL, &e) == 0, "%s: %s", names[i], e.text);
		CHECK(strcmp(got.token.value, token) == 0, "%s: %s", names[i], got.token.value);
		CHECK(strstr(got.token_from, names[i]), "%s: from %s", names[i], got.token_from);
		/* ionosctl would read another one, if the variable names it. */
		CHECK((i == 5) == (strstr(caught, "xdg/ionosctl/config.yaml") != NULL) &&
			      (i == 5) == (caught[0] != '\0'),
		      "%s: %s", names[i], caught);
	}
	/* What was asked for has to be there. */
	assert_int_equal(load_from(file_path(1, "none/such"), NULL, &e), -1);
	check_err(&e, ERR_USAGE, "--config");
	assert_non_null(strstr(e.text, "none/such"));
	err_clear(&e);
	assert_int_equal(load_from("", NULL, &e), -1);
	check_err(&e, ERR_USAGE, "--config");
	err_clear(&e);
	setenv("IONOS_CONFIG_FILE", file_path(1, "none/such"), 1);
	assert_int_equal(load_from(NULL, NULL, &e), -1);
	check_err(&e, ERR_USAGE, "IONOS_CONFIG_FILE");
	err_clear(&e);
	setenv("IONOS_CONFIG_FILE", "", 1);
	assert_int_equal(load_from(NULL, NULL, &e), 0);
	assert_string_equal(got.token.value, "t4");
	/* What is there has to be right, even if nobody asked, and all is in the environment. */
	setenv("IONOS_TOKEN", "t", 1);
	make_at("xdg/ionosctl/config.yaml", "");
	assert_int_equal(load_from(NULL, NULL, &e), -1);
	check_err(&e, ERR_USAGE, "empty");
	err_clear(&e);
	unlink(file_path(1, "xdg/ionosctl/config.yaml"));
	mkdir(file_path(1, "xdg/ionosctl/config.yaml"), 0700);
	assert_int_equal(load_from(NULL, NULL, &e), -1);
	check_err(&e, ERR_USAGE, "a directory");
}

/* What older versions left: only the credentials count, as when ionosctl migrates it. */
static void the_legacy_file(void **state)
{
	static const struct {
		const char *json, *token, *user, *password;
	} rows[] = {
		{ "{\"userdata.token\":\"T\"}", "T", NULL, NULL },
		{ "{\"userdata.name\":\"U\",\"userdata.password\":\"P\"}", NULL, "U", "P" },
		{ "{\n\t\"userdata.token\": \"X\",\n\t\"userdata.name\": \"Y\",\n"
		  "\t\"userdata.password\": \"Z\\u0026\",\n"
		  "\t\"userdata.api-url\": \"https://evil.example\"\n}\n",
		  "X", "Y", "Z&" },
		{ "{\"foo\":\"bar\"}", "next", NULL, NULL },
		{ "{\"userdata.name\":\"U\"}", "next", NULL, NULL },
		{ "{}", "next", NULL, NULL },
	};
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	mkdir(file_path(1, "old"), 0700);
	mkdir(file_path(1, "old/ionosctl"), 0700);
	mkdir(file_path(1, "old/.ionos"), 0700);
	setenv("XDG_CONFIG_HOME", file_path(1, "old"), 1);
	setenv("HOME", file_path(1, "old"), 1);
	make_at("old/.ionos/config",
		"currentProfile: u\nprofiles: [{name: u, credentials: {token: next}}]\n");
	for (i = 0; i < COUNT(rows); i++) {
		make_at("old/ionosctl/config.json", rows[i].json);
		CHECK(load(NULL, &e) == 0, "row %zu: %s", i, e.text);
		check_text(got.token.value, rows[i].token, "token", i);
		check_text(got.login.user, rows[i].user, "user", i);
		check_text(got.login.password, rows[i].password, "password", i);
		check_text(got.api_url, IONOS_API_DEFAULT, "url", i);
	}
	make_at("old/ionosctl/config.json", "{bad-json");
	assert_int_equal(load(NULL, &e), -1);
	check_err(&e, ERR_USAGE, "bad JSON");
}

/* Shapes that the file must not have, and names that are not there. */
static void bad_files(void **state)
{
	static const char *const files[] = {
		"SECRET",
		"- SECRET",
		"currentProfile: [SECRET]",
		"currentProfile: u\nprofiles: SECRET",
		"currentProfile: u\nprofiles: {u: SECRET}",
		"currentProfile: u\nprofiles: [SECRET]",
		"currentProfile: u\nprofiles: []",
		"currentProfile: u",
		"currentProfile: u\nprofiles: [{name: v}]",
		"currentProfile: u\nprofiles: [{name: u}, {name: ' U '}]",
		"currentProfile: u\nprofiles: [{name: [u]}]",
		"currentProfile: u\nprofiles: [{name: u, name: u}]",
		"currentProfile: u\nprofiles: [{name: u, credentials: SECRET}]",
		"currentProfile: u\nprofiles: [{name: u, credentials: [SECRET]}]",
		"currentProfile: u\nprofiles: [{name: u, credentials: {token: [SECRET]}}]",
		"currentProfile: u\nprofiles: [{name: u, credentials: {username: {SECRET: a}}}]",
		"currentProfile: u\nprofiles: [{name: u, credentials: {token: SECRET, token: SECRET}}]",
		PROFILE("{token: \"SECRET\\n\"}"),
		PROFILE("{token: \"SECRET\\r\\nX: y\"}"),
		PROFILE("{username: \"SECRET\\r\\nDELE x\", password: b}"),
		PROFILE("{username: a, password: \"SECRET\\nDELE x\"}"),
		PROFILE("{username: a, password: \"SECRET\\0\"}"),
		PROFILE("{username: a, password: \"SECRET\\x7f\"}"),
		PROFILE("{username: a, password: |\n      SECRET\n    }"),
		PROFILE("{}\nenvironments: SECRET"),
		PROFILE("{}\nenvironments: [SECRET]"),
		PROFILE("{}\nenvironments: [{name: other}]"),
		PROFILE("{}\nenvironments: [{name: prod}, {name: prod}]"),
		PROFILE("{}\nenvironments: [{name: prod, products: SECRET}]"),
		PROFILE("{}\nenvironments: [{name: prod, products: [SECRET]}]"),
		PROFILE("{}\nenvironments: [{name: prod, products: [{name: cloud, endpoints: SECRET}]}]"),
		PROFILE("{}\nenvironments: [{name: prod, products: [{name: cloud, endpoints: [SECRET]}]}]"),
		PROFILE("{}\nenvironments: [{name: prod, products: [{name: cloud}, {name: cloud}]}]"),
		AT("[{name: cloud, endpoints: [{name: 'https://u:SECRET@a'}]}]"),
		AT("[{name: cloud, endpoints: [{name: 'ftp://a'}]}]"),
		AT("[{name: cloud, endpoints: [{name: [a]}]}]"),
		AT("[{name: cloud, endpoints: [{name: a, skipTlsVerify: maybe}]}]"),
		AT("[{name: cloud, endpoints: [{name: a, skipTlsVerify: [true]}]}]"),
		AT("[{name: cloud, endpoints: [{name: a, certificateAuthData: certauthdata}]}]"),
		AT("[{name: cloud, endpoints: [{name: a, certificateAuthData: U0VDUkVU}]}]"),
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(files); i++) {
		struct err e = ERR_INIT;

		CHECK(load(files[i], &e) == -1, "%s", files[i]);
		check_err(&e, ERR_USAGE, files[i]);
		CHECK(!strstr(e.text, "SECRET") && !strstr(caught, "SECRET"), "%s: %s", e.text,
		      caught);
		CHECK(strstr(e.text, "config.yaml"), "%s", e.text);
		CHECK(!strstr(e.text, "..."), "%s", e.text);
	}
}

static void who_may_read(void **state)
{
	static const struct {
		mode_t mode;
		const char *config;
		bool warned;
	} rows[] = {
		{ 0600, ALL, false },
		{ 0400, ALL, false },
		{ 0644, ALL, true },
		{ 0640, ALL, true },
		{ 0604, ALL, true },
		{ 0644, PROFILE("{}"), false },
		{ 0644, PROFILE("{username: u}"), false },
		{ 0644, PROFILE("{password: p}"), true },
		{ 0644, PROFILE("{token: t}"), true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		const char *path = make_config(rows[i].config);
		struct err e = ERR_INIT;

		assert_int_equal(chmod(path, rows[i].mode), 0);
		assert_int_equal(load_from(path, NULL, &e), 0);
		CHECK((strstr(caught, "chmod 600") != NULL) == rows[i].warned, "row %zu: %s", i,
		      caught);
		CHECK(!rows[i].warned || strstr(caught, path), "%s", caught);
		unlink(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(profiles, clean_env),
		cmocka_unit_test_setup(endpoints, clean_env),
		cmocka_unit_test_setup(where_the_file_is, clean_env),
		cmocka_unit_test_setup(the_legacy_file, clean_env),
		cmocka_unit_test_setup(bad_files, clean_env),
		cmocka_unit_test_setup(who_may_read, clean_env),
	};

	return cmocka_run_group_tests_name("ionos_config", tests, files_setup, files_teardown);
}
