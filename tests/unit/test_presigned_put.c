#include "unit/unit.h"

#include "cloud/presigned.h"
#include "unit/caught.h"
#include "unit/openstack_task.h"
#include "unit/script.h"

#define LEN 5000
#define MD5 "9e107d9d372bb6826bd81d3542a419d6"
#define OTHER "e4d909c290d0fb1ca068ffaddf22cbd0"
#define SIGNED "QWERTYUIOPASDFGHJKLZXCVBNM"
#define QUERY "AWSAccessKeyId=key&Signature=" SIGNED

static unsigned char data[LEN];
static struct script script;
static char answer[4096];

static int setup(void **state)
{
	files_open();
	fill_random(data, sizeof(data), 3);
	return task_setup(state);
}

static int begin(void **state)
{
	task_init(state);
	task.file = "disk.img";
	task.payload.len = LEN;
	task.payload.sums[HASH_MD5] = MD5;
	script_init(&script, data, LEN, 0);
	return 0;
}

/* An answer with these words behind its version, and a body. */
static const char *answer_of(const char *head, const char *body)
{
	snprintf(answer, sizeof(answer), "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", head,
		 strlen(body), body);
	return answer;
}

/* One attempt at a server that answers so.  What is said on standard error is caught. */
static int put_to(const char *query, const char *text, const struct presigned *how, struct err *e)
{
	int result;

	task_serve(text);
	snprintf(task.upload_to, sizeof(task.upload_to), "%s/bucket/object%s", url, query);
	caught_begin(STDERR_FILENO);
	result = presigned_put(&task, &script.stage, how, e);
	caught_end();
	task_served();
	return result;
}

static int put(const char *text, struct err *e)
{
	return put_to("?" QUERY, text, NULL, e);
}

static void what_is_sent(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(put(answer_of("200 OK\r\nETag: \"" MD5 "\"", ""), &e), 0);
	check_err(&e, ERR_NONE, "put");
	assert_memory_equal(server.head, "PUT /bucket/object?" QUERY " HTTP/1.1\r\n", 30);
	assert_non_null(strstr(server.head, "\r\nContent-Type: application/octet-stream\r\n"));
	assert_non_null(strstr(server.head, "\r\nExpect: 100-continue\r\n"));
	assert_non_null(strstr(server.head, "\r\nContent-Length: 5000\r\n"));
	/* The signature is all that tells who asks. */
	assert_null(strstr(server.head, "Authorization"));
	assert_null(strstr(server.head, "Transfer-Encoding"));
	assert_int_equal(server.body_len, LEN);
	assert_memory_equal(server.body, data, LEN);
}

/* What the storage says of what it has, and what that proves. */
static void proofs(void **state)
{
	static const struct {
		const char *head;
		enum err_code code;
		enum task_bytes bytes;
		bool told; /* an MD5 */
	} rows[] = {
		{ "200 OK\r\nETag: \"" MD5 "\"", ERR_NONE, BYTES_PROVEN, true },
		{ "200 OK\r\nETag: " MD5, ERR_NONE, BYTES_PROVEN, true },
		{ "200 OK\r\nETag: \"9E107D9D372BB6826BD81D3542A419D6\"", ERR_NONE, BYTES_PROVEN,
		  true },
		{ "201 Created\r\nETag: \"" MD5 "\"", ERR_NONE, BYTES_PROVEN, true },
		/* 201 and 204 say that it was stored; a 200 may be any server's. */
		{ "200 OK", ERR_NONE, BYTES_LANDED, false },
		{ "201 Created", ERR_NONE, BYTES_PROVEN, false },
		{ "202 Accepted", ERR_NONE, BYTES_LANDED, false },
		{ "203 OK", ERR_NONE, BYTES_LANDED, false },
		{ "204 No Content", ERR_NONE, BYTES_PROVEN, false },
		/* What is no MD5 proves nothing, and refutes nothing. */
		{ "200 OK\r\nETag: \"\"", ERR_NONE, BYTES_LANDED, false },
		{ "200 OK\r\nETag: \"" OTHER "-2\"", ERR_NONE, BYTES_LANDED, false },
		{ "200 OK\r\nETag: W/\"" MD5 "\"", ERR_NONE, BYTES_LANDED, false },
		{ "200 OK\r\nETag: \"" OTHER, ERR_NONE, BYTES_LANDED, false },
		{ "200 OK\r\nETag: \"e4d909c290d0fb1ca068ffaddf22cbd\"", ERR_NONE, BYTES_LANDED,
		  false },
		{ "200 OK\r\nETag: \"e4d909c290d0fb1ca068ffaddf22cbd0f\"", ERR_NONE, BYTES_LANDED,
		  false },
		{ "200 OK\r\nETag: \"g4d909c290d0fb1ca068ffaddf22cbd0\"", ERR_NONE, BYTES_LANDED,
		  false },
		{ "204 No Content\r\nETag: \"" OTHER "-2\"", ERR_NONE, BYTES_PROVEN, false },
		/* Another MD5 is another object. */
		{ "200 OK\r\nETag: \"" OTHER "\"", ERR_FAILED, BYTES_OPEN, true },
		{ "200 OK\r\nETag: " OTHER, ERR_FAILED, BYTES_OPEN, true },
		{ "201 Created\r\nETag: \"" OTHER "\"", ERR_FAILED, BYTES_OPEN, true },
		{ "204 No Content\r\nETag: \"" OTHER "\"", ERR_FAILED, BYTES_OPEN, true },
	};
	bool warned;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		begin(NULL);
		CHECK(put(answer_of(rows[i].head, ""), &e) == (rows[i].code ? -1 : 0), "row %zu",
		      i);
		check_err(&e, rows[i].code, rows[i].head);
		CHECK(task.bytes == rows[i].bytes, "%s: %d", rows[i].head, (int)task.bytes);
		assert_false(e.retry);
		CHECK(!rows[i].code || (strstr(e.text, OTHER) && strstr(e.text, MD5)), "%s",
		      e.text);
		warned = strstr(caught, "disk.img: the storage names no MD5") != NULL;
		CHECK(warned == (!rows[i].told && rows[i].bytes == BYTES_LANDED), "%s: %s",
		      rows[i].head, caught);
	}
}

