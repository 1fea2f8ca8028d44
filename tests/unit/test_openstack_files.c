/* Which clouds.yaml counts, which cloud of it, and how large it may be. */
#include "unit/unit.h"

#include <errno.h>

#include "unit/openstack_env.h"
#include "cloud/openstack/own.h"

#define MEMBERS(user)                                                                              \
	"{auth: {auth_url: 'https://k', user_id: " user ", project_id: p, password: pw}}"

static const char *make(const char *path, const char *content)
{
	return file_make(0, path, content, strlen(content));
}

/* A file with the cloud c, whose user is its own name. */
static void make_clouds(const char *path)
{
	char text[200];

	snprintf(text, sizeof(text), "clouds: {c: " MEMBERS("'%s'") "}", path);
	make(path, text);
}

static void check_found(const char *path)
{
	struct err e = ERR_INIT;

	os_own_set(&options)->os_cloud = "c";
	CHECK(load_env(&e) == 0, "%s: %s", path, e.text);
	check_value(OS_USER_ID, path, "found");
}

/* Each of them goes before those that were made until then. */
static void the_first_file_counts(void **state)
{
	static const char *const order[] = {
		"home/.config/openstack/clouds.json",
		"home/.config/openstack/clouds.yml",
		"home/.config/openstack/clouds.yaml",
		"xdg/openstack/clouds.json",
		"xdg/openstack/clouds.yaml",
		"clouds.json",
		"clouds.yml",
		"clouds.yaml",
		"own",
	};
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	mkdir("home", 0700);
	mkdir("home/.config", 0700);
	mkdir("home/.config/openstack", 0700);
	mkdir("xdg", 0700);
	mkdir("xdg/openstack", 0700);
	os_own_set(&options)->os_cloud = "c";
	assert_int_equal(load_env(&e), -1);
	check_err(&e, ERR_USAGE, "none");
	assert_non_null(strstr(e.text, "clouds.yaml"));
	setenv("HOME", "home", 1);
	setenv("XDG_CONFIG_HOME", "", 1);
	for (i = 0; i < COUNT(order); i++) {
		if (i == 3)
			setenv("XDG_CONFIG_HOME", "xdg", 1);
		if (i == 8)
			setenv("OS_CLIENT_CONFIG_FILE", "own", 1);
		make_clouds(order[i]);
		check_found(order[i]);
	}
	/* Of secure.yaml, too: another directory's goes with it. */
	make("home/.config/openstack/secure.yaml", "clouds: {c: {auth: {password: s}}}");
	check_found("own");
	check_secret("s", "HOME's, beside an XDG_CONFIG_HOME without one");
	setenv("XDG_CONFIG_HOME", "", 1);
	check_found("own");
	check_secret("s", "HOME's");
	make("secure.json", "{\"clouds\": {\"c\": {\"password\": \"j\"}}}");
	check_found("own");
	check_secret("j", "secure.json here");
	setenv("OS_CLIENT_SECURE_FILE", make("x", "clouds: {c: {password: o}}"), 1);
	check_found("own");
	check_secret("o", "OS_CLIENT_SECURE_FILE");
	unlink("secure.json");
	unlink("home/.config/openstack/secure.yaml");
}

/* In a child, which is nobody: root may read everything. */
static int as_nobody(void *arg)
{
	struct err e = ERR_INIT;

	(void)arg;
	NEED(chmod(".", 0755) == 0);
	NEED(geteuid() != 0 || setuid(65534) == 0);
	NEED(open("clouds.yaml", O_RDONLY) < 0 && errno == EACCES);
	os_own_set(&options)->os_cloud = "c";
	NEED(load_env(&e) == 0);
	NEED(strcmp(got.value[OS_USER_ID], "clouds.yml") == 0);
	setenv("OS_CLIENT_CONFIG_FILE", "clouds.yaml", 1);
	NEED(load_env(&e) == -1 && e.code == ERR_USAGE);
	NEED(strstr(e.text, "OS_CLIENT_CONFIG_FILE") && strstr(e.text, "clouds.yaml"));
	return 0;
}

