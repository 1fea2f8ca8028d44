#include "unit/unit.h"

#include "cloud/linode/linode.h"
#include "unit/files.h"
#include "cloud/linode/own.h"

static const char *const variables[] = {
	"LINODE_CLI_CONFIG",     "LINODE_CLI_TOKEN",
	"LINODE_CLI_TOKEN_FILE", "LINODE_TOKEN",
	"LINODE_TOKEN_FILE",     "LINODE_CLI_API_HOST",
	"LINODE_CLI_API_SCHEME", "LINODE_CLI_API_VERSION",
	"XDG_CONFIG_HOME",       "HOME",
};

static struct linode_settings got;
static struct options options;
static char scratch[SETTINGS_FILE_MAX];

static int clean_env(void **state)
{
	(void)state;
	env_clear(variables, COUNT(variables));
	memset(&options, 0, sizeof(options));
	return 0;
}

static int load(const char *ini, size_t len, const char *as_user, struct err *e)
{
	setenv("LINODE_CLI_CONFIG", file_make(0, "settings", ini, len), 1);
	linode_own_set(&options)->as_user = as_user;
	memset(&got, 0xee, sizeof(got));
	return linode_settings_load(&got, &options, scratch, sizeof(scratch), e);
}

static int load_text(const char *ini, const char *as_user, struct err *e)
{
	return load(ini, strlen(ini), as_user, e);
}

/* NULL in token: none is given; in the others: the default. */
struct want {
	const char *token, *region, *user, *host, *scheme, *version;
};

static void check(const struct want *w, const char *which)
{
	CHECK(got.token.given == (w->token != NULL), "%s: token given: %d", which, got.token.given);
	CHECK(!w->token || strcmp(got.token.value, w->token) == 0, "%s: token \"%s\"", which,
	      got.token.value);
	CHECK(strcmp(got.region, w->region ? w->region : "") == 0, "%s: region \"%s\"", which,
	      got.region);
	CHECK(!w->user || strcmp(got.user, w->user) == 0, "%s: user \"%s\"", which, got.user);
	CHECK(strcmp(got.host, w->host ? w->host : "api.linode.com") == 0, "%s: host \"%s\"", which,
	      got.host);
	CHECK(strcmp(got.scheme, w->scheme ? w->scheme : "https") == 0, "%s: %s", which,
	      got.scheme);
	CHECK(strcmp(got.version, w->version ? w->version : "v4") == 0, "%s: %s", which,
	      got.version);
}

#define TWO                                                                                        \
	"[DEFAULT]\ndefault-user = bob\n\n[alice]\ntoken = alices\nregion = eu-west\n\n"           \
	"[bob]\ntoken = bobs\nregion = us-east\n"

