/*
 * Lets gzip (RFC 1952) pass unchanged and verifies it on the way: every
 * member, its CRC and length, and that nothing follows the last one.
 */
#ifndef IMAGE_GZCHECK_H
#define IMAGE_GZCHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bounds.h"
#include "image/ends.h"
#include "image/stage.h"
#include "image/zroom.h"

struct gzcheck {
	struct stage stage;
	z_stream z;
	bool inside;       /* a member has begun and not ended */
	bool empty;        /* nothing has come yet */
	uint64_t in;       /* compressed bytes that passed */
	uint64_t out;      /* uncompressed bytes they hold: valid after the end */
	uint64_t max_out;  /* more is refused; 0 for no limit */
	bool judged;       /* what is in it is checked at its end, too */
	enum format holds; /* ... by its first bytes */
	struct ends ends;
	struct zroom room;
	_Alignas(16) unsigned char heap[INFLATE_HEAP_BYTES];
	unsigned char scratch[INFLATE_OUT_BYTES];
	unsigned char head[PROBE_BYTES]; /* of what is in it */
};

/*
 * up is where the gzip comes from.  Pulling returns -1 with ERR_IMAGE for
 * anything that gzip -t would refuse, for trailing bytes that it would ignore,
 * and for more than max_out uncompressed bytes.
 */
void gzcheck_init(struct gzcheck *g, struct stage *up, uint64_t max_out);

/*
 * Check at the end also what the gzip holds, which begins as holds does: pulling fails
 * when ends_check() does.  ends tells whom to ask; its head is not used.
 */
void gzcheck_judge(struct gzcheck *g, enum format holds, const struct ends *ends);

/*
 * Uncompress the first bytes of a gzip file into out, as many as in and cap
 * yield; g's memory is used and must be initialised anew afterwards.  whole
 * says that in is all of the file.  Returns how many, or -1 with ERR_IMAGE when
 * a member is damaged there or, in a whole file, cut short.
 */
ssize_t gzcheck_head(struct gzcheck *g, const void *in, size_t len, bool whole, void *out,
		     size_t cap, struct err *e) MUST_CHECK;

/* A gzip that is whole and empty: says so.  Always returns -1. */
int gzcheck_nothing(struct err *e);

/*
 * Are these first bytes of a file zlib's (RFC 1950), or all of it, if whole?  Its mark of
 * two bytes proves little, so all are inflated.  g's memory is used but for its scratch.
 */
bool gzcheck_is_zlib(struct gzcheck *g, const unsigned char *in, size_t len, bool whole);

#endif