/* One that may not be read is passed over, but not one that was named. */
static void a_file_that_may_not_be_read(void **state)
{
	(void)state;
	make_clouds("clouds.yaml");
	make_clouds("clouds.yml");
	assert_int_equal(chmod("clouds.yaml", 0), 0);
	assert_int_equal(chmod("clouds.yml", 0644), 0);
	assert_int_equal(in_child(as_nobody, NULL), 0);
	unlink("clouds.yaml");
	unlink("clouds.yml");
}

static void files_that_are_none(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	os_own_set(&options)->os_cloud = "c";
	setenv("OS_CLIENT_CONFIG_FILE", "nonexistent/clouds.yaml", 1);
	assert_int_equal(load_env(&e), -1);
	check_err(&e, ERR_USAGE, "named, but not there");
	err_clear(&e);
	setenv("OS_CLIENT_CONFIG_FILE", ".", 1);
	assert_int_equal(load_env(&e), -1);
	check_err(&e, ERR_USAGE, "a directory");
	err_clear(&e);
	/* A secure.yaml that was asked for, and is not there: its password would be missed. */
	make_clouds("own");
	setenv("OS_CLIENT_CONFIG_FILE", "own", 1);
	setenv("OS_CLIENT_SECURE_FILE", "nonexistent", 1);
	assert_int_equal(load_env(&e), -1);
	check_err(&e, ERR_USAGE, "secure.yaml");
	assert_non_null(strstr(e.text, "OS_CLIENT_SECURE_FILE"));
	/* Empty ones are not set. */
	err_clear(&e);
	setenv("OS_CLIENT_SECURE_FILE", "", 1);
	assert_int_equal(load_env(&e), 0);
}

/* The option, the variable, the environment, the only one of the file. */
static void which_cloud(void **state)
{
	static const char one[] = "clouds: {a: " MEMBERS("ua") "}";
	static const char two[] = "clouds: {a: " MEMBERS("ua") ", b: " MEMBERS("ub") "}";
	static const struct {
		const char *clouds, *option, *env[6], *cloud, *user;
	} rows[] = {
		{ one, NULL, { NULL }, "a", "ua" },
		{ two, "b", { NULL }, "b", "ub" },
		{ two, NULL, { "OS_CLOUD=b" }, "b", "ub" },
		{ two, "a", { "OS_CLOUD=b" }, "a", "ua" },
		{ two, "b", { "OS_USER_ID=e", "OS_PASSWORD=x", "OS_TOKEN=t" }, "b", "ub" },
		{ one, NULL, { "OS_CLOUD=", "OS_REGION_NAME=r", "OS_CACERT=x" }, "a", "ua" },
		{ one,
		  NULL,
		  { "OS_AUTH_URL=https://k", "OS_USER_ID=e", "OS_PASSWORD=x", "OS_PROJECT_ID=p" },
		  "",
		  "e" },
		/* Two, and none is asked for: nothing is known. */
		{ two, NULL, { NULL }, NULL, NULL },
		{ one, "A", { NULL }, NULL, NULL },
		{ one, NULL, { "OS_CLOUD=b" }, NULL, NULL },
		{ one, NULL, { "OS_USER_ID=e" }, NULL, NULL },
	};
	char which[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		clean_env(NULL);
		set_env(rows[i].env);
		CHECK(load_files(rows[i].clouds, NULL, rows[i].option, &e) ==
			      (rows[i].user ? 0 : -1),
		      "%s: %s", which, e.text);
		check_err(&e, rows[i].user ? ERR_NONE : ERR_USAGE, which);
		if (!rows[i].user)
			continue;
		CHECK(strcmp(got.cloud, rows[i].cloud) == 0, "%s: %s", which, got.cloud);
		check_value(OS_USER_ID, rows[i].user, which);
	}
}

/* --- How large ------------------------------------------------------------------------- */

static char text[3 * SETTINGS_FILE_MAX];

/* The cloud c, whose member has a value of len bytes. */
static const char *with_value(const char *member, size_t len)
{
	static const char front[] = "clouds: {c: {auth: {auth_url: 'https://k', user_id: u,"
				    " project_id: p, password: pw}, ";
	size_t n = (size_t)snprintf(text, sizeof(text), "%s%s: '", front, member);

	memset(text + n, 'x', len);
	strcpy(text + n + len, "'}}");
	return text;
}