/* Files, the user that was asked for, and what comes of it. */
static const struct {
	const char *ini, *as_user;
	struct want want;
} rows[] = {
	{ "", NULL, { .token = NULL } },
	{ "\n\n# nothing\n; at all\n", NULL, { .token = NULL } },
	{ TWO, NULL, { .token = "bobs", .region = "us-east", .user = "bob" } },
	{ TWO, "alice", { .token = "alices", .region = "eu-west", .user = "alice" } },
	{ TWO, "bob", { .token = "bobs", .region = "us-east", .user = "bob" } },
	/* One user only, and no word of who is the default. */
	{ "[carol]\ntoken = t\nregion = r\n",
	  NULL,
	  { .token = "t", .region = "r", .user = "carol" } },
	{ "[a]\ntoken = t1\n[b]\ntoken = t2\n", NULL, { .token = NULL } },
	{ "[custom_aliases]\nx = y\n[carol]\ntoken = t\n",
	  NULL,
	  { .token = "t", .user = "carol" } },
	/* The oldest form: the token in [DEFAULT]. */
	{ "[DEFAULT]\ntoken = old\nregion = r\n", NULL, { .token = "old", .region = "r" } },
	/* Every section inherits what [DEFAULT] has, and overrides it. */
	{ "[DEFAULT]\ndefault-user=bob\nregion=all\napi_host=h\n[bob]\ntoken=t\n",
	  NULL,
	  { .token = "t", .region = "all", .user = "bob", .host = "h" } },
	{ "[DEFAULT]\ndefault-user=bob\nregion=all\ntoken=d\n[bob]\nregion=own\n",
	  NULL,
	  { .token = "d", .region = "own", .user = "bob" } },
	{ "[bob]\ntoken=t\nregion=own\n[DEFAULT]\ndefault-user=bob\nregion=all\n",
	  NULL,
	  { .token = "t", .region = "own", .user = "bob" } },
	{ "[DEFAULT]\nregion=all\n[bob]\ntoken=b\n[eve]\ntoken=e\n",
	  "eve",
	  { .token = "e", .region = "all", .user = "eve" } },
	/* The only user's own goes before what all have. */
	{ "[DEFAULT]\ntoken=all\nregion=r\n[bob]\ntoken=bobs\n",
	  NULL,
	  { .token = "bobs", .region = "r", .user = "bob" } },
	/* Values that name others: in the section, or in [DEFAULT]. */
	{ "[DEFAULT]\nsite=eu\ndefault-user=%(who)s\nwho=bob\n[bob]\ntoken=%(half)s-%(half)s%%\n"
	  "half=%(Part)s\npart=p\nregion=%(site)s-west\n",
	  NULL,
	  { .token = "p-p%", .region = "eu-west", .user = "bob" } },
	/* Lines that begin with a blank go on. */
	{ "[u]\nregion = a\n  b\n\tc\ntoken = t\n", NULL, { .token = "t", .region = "a\nb\nc" } },
	{ "[u]\nregion = a\n# no\n  b = c\ntoken = t\n",
	  NULL,
	  { .token = "t", .region = "a\nb = c" } },
	/* Keys in any case, sections in theirs. */
	{ "[DEFAULT]\nDefault-User = Bob\n[bob]\ntoken=wrong\n[Bob]\nTOKEN=right\nRegion=r\n",
	  NULL,
	  { .token = "right", .region = "r", .user = "Bob" } },
	/* = and :, blanks around both, none inside lost. */
	{ "[u]\n  token  :  a=b:c  \nregion=x y\n",
	  NULL,
	  { .token = "a=b:c", .region = "x y", .user = "u" } },
	{ "[u]\ntoken = t # no comment\nregion = r ; none\n",
	  NULL,
	  { .token = "t # no comment", .region = "r ; none", .user = "u" } },
	{ "[u]\n# token = a\n; token = b\ntoken = c\n", NULL, { .token = "c", .user = "u" } },
	{ "[u]\ntoken =\n", NULL, { .token = "", .user = "u" } },
	{ "[u]\nunknown = 1\ntoken = t\ntype = g6\nplugin-x-y = z\n",
	  NULL,
	  { .token = "t", .user = "u" } },
	/* %% is a %. */
	{ "[u]\ntoken = a%%b%%%%c\n", NULL, { .token = "a%b%%c", .user = "u" } },
	/* What Windows makes of a file. */
	{ "\xef\xbb\xbf[u]\r\ntoken = t\r\nregion = r\r\n",
	  NULL,
	  { .token = "t", .region = "r", .user = "u" } },
	{ "[u]\ntoken = last line", NULL, { .token = "last line", .user = "u" } },
	{ "[u]\ntoken=t\napi_host = host.example:8443\napi_scheme = http\napi_version = v4beta\n",
	  NULL,
	  { .token = "t",
	    .user = "u",
	    .host = "host.example:8443",
	    .scheme = "http",
	    .version = "v4beta" } },
	{ "[u]\ntoken=t\napi_host = [::1]:80\n",
	  NULL,
	  { .token = "t", .user = "u", .host = "[::1]:80" } },
};

static void files_and_users(void **state)
{
	char which[16];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		CHECK(load_text(rows[i].ini, rows[i].as_user, &e) == 0, "%s: %s", which, e.text);
		check(&rows[i].want, which);
	}
}

/* A user whose section has nothing of its own has what [DEFAULT] gives. */
static void an_empty_section(void **state)
{
	static const struct want want = { .token = "d", .region = "r", .user = "bob" };
	struct err e = ERR_INIT;

	(void)state;
	CHECK(load_text("[DEFAULT]\ndefault-user=bob\ntoken=d\nregion=r\n[bob]\n", NULL, &e) == 0,
	      "%s", e.text);
	check(&want, "empty section");
}

