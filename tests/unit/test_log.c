#include "unit/unit.h"

#include "base/log.h"
#include "unit/caught.h"

static const char *say_everything(enum log_level level)
{
	caught_begin(STDERR_FILENO);
	log_init(level);
	log_warn("w %d", 1);
	log_note("n %d", 2);
	log_debug("d %d", 3);
	log_trace("t %d", 4);
	log_error("e %d", 5);
	log_plain("p %d");
	return caught_end();
}

static void levels(void **state)
{
	(void)state;
	assert_string_equal(say_everything(LOG_QUIET), "hoist: e 5\n");
	assert_string_equal(say_everything(LOG_NORMAL), "hoist: warning: w 1\nhoist: e 5\np %d\n");
	assert_string_equal(say_everything(LOG_VERBOSE),
			    "hoist: warning: w 1\nhoist: n 2\nhoist: e 5\np %d\n");
	assert_string_equal(say_everything(LOG_DEBUG),
			    "hoist: warning: w 1\nhoist: n 2\nhoist: d 3\nhoist: e 5\np %d\n");
	assert_string_equal(say_everything(LOG_TRACE),
			    "hoist: warning: w 1\nhoist: n 2\nhoist: d 3\nhoist: t 4\nhoist: e 5\np %d\n");
}

/* One message is one line, whatever it is made of. */
static void lines_are_clean(void **state)
{
	const char *out;

	(void)state;
	log_init(LOG_NORMAL);
	caught_begin(STDERR_FILENO);
	log_error("%s", "a\nb\033[2J\xff\n");
	log_warn("%s", "\r\n");
	log_plain("x\ny");
	out = caught_end();
	assert_null(strchr(out, '\033'));
	assert_null(strchr(out, '\r'));
	assert_null(strchr(out, '\xff'));
	assert_string_equal(out, "hoist: a b?[2J?\nhoist: warning:\nx y\n");
}

static void long_lines_end(void **state)
{
	static char text[20000];
	const char *out;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	caught_begin(STDERR_FILENO);
	log_error("%s", text);
	out = caught_end();
	assert_true(strlen(out) > ERR_TEXT_MAX);
	assert_int_equal(out[strlen(out) - 1], '\n');
	assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
}

/* A line that is whole already is written as it is, takes the bar away, and heeds -q. */
static void whole_lines(void **state)
{
	static char text[50000];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\n';
	caught_begin(STDERR_FILENO);
	log_init(LOG_QUIET);
	log_whole("y\n", 2);
	log_init(LOG_NORMAL);
	log_bar("10%");
	log_whole(text, sizeof(text));
	caught_end();
	assert_int_equal(strlen(caught), 4 + 3 + 4 + sizeof(text));
	assert_memory_equal(caught, "\r\033[K10%\r\033[K", 11);
	assert_memory_equal(caught + 11, text, sizeof(text));
}

/* What is cut off is seen to be. */
static void long_lines_say_so(void **state)
{
	char text[8001];
	size_t i;

	(void)state;
	for (i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa4", 2);
	text[i] = '\0';
	caught_begin(STDERR_FILENO);
	log_error("%s", text);
	log_error("x%s", text);
	caught_end();
	assert_null(strchr(caught, '?'));
	assert_non_null(strstr(caught, "\xa4...\nhoist: x\xc3"));
	assert_string_equal(caught + strlen(caught) - 5, "\xa4...\n");
}

static void the_bar(void **state)
{
	const char *out, *bar, *line;

	(void)state;
	log_init(LOG_NORMAL);
	caught_begin(STDERR_FILENO);
	log_bar(""); /* there is none to remove: nothing is written */
	log_bar("10%");
	log_warn("careful");
	log_bar("20%");
	log_bar("");
	log_bar("");
	log_warn("done");
	out = caught_end();
	bar = strstr(out, "10%");
	assert_non_null(bar);
	assert_int_equal(out[0], '\r');
	/* The bar is taken away before the line, which stands alone. */
	line = strstr(out, "hoist: warning: careful\n");
	assert_true(line > bar);
	assert_memory_equal(bar + 3, "\r\033[K", 4);
	assert_ptr_equal(bar + 7, line);
	/* After its removal, a line needs no more of that. */
	assert_non_null(strstr(out, "20%\r\033[Khoist: warning: done\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels),
		cmocka_unit_test(lines_are_clean),
		cmocka_unit_test(long_lines_end),
		cmocka_unit_test(whole_lines),
		cmocka_unit_test(long_lines_say_so),
		cmocka_unit_test(the_bar),
	};

	return cmocka_run_group_tests_name("log", tests, files_setup, files_teardown);
}
