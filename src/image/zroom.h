/* zlib's memory: a region of fixed size, handed out once and never returned. */
#ifndef IMAGE_ZROOM_H
#define IMAGE_ZROOM_H

#include <stddef.h>
#include <zlib.h>

#include "base/err.h"

struct zroom {
	unsigned char *at; /* aligned for anything; the caller's, and as long in use as z is */
	size_t cap, used;
};

/*
 * Begin to inflate, with windowBits as inflateInit2() takes it.  Nothing has to be
 * ended.  -1 with ERR_FAILED cannot happen with a region that is large enough.
 */
int zroom_start(struct zroom *r, z_stream *z, int bits, struct err *e) MUST_CHECK;

#endif