static void refused(void **state)
{
	static const struct {
		const char *ini, *as_user;
	} bad[] = {
		{ TWO, "eve" },
		{ TWO, "Bob" },
		{ TWO, "custom_aliases" },
		{ "", "bob" },
		{ "[bob\ntoken = t\n", NULL },
		{ "[bob]\ntoken\n", NULL },
		{ "no section\n", NULL },
		{ "[u]\ntoken=t\napi_scheme = ftp\n", NULL },
		{ "[u]\ntoken=t\napi_scheme = \n", NULL },
		{ "[u]\ntoken=t\napi_version = ../v4\n", NULL },
		{ "[u]\ntoken=t\napi_version=\n", NULL },
		{ "[u]\ntoken=t\napi_host = evil.example/path\n", NULL },
		{ "[u]\ntoken=t\napi_host = user@evil.example\n", NULL },
		{ "[u]\ntoken=t\napi_host = evil.example?x\n", NULL },
		{ "[u]\ntoken=t\napi_host = a b\n", NULL },
		{ "[u]\ntoken=t\napi_host = https://a\n", NULL },
		{ "[u]\ntoken=t\napi_host = a\\b\n", NULL },
		{ "[u]\ntoken=t\napi_host = a#b\n", NULL },
		{ "[u]\ntoken=t\napi_scheme = https-and-more\n", NULL },
		/* As configparser has it. */
		{ "[u]\ntoken = a%b\n", NULL },
		{ "[u]\ntoken = a%\n", NULL },
		{ "[u]\ntoken = %(\n", NULL },
		{ "[u]\ntoken = %(x)\n", NULL },
		{ "[u]\ntoken = %()s\n", NULL },
		{ "[u]\ntoken = %(none)s\n", NULL },
		{ "[u]\ntoken = %(a)s\na = %(b)s\nb = %(a)s\n", NULL },
		{ "[u]\ntoken = a\ntoken = b\n", NULL },
		{ "[DEFAULT]\ndefault-user = gone\nregion = r\n[bob]\ntoken = t\n", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		struct err e = ERR_INIT;

		CHECK(load_text(bad[i].ini, bad[i].as_user, &e) == -1, "row %zu", i);
		CHECK(err_status(e.code) == 2 || e.code == ERR_LIMIT, "row %zu: %d", i, e.code);
	}
}

/* A token must never travel to where the settings do not say. */
static void an_empty_host(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	if (load_text("[u]\ntoken = t\napi_host =\n", NULL, &e) == 0)
		assert_string_equal(got.host, "api.linode.com");
	else
		check_err(&e, ERR_USAGE, "an empty host");
}

/* As in Python's configparser, indented lines belong to the value above: the first is not lost. */
/* One value of several lines is no token, but it is all of it. */
static void continuation_lines(void **state)
{
	static const struct {
		const char *ini, *token;
	} lines[] = {
		{ "[u]\ntoken = first\n  second\n", "first\nsecond" },
		{ "[u]\ntoken = first\n\tregion = second\n", "first\nregion = second" },
		{ "[u]\ntoken = first\n  second\nregion = r\n", "first\nsecond" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lines); i++) {
		struct err e = ERR_INIT;

		CHECK(load_text(lines[i].ini, NULL, &e) == 0, "%s: %s", lines[i].ini, e.text);
		CHECK(strcmp(got.token.value, lines[i].token) == 0, "%s: \"%s\"", lines[i].ini,
		      got.token.value);
	}
}

/* No name is taken for a shorter one, at whatever length the reader stops. */
static void long_names(void **state)
{
	char name[100], shorter[100], ini[400];
	size_t len, cut;

	(void)state;
	for (len = 2; len < 80; len++) {
		memset(name, 'u', len);
		name[len] = '\0';
		snprintf(ini, sizeof(ini), "[%s]\ntoken = secret\n[other]\ntoken = o\n", name);
		for (cut = len > 30 ? 30 : 1; cut < len; cut++) {
			struct err e = ERR_INIT;

			memcpy(shorter, name, cut);
			shorter[cut] = '\0';
			CHECK(load_text(ini, shorter, &e) == -1, "%zu for %zu: \"%s\"", cut, len,
			      got.token.value);
			CHECK(err_status(e.code) == 2 || e.code == ERR_LIMIT, "%zu for %zu: %d",
			      cut, len, e.code);
		}
	}
}

/* Values as long as there is room for, and longer: taken whole or refused. */
static void long_values(void **state)
{
	static char ini[SETTINGS_FILE_MAX + 64], value[SECRET_MAX + 64];
	static const char *const keys[] = { "token", "region", "api_host", "api_version",
					    "api_scheme" };
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(keys); i++) {
		for (len = 1; len < 6000; len += 1 + len / 3) {
			struct err e = ERR_INIT;

			memset(value, 'v', len);
			value[len] = '\0';
			snprintf(ini, sizeof(ini), "[u]\ntoken = t\n%s = %s\n", keys[i], value);
			if (load_text(ini, NULL, &e) < 0) {
				CHECK(err_status(e.code) == 2 || e.code == ERR_LIMIT,
				      "%s of %zu: %d", keys[i], len, e.code);
				CHECK(!strstr(e.text, "vvv") || i != 0, "%s", e.text);
				continue;
			}
			CHECK(strcmp(i == 0 ? got.token.value :
				     i == 1 ? got.region :
				     i == 2 ? got.host :
					      got.version,
				     value) == 0,
			      "%s of %zu", keys[i], len);
		}
	}
	for (len = SETTINGS_FILE_MAX - 1; len <= SETTINGS_FILE_MAX; len++) {
		struct err e = ERR_INIT;

		memset(ini, '\n', sizeof(ini));
		memcpy(ini, "[u]\ntoken=t\n", 12);
		assert_int_equal(load(ini, len, NULL, &e), len < SETTINGS_FILE_MAX ? 0 : -1);
		check_err(&e, len < SETTINGS_FILE_MAX ? ERR_NONE : ERR_LIMIT, "file");
	}
}

