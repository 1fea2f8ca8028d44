#include "unit/unit.h"

#include <signal.h>

#include "net/http.h"
#include "net/url.h"
#include "unit/files.h"
#include "unit/script.h"
#include "unit/server.h"

#define LEN 40000

static struct roots roots;
static struct net_config config = { .trust = { .roots = &roots }, .stall_ms = 30000 };
static struct http http;
static struct server server;
static struct http_reply reply;
static char url[128], body[4096];
static unsigned char data[LEN];

static int setup(void **state)
{
	static const char *const proxies[] = { "http_proxy", "https_proxy", "all_proxy",
					       "ALL_PROXY", "HTTPS_PROXY" };
	struct err e = ERR_INIT;

	(void)state;
	env_clear(proxies, COUNT(proxies));
	signal(SIGPIPE, SIG_IGN);
	fill_random(data, sizeof(data), 11);
	return http_global_init(&e);
}

static int open_http(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	memset(&server, 0, sizeof(server));
	config.stall_ms = 30000;
	return http_open(&http, &config, &e);
}

static int close_http(void **state)
{
	(void)state;
	http_close(&http);
	http_close(&http);
	return 0;
}

/* One request to a server that gives this answer. */
static int call(const char *answer, size_t len, size_t cap, struct http_request *q, struct err *e)
{
	int result;

	server.answer = answer;
	server.answer_len = len;
	server_open(&server);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/v4/x?secret=1", server.port);
	q->url = url;
	memset(body, 'Z', sizeof(body));
	memset(&reply, 0xee, sizeof(reply));
	reply.body = body;
	reply.cap = cap;
	result = http_call(&http, q, &reply, e);
	http_close(&http);
	server_close(&server);
	if (http_open(&http, &config, e) < 0)
		fail_msg("http_open");
	return result;
}

static int get(const char *answer, struct err *e)
{
	struct http_request q = { .method = "GET", .headers = { "X-One: 1", "X-Two: 2" } };

	return call(answer, 0, sizeof(body), &q, e);
}

