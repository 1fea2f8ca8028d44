/*
 * Lets an image from a pipe pass, and checks at its end what can be checked of
 * one that is not kept: its beginning against its length and its last bytes.
 */
#ifndef IMAGE_TAIL_H
#define IMAGE_TAIL_H

#include "image/ends.h"
#include "image/stage.h"

struct tail {
	struct stage stage;
	enum format format; /* by the first bytes */
	struct ends ends;
};

/*
 * ends has what the caller knows: the first bytes, which must live as long as t, and
 * whom to ask.  Pulling returns -1 at the end when ends_check() does.
 */
void tail_init(struct tail *t, struct stage *up, enum format format, const struct ends *ends);

#endif