/* The environment wins over the file, LINODE_CLI_TOKEN over LINODE_TOKEN. */
static void the_environment(void **state)
{
	static const char ini[] =
		"[DEFAULT]\ndefault-user=bob\n[bob]\ntoken=file\nregion=r\napi_host=file.example\n"
		"api_version=v1\napi_scheme=http\n[eve]\ntoken=e\nregion=er\n";
	const char *path = file_make(1, "token", "from a file\n", 12);
	struct want want = { "file", "r", "bob", "file.example", "http", "v1" };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(load_text(ini, NULL, &e), 0);
	check(&want, "file only");
	assert_null(strstr(got.token.from, "file only"));

	setenv("LINODE_TOKEN_FILE", path, 1);
	want.token = "from a file";
	assert_int_equal(load_text(ini, NULL, &e), 0);
	check(&want, "LINODE_TOKEN_FILE");
	assert_non_null(strstr(got.token.from, "LINODE_TOKEN_FILE"));

	setenv("LINODE_TOKEN", "generic", 1);
	want.token = "generic";
	assert_int_equal(load_text(ini, NULL, &e), 0);
	check(&want, "LINODE_TOKEN");

	setenv("LINODE_CLI_TOKEN_FILE", path, 1);
	want.token = "from a file";
	assert_int_equal(load_text(ini, NULL, &e), 0);
	check(&want, "LINODE_CLI_TOKEN_FILE");

	setenv("LINODE_CLI_TOKEN", "own", 1);
	setenv("LINODE_CLI_API_HOST", "env.example", 1);
	setenv("LINODE_CLI_API_VERSION", "v9", 1);
	setenv("LINODE_CLI_API_SCHEME", "https", 1);
	want = (struct want){ "own", "r", "bob", "env.example", "https", "v9" };
	assert_int_equal(load_text(ini, NULL, &e), 0);
	check(&want, "all");

	/* Another user's region, but the token of the environment. */
	want.region = "er";
	want.user = "eve";
	assert_int_equal(load_text(ini, "eve", &e), 0);
	check(&want, "--as-user");

	/* Set to nothing: a token is set, the rest is not. */
	setenv("LINODE_CLI_TOKEN", "", 1);
	setenv("LINODE_CLI_API_HOST", "", 1);
	setenv("LINODE_CLI_API_VERSION", "", 1);
	setenv("LINODE_CLI_API_SCHEME", "", 1);
	want = (struct want){ "", "r", "bob", "file.example", "http", "v1" };
	assert_int_equal(load_text(ini, NULL, &e), 0);
	check(&want, "empty");
}

