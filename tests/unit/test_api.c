#include "unit/unit.h"

#include "base/stop.h"
#include "unit/fake_api.h"

static void headers_are_added(void **state)
{
	struct http_request q = { .method = "GET" };
	char headers[HEADERS_MAX][8];
	size_t n, k;

	(void)state;
	for (n = 0; n < HEADERS_MAX; n++) {
		snprintf(headers[n], sizeof(headers[n]), "X: %zu", n);
		api_add_header(&q, headers[n]);
		for (k = 0; k <= n; k++)
			assert_ptr_equal(q.headers[k], headers[k]);
		assert_null(q.headers[n + 1]);
	}
}

static void a_question(void **state)
{
	struct api_request q = get;
	struct err e = ERR_INIT;

	(void)state;
	q.header = "X-Filter: {}";
	assert_int_equal(call(&q, answer_of(200, "", "{\"id\": \"i\"}"), &e), 0);
	check_err(&e, ERR_NONE, "a question");
	assert_memory_equal(server.head, "GET /api/images HTTP/1.1\r\n", 26);
	assert_non_null(strstr(server.head, "\r\nAccept: application/json\r\n"));
	assert_non_null(strstr(server.head, "\r\nAuthorization: Bearer SECRET\r\n"));
	assert_non_null(strstr(server.head, "\r\nX-Filter: {}\r\n"));
	assert_null(strstr(server.head, "Content-Type"));
	assert_int_equal(server.body_len, 0);
	assert_string_equal(work.answer, "{\"id\": \"i\"}");
	assert_true(json_is(&work.json, "id", "i"));
	assert_int_equal(work.reply.status, 200);
}

static void an_order(void **state)
{
	struct api_request q = { .method = "POST", .path = "", .body = "{\"a\": 1}" };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(call(&q, answer_of(201, "", "[]"), &e), 0);
	assert_memory_equal(server.head, "POST /api HTTP/1.1\r\n", 20);
	assert_non_null(strstr(server.head, "\r\nContent-Type: application/json\r\n"));
	assert_string_equal((char *)server.body, "{\"a\": 1}");
	q.method = "PATCH";
	q.type = "Content-Type: text/x-own";
	assert_int_equal(call(&q, answer_of(202, "", ""), &e), 0);
	assert_memory_equal(server.head, "PATCH /api HTTP/1.1\r\n", 21);
	assert_non_null(strstr(server.head, "\r\nContent-Type: text/x-own\r\n"));
	assert_null(strstr(server.head, "Content-Type: application/json"));
	check_err(&e, ERR_NONE, "an order");
}

static void answers_that_are_no_json(void **state)
{
	static const struct {
		const char *body;
		bool always_json, loose;
		enum err_code code;
	} rows[] = {
		{ "", false, false, ERR_NONE },
		{ "", false, true, ERR_NONE },
		{ "", true, false, ERR_REPLY },
		{ "", true, true, ERR_NONE },
		{ "<html>login</html>", false, false, ERR_REPLY },
		{ "<html>login</html>", true, false, ERR_REPLY },
		{ "<html>login</html>", false, true, ERR_NONE },
		{ "{\"a\": ", false, false, ERR_REPLY },
		{ "{\"a\": ", false, true, ERR_NONE },
		{ "{} {}", false, false, ERR_REPLY },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct api_request q = get;
		struct err e = ERR_INIT;

		begin(NULL);
		/* Nothing is left of an answer before. */
		assert_int_equal(call(&get, answer_of(200, "", "{\"a\": 1}"), &e), 0);
		assert_true(work.json.count > 0);
		api.always_json = rows[i].always_json;
		q.loose = rows[i].loose;
		CHECK(call(&q, answer_of(200, "", rows[i].body), &e) == (rows[i].code ? -1 : 0),
		      "row %zu", i);
		check_err(&e, rows[i].code, "no JSON");
		CHECK(!rows[i].code || strncmp(e.text, "The API: ", 9) == 0, "row %zu: %s", i,
		      e.text);
		assert_false(e.retry);
		CHECK(work.json.count == 0, "row %zu", i);
		assert_string_equal(work.answer, rows[i].body);
	}
}

static void what_headers_say(void **state)
{
	static const struct {
		const char *id_header, *headers, *date, *id;
	} rows[] = {
		{ "X-Id", "X-Id: req-1\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
		  "Sun, 06 Nov 1994 08:49:37 GMT", "req-1" },
		{ "X-Id", "x-id: req-2\r\n", "", "req-2" },
		{ "X-Id", "X-Other: 1\r\n", "", "" },
		{ NULL, "X-Id: req-3\r\nDate: Sun\r\n", "Sun", "before" },
		{ "X-Id",
		  "X-Id: 0123456789012345678901234567890123456789012345678901234567890123456789"
		  "0123456789\r\n",
		  "",
		  "0123456789012345678901234567890123456789012345678901234567890123456789"
		  "012345..." },
	};
	static const long answered[] = { 200, 409 };
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		for (k = 0; k < COUNT(answered); k++) {
			struct err e = ERR_INIT;

			begin(NULL);
			api.id_header = rows[i].id_header;
			strcpy(work.date, "before");
			strcpy(work.request_id, "before");
			call(&get, answer_of(answered[k], rows[i].headers, "{}"), &e);
			CHECK(strcmp(work.date, rows[i].date) == 0, "row %zu: %s", i, work.date);
			CHECK(strcmp(work.request_id, rows[i].id) == 0, "row %zu: %s", i,
			      work.request_id);
		}
	}
}

