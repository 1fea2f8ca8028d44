#include "unit/unit.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "base/clock.h"
#include "base/stop.h"
#include "unit/files.h"

/* Each in a child of its own, because signals are a matter of the whole process. */
static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

static void check_exit(int status, const char *which)
{
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	      "%s: wait status 0x%x (line %d mod 200)", which, (unsigned)status,
	      WIFEXITED(status) ? WEXITSTATUS(status) - 1 : 0);
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLIN);
}

static int flag_and_pipe(void *arg)
{
	int number = *(const int *)arg;
	struct err e = ERR_INIT;

	NEED(stop_init(&e) == 0);
	NEED(!stop_asked() && !readable(stop_fd()));
	stop_die(); /* nothing to die of */
	errno = 77;
	raise(number);
	NEED(errno == 77);
	NEED(stop_asked() && readable(stop_fd()));
	/* It stays so for everyone who looks later. */
	NEED(stop_asked() && readable(stop_fd()));
	NEED(stop_err(&e) == -1 && e.code == ERR_STOPPED && e.text[0]);
	err_clear(&e);
	NEED(stop_sleep(3600 * 1000, &e) == -1 && e.code == ERR_STOPPED);
	err_clear(&e);
	NEED(stop_sleep(0, &e) == -1 && e.code == ERR_STOPPED);
	return 0;
}

static void a_signal_sets_the_flag(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(signals); i++) {
		int number = signals[i];

		check_exit(in_child(flag_and_pipe, &number), "flag");
	}
}

static int die_in_the_end(void *arg)
{
	int number = *(const int *)arg;
	struct err e = ERR_INIT;

	NEED(stop_init(&e) == 0);
	raise(number);
	stop_die();
	return 99;
}

/* Until it dies of it; alarm() ends a test that fails. */
static int ask_again_and_again(void *arg)
{
	static const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	struct err e = ERR_INIT;

	alarm(60);
	NEED(stop_init(&e) == 0);
	raise(SIGTERM);
	for (;;) {
		raise(*(const int *)arg);
		nanosleep(&pause, NULL);
	}
}

/* timeout(1) signals a process and its group: that is one signal, not two. */
static int twice_at_the_same_time(void *arg)
{
	struct err e = ERR_INIT;

	(void)arg;
	NEED(stop_init(&e) == 0);
	raise(SIGTERM);
	raise(SIGTERM);
	NEED(stop_asked());
	return 0;
}

static int survive_one(void *arg)
{
	(void)arg;
	struct err e = ERR_INIT;

	NEED(stop_init(&e) == 0);
	raise(SIGTERM);
	return 0;
}

/* The waiting parent must see by which signal the process ended. */
static void death_by_the_signal(void **state)
{
	pid_t pids[COUNT(signals)];
	size_t i;
	int status;

	(void)state;
	check_exit(in_child(survive_one, NULL), "one signal");
	check_exit(in_child(twice_at_the_same_time, NULL), "twice");
	for (i = 0; i < COUNT(signals); i++) {
		int number = signals[i];

		status = in_child(die_in_the_end, &number);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == number, "end: 0x%x",
		      (unsigned)status);
		pids[i] = child_start(ask_again_and_again, &number);
	}
	/* These take their time: all at once. */
	for (i = 0; i < COUNT(signals); i++) {
		status = child_wait(pids[i]);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == signals[i], "again: 0x%x",
		      (unsigned)status);
	}
}

/* nohup, and jobs in a shell's background. */
static int stay_ignored(void *arg)
{
	int number = *(const int *)arg;
	struct err e = ERR_INIT;

	signal(number, SIG_IGN);
	NEED(stop_init(&e) == 0);
	raise(number);
	raise(number);
	NEED(!stop_asked() && !readable(stop_fd()));
	stop_die();
	return 0;
}

static void what_was_ignored_stays_so(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(signals); i++) {
		int number = signals[i];

		check_exit(in_child(stay_ignored, &number), "ignored");
	}
}

static int sleep_to_the_end(void *arg)
{
	struct err e = ERR_INIT;
	int64_t began;

	(void)arg;
	NEED(stop_init(&e) == 0);
	began = clock_ms();
	NEED(stop_sleep(30, &e) == 0 && e.code == ERR_NONE);
	NEED(clock_ms() - began >= 30);
	NEED(stop_sleep(0, &e) == 0);
	NEED(stop_sleep(-5, &e) == 0);
	return 0;
}

struct sleeper {
	struct err e;
	int result;
	atomic_bool blocked;
};

static void *sleep_long(void *arg)
{
	struct sleeper *s = arg;

	stop_block();
	atomic_store(&s->blocked, true);
	s->result = stop_sleep(3600 * 1000, &s->e);
	return NULL;
}

/*
 * Two threads wait for an hour; the signal goes to the thread that handles it,
 * and both wake up.  A failure of this test is a child that hangs: alarm() ends it.
 */
static int wake_the_others(void *arg)
{
	static struct sleeper sleepers[2];
	pthread_t threads[2];
	struct err e = ERR_INIT;
	int i;

	alarm(60);
	NEED(stop_init(&e) == 0);
	for (i = 0; i < 2; i++) {
		NEED(pthread_create(&threads[i], NULL, sleep_long, &sleepers[i]) == 0);
		/* From then on only the main thread can get the signal. */
		while (!atomic_load(&sleepers[i].blocked))
			sched_yield();
	}
	kill(getpid(), *(const int *)arg);
	for (i = 0; i < 2; i++) {
		NEED(pthread_join(threads[i], NULL) == 0);
		NEED(sleepers[i].result == -1 && sleepers[i].e.code == ERR_STOPPED);
	}
	return 0;
}

static void sleeping(void **state)
{
	int number = SIGTERM;

	(void)state;
	check_exit(in_child(sleep_to_the_end, NULL), "to the end");
	check_exit(in_child(wake_the_others, &number), "woken");
}

/* What is started later must not hold the pipe. */
static int descriptors(void *arg)
{
	struct err e = ERR_INIT;

	(void)arg;
	NEED(stop_init(&e) == 0);
	NEED(fcntl(stop_fd(), F_GETFD) & FD_CLOEXEC);
	NEED(fcntl(stop_fd(), F_GETFL) & O_NONBLOCK);
	return 0;
}

static void the_pipe(void **state)
{
	(void)state;
	check_exit(in_child(descriptors, NULL), "descriptors");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_sets_the_flag),
		cmocka_unit_test(death_by_the_signal),
		cmocka_unit_test(what_was_ignored_stays_so),
		cmocka_unit_test(sleeping),
		cmocka_unit_test(the_pipe),
	};

	return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
