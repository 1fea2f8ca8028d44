#include "unit/unit.h"

#include "base/secret.h"
#include "unit/files.h"

static int clean_env(void **state)
{
	(void)state;
	unsetenv("UNIT_TOKEN");
	unsetenv("UNIT_TOKEN_FILE");
	return 0;
}

/* A pipe from which these bytes come. */
static int pipe_with(const char *data, size_t len)
{
	int fds[2];

	if (pipe(fds) != 0 || write(fds[1], data, len) != (ssize_t)len)
		abort();
	close(fds[1]);
	return fds[0];
}

static void nothing_is_set(void **state)
{
	struct secret s = { .given = false, .value = "before" };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(secret_env(&s, "UNIT_TOKEN", &e), 0);
	assert_false(s.given);
	assert_string_equal(s.value, "before");
	/* One that another variable gave stays as well. */
	s.given = true;
	assert_int_equal(secret_env(&s, "UNIT_TOKEN", &e), 0);
	assert_true(s.given);
	assert_string_equal(s.value, "before");
	check_err(&e, ERR_NONE, "unset");
}

static void from_the_variable(void **state)
{
	struct secret s = { .given = false };
	struct err e = ERR_INIT;

	(void)state;
	/* The variable wins over the file, which is not even opened. */
	setenv("UNIT_TOKEN", "the token", 1);
	setenv("UNIT_TOKEN_FILE", "/nonexistent/file", 1);
	assert_int_equal(secret_env(&s, "UNIT_TOKEN", &e), 0);
	assert_true(s.given);
	assert_string_equal(s.value, "the token");
	assert_non_null(strstr(s.from, "UNIT_TOKEN"));
	assert_null(strstr(s.from, "the token"));
	assert_true(secret_is_set("UNIT_TOKEN"));
	/* Set to nothing is not set: then the file counts, and that may be set to nothing, too. */
	setenv("UNIT_TOKEN", "", 1);
	assert_true(secret_is_set("UNIT_TOKEN"));
	assert_int_equal(secret_env(&s, "UNIT_TOKEN", &e), -1);
	check_err(&e, ERR_USAGE, "/nonexistent/file");
	setenv("UNIT_TOKEN_FILE", "", 1);
	s.given = false;
	assert_false(secret_is_set("UNIT_TOKEN"));
	assert_int_equal(secret_env(&s, "UNIT_TOKEN", &e), 0);
	assert_false(s.given);
}

/* What a file holds, and what it stands for; NULL where it is refused. */
static const struct {
	const char *data;
	size_t len;
	const char *value;
} files[] = {
	{ "secret", 6, "secret" },
	{ "secret\n", 7, "secret" },
	{ "secret\r\n", 8, "secret" },
	{ "secret\n\n\n", 9, "secret" },
	{ " se cret \n", 10, " se cret " },
	{ "", 0, "" },
	{ "\n", 1, "" },
	{ "\r\n", 2, "" },
	{ "one\ntwo", 7, NULL },
	{ "one\ntwo\n", 8, NULL },
	{ "one\rtwo\n", 8, NULL },
	{ "\nsecret", 7, NULL },
	{ "se\0cret", 7, NULL },
	{ "secret\0", 7, NULL },
	{ "secret\0\n", 8, NULL },
	{ "\0", 1, NULL },
	{ "s\0\ncret", 7, NULL },
};

static void check_row(size_t i, int result, const struct secret *s, const struct err *e)
{
	if (files[i].value) {
		CHECK(result == 0 && s->given && strcmp(s->value, files[i].value) == 0,
		      "row %zu: \"%s\"", i, s->value);
	} else {
		CHECK(result == -1, "row %zu", i);
		check_err(e, ERR_USAGE, "file");
		CHECK(!strstr(e->text, "cret"), "row %zu: %s", i, e->text);
	}
}

static void from_the_named_file(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(files); i++) {
		const char *path = file_make(0, "token", files[i].data, files[i].len);
		struct secret s = { .given = false };
		struct err e = ERR_INIT;

		setenv("UNIT_TOKEN_FILE", path, 1);
		check_row(i, secret_env(&s, "UNIT_TOKEN", &e), &s, &e);
	}
}

