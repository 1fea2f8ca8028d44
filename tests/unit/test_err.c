#include "unit/unit.h"

#include <errno.h>

#include "base/err.h"

static void first_one_wins(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&e, ERR_IMAGE, "first %d", 1), -1);
	assert_int_equal(err_set(&e, ERR_USAGE, "second"), -1);
	errno = ENOENT;
	assert_int_equal(err_errno(&e, ERR_USAGE, "third"), -1);
	check_err(&e, ERR_IMAGE, "first");
	assert_string_equal(e.text, "first 1");
	assert_false(e.retry);
}

static void clearing_makes_room(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	err_set(&e, ERR_NETWORK, "old");
	assert_int_equal(err_retry(&e), -1);
	assert_true(e.retry);
	err_clear(&e);
	check_err(&e, ERR_NONE, "cleared");
	assert_false(e.retry);
	assert_string_equal(e.text, "");
	err_set(&e, ERR_USAGE, "new");
	check_err(&e, ERR_USAGE, "new");
	assert_string_equal(e.text, "new");
	assert_false(e.retry);
}

static void errno_is_told(void **state)
{
	struct err e = ERR_INIT;
	char want[128];

	(void)state;
	snprintf(want, sizeof(want), "cannot open x: %s", strerror(ENOENT));
	errno = ENOENT;
	assert_int_equal(err_errno(&e, ERR_USAGE, "cannot open %s", "x"), -1);
	assert_string_equal(e.text, want);
	err_clear(&e);
	errno = 123456;
	err_errno(&e, ERR_USAGE, "odd");
	check_err(&e, ERR_USAGE, "an unknown errno");
}

static void what_goes_in_front(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	err_set(&e, ERR_BUSY, "why");
	err_retry(&e);
	assert_int_equal(err_at(&e, "what"), -1);
	assert_int_equal(err_at(&e, "where"), -1);
	assert_string_equal(e.text, "where: what: why");
	assert_int_equal(e.code, ERR_BUSY);
	assert_true(e.retry);
}

/* Around the limit, a text is whole or says that it is not. */
static void long_texts_say_so(void **state)
{
	char long_text[ERR_TEXT_MAX + 10], what[ERR_TEXT_MAX + 10];
	size_t len, k;

	(void)state;
	for (len = ERR_TEXT_MAX - 8; len < sizeof(long_text); len++) {
		struct err e = ERR_INIT;

		memset(long_text, 'x', sizeof(long_text));
		long_text[len] = '\0';
		err_set(&e, ERR_FAILED, "%s", long_text);
		check_err(&e, ERR_FAILED, "long");
		if (len < ERR_TEXT_MAX)
			assert_string_equal(e.text, long_text);
		else
			assert_string_equal(e.text + strlen(e.text) - 3, "...");
	}
	for (k = 0; k < sizeof(what) - 1; k++) {
		struct err e = ERR_INIT;

		memset(what, 'w', k);
		what[k] = '\0';
		err_set(&e, ERR_FAILED, "why");
		err_at(&e, what);
		check_err(&e, ERR_FAILED, "long what");
		CHECK(k + 5 >= ERR_TEXT_MAX || strcmp(e.text + k, ": why") == 0, "%zu", k);
		CHECK(k + 5 < ERR_TEXT_MAX || strcmp(e.text + strlen(e.text) - 3, "...") == 0,
		      "%zu", k);
	}
}

/* What a server or a file name says must not drive the terminal. */
static void texts_are_clean(void **state)
{
	static const char *const evil[] = {
		"line\n",
		"line\r\n",
		"a\nb",
		"\033[2J",
		"bell\a",
		"del\x7f",
		("c1 \xc2\x9b"
		 "31m"),
		"latin \xe9",
		"cut \xe2\x82",
		"tab\tstop",
		"\b\b\b",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(evil); i++) {
		struct err e = ERR_INIT;

		err_set(&e, ERR_REPLY, "%s", evil[i]);
		check_err(&e, ERR_REPLY, "set");
		assert_null(strstr(e.text, "\xc2\x9b"));
		assert_null(strchr(e.text, '\xe9'));
		err_at(&e, evil[i]);
		check_err(&e, ERR_REPLY, "at");
	}
}

/* hoist(1)'s table, which scripts rely on. */
static void exit_statuses(void **state)
{
	static const int want[ERR_CODES] = {
		[ERR_NONE] = 0,    [ERR_FAILED] = 1, [ERR_REPLY] = 1,      [ERR_LIMIT] = 1,
		[ERR_OUTPUT] = 1,  [ERR_USAGE] = 2,  [ERR_TRUST] = 2,      [ERR_IMAGE] = 3,
		[ERR_NETWORK] = 4, [ERR_BUSY] = 4,   [ERR_UNFINISHED] = 5,
	};
	int code;

	(void)state;
	for (code = 0; code < ERR_CODES; code++)
		if (code != ERR_STOPPED)
			CHECK(err_status((enum err_code)code) == want[code], "code %d", code);
	assert_int_not_equal(err_status(ERR_STOPPED), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_one_wins),    cmocka_unit_test(clearing_makes_room),
		cmocka_unit_test(errno_is_told),     cmocka_unit_test(what_goes_in_front),
		cmocka_unit_test(long_texts_say_so), cmocka_unit_test(texts_are_clean),
		cmocka_unit_test(exit_statuses),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
