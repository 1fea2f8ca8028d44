#include "unit/unit.h"

#include "net/retry.h"
#include "unit/fake_api.h"

/* What a status means, all of them. */
static void statuses(void **state)
{
	static const long busy[] = { 408, 425, 429 };
	const char *words;
	long status;
	size_t i;

	(void)state;
	for (status = 200; status < 600; status++) {
		struct err e = ERR_INIT;
		enum err_code want = ERR_FAILED;

		words = ": the reason";
		if (status <= 204)
			want = ERR_NONE;
		if (status >= 300 && status < 400) {
			want = ERR_REPLY;
			words = "redirect";
		}
		if (status >= 500 && status != 501 && status != 505)
			want = ERR_BUSY;
		for (i = 0; i < COUNT(busy); i++)
			if (status == busy[i])
				want = ERR_BUSY;
		/* Such answers have no body. */
		if (status == 204 || status == 304)
			answer_of(status, "", "");
		else
			answer_of(status, "", "{\"why\": \"the reason\"}");
		CHECK(call(&get, answer, &e) == (want ? -1 : 0), "%ld", status);
		CHECK(e.code == want, "%ld: %d (%s)", status, (int)e.code, e.text);
		CHECK(e.retry == (want == ERR_BUSY), "%ld", status);
		if (want == ERR_NONE)
			continue;
		CHECK(strstr(e.text, "The API answered ") && strstr(e.text, words), "%ld: %s",
		      status, e.text);
		CHECK(want != ERR_REPLY || strstr(e.text, "is the host's name right?"), "%s",
		      e.text);
		CHECK(atol(strpbrk(e.text, "0123456789")) == status, "%ld: %s", status, e.text);
		CHECK(status == 304 || json_is(&work.json, "why", "the reason"), "%ld", status);
	}
}

static void the_words(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(call(&get, answer_of(409, "", "{\"why\": \"it is there\"}"), &e), -1);
	assert_string_equal(e.text, "The API answered 409: it is there");
	err_clear(&e);
	assert_int_equal(call(&get, answer_of(409, "", "{}"), &e), -1);
	assert_string_equal(e.text, "The API answered 409");
	api.doing = " to the upload";
	err_clear(&e);
	assert_int_equal(call(&get, answer_of(409, "", "{\"why\": \"it is there\"}"), &e), -1);
	assert_string_equal(e.text, "The API answered 409 to the upload: it is there");
	err_clear(&e);
	assert_int_equal(call(&get, answer_of(503, "", "{\"why\": \"rest\"}"), &e), -1);
	assert_string_equal(e.text, "The API answered 503 to the upload: rest");
	err_clear(&e);
	assert_int_equal(call(&get, answer_of(503, "", "{}"), &e), -1);
	assert_string_equal(e.text, "The API answered 503 to the upload");
}

/* Up to four statuses are the settings' fault; of all others the cloud says what they mean. */
static void settings_to_blame(void **state)
{
	static const short blamed[] = { 400, 401, 403, 404 };
	static const enum err_code others[] = { ERR_NONE, ERR_FAILED, ERR_IMAGE };
	size_t i, k, n;

	(void)state;
	for (i = 0; i < COUNT(others); i++) {
		begin(NULL);
		api.otherwise = others[i];
		for (n = 0; n <= COUNT(blamed); n++) {
			for (k = 0; k < COUNT(blamed); k++) {
				struct err e = ERR_INIT;

				call(&get, answer_of(blamed[k], "", "{\"why\": \"so\"}"), &e);
				check_err(&e,
					  k < n     ? ERR_USAGE :
					  others[i] ? others[i] :
						      ERR_FAILED,
					  "blamed");
				assert_non_null(strstr(e.text, ": so"));
				assert_false(e.retry);
			}
			if (n < COUNT(blamed))
				api.settings_to_blame[n] = blamed[n];
		}
	}
}

/* It is asked about every refusal, and about nothing else; what it does not say, others do. */
static void a_meaning_of_its_own(void **state)
{
	static const long refused[] = { 302, 401, 404, 429, 503 };
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	api.special = special;
	api.settings_to_blame[0] = 401;
	assert_int_equal(call(&get, answer_of(200, "", "{}"), &e), 0);
	assert_int_equal(call(&get, answer_of(200, "", "x"), &e), -1);
	err_clear(&e);
	assert_int_equal(call(&get, NULL, &e), -1);
	assert_int_equal(fake.asked, 0);
	for (i = 0; i < 2 * COUNT(refused); i++) {
		fake.means = i < COUNT(refused) ? ERR_IMAGE : ERR_NONE;
		err_clear(&e);
		answer_of(refused[i % COUNT(refused)], "", "{\"why\": \"so\"}");
		assert_int_equal(call(&get, answer, &e), -1);
		assert_int_equal(fake.asked, i + 1);
		assert_ptr_equal(fake.seen, &get);
		assert_string_equal(fake.reason, "so");
		CHECK((e.code == ERR_IMAGE) == (fake.means != ERR_NONE), "%zu: %s", i, e.text);
		if (fake.means)
			assert_string_equal(e.text, "The API means this");
		else
			assert_memory_equal(e.text, "The API answered ", 17);
	}
}

