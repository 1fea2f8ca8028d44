#include "unit/unit.h"

#include <time.h>

#include "net/retry.h"

static void statuses(void **state)
{
	static const long again[] = { 408, 425, 429, 500, 502, 503, 504,
				      506, 507, 508, 511, 520, 522, 599 };
	bool want;
	long status;
	size_t i;

	(void)state;
	for (status = 0; status < 1000; status++) {
		want = false;
		for (i = 0; i < COUNT(again); i++)
			want = want || status == again[i];
		/* Of the 5xx that nobody has defined, nothing is known but their class. */
		if (status > 511 && status < 600)
			want = true;
		if (status == 509 || status == 510)
			want = true;
		CHECK(retry_status(status) == want, "%ld", status);
	}
	assert_false(retry_status(-1));
}

/* Doubled each time, at most a minute, and never off by more than a quarter. */
static void waits(void **state)
{
	static const int64_t firsts[] = { 0, 1, 10, 1000, 45000, 60000, 3600000 };
	unsigned attempt, k;
	int64_t want, got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(firsts); i++) {
		want = firsts[i];
		for (attempt = 1; attempt < 50; attempt++) {
			if (want > 60000)
				want = 60000;
			for (k = 0; k < 20; k++) {
				got = retry_wait(attempt, firsts[i], 0);
				CHECK(got >= want - want / 4 && got <= want + want / 4,
				      "try %u of %lld: %lld, not about %lld", attempt,
				      (long long)firsts[i], (long long)got, (long long)want);
			}
			want *= 2;
		}
		got = retry_wait(100000, firsts[i], 0);
		assert_true(got >= 0 && got <= 75000);
	}
}

static void what_the_server_asks_for(void **state)
{
	int64_t got;

	(void)state;
	assert_int_equal(retry_wait(1, 1000, 20000), 20000);
	assert_int_equal(retry_wait(1, 0, 1), 1);
	assert_int_equal(retry_wait(3, 0, RETRY_ASKED_MAX), RETRY_ASKED_MAX);
	assert_int_equal(retry_wait(1, 1000, RETRY_ASKED_MAX + 1), RETRY_ASKED_MAX);
	assert_int_equal(retry_wait(1, 1000, INT64_MAX), RETRY_ASKED_MAX);
	/* It can only lengthen the wait. */
	got = retry_wait(1, 8000, 5);
	assert_true(got >= 6000 && got <= 10000);
}

static void seconds(void **state)
{
	static const struct {
		const char *value;
		int64_t ms;
	} rows[] = {
		{ "0", 0 },
		{ "1", 1000 },
		{ "120", 120000 },
		{ "0005", 5000 },
		{ "2147483647", INT64_C(2147483647000) },
		/* Too long to be waited for in any case, but not to be taken for nothing. */
		{ "2147483648", INT64_C(2147483647000) },
		{ "99999999999999999999999999", INT64_C(2147483647000) },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		CHECK(retry_after(rows[i].value, NULL) == rows[i].ms, "%s", rows[i].value);
		CHECK(retry_after(rows[i].value, "garbage") == rows[i].ms, "%s", rows[i].value);
		CHECK(retry_after(rows[i].value, "Sun, 06 Nov 1994 08:49:37 GMT") == rows[i].ms,
		      "%s", rows[i].value);
	}
	assert_int_equal(retry_after(NULL, NULL), 0);
	assert_int_equal(retry_after(NULL, "Sun, 06 Nov 1994 08:49:37 GMT"), 0);
}

/* RFC 9110, 5.6.7: against the answer's own Date, so a wrong clock here does not matter. */
static void dates(void **state)
{
	static const struct {
		const char *value, *date;
		int64_t ms;
	} rows[] = {
		{ "Sun, 06 Nov 1994 08:49:47 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", 10000 },
		{ "Mon, 07 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", 86400000 },
		{ "Sunday, 06-Nov-94 08:49:38 GMT", "Sun Nov  6 08:49:37 1994", 1000 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", 0 },
		{ "Sun, 06 Nov 1994 08:49:36 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", 0 },
		{ "Sun, 06 Nov 1994 08:49:47 GMT", "garbage", 0 },
		{ "Sun, 06 Nov 1994 08:49:47 GMT", "", 0 },
		/* Beyond any reason: seven hundred years. */
		{ "Sun, 06 Nov 2694 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", 0 },
		/* After 2038: no 32 bits are in the way. */
		{ "Fri, 01 Jan 2049 00:00:30 GMT", "Fri, 01 Jan 2049 00:00:00 GMT", 30000 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		CHECK(retry_after(rows[i].value, rows[i].date) == rows[i].ms, "%s after %s: %lld",
		      rows[i].value, rows[i].date,
		      (long long)retry_after(rows[i].value, rows[i].date));
}

static void a_date_without_a_date(void **state)
{
	time_t now = time(NULL), at = now + 3600;
	char value[64];
	struct tm tm;
	int64_t ms;

	(void)state;
	gmtime_r(&at, &tm);
	strftime(value, sizeof(value), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	ms = retry_after(value, NULL);
	/* As many seconds less as this test took. */
	CHECK(ms <= 3600000 && ms >= 3600000 - (time(NULL) - now) * 1000, "%lld", (long long)ms);
	assert_int_equal(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", NULL), 0);
}

/* The second since 1970, as in X-RateLimit-Reset. */
static void resets(void **state)
{
	static const char date[] = "Sun, 06 Nov 1994 08:49:37 GMT";
	static const struct {
		const char *value;
		int64_t ms;
	} rows[] = {
		{ "784111778", 1000 },
		{ "784112377", 600000 },
		{ "784111777", 0 },
		{ "784111776", 0 },
		{ "0", 0 },
		{ "-1", 0 },
		{ "", 0 },
		{ "784111778.5", 0 },
		{ "soon", 0 },
		{ "9223372036854775807", 0 },
		{ "99999999999999999999", 0 },
		{ "60", 0 },
	};
	size_t i;

	(void)state;
	assert_int_equal(retry_reset(NULL, date), 0);
	for (i = 0; i < COUNT(rows); i++) {
		CHECK(retry_reset(rows[i].value, date) == rows[i].ms, "%s", rows[i].value);
		CHECK(retry_reset(rows[i].value, "garbage") == 0, "%s", rows[i].value);
	}
	/* Without the answer's own clock, by this one. */
	assert_int_equal(retry_reset("784111778", NULL), 0);
}

static void garbage(void **state)
{
	static const char *const values[] = {
		"",
		" ",
		"-1",
		"+1",
		"1.5",
		"5s",
		"ten",
		"0x10",
		"soon",
		"1;2",
		"\xff\xfe",
		"Sun, 99 Foo 1994",
		"never, never",
		"::::",
		"-2147483648",
	};
	static const char date[] = "Sun, 06 Nov 1994 08:49:37 GMT";
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(values); i++)
		CHECK(retry_after(values[i], date) == 0, "%s: %lld", values[i],
		      (long long)retry_after(values[i], date));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses),
		cmocka_unit_test(waits),
		cmocka_unit_test(what_the_server_asks_for),
		cmocka_unit_test(seconds),
		cmocka_unit_test(dates),
		cmocka_unit_test(a_date_without_a_date),
		cmocka_unit_test(resets),
		cmocka_unit_test(garbage),
	};

	return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
