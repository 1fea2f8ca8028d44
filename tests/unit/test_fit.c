#include "unit/unit.h"

#include "base/fit.h"
#include "unit/edge.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

static struct edge edge;

static int open_edge(void **state)
{
	(void)state;
	edge_open(&edge, 4096);
	return 0;
}

static int close_edge(void **state)
{
	(void)state;
	edge_close(&edge);
	return 0;
}

/* All that fits with its NUL is copied whole; one byte more is refused. */
static void copies(void **state)
{
	char s[sizeof(letters)], words[64], *to;
	size_t cap, len;

	(void)state;
	for (cap = 1; cap < sizeof(letters); cap++) {
		for (len = 0; len < sizeof(letters); len++) {
			struct err e = ERR_INIT;
			bool fits = len < cap;

			snprintf(s, sizeof(s), "%.*s", (int)len, letters);
			to = edge_put(&edge, NULL, cap);
			memset(to, 'Z', cap);
			CHECK(fit_copy(to, cap, s, "the name", &e) == (fits ? 0 : -1),
			      "%zu into %zu", len, cap);
			check_err(&e, fits ? ERR_NONE : ERR_LIMIT, "a copy");
			CHECK(memchr(to, '\0', cap), "%zu into %zu: no end", len, cap);
			if (fits) {
				CHECK(strcmp(to, s) == 0, "%zu into %zu: %s", len, cap, to);
				continue;
			}
			/* How long it may be, without the NUL. */
			snprintf(words, sizeof(words), "the name is longer than %zu bytes",
				 cap - 1);
			assert_string_equal(e.text, words);
			assert_false(e.retry);
		}
	}
}

/* What is put together in pieces: full once is full for ever. */
static void pieces(void **state)
{
	static const struct {
		const char *pieces[4];
		bool fits;
		const char *text;
	} rows[] = {
		{ { NULL }, true, "" },
		{ { "", "", "" }, true, "" },
		{ { "1234567" }, true, "1234567" },
		{ { "123", "456", "7" }, true, "1234567" },
		{ { "1234567", "" }, true, "1234567" },
		{ { "12345678" }, false, "1234567" },
		{ { "123", "456", "78" }, false, "1234567" },
		{ { "1234567", "8" }, false, "1234567" },
		{ { "12345678", "" }, false, "1234567" },
	};
	char buf[8];
	struct text t;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		text_init(&t, buf, sizeof(buf));
		for (k = 0; k < 4 && rows[i].pieces[k]; k++)
			text_put(&t, rows[i].pieces[k]);
		CHECK(fit_done(&t, "the URL", &e) == (rows[i].fits ? 0 : -1), "row %zu", i);
		check_err(&e, rows[i].fits ? ERR_NONE : ERR_LIMIT, "pieces");
		CHECK(rows[i].fits || strcmp(e.text, "the URL is longer than 7 bytes") == 0,
		      "row %zu: %s", i, e.text);
		CHECK(strcmp(buf, rows[i].text) == 0, "row %zu: %s", i, buf);
	}
}

/* The first error is the one that is told: a text that fits, or does not, leaves it alone. */
static void an_error_before(void **state)
{
	struct err e = ERR_INIT;
	char to[4];

	(void)state;
	err_set(&e, ERR_USAGE, "first");
	assert_int_equal(fit_copy(to, sizeof(to), "abc", "it", &e), 0);
	check_err(&e, ERR_USAGE, "first");
	assert_int_equal(fit_copy(to, sizeof(to), "abcd", "it", &e), -1);
	check_err(&e, ERR_USAGE, "first");
	assert_string_equal(e.text, "first");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies),
		cmocka_unit_test(pieces),
		cmocka_unit_test(an_error_before),
	};

	return cmocka_run_group_tests_name("fit", tests, open_edge, close_edge);
}