static void a_small_request(void **state)
{
	struct http_request q = { .method = "POST",
				  .headers = { "Content-Type: application/json" },
				  .body = "{\"a\": 1}" };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(call("HTTP/1.1 201 Created\r\nETag: \"abc\"\r\n"
			      "Content-Length: 5\r\n\r\nhello",
			      0, sizeof(body), &q, &e),
			 0);
	check_err(&e, ERR_NONE, "small");
	assert_int_equal(reply.status, 201);
	assert_string_equal(body, "hello");
	assert_int_equal(reply.len, 5);
	assert_string_equal(reply.etag, "\"abc\"");
	assert_int_equal(reply.retry_after_ms, 0);
	assert_false(reply.maintenance);
	assert_true(reply.sent);
	/* What the server saw: the whole of it, once, and nothing that was not asked for. */
	assert_memory_equal(server.head, "POST /v4/x?secret=1 HTTP/1.1\r\n", 29);
	assert_non_null(strstr(server.head, "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(server.head, "\r\nUser-Agent: hoist/"));
	assert_null(strstr(server.head, "Authorization"));
	assert_null(strstr(server.head, "Cookie"));
	assert_int_equal(server.body_len, 8);
	assert_memory_equal(server.body, "{\"a\": 1}", 8);
}

static void what_headers_say(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(get("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nX-Maintenance-Mode: yes\r\n"
			     "Content-Length: 0\r\n\r\n",
			     &e),
			 0);
	assert_int_equal(reply.status, 503);
	assert_int_equal(reply.retry_after_ms, 7000);
	assert_true(reply.maintenance);
	assert_int_equal(reply.len, 0);
	assert_string_equal(body, "");
	assert_string_equal(reply.etag, "");
	/* A date, held against the server's own clock. */
	assert_int_equal(get("HTTP/1.1 429 Slow\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
			     "retry-after: Sun, 06 Nov 1994 08:50:37 GMT\r\nContent-Length: 0\r\n\r\n",
			     &e),
			 0);
	assert_int_equal(reply.retry_after_ms, 60000);
	assert_false(reply.maintenance);
	/* Without a Retry-After, the moment at which the limit is lifted. */
	assert_int_equal(get("HTTP/1.1 429 Slow\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
			     "X-RateLimit-Reset: 784111807\r\nContent-Length: 0\r\n\r\n",
			     &e),
			 0);
	assert_int_equal(reply.retry_after_ms, 30000);
	check_err(&e, ERR_NONE, "headers");
}

/* The last answer's headers count, not those of a 100 before it. */
static void headers_of_the_last_answer(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(get("HTTP/1.1 103 Early\r\nETag: early\r\nRetry-After: 9\r\n\r\n"
			     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
			     &e),
			 0);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.etag, "");
	assert_int_equal(reply.retry_after_ms, 0);
	assert_string_equal(body, "ok");
}

/* A good answer that does not fit is refused; of an error's body, as much as fits is shown. */
static void bounded_bodies(void **state)
{
	char answer[256], text[64];
	struct http_request q = { .method = "GET" };
	size_t len, cap = 16;
	int status, want;

	(void)state;
	for (status = 200; status <= 500; status += 300) {
		for (len = cap - 3; len <= cap + 20; len++) {
			struct err e = ERR_INIT;

			memset(text, 'b', sizeof(text));
			snprintf(answer, sizeof(answer),
				 "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n%.*s", status, len,
				 (int)len, text);
			want = status < 400 && len > cap - 1 ? -1 : 0;
			CHECK(call(answer, 0, cap, &q, &e) == want, "%d, %zu: %s", status, len,
			      e.text);
			check_err(&e, want < 0 ? ERR_REPLY : ERR_NONE, "bounded");
			CHECK(body[cap] == 'Z', "%d, %zu", status, len);
			assert_true(memchr(body, '\0', cap) != NULL);
			if (want < 0)
				continue;
			CHECK(reply.len == (len < cap ? len : cap - 1), "%zu of %zu", reply.len,
			      len);
			CHECK(strlen(body) == reply.len, "%zu", len);
		}
	}
}

/* Redirects are answers, not orders. */
static void redirects(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(get("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
			     "Content-Length: 0\r\n\r\n",
			     &e),
			 0);
	assert_int_equal(reply.status, 302);
	check_err(&e, ERR_NONE, "redirect");
}

static void what_is_no_answer(void **state)
{
	static const struct {
		const char *answer;
		enum err_code code;
	} rows[] = {
		{ NULL, ERR_NETWORK },
		{ "SSH-2.0-OpenSSH\r\n", ERR_REPLY },
		{ "<html>hello</html>\r\n\r\n", ERR_REPLY },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", ERR_NETWORK },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", ERR_NETWORK },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		CHECK(get(rows[i].answer, &e) == -1, "row %zu", i);
		CHECK(e.code == rows[i].code, "row %zu: %d %s", i, e.code, e.text);
		CHECK(e.retry == (rows[i].code == ERR_NETWORK), "row %zu", i);
		CHECK(!strstr(e.text, "secret"), "%s", e.text);
	}
}

/* Headers without end are cut off by libcurl's own limit. */
static void too_many_headers(void **state)
{
	static char answer[800 * 1024];
	struct http_request q = { .method = "GET" };
	struct err e = ERR_INIT;
	size_t len = (size_t)sprintf(answer, "HTTP/1.1 200 OK\r\n");
	unsigned n;

	(void)state;
	for (n = 0; len < sizeof(answer) - 64; n++)
		len += (size_t)sprintf(answer + len, "X-%u: 0123456789012345678901234567890\r\n",
				       n);
	assert_int_equal(call(answer, len, sizeof(body), &q, &e), -1);
	check_err(&e, ERR_REPLY, "headers");
}

static void nobody_there(void **state)
{
	struct http_request q = { .method = "GET", .url = url };
	struct err e = ERR_INIT;

	(void)state;
	/* A port that was just free. */
	server.early = true;
	server_open(&server);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/?secret=1", server.port);
	shutdown(server.fd, SHUT_RDWR);
	server_close(&server);
	reply.body = body;
	reply.cap = sizeof(body);
	assert_int_equal(http_call(&http, &q, &reply, &e), -1);
	check_err(&e, ERR_NETWORK, "refused");
	assert_true(e.retry);
	assert_false(reply.sent);
	assert_null(strstr(e.text, "secret"));
}

