/*
 * Lets gzip (RFC 1952) pass unchanged and verifies it on the way: every
 * member, its CRC and length, and that nothing follows the last one.
 */
#ifndef IMAGE_GZCHECK_H
#define IMAGE_GZCHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

#include "base/bounds.h"
#include "image/stage.h"

struct gzcheck {
	struct stage stage;
	z_stream z;
	bool inside;      /* a member has begun and not ended */
	bool empty;       /* nothing has come yet */
	uint64_t in;      /* compressed bytes that passed */
	uint64_t out;     /* uncompressed bytes they hold: valid after the end */
	uint64_t max_out; /* more is refused; 0 for no limit */
	size_t heap_used;
	_Alignas(16) unsigned char heap[INFLATE_HEAP_BYTES];
	unsigned char scratch[INFLATE_OUT_BYTES];
};

/*
 * up is where the gzip comes from.  Pulling returns -1 with ERR_IMAGE for
 * anything that gzip -t would refuse, for trailing bytes that it would ignore,
 * and for more than max_out uncompressed bytes.
 */
void gzcheck_init(struct gzcheck *g, struct stage *up, uint64_t max_out);

/*
 * Uncompress the first bytes of a gzip file into out, as many as in and cap
 * yield; g's memory is used and must be initialised anew afterwards.  whole
 * says that in is all of the file.  Returns how many, or -1 with ERR_IMAGE when
 * a member is damaged there or, in a whole file, cut short.
 */
ssize_t gzcheck_head(struct gzcheck *g, const void *in, size_t len, bool whole, void *out,
		     size_t cap, struct err *e) MUST_CHECK;

#endif
