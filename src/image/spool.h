/* A file without a name, in a directory that has room for it: what a pipe was is kept there. */
#ifndef IMAGE_SPOOL_H
#define IMAGE_SPOOL_H

#include <stddef.h>

#include "base/err.h"

/*
 * Make one in dir.  It goes when it is closed, or the process ends.  Returns a descriptor,
 * or -1 with ERR_USAGE.
 */
int spool_open(const char *dir, struct err *e) MUST_CHECK;

/* Append len bytes.  0, or -1 with ERR_USAGE when there is no more room, or ERR_STOPPED. */
int spool_write(int fd, const void *data, size_t len, struct err *e) MUST_CHECK;

#endif
