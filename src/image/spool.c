/* A temporary file loses its name at once. */
#include "image/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fit.h"
#include "base/stop.h"
#include "base/text.h"

int spool_open(const char *dir, struct err *e)
{
	char path[PATH_BYTES];
	struct text t;
	int fd;

	text_init(&t, path, sizeof(path));
	text_printf(&t, "%s/hoist-spool.XXXXXX", dir);
	if (fit_done(&t, "--spool", e) < 0)
		return -1;
	fd = mkstemp(path);
	if (fd < 0)
		return err_errno(e, ERR_USAGE, "--spool %s: no file can be made there", dir);
	(void)unlink(path);
	return fd;
}

int spool_write(int fd, const void *data, size_t len, struct err *e)
{
	const char *at = data;
	ssize_t n;

	while (len > 0) {
		if (stop_asked())
			return stop_err(e);
		n = write(fd, at, len);
		if (n < 0 && errno != EINTR)
			return err_errno(e, ERR_USAGE, "the file in --spool cannot be written");
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}