/* Where the user says which answer proves it, that one does, and no digest is looked at. */
static void a_status_that_proves_it(void **state)
{
	static const struct presigned how = { .status = 202 };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(put_to("", answer_of("202 OK\r\nETag: \"" OTHER "\"", ""), &how, &e), 0);
	assert_int_equal(task.bytes, BYTES_PROVEN);
	begin(NULL);
	assert_int_equal(put_to("", answer_of("201 OK\r\nETag: \"" MD5 "\"", ""), &how, &e), 0);
	assert_int_equal(task.bytes, BYTES_LANDED);
	begin(NULL);
	assert_int_equal(put_to("", answer_of("403 No", "<Code>AccessDenied</Code>"), &how, &e),
			 -1);
	check_err(&e, ERR_FAILED, "403");
}

#define XML(code, message)                                                                         \
	"<?xml version=\"1.0\"?><Error><Code>" code "</Code><Message>" message                     \
	"</Message><RequestId>tx1</RequestId></Error>"

static const struct refusal {
	const char *head, *body;
	enum err_code code;
	bool retry;
	enum task_bytes bytes;
	const char *text;
} refusals[] = {
	/* The storage's own refusal: it has nothing. */
	{ "403 Forbidden", XML("AccessDenied", "Request has expired"), ERR_FAILED, false,
	  BYTES_OPEN, "the storage answered 403 to the upload: AccessDenied: Request has expired" },
	{ "403 Forbidden", "<Error><Code>AccessDenied</Code></Error>", ERR_FAILED, false,
	  BYTES_OPEN, "the storage answered 403 to the upload: AccessDenied" },
	{ "404 Not Found", XML("NoSuchBucket", "a &lt;b&gt; &amp; &#99;"), ERR_FAILED, false,
	  BYTES_OPEN, "the storage answered 404 to the upload: NoSuchBucket: a <b> & c" },
	/* A gateway's: nobody knows what it has passed on. */
	{ "403 Forbidden", "<html>no</html>", ERR_FAILED, false, BYTES_SENT,
	  "the storage answered 403 to the upload" },
	{ "403 Forbidden", "", ERR_FAILED, false, BYTES_SENT,
	  "the storage answered 403 to the upload" },
	{ "403 Forbidden", "<Message>alone</Message>", ERR_FAILED, false, BYTES_SENT,
	  "the storage answered 403 to the upload: alone" },
	{ "403 Forbidden", "<Message>without an end", ERR_FAILED, false, BYTES_SENT,
	  "the storage answered 403 to the upload" },
	{ "206 Partial", "", ERR_FAILED, false, BYTES_SENT,
	  "the storage answered 206 to the upload" },
	/* Too large, whatever the status or the code. */
	{ "400 Bad", XML("EntityTooLarge", "too large"), ERR_IMAGE, false, BYTES_OPEN,
	  "the image is too large for the storage (400): EntityTooLarge: too large" },
	{ "413 Large", "", ERR_IMAGE, false, BYTES_OPEN,
	  "the image is too large for the storage (413)" },
	{ "400 Bad", XML("EntityTooLargest", "x"), ERR_FAILED, false, BYTES_OPEN,
	  "the storage answered 400 to the upload: EntityTooLargest: x" },
	/* Another try may succeed. */
	{ "400 Bad", XML("RequestTimeout", "idle"), ERR_BUSY, true, BYTES_SENT,
	  "the storage answered 400 to the upload: RequestTimeout: idle" },
	{ "503 Slow", XML("SlowDown", "please"), ERR_BUSY, true, BYTES_SENT,
	  "the storage answered 503 to the upload: SlowDown: please" },
	{ "500 Oops", "", ERR_BUSY, true, BYTES_SENT, "the storage answered 500 to the upload" },
	{ "501 Oops", XML("NotImplemented", "A header"), ERR_FAILED, false, BYTES_OPEN,
	  "the storage answered 501 to the upload: NotImplemented: A header" },
	{ "307 Elsewhere\r\nLocation: http://127.0.0.1:1/", "", ERR_REPLY, false, BYTES_SENT,
	  "the storage answered with a redirect (307), which is not followed: is the upload URL right?" },
};