/* Whoever lets another one put its answer somewhere has a field of its own, and a clean reply. */
static void more_than_that(void **state)
{
	static const char *const id_headers[] = { NULL, "X-Id" };
	char token[16], more[16], target[sizeof(url) + 2];
	const struct http_field fields[] = { { "X-Token", token, sizeof(token), false },
					     { "X-More", more, sizeof(more), false },
					     { NULL, NULL, 0, false } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(id_headers); i++) {
		struct http_request q = { .method = "PUT", .url = target, .body = "b" };
		struct err e = ERR_INIT;

		begin(NULL);
		api.id_header = id_headers[i];
		q.fields = fields;
		work.json.count = 7;
		task.wait_ms = 7;
		task_serve(answer_of(409, "X-Id: i\r\nX-Token: tok\r\nX-More: m\r\nDate: Sun\r\n",
				     "why"));
		snprintf(target, sizeof(target), "%s/x", url);
		assert_int_equal(api_http(&task, &api, &q, &e), 0);
		task_served();
		check_err(&e, ERR_NONE, "more");
		assert_string_equal(token, "tok");
		assert_string_equal(more, "m");
		assert_string_equal(work.date, "Sun");
		assert_string_equal(work.request_id, i ? "i" : "");
		assert_string_equal(work.answer, "why");
		assert_int_equal(work.reply.status, 409);
		assert_int_equal(work.json.count, 0);
		assert_int_equal(task.wait_ms, 0);
		/* Nobody may use what was on the stack. */
		assert_ptr_equal(q.fields, fields);
		/* What was asked for is all that was. */
		assert_null(strstr(server.head, "Accept: application/json"));
		assert_null(strstr(server.head, "Authorization"));
	}
}

/* All of the URL, or no request at all. */
static void long_urls(void **state)
{
	static char path[URL_BYTES];
	size_t n, len;

	(void)state;
	for (n = 0; n < 4; n++) {
		struct api_request q = { .method = "GET", .path = path };
		struct err e = ERR_INIT;
		bool fits = n < 2;

		task_serve(answer_of(200, "", "{}"));
		len = URL_BYTES - 2 + n - strlen(url) - strlen("/api");
		memset(path, 'p', len);
		path[0] = '/';
		path[len] = '\0';
		assert_int_equal(api_call(&task, &api, &q, &e), fits ? 0 : -1);
		task_served();
		check_err(&e, fits ? ERR_NONE : ERR_LIMIT, "URL");
		assert_true(fits || strncmp(e.text, "the URL is longer", 17) == 0);
		assert_int_equal(strspn(strchr(server.head, 'p') ? strchr(server.head, 'p') : "",
					"pi/"),
				 fits ? len - 1 + strlen("pi/") : 0);
	}
}

/* Nothing is sent when it cannot be said who asks. */
static void nobody_to_ask(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	fake.login = ERR_USAGE;
	assert_int_equal(call(&get, answer_of(200, "", "{}"), &e), -1);
	check_err(&e, ERR_USAGE, "login");
	assert_string_equal(e.text, "no token");
	assert_string_equal(server.head, "");
}

static void no_answer(void **state)
{
	struct api_request q = get;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(call(&get, answer_of(200, "", "{}"), &e), 0);
	assert_int_equal(call(&get, NULL, &e), -1);
	check_err(&e, ERR_NETWORK, "no answer");
	assert_true(e.retry);
	assert_int_equal(work.json.count, 0);
	/* It need not be waited for as long as for others. */
	err_clear(&e);
	q.limit_ms = 200;
	task_serve(NULL);
	server.mute = true;
	assert_int_equal(api_call(&task, &api, &q, &e), -1);
	task_served();
	check_err(&e, ERR_NETWORK, "no answer in time");
	assert_null(strstr(e.text, "nothing has moved"));
	assert_true(e.retry);
}

/* One request of a process that a signal has told to end. */
static int call_stopped(void *arg)
{
	const struct api_request *q = arg;
	struct err e = ERR_INIT;

	NEED(stop_init(&e) == 0);
	raise(SIGTERM);
	NEED(call(q, answer_of(200, "", "{}"), &e) == 0);
	return 0;
}

static int call_stopped_at_once(void *arg)
{
	struct err e = ERR_INIT;

	NEED(stop_init(&e) == 0);
	raise(SIGTERM);
	task_serve(NULL);
	server.mute = true;
	NEED(api_call(&task, &api, arg, &e) == -1 && e.code == ERR_STOPPED);
	task_served();
	return 0;
}

/* What changes something goes on for a while, and so does what needs to be known for that. */
static void signals(void **state)
{
	static struct api_request rows[] = {
		/* With grace it would run out of time. */
		{ .method = "GET", .path = "/x", .limit_ms = 3000 },
		{ .method = "GET", .path = "/x", .grace = true },
		{ .method = "POST", .path = "/x", .body = "{}" },
		{ .method = "DELETE", .path = "/x" },
	};
	size_t i;
	int status;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		status = in_child(i == 0 ? call_stopped_at_once : call_stopped, &rows[i]);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "row %zu: line %d mod 200", i,
		      WIFEXITED(status) ? WEXITSTATUS(status) - 1 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(headers_are_added, begin),
		cmocka_unit_test_setup(a_question, begin),
		cmocka_unit_test_setup(an_order, begin),
		cmocka_unit_test_setup(answers_that_are_no_json, begin),
		cmocka_unit_test_setup(what_headers_say, begin),
		cmocka_unit_test_setup(more_than_that, begin),
		cmocka_unit_test_setup(long_urls, begin),
		cmocka_unit_test_setup(nobody_to_ask, begin),
		cmocka_unit_test_setup(no_answer, begin),
		cmocka_unit_test_setup(signals, begin),
	};

	return cmocka_run_group_tests_name("api", tests, task_setup, NULL);
}
