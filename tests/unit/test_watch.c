#include "unit/unit.h"

#include <signal.h>

#include "base/clock.h"
#include "base/stop.h"
#include "cloud/watch.h"
#include "unit/files.h"

/* So long that nobody waits for its end. */
#define AN_HOUR ((int64_t)3600 * 1000)

/* What waits for it does not end: that is a failure, too. */
#define GIVE_UP_S 60

static struct options options;
static struct work work;
static struct task task;
static struct watch watch;

static int setup(void **state)
{
	(void)state;
	alarm(GIVE_UP_S);
	return 0;
}

static int begin(void **state)
{
	(void)state;
	memset(&options, 0, sizeof(options));
	memset(&task, 0, sizeof(task));
	task.options = &options;
	task.work = &work;
	options.timeout_ms = AN_HOUR;
	options.retry = 3;
	return 0;
}

static struct err because(enum err_code code)
{
	struct err why = ERR_INIT;

	if (code != ERR_NONE)
		err_set(&why, code, "why");
	return why;
}

/* Look again after such an answer; it says nothing of its own. */
static bool again(enum err_code code)
{
	struct err why = because(code), e = ERR_INIT;
	bool result = watch_again(&watch, &task, &why, &e);

	CHECK(e.code == ERR_NONE, "%d: %s", (int)code, e.text);
	CHECK(why.code == code, "%d: %d", (int)code, (int)why.code);
	return result;
}

/* How long that took, at least: a pause is never shorter than it should be. */
static int64_t took(enum err_code code)
{
	int64_t before = clock_ms();

	assert_true(again(code));
	return clock_ms() - before;
}

static void the_beginning(void **state)
{
	int64_t before = clock_ms();

	(void)state;
	options.timeout_ms = 5000;
	memset(&watch, 0xee, sizeof(watch));
	work.http.until_ms = 0;
	watch_init(&watch, &task, 3, 24);
	assert_true(watch.until_ms >= before + 5000);
	assert_true(watch.until_ms <= clock_ms() + 5000);
	assert_int_equal(watch.first_ms, 3);
	assert_int_equal(watch.pause_ms, 3);
	assert_int_equal(watch.most_ms, 24);
	assert_int_equal(watch.failed, 0);
	assert_int_equal(watch.nonsense, 0);
	/* Requests know of it. */
	assert_int_equal(work.http.until_ms, watch.until_ms);
}

static void pauses_double(void **state)
{
	static const int64_t pauses[] = { 1, 2, 4, 8, 16, 21, 21, 21 };
	size_t i;

	(void)state;
	watch_init(&watch, &task, 1, 21);
	for (i = 0; i < COUNT(pauses); i++) {
		CHECK(watch.pause_ms == pauses[i], "%zu: %lld", i, (long long)watch.pause_ms);
		CHECK(took(ERR_NONE) >= pauses[i], "%zu", i);
	}
}

/* Failures have pauses of their own, which begin anew with each row of them. */
static void failures_in_a_row(void **state)
{
	static const enum err_code codes[] = { ERR_BUSY, ERR_NETWORK, ERR_BUSY, ERR_REPLY };
	int64_t least;
	size_t i, k;

	(void)state;
	watch_init(&watch, &task, 8, 8);
	for (k = 0; k < 2; k++) {
		for (i = 0, least = 8; i < COUNT(codes); i++, least *= 2) {
			CHECK(took(codes[i]) >= least - least / 4, "%zu, %zu", k, i);
			CHECK(watch.failed == i + 1, "%zu: %u", i, watch.failed);
		}
		assert_int_equal(watch.pause_ms, 8);
		assert_true(took(ERR_NONE) >= 8);
		assert_int_equal(watch.failed, 0);
	}
}

/* As long as the cloud asks for, whether the look failed or not; and not shorter than otherwise. */
static void what_the_cloud_asks_for(void **state)
{
	static const enum err_code codes[] = { ERR_NONE, ERR_BUSY, ERR_NETWORK, ERR_REPLY };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(codes); i++) {
		watch_init(&watch, &task, 1, 1);
		task.wait_ms = 40;
		CHECK(took(codes[i]) >= 40, "%zu", i);
		watch_init(&watch, &task, 20, 20);
		task.wait_ms = 1;
		CHECK(took(codes[i]) >= 15, "%zu", i);
	}
}

/* The last look is at the very end, however long the pause would be; then nothing more. */
static void the_end_of_the_time(void **state)
{
	static const enum err_code codes[] = { ERR_NONE, ERR_BUSY, ERR_NETWORK, ERR_REPLY };
	size_t i;

	(void)state;
	for (i = 0; i < 2 * COUNT(codes); i++) {
		int64_t before = clock_ms();

		options.timeout_ms = 30;
		watch_init(&watch, &task, i % 2 ? AN_HOUR : 1, AN_HOUR);
		task.wait_ms = i % 2 ? 0 : AN_HOUR;
		/* On a machine that was away for so long, it is over before. */
		if (again(codes[i / 2]))
			CHECK(clock_ms() >= watch.until_ms, "%zu", i);
		CHECK(clock_ms() - before >= 30, "%zu", i);
		CHECK(!again(codes[i / 2]), "%zu", i);
	}
	options.timeout_ms = 0;
	watch_init(&watch, &task, 1, 1);
	assert_false(again(ERR_NONE));
}

static void what_passes(void **state)
{
	unsigned n;
	int code;

	(void)state;
	for (code = ERR_NONE; code < ERR_CODES; code++) {
		bool passes = code == ERR_NONE || code == ERR_BUSY || code == ERR_NETWORK;

		if (code == ERR_STOPPED || code == ERR_REPLY)
			continue;
		watch_init(&watch, &task, 0, 0);
		/* However often. */
		for (n = 0; n < 50; n++)
			CHECK(again((enum err_code)code) == passes, "%d, time %u", code, n);
	}
}

