#include "unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/harden.h"
#include "unit/files.h"

/* Close the descriptors of a bit mask, harden, and report what is left as an exit status. */
static int closed_before(void *arg)
{
	unsigned mask = *(const unsigned *)arg;
	char byte = 'x';
	int fd, next;

	for (fd = 0; fd <= 2; fd++)
		if (mask & (1u << fd))
			close(fd);
	harden_process();
	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			return 10 + fd;
	/* A file opened now is none of the three: it will not get our messages. */
	next = open("/dev/null", O_RDONLY);
	if (next <= 2)
		return 20;
	/* What was closed fails when it is used, rather than doing something else. */
	for (fd = 0; fd <= 2; fd++)
		if ((mask & (1u << fd)) && (write(fd, &byte, 1) >= 0 || read(fd, &byte, 1) >= 0))
			return 30 + fd;
	return 0;
}

static void descriptors_0_to_2_exist(void **state)
{
	unsigned mask;
	int status;

	(void)state;
	for (mask = 0; mask < 8; mask++) {
		status = in_child(closed_before, &mask);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "mask %u: 0x%x", mask,
		      (unsigned)status);
	}
}

static int broken_pipe(void *arg)
{
	int fds[2];

	(void)arg;
	harden_process();
	if (pipe(fds) != 0 || close(fds[0]) != 0)
		return 1;
	return write(fds[1], "x", 1) == -1 && errno == EPIPE ? 0 : 2;
}

static void a_broken_pipe_is_an_error(void **state)
{
	int status = in_child(broken_pipe, NULL);

	(void)state;
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "0x%x", (unsigned)status);
}

static int no_core(void *arg)
{
	struct rlimit limit;

	(void)arg;
	harden_process();
	if (getrlimit(RLIMIT_CORE, &limit) != 0)
		return 1;
	/* A limit of exactly 1 also stops dumps that are piped to a collector: core(5). */
	if (limit.rlim_cur == 1 && limit.rlim_max == 1)
		return 0;
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 2;
}

static void no_core_dump(void **state)
{
	int status = in_child(no_core, NULL);

	(void)state;
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "0x%x", (unsigned)status);
}

/* Past "ulimit -f": an error, as on a full disk, and no signal. */
static int past_the_limit(void *arg)
{
	struct rlimit one = { 1, 1 };
	int fd = open(arg, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	harden_process();
	if (fd < 0 || setrlimit(RLIMIT_FSIZE, &one) != 0 || write(fd, "x", 1) != 1)
		return 1;
	return write(fd, "x", 1) == -1 && errno == EFBIG ? 0 : 2;
}

static void a_file_that_may_not_grow(void **state)
{
	char path[] = "/tmp/hoist-unit.XXXXXX";
	int fd = mkstemp(path), status = in_child(past_the_limit, path);

	(void)state;
	close(fd);
	unlink(path);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "0x%x", (unsigned)status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors_0_to_2_exist),
		cmocka_unit_test(a_broken_pipe_is_an_error),
		cmocka_unit_test(no_core_dump),
		cmocka_unit_test(a_file_that_may_not_grow),
	};

	return cmocka_run_group_tests_name("harden", tests, NULL, NULL);
}