/* Neither in the message nor in what is kept; nor in a JSON string, whatever it escapes. */
static void secrets(void **state)
{
	static const char *const bodies[] = {
		"{\"why\": \"Bearer SECRET is none\"}",
		"Bearer SECRET is none",
		"{\"why\": \"Bearer SECRET",
	};
	static const long refused[] = { 302, 400, 503 };
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(bodies); i++) {
		for (k = 0; k < COUNT(refused); k++) {
			struct err e = ERR_INIT;

			assert_int_equal(call(&get, answer_of(refused[k], "", bodies[i]), &e), -1);
			CHECK(!strstr(e.text, "SECRET"), "%s", e.text);
			CHECK(!strstr(work.answer, "SECRET"), "%s", work.answer);
			CHECK(refused[k] < 400 || strstr(e.text, "Bearer ******"), "%s", e.text);
		}
	}
}

/* A long reason is cut off, and shown to be; the status is there, and no control character. */
static void long_reasons(void **state)
{
	static char body[600], why[512];
	size_t len;

	(void)state;
	api.special = special;
	for (len = API_REASON_BYTES - 10; len < sizeof(why) - 1; len += len < 260 ? 1 : 100) {
		struct err e = ERR_INIT;

		memset(why, 'r', len);
		memcpy(why, "\\n", 2);
		why[len] = '\0';
		snprintf(body, sizeof(body), "{\"why\": \"%s\"}", why);
		assert_int_equal(call(&get, answer_of(409, "", body), &e), -1);
		check_err(&e, ERR_FAILED, "long");
		assert_memory_equal(e.text, "The API answered 409: ", 22);
		/* The escape is one byte. */
		if (len - 1 < API_REASON_BYTES) {
			CHECK(strlen(fake.reason) == len - 1, "%zu: %s", len, fake.reason);
			CHECK(e.text[strlen(e.text) - 1] == 'r', "%zu: %s", len, e.text);
			continue;
		}
		CHECK(strlen(fake.reason) < API_REASON_BYTES, "%zu", len);
		CHECK(strcmp(e.text + strlen(e.text) - 4, "r...") == 0, "%zu: %s", len, e.text);
	}
}

/* Another try, after as long as is asked for; unless nobody waits for so long. */
static void pauses(void **state)
{
	static const struct {
		const char *headers;
		int64_t wait_ms;
	} rows[] = {
		{ "", 0 },
		{ "Retry-After: 7\r\n", 7000 },
		{ "Retry-After: 300\r\n", RETRY_ASKED_MAX },
		{ "Retry-After: 301\r\n", RETRY_ASKED_MAX + 1000 },
		{ "Retry-After: 99999999999999999999\r\n", (int64_t)INT32_MAX * 1000 },
	};
	static const char words[] = "a longer pause is asked for";
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		bool waits = rows[i].wait_ms <= RETRY_ASKED_MAX;

		err_clear(&e);
		assert_int_equal(call(&get, answer_of(429, rows[i].headers, "{}"), &e), -1);
		check_err(&e, ERR_BUSY, "busy");
		CHECK(task.wait_ms == rows[i].wait_ms, "row %zu: %lld", i, (long long)task.wait_ms);
		CHECK(e.retry == waits, "row %zu", i);
		CHECK((strstr(e.text, words) == NULL) == waits, "row %zu: %s", i, e.text);
		assert_non_null(strstr(e.text, "The API answered 429"));
	}
	/* The next answer asks for nothing. */
	err_clear(&e);
	assert_int_equal(call(&get, answer_of(200, "Retry-After: 9\r\n", "{}"), &e), 0);
	assert_int_equal(task.wait_ms, 0);
}

/* Said by whoever knows better than the status does. */
static void busy(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	api.doing = " to the upload";
	work.reply.status = 400;
	assert_int_equal(api_busy(&task, &api, "RequestTimeout", &e), -1);
	check_err(&e, ERR_BUSY, "busy");
	assert_true(e.retry);
	assert_string_equal(e.text, "The API answered 400 to the upload: RequestTimeout");
}

/* The reason alone: of the answer that is there, whatever was parsed before. */
static void reasons(void **state)
{
	static const struct {
		const char *answer, *reason;
	} rows[] = {
		{ "{\"why\": \"SECRET is none\"}", "****** is none" },
		{ "{\"other\": 1}", "" },
		{ "SECRET is none", "****** is none" },
		{ "", "" },
	};
	char out[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		strcpy(work.answer, rows[i].answer);
		work.reply.len = strlen(work.answer);
		work.json.count = 7;
		strcpy(out, "before");
		api_reason(&task, &api, out, sizeof(out));
		CHECK(strcmp(out, rows[i].reason) == 0, "row %zu: %s", i, out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(statuses, begin),
		cmocka_unit_test_setup(the_words, begin),
		cmocka_unit_test_setup(settings_to_blame, begin),
		cmocka_unit_test_setup(a_meaning_of_its_own, begin),
		cmocka_unit_test_setup(secrets, begin),
		cmocka_unit_test_setup(long_reasons, begin),
		cmocka_unit_test_setup(pauses, begin),
		cmocka_unit_test_setup(busy, begin),
		cmocka_unit_test_setup(reasons, begin),
	};

	return cmocka_run_group_tests_name("api_refused", tests, task_setup, NULL);
}
