/* What is shown of an answer that refuses: one line, without secrets, with the request's id. */
#include "unit/unit.h"

#include "base/text.h"
#include "unit/openstack_task.h"

static char out[ERR_TEXT_MAX];

static const char *reason_in(const char *answer, size_t len, size_t cap)
{
	memcpy(work.answer, answer, len);
	work.answer[len] = '\0';
	work.reply.len = len;
	memset(out, 'Z', sizeof(out));
	api_reason(&task, &glance, out, cap);
	CHECK(memchr(out, '\0', cap), "no end: %.20s", answer);
	return out;
}

static const char *reason_of(const char *answer)
{
	return reason_in(answer, strlen(answer), sizeof(out));
}

static void one_line(void **state)
{
	static const struct {
		const char *answer, *reason;
	} rows[] = {
		/* JSON: Keystone's, Glance's, a gateway's, and what is left. */
		{ "{\"error\": {\"code\": 401, \"message\": \"why\", \"title\": \"Unauthorized\"}}",
		  "why" },
		{ "{\"message\": \"why\", \"code\": \"409 Conflict\", \"title\": \"Conflict\"}",
		  "why" },
		{ "{\"error_msg\": \"why\", \"error_code\": \"APIGW.0301\"}", "why" },
		{ "{\"title\": \"why\"}", "why" },
		/* The first of them that says something. */
		{ "{\"title\": \"4\", \"error_msg\": \"3\", \"message\": \"2\","
		  " \"error\": {\"message\": \"1\"}}",
		  "1" },
		{ "{\"title\": \"4\", \"error_msg\": \"3\", \"message\": \"2\", \"error\": {}}",
		  "2" },
		{ "{\"title\": \"4\", \"error_msg\": \"3\", \"message\": \"\"}", "3" },
		{ "{\"title\": \"4\", \"error_msg\": {}, \"message\": 7}", "4" },
		{ "{\"error\": \"why\"}", "" },
		{ "{}", "" },
		{ "[]", "" },
		{ "[{\"message\": \"why\"}]", "" },
		/* As Glance's library writes it: an explanation, and an empty rest. */
		{ "{\"message\": \"No image found with ID 7<br /><br />\\n\\n\\n\", \"code\":"
		  " \"404 Not Found\", \"title\": \"Not Found\"}",
		  "No image found with ID 7" },
		{ "{\"message\": \"one<br />two  \\t three\\r\\n\"}", "one two three" },
		{ "{\"message\": \"a < b > c &amp; d\"}", "a < b > c &amp; d" },
		{ "{\"message\": \"\\u00e4 \\\"q\\\" \\ud83d\\ude00\"}",
		  "\xc3\xa4 \"q\" \xf0\x9f\x98\x80" },
		{ "{\"message\": \"\\u001b[2J\\u0007\"}", "?[2J?" },
		/* HTML. */
		{ "<html>\n <head>\n  <title>403 Forbidden</title>\n </head>\n <body>\n"
		  "  <h1>403 Forbidden</h1>\n  You are not authorized.<br /><br />\n\n </body>\n</html>",
		  "403 Forbidden 403 Forbidden You are not authorized." },
		{ "<p>Attribute &#x27;status&#x27; is &quot;read-only&quot; &lt;a&gt; &amp;lt; &#39;"
		  "</p>",
		  "Attribute 'status' is \"read-only\" <a> &lt; '" },
		{ "&#x2", "&#x2" },
		{ "&amp", "&amp" },
		{ "&", "&" },
		{ "&unknown;", "&unknown;" },
		{ "<html><h1>503 Busy</h1", "503 Busy" },
		{ "<", "" },
		{ ">", ">" },
		{ "<>", "" },
		{ "a<b", "a" },
		/* Neither. */
		{ "", "" },
		{ " \r\n\t ", "" },
		{ "upstream timed out", "upstream timed out" },
		{ "  a\r\n\r\n  b  ", "a b" },
		{ "a\x01\x7f\x1b[2J\xff", "a???[2J?" },
		{ "{\"message\": \"cut off her", "{\"message\": \"cut off her" },
		{ "{\"message\": \"a\", \"message\": \"b\", \"title\": \"t\"}", "t" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		task_init(NULL);
		reason_of(rows[i].answer);
		CHECK(strcmp(out, rows[i].reason) == 0, "row %zu: \"%s\"", i, out);
		snprintf(work.request_id, sizeof(work.request_id), "req-7");
		reason_of(rows[i].answer);
		CHECK(strncmp(out, rows[i].reason, strlen(rows[i].reason)) == 0, "row %zu: \"%s\"",
		      i, out);
		CHECK(strcmp(out + strlen(rows[i].reason),
			     *rows[i].reason ? " [req-7]" : "[req-7]") == 0,
		      "row %zu: \"%s\"", i, out);
	}
}

/* A NUL ends what is read; what follows it is no longer text. */
static void a_nul(void **state)
{
	(void)state;
	assert_string_equal(reason_in("a\0b", 3, sizeof(out)), "a");
}

static void secrets(void **state)
{
	static const struct {
		const char *secret, *token, *answer;
	} rows[] = {
		{ "SECRET", "TOKEN", "{\"message\": \"it was SECRET and TOKEN\"}" },
		{ "SECRET", "TOKEN", "{\"message\": \"S\\u0045CRET, TOK\\u0045N\"}" },
		{ "SECRET", "TOKEN", "<html>SECRET TOKEN" },
		{ "SECRET", "TOKEN", "SECRET" },
		{ "SEC<'RET", "TOKEN", "<p>SEC&lt;&#x27;RET" },
		{ "SECRET A", "TOKEN", "<p>SECRET\n  A" },
		{ "SECRET", "TOKEN", "{\"title\": \"TOKEN\"" },
		{ "SECRET", "", "{\"message\": \"SECRET\"}" },
		{ "", "TOKEN", "{\"message\": \"TOKEN\"}" },
		{ "a\"SECRET", "TOKEN", "{\"message\": \"a\\\"SECRET\"}" },
		{ "SECRETTOKEN", "TOKEN", "SECRETTOKEN" },
		{ "TOKEN", "TOKENSECRET", "TOKENSECRET" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		task_init(NULL);
		set_secret(rows[i].secret);
		if (rows[i].token[0])
			task_login(rows[i].token);
		reason_of(rows[i].answer);
		CHECK(!strstr(out, "SEC") && !strstr(out, "TOKEN"), "row %zu: %s", i, out);
		CHECK(strstr(out, "***"), "row %zu: %s", i, out);
	}
	/* Where there are none, nothing is hidden. */
	task_init(NULL);
	assert_string_equal(reason_of("X-Auth-Token: * a"), "X-Auth-Token: * a");
}

/* An answer that is too long ends in dots, and leaves room for the request's id. */
static void long_answers(void **state)
{
	static const char *const id = "req-0123456789abcdef0123456789abcdef0123";
	static char answer[2000];
	size_t cap, len, way;

	(void)state;
	for (way = 0; way < 3; way++) {
		for (cap = 90; cap <= sizeof(out); cap += 9) {
			task_init(NULL);
			snprintf(work.request_id, sizeof(work.request_id), "%s", id);
			len = (size_t)snprintf(answer, sizeof(answer), "%s",
					       way == 0 ? "{\"message\": \"" :
					       way == 1 ? "<html>" :
							  "");
			memset(answer + len, 'x', 500);
			strcpy(answer + len + 500, way == 0 ? "\"}" : "");
			reason_in(answer, strlen(answer), cap);
			len = strlen(out);
			CHECK(len > strlen(id) + 8, "%zu: %s", cap, out);
			CHECK(out[len - 1] == ']' && strstr(out, id), "way %zu, %zu: %s", way, cap,
			      out);
			CHECK(strstr(out, "x... ["), "way %zu, %zu: %s", way, cap, out);
		}
	}
}

/* Of a page with much white space in front, the words are shown, not the space. */
static void indented_pages(void **state)
{
	static char answer[3000];
	size_t i;

	(void)state;
	task_init(NULL);
	for (i = 0; i < 100; i++)
		strcpy(answer + 20 * i, "                   \n");
	strcpy(answer + 2000, "<h1>502 Bad Gateway</h1>");
	assert_string_equal(reason_of(answer), "502 Bad Gateway");
	for (i = 0; i < 200; i++)
		strcpy(answer + 5 * i, "<br/>");
	strcpy(answer + 1000, "words");
	assert_string_equal(reason_of(answer), "words");
}

/* Every length, so that every cut is seen: of UTF-8, of an entity, of dots. */
static void every_length(void **state)
{
	static const char page[] = "<b>\xc3\xa4&amp;\xf0\x9f\x98\x80 &lt;\xe2\x82\xac&gt;</b> end";
	static const char json[] = "{\"message\": \"\\u00e4&\xf0\x9f\x98\x80 <\\u20ac> end\"}";
	size_t cap, len, n;
	const char *s;
	int way;

	(void)state;
	for (way = 0; way < 4; way++) {
		for (cap = 1; cap < 60; cap++) {
			task_init(NULL);
			if (way % 2)
				strcpy(work.request_id, "req-\xc3\xa4");
			s = way < 2 ? page : json;
			reason_in(s, strlen(s), cap);
			len = strlen(out);
			CHECK(len < cap, "%zu", cap);
			/* Without an id, it is UTF-8 to its end. */
			for (s = out; way % 2 == 0 && *s; s += n) {
				n = text_utf8(s, strlen(s));
				CHECK(n > 0, "way %d, %zu: %s", way, cap, out);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line),       cmocka_unit_test_setup(a_nul, task_init),
		cmocka_unit_test(secrets),        cmocka_unit_test(long_answers),
		cmocka_unit_test(indented_pages), cmocka_unit_test(every_length),
	};

	return cmocka_run_group_tests_name("glance_reason", tests, NULL, NULL);
}
