#include "unit/unit.h"

#include "base/hide.h"
#include "unit/edge.h"

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

/* As they are, and as JSON, XML and URLs may write them; the longest of several counts. */
static void secrets_are_hidden(void **state)
{
	static const char *const secrets[] = { "", "pass", "pa\"ss\\\xc3\xa4/",
					       "pa\"ss\\\xc3\xa4/.b64", "\xf0\x9f\x92\xbe" };
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{ "", "" },
		{ "nothing", "nothing" },
		{ "pas", "pas" },
		{ "pa", "pa" },
		{ "p&#x61;ss &#112;&#97;s&#115;", "*** ***" },
		{ "pa%73s %70%61%73%73 %", "*** *** %" },
		{ "&lt;pa&quot;ss\\&#xe4;/&gt;", "&lt;***&gt;" },
		{ "passpasspas", "******pas" },
		{ "\\u0070ass!", "***!" },
		{ "p\\u0061s\\u0073 \\u007", "*** \\u007" },
		{ "<pa\"ss\\\xc3\xa4/>", "<***>" },
		{ "<pa\\\"ss\\\\\\u00e4\\/>", "<***>" },
		{ "<pa\\\"ss\\\\\\u00E4/.b64>", "<***>" },
		{ "\\ud83d\\udcbe, \\ud83d", "***, \\ud83d" },
		{ "pa\\\"ss\\", "pa\\\"ss\\" },
		{ "pa\\u0000ss", "pa\\u0000ss" },
		{ "\\", "\\" },
	};
	char buf[64];
	struct text t;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		char *at = edge_put(&edge, rows[i].text, strlen(rows[i].text) + 1);

		text_init(&t, buf, sizeof(buf));
		hide_put(&t, at, secrets, COUNT(secrets));
		CHECK(strcmp(buf, rows[i].shown) == 0, "row %zu: %s", i, buf);
		len = strlen(at);
		hide_secrets(at, secrets, COUNT(secrets));
		CHECK(strlen(at) == len && !strstr(at, "pass"), "row %zu: %s", i, at);
		CHECK((strchr(rows[i].shown, '*') != NULL) == (strchr(at, '*') != NULL),
		      "row %zu: %s", i, at);
	}
	/* What does not fit is not begun in its middle. */
	for (len = 1; len < 10; len++) {
		text_init(&t, buf, len);
		hide_put(&t, "ab pass", secrets, COUNT(secrets));
		assert_null(strstr(buf, "p"));
	}
}

/* A token that was cut, by whoever shows it, and one of which little is left. */
static void parts_of_long_secrets(void **state)
{
	static const char token[] = "gAAAAABm0123456789abcdefghijklmnopqrstuvwxyz";
	const char *secrets[] = { token };
	char text[128];
	size_t len;

	(void)state;
	for (len = 1; len < sizeof(token); len++) {
		snprintf(text, sizeof(text), "not <%.*s...>", (int)len, token);
		hide_secrets(text, secrets, 1);
		CHECK((strstr(text, "gAAAAABm") == NULL) == (len < 8 || len >= 20), "%zu: %s", len,
		      text);
	}
}

/* Its front, or both ends, may be cut off as well. */
static void ends_of_long_secrets(void **state)
{
	static const char token[] = "gAAAAABm0123456789abcdefghijklmnopqrstuvwx/z";
	const char *secrets[] = { token };
	size_t all = sizeof(token) - 1, cut;
	char text[128];

	(void)state;
	for (cut = 1; cut < all - 4; cut++) {
		snprintf(text, sizeof(text), "not <...%.*s\\/z>", (int)(all - cut - 2),
			 token + cut);
		hide_secrets(text, secrets, 1);
		CHECK((strstr(text, "wx\\/z>") == NULL) == (all - cut >= 20), "%zu: %s", cut, text);
	}
	snprintf(text, sizeof(text), "not <...%.25s...>", token + 9);
	hide_secrets(text, secrets, 1);
	assert_string_equal(text, "not <...*************************...>");
}

/* A part of a short one is an ordinary word. */
static void parts_of_short_secrets(void **state)
{
	static const struct {
		const char *secret, *text, *hidden;
	} rows[] = {
		{ "password1", "Invalid password for bob", "Invalid password for bob" },
		{ "password1", "password1 is wrong", "********* is wrong" },
		{ "wrong-horse", "on the wrong-hor... path", "on the wrong-hor... path" },
		{ "wrong-horse-path", "on the wrong-horse... path", "on the wrong-horse... path" },
		{ "wrong-horse-path", "on the wrong-horse-p...", "on the *************..." },
	};
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		snprintf(text, sizeof(text), "%s", rows[i].text);
		hide_secrets(text, &rows[i].secret, 1);
		assert_string_equal(text, rows[i].hidden);
	}
}

/* They stand in every second refusal, whoever has chosen them. */
static void words_of_refusals(void **state)
{
	static const char *const words[] = { "wrong", "password", "Login" };
	char text[] = "530 Login incorrect: wrong password for user x";

	(void)state;
	hide_secrets(text, words, COUNT(words));
	assert_string_equal(text, "530 Login incorrect: wrong password for user x");
}

static void bytes_that_cleaning_changes(void **state)
{
	static const char *const secrets[] = { "gr\xfc\xdf"
					       "e ",
					       "tab\there" };
	char text[] = "no gr\xfc\xdf"
		      "e  here, no tab\there";

	(void)state;
	hide_secrets(text, secrets, COUNT(secrets));
	assert_string_equal(text, "no ****** here, no ********");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_are_hidden),
		cmocka_unit_test(parts_of_long_secrets),
		cmocka_unit_test(ends_of_long_secrets),
		cmocka_unit_test(parts_of_short_secrets),
		cmocka_unit_test(words_of_refusals),
		cmocka_unit_test(bytes_that_cleaning_changes),
	};

	return cmocka_run_group_tests_name("hide", tests, open_edge, close_edge);
}