static void long_values(void **state)
{
	static const struct {
		const char *member;
		size_t len;
		enum err_code code;
	} rows[] = {
		{ "region_name", 200, ERR_NONE },
		{ "region_name", OS_POOL_BYTES - 200, ERR_NONE },
		{ "region_name", OS_POOL_BYTES, ERR_LIMIT },
		{ "region_name", OS_POOL_BYTES + 1, ERR_LIMIT },
		/* Longer than anything that is taken, but nobody takes it. */
		{ "unknown", 50000, ERR_NONE },
		{ "password", SECRET_MAX - 1, ERR_NONE },
		{ "password", SECRET_MAX, ERR_LIMIT },
		{ "unknown", SETTINGS_FILE_MAX, ERR_LIMIT },
		{ "auth_url", 5000, ERR_NONE },
		{ "regions", 600, ERR_USAGE },
	};
	char which[48];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "%s, %zu", rows[i].member, rows[i].len);
		clean_env(NULL);
		CHECK(load_files(with_value(rows[i].member, rows[i].len), NULL, "c", &e) ==
			      (rows[i].code ? -1 : 0),
		      "%s: %s", which, e.text);
		check_err(&e, rows[i].code, which);
	}
}

/* A cloud that stands in secure.yaml alone; and JSON's way to write what is beyond U+FFFF. */
static void secure_alone(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(load_files("clouds: {other: {}}", "clouds: {c: " MEMBERS("u") "}", "c",
				    &e),
			 0);
	check_value(OS_USER_ID, "u", "beside a clouds.yaml");
	check_secret("pw", "beside a clouds.yaml");
	clean_env(NULL);
	assert_int_equal(load_files(NULL, "clouds: {c: " MEMBERS("u") "}", "c", &e), 0);
	check_value(OS_USER_ID, "u", "without a clouds.yaml");
}

/* A file that cannot be opened is no file that is not there: a link that leads to itself. */
static void a_file_that_cannot_be_opened(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(symlink("clouds.yaml", "clouds.yaml"), 0);
	assert_int_equal(load_env(&e), -1);
	check_err(&e, ERR_USAGE, "a circle");
	assert_non_null(strstr(e.text, "clouds.yaml"));
	unlink("clouds.yaml");
}

static void surrogates_in_json(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	make("clouds.json",
	     "{\"clouds\": {\"c\": {\"auth\": {\"auth_url\": \"https://k\", \"user_id\": \"u\","
	     " \"project_id\": \"p\", \"password\": \"a\\ud83d\\uDCBEb\\\\ud83d\\u00e4\"}}}}");
	os_own_set(&options)->os_cloud = "c";
	assert_int_equal(load_env(&e), 0);
	check_secret("a\xf0\x9f\x92\xbe"
		     "b\\ud83d\xc3\xa4",
		     "a pair");
	unlink("clouds.json");
}

/* Each text is kept whole, up to the last byte that there is room for. */
static void the_pool_is_used_to_its_end(void **state)
{
	size_t taken = sizeof("https://k") + sizeof("u") + sizeof("p"), len;
	unsigned good = 0;

	(void)state;
	for (len = OS_POOL_BYTES - taken - 4; len < OS_POOL_BYTES - taken + 4; len++) {
		struct err e = ERR_INIT;

		clean_env(NULL);
		if (load_files(with_value("region_name", len), NULL, "c", &e) < 0) {
			check_err(&e, ERR_LIMIT, "too long");
			continue;
		}
		good++;
		assert_int_equal(strlen(got.value[OS_REGION]), len);
		check_value(OS_AUTH_URL, "https://k", "whole");
		check_value(OS_USER_ID, "u", "whole");
		check_value(OS_PROJECT_ID, "p", "whole");
	}
	assert_int_equal(good, 4);
}

static void a_url_that_grows(void **state)
{
	struct err e = ERR_INIT;
	size_t len;

	(void)state;
	len = (size_t)snprintf(text, sizeof(text), "clouds: {c: {auth: {auth_url: 'https://");
	memset(text + len, 'h', 450);
	strcpy(text + len + 450, "{region_name}', user_id: u, project_id: p, password: pw}}}");
	os_own_set(&options)->os[OS_REGION] = "r";
	assert_int_equal(load_files(text, NULL, "c", &e), 0);
	assert_int_equal(strlen(got.value[OS_AUTH_URL]), 8 + 450 + 1);
	os_own_set(&options)->os[OS_REGION] =
		"a-region-whose-name-is-longer-than-what-is-left-of-the-url-by-far";
	assert_int_equal(load_files(text, NULL, "c", &e), -1);
	check_err(&e, ERR_LIMIT, "the URL");
}

