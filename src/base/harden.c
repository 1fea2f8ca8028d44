/* No core dumps, open standard descriptors, no deadly SIGPIPE, many files: set before all else. */
#include "base/harden.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

void harden_process(void)
{
	struct rlimit core = { 1, 1 }, files;
	int fd;

	/* A file opened later must not become standard output.  "/" exists even without /dev. */
	for (fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/", O_RDONLY | O_DIRECTORY);
	signal(SIGPIPE, SIG_IGN);
	/* Past "ulimit -f" a write fails, as on a full disk. */
	signal(SIGXFSZ, SIG_IGN);
	/* Every upload has its image open, from the checks on. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	/*
	 * A limit of 1, unlike 0, also keeps the kernel from piping a dump to a
	 * collector (core(5)).  Not dumpable is the second choice: it takes
	 * /dev/fd/N and /dev/stdin away from a process without privileges.
	 */
	if (setrlimit(RLIMIT_CORE, &core) != 0)
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
