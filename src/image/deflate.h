/*
 * Blocks of data as parts of one deflate stream (RFC 1951): each is compressed by itself, by
 * libdeflate or, at the fast level and where it can be had, by ISA-L, and ends at a whole byte,
 * so that they can be made by several threads and written one after the other.  Each is
 * proven: it was unpacked again, by zlib.
 */
#ifndef IMAGE_DEFLATE_H
#define IMAGE_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/err.h"
#include "image/zroom.h"

/* What one thread needs for it. */
struct deflate {
	void *compressor;
	bool fast; /* it is ISA-L's */
	_Alignas(16) unsigned char heap[INFLATE_HEAP_BYTES];
};

/* The most bytes that a block of len bytes can become, with those that align it. */
size_t deflate_bound(size_t len);

/*
 * level is 1 (fast) to 9 (small).  deflate_close() must follow.  Returns 0, or -1 with
 * ERR_FAILED when there is no memory.
 */
int deflate_open(struct deflate *d, int level, struct err *e) MUST_CHECK;

/*
 * Compress in[len], 1 to DEFLATE_BLOCK_BYTES, into out[deflate_bound(len)].  Returns how
 * many bytes that are, with the CRC-32 of in (RFC 1952), or -1 with ERR_FAILED if what was
 * made does not unpack to what it was made of.  It is unpacked to in.  prove: where that is
 * not, it may be left out.
 */
ssize_t deflate_block(struct deflate *d, unsigned char *in, size_t len, unsigned char *out,
		      uint32_t *crc, bool prove, struct err *e) MUST_CHECK;

void deflate_close(struct deflate *d);

#endif