/* What is no answer of the API: as often in a row as --retry says. */
static void nonsense(void **state)
{
	static const enum err_code between[] = { ERR_NONE, ERR_BUSY, ERR_NETWORK };
	uint64_t retry, n;
	size_t i;

	(void)state;
	for (retry = 0; retry < 5; retry++) {
		options.retry = retry;
		for (i = 0; i < COUNT(between); i++) {
			watch_init(&watch, &task, 0, 0);
			for (n = 0; n < retry; n++)
				CHECK(again(ERR_REPLY), "%u of %u", (unsigned)n, (unsigned)retry);
			/* Any other answer begins a new row. */
			assert_true(again(between[i]));
			for (n = 0; n < retry; n++)
				CHECK(again(ERR_REPLY), "%u of %u", (unsigned)n, (unsigned)retry);
			CHECK(!again(ERR_REPLY), "%u", (unsigned)retry);
		}
	}
}

/* A look that was stopped ends it, and says so, even if the time is over as well. */
static void a_look_that_was_stopped(void **state)
{
	struct err why = because(ERR_STOPPED), e = ERR_INIT;

	(void)state;
	watch_init(&watch, &task, 1, 1);
	assert_false(watch_again(&watch, &task, &why, &e));
	check_err(&e, ERR_STOPPED, "stopped");
	assert_string_equal(e.text, "why");
	options.timeout_ms = 0;
	watch_init(&watch, &task, 1, 1);
	err_clear(&e);
	assert_false(watch_again(&watch, &task, &why, &e));
	check_err(&e, ERR_STOPPED, "stopped");
}

static int signal_while_pausing(void *arg)
{
	struct err none = ERR_INIT, busy = because(ERR_BUSY), e = ERR_INIT;
	unsigned tries = 0;

	(void)arg;
	alarm(GIVE_UP_S);
	NEED(stop_init(&e) == 0);
	watch_init(&watch, &task, AN_HOUR, AN_HOUR);
	raise(SIGTERM);
	NEED(!watch_again(&watch, &task, &none, &e) && e.code == ERR_STOPPED);
	err_clear(&e);
	NEED(!watch_again(&watch, &task, &busy, &e) && e.code == ERR_STOPPED);
	/* A request that has to be carried out keeps the reason why it was not. */
	options.retry_delay_ms = AN_HOUR;
	busy.retry = true;
	NEED(!watch_retry(&task, &tries, &busy));
	NEED(busy.code == ERR_BUSY && strcmp(busy.text, "why") == 0);
	return 0;
}

static void a_signal(void **state)
{
	int status = in_child(signal_while_pausing, NULL);

	(void)state;
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "line %d mod 200",
	      WIFEXITED(status) ? WEXITSTATUS(status) - 1 : 0);
}

/* Three times in all, and --retry-delay between them. */
static void requests_that_have_to_be_carried_out(void **state)
{
	unsigned tries = 0, n;
	int64_t before;

	(void)state;
	options.retry_delay_ms = 15;
	for (n = 0; n < 3; n++) {
		struct err e = because(ERR_BUSY);

		err_retry(&e);
		before = clock_ms();
		CHECK(watch_retry(&task, &tries, &e) == (n < 2), "%u", n);
		if (n < 2) {
			CHECK(clock_ms() - before >= 15, "%u", n);
			check_err(&e, ERR_NONE, "forgotten");
			assert_false(e.retry);
			continue;
		}
		check_err(&e, ERR_BUSY, "the last one");
		assert_string_equal(e.text, "why");
	}
}

/* What another try would not get rid of; the time for it would never end. */
static void requests_that_were_refused(void **state)
{
	struct err e = because(ERR_BUSY);
	unsigned tries = 0;

	(void)state;
	options.retry_delay_ms = AN_HOUR;
	assert_false(watch_retry(&task, &tries, &e));
	check_err(&e, ERR_BUSY, "refused");
	assert_string_equal(e.text, "why");
}

/* Between a few looks: ours, or the cloud's, but not for ever. */
static void pauses_between_few_looks(void **state)
{
	struct err e = ERR_INIT;
	int64_t before = clock_ms();

	(void)state;
	task.wait_ms = 0;
	assert_int_equal(watch_pause(&task, 20, &e), 0);
	assert_true(clock_ms() - before >= 20);
	task.wait_ms = 60;
	before = clock_ms();
	assert_int_equal(watch_pause(&task, 1, &e), 0);
	assert_true(clock_ms() - before >= 60);
	task.wait_ms = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_beginning, begin),
		cmocka_unit_test_setup(pauses_double, begin),
		cmocka_unit_test_setup(failures_in_a_row, begin),
		cmocka_unit_test_setup(what_the_cloud_asks_for, begin),
		cmocka_unit_test_setup(the_end_of_the_time, begin),
		cmocka_unit_test_setup(what_passes, begin),
		cmocka_unit_test_setup(nonsense, begin),
		cmocka_unit_test_setup(a_look_that_was_stopped, begin),
		cmocka_unit_test_setup(a_signal, begin),
		cmocka_unit_test_setup(requests_that_have_to_be_carried_out, begin),
		cmocka_unit_test_setup(requests_that_were_refused, begin),
		cmocka_unit_test_setup(pauses_between_few_looks, begin),
	};

	return cmocka_run_group_tests_name("watch", tests, setup, NULL);
}