static void from_a_place(void **state)
{
	char place[32];
	size_t i, way;

	(void)state;
	for (i = 0; i < 3 * COUNT(files); i++) {
		size_t row = i / 3;
		struct secret s = { .given = false };
		struct err e = ERR_INIT;
		int fd = pipe_with(files[row].data, files[row].len), old = -1, result;

		way = i % 3;
		if (way == 0) {
			snprintf(place, sizeof(place), "fd:%d", fd);
			result = secret_from(&s, place, "UNIT_TOKEN", &e);
		} else if (way == 1) {
			old = dup(STDIN_FILENO);
			dup2(fd, STDIN_FILENO);
			result = secret_from(&s, "-", "UNIT_TOKEN", &e);
			dup2(old, STDIN_FILENO);
			close(old);
		} else {
			result = secret_from(&s, file_make(0, "t", files[row].data, files[row].len),
					     "UNIT_TOKEN", &e);
		}
		close(fd);
		check_row(row, result, &s, &e);
	}
	/* "env" is the variable, not a file of that name. */
	setenv("UNIT_TOKEN", "from the environment", 1);
	struct secret s = { .given = false };
	struct err e = ERR_INIT;

	assert_int_equal(secret_from(&s, "env", "UNIT_TOKEN", &e), 0);
	assert_string_equal(s.value, "from the environment");
}

static void places_that_are_none(void **state)
{
	static const char *const places[] = {
		"fd:",
		"fd:x",
		"fd:-1",
		"fd:3x",
		"fd: 3",
		"fd:99999999999",
		"fd:2147483647",
		"fd:987",
		"/nonexistent/file",
		"",
		"/",
		"/tmp",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(places); i++) {
		struct secret s = { .given = false };
		struct err e = ERR_INIT;

		CHECK(secret_from(&s, places[i], "UNIT_TOKEN", &e) == -1, "%s", places[i]);
		check_err(&e, ERR_USAGE, places[i]);
		CHECK(!s.given, "%s", places[i]);
	}
}

/* As long as there is room for, and one byte more: never cut. */
static void the_longest(void **state)
{
	static char value[SECRET_MAX + 8];
	size_t len;

	(void)state;
	for (len = SECRET_MAX - 2; len < SECRET_MAX + 2; len++) {
		struct secret s = { .given = false };
		struct err e = ERR_INIT;
		int want = len < SECRET_MAX ? 0 : -1;

		memset(value, 'k', len);
		value[len] = '\0';
		setenv("UNIT_TOKEN", value, 1);
		assert_int_equal(secret_env(&s, "UNIT_TOKEN", &e), want);
		check_err(&e, want < 0 ? ERR_LIMIT : ERR_NONE, "variable");
		CHECK(want < 0 || strcmp(s.value, value) == 0, "%zu", len);
		unsetenv("UNIT_TOKEN");

		err_clear(&e);
		setenv("UNIT_TOKEN_FILE", file_make(0, "long", value, len), 1);
		assert_int_equal(secret_env(&s, "UNIT_TOKEN", &e), want);
		check_err(&e, want < 0 ? ERR_LIMIT : ERR_NONE, "file");
		CHECK(want < 0 || strcmp(s.value, value) == 0, "%zu", len);
	}
}

/* A newline at the end does not make a secret longer. */
static void the_longest_with_its_newline(void **state)
{
	static char value[SECRET_MAX];
	struct secret s = { .given = false };
	struct err e = ERR_INIT;

	(void)state;
	memset(value, 'k', sizeof(value));
	value[SECRET_MAX - 2] = '\n';
	setenv("UNIT_TOKEN_FILE", file_make(0, "long", value, SECRET_MAX - 1), 1);
	assert_int_equal(secret_env(&s, "UNIT_TOKEN", &e), 0);
	assert_int_equal(strlen(s.value), SECRET_MAX - 2);
}

static void reading_a_descriptor(void **state)
{
	char buf[16];
	size_t len, cap;

	(void)state;
	for (len = 0; len < 12; len++) {
		for (cap = 1; cap < sizeof(buf); cap++) {
			struct err e = ERR_INIT;
			int fd = pipe_with("0123456789abcdef", len);

			memset(buf, 'Z', sizeof(buf));
			if (len < cap) {
				assert_int_equal(secret_read(fd, buf, cap, "it", &e), len);
				assert_memory_equal(buf, "0123456789abcdef", len);
				assert_int_equal(buf[len], '\0');
			} else {
				assert_int_equal(secret_read(fd, buf, cap, "it", &e), -1);
				check_err(&e, ERR_LIMIT, "too long");
			}
			assert_int_equal(buf[cap], 'Z');
			close(fd);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_is_set, clean_env),
		cmocka_unit_test_setup(from_the_variable, clean_env),
		cmocka_unit_test_setup(from_the_named_file, clean_env),
		cmocka_unit_test_setup(from_a_place, clean_env),
		cmocka_unit_test_setup(places_that_are_none, clean_env),
		cmocka_unit_test_setup(the_longest, clean_env),
		cmocka_unit_test_setup(the_longest_with_its_newline, clean_env),
		cmocka_unit_test_setup(reading_a_descriptor, clean_env),
	};

	return cmocka_run_group_tests_name("secret", tests, files_setup, files_teardown);
}
