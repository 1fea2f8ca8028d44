/*
 * ISA-L's compressor (igzip), which is some times faster than others.  It is for 64-bit PCs only:
 * elsewhere igzip_none.c is built in the place of igzip_isal.c.
 */
#ifndef IMAGE_IGZIP_H
#define IMAGE_IGZIP_H

#include <stdbool.h>
#include <stddef.h>

/* Can it be had here?  If not, nothing else of this is called. */
extern const bool igzip_is_here;

/* NULL when there is no memory.  igzip_close() must follow. */
void *igzip_open(void);

/*
 * Compress in[len] as a part of a deflate stream that ends at a whole byte, and does not refer
 * to what was before.  The same bytes give the same, on any processor with SSE 4.2 and carry-less
 * multiplication; on older ones they give something else.  Returns how many of out[cap] that
 * takes, or 0 if it does not fit.
 */
size_t igzip_block(void *g, const unsigned char *in, size_t len, unsigned char *out, size_t cap);

void igzip_close(void *g);

#endif
