/* linode-cli's settings: values that name others. */
#include "unit/unit.h"

#include "cloud/linode/linode.h"
#include "unit/files.h"

static int load_text(const char *ini, struct err *e)
{
	static const char *const others[] = { "LINODE_CLI_TOKEN", "LINODE_CLI_TOKEN_FILE",
					      "LINODE_TOKEN", "LINODE_TOKEN_FILE" };
	static struct linode_settings got;
	static char scratch[SETTINGS_FILE_MAX];
	struct options options = { .help = false };

	env_clear(others, COUNT(others));
	setenv("LINODE_CLI_CONFIG", file_make(0, "settings", ini, strlen(ini)), 1);
	return linode_settings_load(&got, &options, scratch, sizeof(scratch), e);
}

/* Values that name each other many times would take for ever. */
static void names_are_bounded(void **state)
{
	char ini[4096], *at;
	struct err e = ERR_INIT;
	size_t n, i;

	(void)state;
	at = ini + sprintf(ini, "[u]\ntoken = %%(a)s\nf =\n");
	for (n = 0; n < 5; n++) {
		at += sprintf(at, "%c = ", (char)('a' + n));
		for (i = 0; i < 60; i++)
			at += sprintf(at, "%%(%c)s", (char)('b' + n));
		at += sprintf(at, "\n");
	}
	assert_int_equal(load_text(ini, &e), -1);
	check_err(&e, ERR_LIMIT, "five levels");
	assert_non_null(strstr(e.text, "more than 100 names"));
	for (n = 99; n < 103; n++) {
		at = ini + sprintf(ini, "[u]\na = x\ntoken = ");
		for (i = 0; i < n; i++)
			at += sprintf(at, "%%(a)s");
		sprintf(at, "\n");
		err_clear(&e);
		CHECK(load_text(ini, &e) == (n <= 100 ? 0 : -1), "%zu: %s", n, e.text);
		check_err(&e, n <= 100 ? ERR_NONE : ERR_LIMIT, "one level");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_bounded),
	};

	return cmocka_run_group_tests_name("linode_names", tests, files_setup, files_teardown);
}