static void urls_that_are_none(void **state)
{
	static const char *const urls[] = { "",
					    "ftp://127.0.0.1/x",
					    "file:///etc/passwd",
					    "http://",
					    "http://a b/",
					    "gopher://127.0.0.1:1/",
					    "http://[::1/" };
	struct http_request q = { .method = "GET" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(urls); i++) {
		struct err e = ERR_INIT;

		q.url = urls[i];
		reply.body = body;
		reply.cap = sizeof(body);
		CHECK(http_call(&http, &q, &reply, &e) == -1, "%s", urls[i]);
		check_err(&e, ERR_USAGE, urls[i]);
	}
}

/* An upload, whose chain does what script says. */
static int upload(struct script *s, uint64_t announced, const char *answer, struct err *e)
{
	struct http_request q = { .method = "PUT",
				  .upload = &s->stage,
				  .upload_len = announced,
				  .headers = { "Content-Type: application/octet-stream",
					       "Expect: 100-continue" } };

	return call(answer, 0, sizeof(body), &q, e);
}

static const char ok[] = "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nContent-Length: 0\r\n\r\n";

static void a_good_upload(void **state)
{
	static const size_t lens[] = { 1, 2, 1000, 16384, 16385, LEN };
	struct script s;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * COUNT(lens); i++) {
		struct err e = ERR_INIT;
		size_t len = lens[i / 2];

		script_init(&s, data, len, i % 2 ? 0 : 1 + len / 7);
		CHECK(upload(&s, len, ok, &e) == 0, "%zu: %s", len, e.text);
		assert_int_equal(reply.status, 200);
		assert_true(reply.sent_all);
		assert_int_equal(server.announced, len);
		assert_int_equal(server.body_len, len);
		assert_memory_equal(server.body, data, len);
		assert_null(strstr(server.head, "Transfer-Encoding"));
		assert_non_null(strstr(server.head, "Expect: 100-continue"));
	}
}

/* Whatever is wrong with the chain, the server never has the last byte. */
static void the_hold_back(void **state)
{
	static const size_t points[] = { 0, 1, 100, LEN - 1, LEN };
	struct script s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(points) + 3; i++) {
		struct err e = ERR_INIT;
		uint64_t announced = LEN;

		script_init(&s, data, LEN, 0);
		if (i < COUNT(points))
			s.fail_at = points[i];
		else if (i == COUNT(points))
			announced = LEN + 1;
		else if (i == COUNT(points) + 1)
			announced = LEN - 1;
		else
			announced = 1;
		CHECK(upload(&s, announced, ok, &e) == -1, "%zu", i);
		check_err(&e, ERR_IMAGE, "chain");
		assert_false(e.retry);
		assert_false(reply.sent_all);
		CHECK(server.body_len < announced, "%zu: %zu", i, server.body_len);
		assert_memory_equal(server.body, data, server.body_len);
		assert_false(s.misused);
	}
}

/* An answer before the body is read: a refusal is told, an early "OK" is not believed. */
static void early_answers(void **state)
{
	struct err e = ERR_INIT;
	struct script s;

	(void)state;
	server.early = true;
	script_init(&s, data, LEN, 0);
	assert_int_equal(upload(&s, LEN,
				"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n"
				"Connection: close\r\n\r\nwhy",
				&e),
			 0);
	assert_int_equal(reply.status, 403);
	assert_string_equal(body, "why");
	assert_false(reply.sent_all);
	script_init(&s, data, LEN, 0);
	if (upload(&s, LEN, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		   &e) < 0) {
		check_err(&e, ERR_FAILED, "early 200");
		assert_false(e.retry);
	} else {
		/* Unless libcurl has gone on sending, and the server took it all. */
		assert_true(reply.sent_all);
	}
}

