/* Signals wake up who waits, and end what was begun in order. */
#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"

static volatile sig_atomic_t arrived;
static struct timespec first; /* when it did */
static int wake[2] = { -1, -1 };

/* A signal is not the second one before so many seconds have begun. */
#define REPEAT_S 2

static const char last_words[] =
	"\nhoist: stopped at once: what was begun may be left in the cloud (-v tells what that is)\n";

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

static void die_by(int number)
{
	sigset_t set;

	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void handle(int number)
{
	struct timespec now;
	int saved = errno;
	char byte = 0;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (arrived) {
		/* timeout(1) and shells signal a process and its group: that is one signal. */
		if (now.tv_sec - first.tv_sec < REPEAT_S)
			return;
		(void)!write(STDERR_FILENO, last_words, sizeof(last_words) - 1);
		die_by(number);
	}
	first = now;
	arrived = number;
	/* The pipe is empty, so this cannot fail or block. */
	(void)!write(wake[1], &byte, 1);
	errno = saved;
}

int stop_init(struct err *e)
{
	struct sigaction sa = { .sa_handler = handle }, old;
	size_t i;

	if (pipe(wake) != 0)
		return err_errno(e, ERR_FAILED, "cannot make a pipe");
	for (i = 0; i < 2; i++)
		if (fcntl(wake[i], F_SETFD, FD_CLOEXEC) < 0 ||
		    fcntl(wake[i], F_SETFL, O_NONBLOCK) < 0)
			return err_errno(e, ERR_FAILED, "cannot set up a pipe");
	sigemptyset(&sa.sa_mask);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		/* nohup and background jobs of a shell ignore some: so do we. */
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			continue;
		if (sigaction(numbers[i], &sa, NULL) != 0)
			return err_errno(e, ERR_FAILED, "cannot handle signals");
	}
	return 0;
}

bool stop_asked(void)
{
	return arrived != 0;
}

int stop_fd(void)
{
	return wake[0];
}

static const char *name_of_arrived(void)
{
	if (arrived == SIGINT)
		return "SIGINT";
	return arrived == SIGTERM ? "SIGTERM" : "SIGHUP";
}

int stop_err(struct err *e)
{
	return err_set(e, ERR_STOPPED, "stopped by %s", name_of_arrived());
}

int stop_sleep(int64_t ms, struct err *e)
{
	struct pollfd fd = { .fd = wake[0], .events = POLLIN };
	int64_t end = clock_ms() + ms, left;

	for (left = ms; left > 0 && !stop_asked(); left = end - clock_ms())
		(void)poll(&fd, 1, left > 60000 ? 60000 : (int)left);
	return stop_asked() ? stop_err(e) : 0;
}

void stop_block(void)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(&set, numbers[i]);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void stop_die(void)
{
	if (arrived)
		die_by(arrived);
}