static void a_bad_environment(void **state)
{
	static const struct {
		const char *name, *value;
	} bad[] = {
		{ "LINODE_CLI_API_HOST", "evil.example/x" },
		{ "LINODE_CLI_API_HOST", "a@b" },
		{ "LINODE_CLI_API_HOST", "a\nb" },
		{ "LINODE_CLI_API_SCHEME", "gopher" },
		{ "LINODE_CLI_API_VERSION", "v4/../.." },
		{ "LINODE_CLI_API_VERSION", "v4 " },
		{ "LINODE_CLI_TOKEN_FILE", "/nonexistent/token" },
		{ "LINODE_CLI_API_SCHEME", "httpshttps" },
		{ "LINODE_CLI_API_VERSION", "v4444444444444444" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		struct err e = ERR_INIT;

		clean_env(NULL);
		setenv(bad[i].name, bad[i].value, 1);
		CHECK(load_text("[u]\ntoken=t\n", NULL, &e) == -1, "%s=%s", bad[i].name,
		      bad[i].value);
		CHECK(err_status(e.code) == 2 || e.code == ERR_LIMIT, "%s: %d", bad[i].name,
		      e.code);
	}
}

static int load_from_home(struct err *e)
{
	memset(&got, 0xee, sizeof(got));
	return linode_settings_load(&got, &options, scratch, sizeof(scratch), e);
}

static void make_at(const char *name, const char *token)
{
	char ini[64];

	snprintf(ini, sizeof(ini), "[u]\ntoken = %s\n", token);
	file_make(2, name, ini, strlen(ini));
}

/* $LINODE_CLI_CONFIG, ~/.linode-cli, $XDG_CONFIG_HOME/linode-cli, ~/.config/linode-cli. */
static void where_the_file_is(void **state)
{
	static const char *const order[] = { "home/.config/linode-cli", "xdg/linode-cli",
					     "home/.linode-cli", "home/own" };
	struct err e = ERR_INIT;
	char token[8];
	size_t i;

	(void)state;
	mkdir(file_path(3, "home"), 0700);
	mkdir(file_path(3, "home/.config"), 0700);
	mkdir(file_path(3, "xdg"), 0700);
	assert_int_equal(load_from_home(&e), 0);
	assert_false(got.token.given);
	setenv("HOME", file_path(3, "home"), 1);
	assert_int_equal(load_from_home(&e), 0);
	assert_false(got.token.given);
	/* Each of them comes before those that were made until then. */
	for (i = 0; i < COUNT(order); i++) {
		if (i == 1)
			setenv("XDG_CONFIG_HOME", file_path(3, "xdg"), 1);
		if (i == 3)
			setenv("LINODE_CLI_CONFIG", "~/own", 1);
		snprintf(token, sizeof(token), "t%zu", i);
		make_at(order[i], token);
		CHECK(load_from_home(&e) == 0, "%s: %s", order[i], e.text);
		CHECK(got.token.given && strcmp(got.token.value, token) == 0, "%s: \"%s\"",
		      order[i], got.token.value);
	}
}

static void no_file(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	setenv("LINODE_CLI_CONFIG", file_path(0, "none/such"), 1);
	assert_int_equal(load_from_home(&e), 0);
	assert_false(got.token.given);
	assert_string_equal(got.host, "api.linode.com");
	linode_own_set(&options)->as_user = "bob";
	assert_int_equal(load_from_home(&e), -1);
	check_err(&e, ERR_USAGE, "--as-user");
	linode_own_set(&options)->as_user = NULL;
	err_clear(&e);
	/* There, but not to be read. */
	setenv("LINODE_CLI_CONFIG", files_dir, 1);
	assert_int_equal(load_from_home(&e), -1);
	check_err(&e, ERR_USAGE, "a directory");
}

static void the_scratch_memory_is_wiped(void **state)
{
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	assert_int_equal(load_text(TWO, NULL, &e), 0);
	for (i = 0; i + 4 < sizeof(scratch); i++)
		CHECK(memcmp(scratch + i, "bobs", 4) != 0, "at %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(files_and_users, clean_env),
		cmocka_unit_test_setup(an_empty_section, clean_env),
		cmocka_unit_test_setup(refused, clean_env),
		cmocka_unit_test_setup(an_empty_host, clean_env),
		cmocka_unit_test_setup(continuation_lines, clean_env),
		cmocka_unit_test_setup(long_names, clean_env),
		cmocka_unit_test_setup(long_values, clean_env),
		cmocka_unit_test_setup(the_environment, clean_env),
		cmocka_unit_test_setup(a_bad_environment, clean_env),
		cmocka_unit_test_setup(where_the_file_is, clean_env),
		cmocka_unit_test_setup(no_file, clean_env),
		cmocka_unit_test_setup(the_scratch_memory_is_wiped, clean_env),
	};

	return cmocka_run_group_tests_name("linode_settings", tests, files_setup, files_teardown);
}