/* A key cannot be held against a pin where there is none: not a byte is sent. */
static void a_pin_without_tls(void **state)
{
	static const unsigned char keys[1][TRUST_PRINT_BYTES];
	struct http_request q = { .method = "GET", .url = "http://127.0.0.1:9/?secret=1" };
	struct err e = ERR_INIT;

	(void)state;
	config.trust.keys = keys;
	config.trust.key_count = 1;
	reply.body = body;
	reply.cap = sizeof(body);
	reply.sent = true;
	assert_int_equal(http_call(&http, &q, &reply, &e), -1);
	config.trust.key_count = 0;
	check_err(&e, ERR_USAGE, "pin");
	assert_non_null(strstr(e.text, "--pin"));
	assert_null(strstr(e.text, "secret"));
	assert_false(reply.sent);
}

/* A server that says nothing is given up after the time that was set, and no later than needed. */
static void a_stalled_server(void **state)
{
	struct http_request q = { .method = "GET" };
	struct err e = ERR_INIT;

	(void)state;
	server.mute = true;
	config.stall_ms = 300;
	assert_int_equal(call(NULL, 0, sizeof(body), &q, &e), -1);
	check_err(&e, ERR_NETWORK, "stalled");
	assert_true(e.retry);
}

static void urls_to_show(void **state)
{
	static const struct {
		const char *url, *shown;
	} rows[] = {
		{ "https://host.example/path", "https://host.example/path" },
		{ "https://host.example:8443/a/b?sig=SECRET&x=SECRET",
		  "https://host.example:8443/a/b" },
		{ "https://host.example?SECRET", "https://host.example" },
		{ "https://host.example/a#SECRET", "https://host.example/a" },
		{ "https://user:SECRET@host.example/a", "https://host.example/a" },
		{ "https://SECRET@host.example?x@y", "https://host.example" },
		{ "https://host.example/a@b", "https://host.example/a@b" },
		{ "https://host.example/?u=https://user:SECRET@b/", "https://host.example/" },
		{ "https://user:SECRET@[::1]:80/", "https://[::1]:80/" },
		{ "", "" },
		{ "?SECRET", "" },
		{ "http://h/\x1b[2J", "http://h/?[2J" },
	};
	char out[256], tiny[12];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		url_show(rows[i].url, out, sizeof(out));
		CHECK(strcmp(out, rows[i].shown) == 0, "%s: %s", rows[i].url, out);
	}
	url_show("https://host.example/path", tiny, sizeof(tiny));
	assert_string_equal(tiny, "https://...");
}

/* Credentials that a person has written in a way of their own. */
static void credentials_are_never_shown(void **state)
{
	static const char *const urls[] = {
		"https://user:SEC@RET@host.example/", "https://u@v:RET@host.example/x?y",
		"user:RET@host.example/path",         "https:/user:RET@host.example/",
		"user:RET@host.example/x://y",        "https:///user:RET@host.example/",
		"HTTPS://user:RET@host.example",      "RET@host.example:/path",
	};
	char out[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(urls); i++) {
		url_show(urls[i], out, sizeof(out));
		CHECK(!strstr(out, "RET"), "%s is shown as %s", urls[i], out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_small_request, open_http, close_http),
		cmocka_unit_test_setup_teardown(what_headers_say, open_http, close_http),
		cmocka_unit_test_setup_teardown(headers_of_the_last_answer, open_http, close_http),
		cmocka_unit_test_setup_teardown(bounded_bodies, open_http, close_http),
		cmocka_unit_test_setup_teardown(redirects, open_http, close_http),
		cmocka_unit_test_setup_teardown(what_is_no_answer, open_http, close_http),
		cmocka_unit_test_setup_teardown(too_many_headers, open_http, close_http),
		cmocka_unit_test_setup_teardown(nobody_there, open_http, close_http),
		cmocka_unit_test_setup_teardown(urls_that_are_none, open_http, close_http),
		cmocka_unit_test_setup_teardown(a_good_upload, open_http, close_http),
		cmocka_unit_test_setup_teardown(the_hold_back, open_http, close_http),
		cmocka_unit_test_setup_teardown(early_answers, open_http, close_http),
		cmocka_unit_test_setup_teardown(a_pin_without_tls, open_http, close_http),
		cmocka_unit_test_setup_teardown(a_stalled_server, open_http, close_http),
		cmocka_unit_test(urls_to_show),
		cmocka_unit_test(credentials_are_never_shown),
	};

	return cmocka_run_group_tests_name("http", tests, setup, NULL);
}