static void names_of_clouds(void **state)
{
	static char name[100];
	size_t len;

	(void)state;
	for (len = 62; len < 66; len++) {
		struct err e = ERR_INIT;

		clean_env(NULL);
		memset(name, 'n', len);
		name[len] = '\0';
		snprintf(text, sizeof(text), "clouds: {'%s': " MEMBERS("u") "}", name);
		assert_int_equal(load_files(text, NULL, name, &e), len < 64 ? 0 : -1);
		check_err(&e, len < 64 ? ERR_NONE : ERR_LIMIT, "a long name");
	}
}

/* One thing that is too much of; what comes back is an error, or what stands in the file. */
static void repeated(const char *front, const char *each, unsigned count, const char *back,
		     enum err_code code)
{
	struct err e = ERR_INIT;
	struct text t;
	unsigned i;

	text_init(&t, text, sizeof(text));
	text_put(&t, front);
	for (i = 0; i < count; i++) {
		/* '#' is the number. */
		text_put_n(&t, each, strcspn(each, "#"));
		if (strchr(each, '#'))
			text_printf(&t, "%u%s", i, strchr(each, '#') + 1);
	}
	text_put(&t, back);
	assert_false(t.full);
	clean_env(NULL);
	CHECK(load_files(text, NULL, "c", &e) == (code ? -1 : 0), "%s: %s", each, e.text);
	check_err(&e, code, each);
}

static void too_much(void **state)
{
	(void)state;
	/* Nesting, in both ways; anchors; many clouds, and members. */
	repeated("clouds: {c: ", "{a#: ", 10, "1}}}}}}}}}}}", ERR_USAGE);
	repeated("clouds: {c: ", "{a#: ", 10000, "", ERR_LIMIT);
	repeated("clouds: ", "[", 100000, "", ERR_LIMIT);
	repeated("", "&a# [", 33, "", ERR_LIMIT);
	repeated("a: [", "&a# x, ", 33, "]\nclouds: {c: {}}", ERR_LIMIT);
	repeated("clouds:\n c: " MEMBERS("u") "\n", " c#: {}\n", 2000, "", ERR_NONE);
	repeated("clouds:\n c: " MEMBERS("u") "\n", " c#: {}\n", 20000, "", ERR_LIMIT);
	repeated("clouds: {c: {regions: [", "r#, ", 2000,
		 "], auth: {auth_url: 'https://k', user_id: u, project_id: p, password: p}}}",
		 ERR_NONE);
	check_value(OS_REGION, "r0", "the first of 2000");
	/* The laughs: nothing multiplies. */
	repeated("a0: &a0 [x]\n", "b#: [*a0, *a0, *a0, *a0, *a0, *a0]\n", 500,
		 "clouds: {c: {auth: {auth_url: *a0, user_id: *a0, project_id: *a0, password: *a0}}}",
		 ERR_NONE);
	check_value(OS_USER_ID, "x", "an alias of a list");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_first_file_counts, clean_env),
		cmocka_unit_test_setup(a_file_that_may_not_be_read, clean_env),
		cmocka_unit_test_setup(files_that_are_none, clean_env),
		cmocka_unit_test_setup(which_cloud, clean_env),
		cmocka_unit_test_setup(long_values, clean_env),
		cmocka_unit_test_setup(secure_alone, clean_env),
		cmocka_unit_test_setup(surrogates_in_json, clean_env),
		cmocka_unit_test_setup(a_file_that_cannot_be_opened, clean_env),
		cmocka_unit_test_setup(the_pool_is_used_to_its_end, clean_env),
		cmocka_unit_test_setup(a_url_that_grows, clean_env),
		cmocka_unit_test_setup(names_of_clouds, clean_env),
		cmocka_unit_test_setup(too_much, clean_env),
	};

	return cmocka_run_group_tests_name("openstack_files", tests, enter_files, files_teardown);
}
