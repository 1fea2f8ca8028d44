/* Computes a message digest of what passes. */
#ifndef IMAGE_DIGEST_H
#define IMAGE_DIGEST_H

#include "base/hash.h"
#include "image/stage.h"

struct digest {
	struct stage stage;
	struct hash hash;
	char hex[HASH_HEX_BYTES]; /* "" until the end of the stream was seen */
};

void digest_init(struct digest *d, struct stage *up, enum hash_alg alg);

#endif