static void what_refusals_mean(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct err e = ERR_INIT;

		begin(NULL);
		CHECK(put(answer_of(r->head, r->body), &e) == -1, "row %zu", i);
		check_err(&e, r->code, r->head);
		CHECK(strcmp(e.text, r->text) == 0, "row %zu: %s", i, e.text);
		CHECK(e.retry == r->retry, "row %zu", i);
		CHECK(task.bytes == r->bytes, "row %zu: %d", i, (int)task.bytes);
		/* Whatever is refused: an attempt before may have brought it. */
		begin(NULL);
		err_clear(&e);
		task.bytes = BYTES_SENT;
		CHECK(put(answer_of(r->head, r->body), &e) == -1, "row %zu", i);
		CHECK(task.bytes == BYTES_SENT, "row %zu: %d", i, (int)task.bytes);
	}
}

/* Without its end, the last attempt changes nothing of what the one before has done. */
static void attempts_that_break(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	/* All was sent; whether it has arrived nobody said. */
	assert_int_equal(put(NULL, &e), -1);
	check_err(&e, ERR_NETWORK, "no answer");
	assert_true(e.retry);
	assert_int_equal(task.bytes, BYTES_SENT);
	/* What is damaged is not sent to its end. */
	begin(NULL);
	err_clear(&e);
	script.fail_at = LEN;
	assert_int_equal(put(answer_of("200 OK", ""), &e), -1);
	check_err(&e, ERR_IMAGE, "the chain");
	assert_false(e.retry);
	assert_int_equal(task.bytes, BYTES_OPEN);
	assert_true(server.body_len < LEN);
	task.bytes = BYTES_SENT;
	err_clear(&e);
	script_init(&script, data, LEN, 0);
	script.fail_at = 100;
	assert_int_equal(put(answer_of("200 OK", ""), &e), -1);
	assert_int_equal(task.bytes, BYTES_SENT);
}

static void a_pause(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(put(answer_of("503 Slow\r\nRetry-After: 9", ""), &e), -1);
	assert_int_equal(task.wait_ms, 9000);
	assert_true(e.retry);
	err_clear(&e);
	script_init(&script, data, LEN, 0);
	assert_int_equal(put(answer_of("503 Slow\r\nRetry-After: 9000", ""), &e), -1);
	check_err(&e, ERR_BUSY, "a long pause");
	assert_false(e.retry);
}

