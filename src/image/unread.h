/* Where a disk could not be read: zeros stand there in the image. */
#ifndef IMAGE_UNREAD_H
#define IMAGE_UNREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bounds.h"

struct unread_range {
	uint64_t at, len; /* bytes of the image */
};

/* Ascending, with something between any two. */
struct unread {
	unsigned count;
	uint64_t bytes; /* of all of them */
	struct unread_range range[UNREAD_MAX];
};

/* Add what is in none of them.  false if there are too many. */
bool unread_add(struct unread *u, uint64_t at, uint64_t len);

/*
 * Is the byte at pos in one of them?  *len gets the number of bytes from there on of which
 * the same is true; UINT64_MAX when nothing follows.
 */
bool unread_has(const struct unread *u, uint64_t pos, uint64_t *len);

#endif