/* The storage repeats what it was asked, S3's in the words for a wrong signature. */
static void the_secret_is_hidden(void **state)
{
	static const char *const bodies[] = {
		XML("SignatureDoesNotMatch", "not " SIGNED),
		XML("SignatureDoesNotMatch", "not Signature=" SIGNED "&amp;AWSAccessKeyId=key"),
		XML(SIGNED, "x"),
		XML("x", "/bucket/object?" QUERY),
		XML("x", "QWERTYUIOPASD&#70;GHJKLZXCVBNM"),
	};
	static const char *const heads[] = { "403 Forbidden", "503 Slow", "413 Large",
					     "302 Moved" };
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(bodies); i++) {
		for (k = 0; k < COUNT(heads); k++) {
			struct err e = ERR_INIT;

			begin(NULL);
			assert_int_equal(put(answer_of(heads[k], bodies[i]), &e), -1);
			CHECK(!strstr(e.text, "QWERTY"), "%zu: %s", i, e.text);
			CHECK(!strstr(e.text, "XCVBNM"), "%zu: %s", i, e.text);
			CHECK(!strstr(work.answer, "QWERTY"), "%zu: %s", i, work.answer);
			CHECK(!strstr(caught, "QWERTY"), "%s", caught);
		}
	}
	/* When nobody answers, what is told of the URL is not that. */
	for (i = 0; i < 2; i++) {
		struct err e = ERR_INIT;

		begin(NULL);
		assert_int_equal(put(i ? "SSH-2.0\r\n" : NULL, &e), -1);
		CHECK(!strstr(e.text, "QWERTY"), "%s", e.text);
	}
}

static void hide_token(const struct task *t, char *s)
{
	assert_ptr_equal(t, &task);
	text_redact(s, "TOKEN");
}

static void what_others_want(void **state)
{
	static const char *const lines[] = { "X-One: 1", "content-type: text/x-own",
					     "Authorization: Bearer TOKEN", NULL };
	static const struct presigned how = { .headers = lines, .hide = hide_token };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(put_to("", answer_of("401 No", XML("x", "TOKEN is none")), &how, &e), -1);
	assert_non_null(strstr(server.head, "\r\nX-One: 1\r\n"));
	assert_non_null(strstr(server.head, "\r\nAuthorization: Bearer TOKEN\r\n"));
	assert_non_null(strstr(server.head, "\r\nExpect: 100-continue\r\n"));
	/* There is one type. */
	assert_non_null(strstr(server.head, "\r\ncontent-type: text/x-own\r\n"));
	assert_null(strstr(server.head, "octet-stream"));
	check_err(&e, ERR_FAILED, "401");
	assert_string_equal(e.text, "the storage answered 401 to the upload: x: ***** is none");
}

/* What has expired is not tried again; a first time it is: the clock may be wrong. */
static void expiry(void **state)
{
	static const struct {
		unsigned attempt;
		const char *query;
		bool sent;
	} rows[] = {
		{ 0, "?Expires=1000000000&x=y", true },
		{ 1, "?Expires=1000000000&x=y", false },
		{ 1, "?x=y&Expires=1000000000", false },
		{ 1, "?x=y&Expires=4102444800", true },
		{ 1, "?X-Amz-Expires=900", true },
		{ 1, "?x=y", true },
		{ 1, "", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		begin(NULL);
		task.attempt = rows[i].attempt;
		put_to(rows[i].query, answer_of("204 OK", ""), NULL, &e);
		check_err(&e, rows[i].sent ? ERR_NONE : ERR_FAILED, rows[i].query);
		CHECK((server.head[0] != '\0') == rows[i].sent, "row %zu", i);
		assert_false(e.retry);
		CHECK(rows[i].sent || strstr(e.text, "has expired"), "row %zu: %s", i, e.text);
	}
}

static void nothing_proved(void **state)
{
	struct err e = ERR_INIT;
	int result;

	(void)state;
	strcpy(task.status, "uploaded");
	assert_int_equal(presigned_unproven(&task, &e), -1);
	check_err(&e, ERR_UNFINISHED, "unproven");
	assert_non_null(strstr(e.text, "did not answer with the MD5"));
	assert_non_null(strstr(e.text, "--unproven-ok"));
	assert_string_equal(task.status, "uploaded, unproven");
	err_clear(&e);
	options.unproven_ok = true;
	caught_begin(STDERR_FILENO);
	result = presigned_unproven(&task, &e);
	caught_end();
	assert_int_equal(result, 0);
	check_err(&e, ERR_NONE, "unproven");
	assert_non_null(strstr(caught, "disk.img: sent whole, but"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_sent, begin),
		cmocka_unit_test_setup(proofs, begin),
		cmocka_unit_test_setup(a_status_that_proves_it, begin),
		cmocka_unit_test_setup(what_refusals_mean, begin),
		cmocka_unit_test_setup(attempts_that_break, begin),
		cmocka_unit_test_setup(a_pause, begin),
		cmocka_unit_test_setup(the_secret_is_hidden, begin),
		cmocka_unit_test_setup(what_others_want, begin),
		cmocka_unit_test_setup(expiry, begin),
		cmocka_unit_test_setup(nothing_proved, begin),
	};

	return cmocka_run_group_tests_name("presigned_put", tests, setup, files_teardown);
}
