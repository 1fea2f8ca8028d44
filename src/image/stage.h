/*
 * One link of the chain through which an image flows.  Bytes are pulled: each
 * stage pulls from the one on its left (up), errors go straight back.
 *
 * End of stream is a claim, and a stage may make it only when it is true: a
 * read error is never an end, and a decoder is asked whether it is finished.
 */
#ifndef IMAGE_STAGE_H
#define IMAGE_STAGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct stage;

struct stage_ops {
	const char *name;
	/*
	 * Store up to cap (at least 1) bytes at buf.
	 *  > 0  that many bytes were stored
	 *    0  end of stream, and everything this stage checks has passed
	 *   -1  failed, *e says why; the stage must not be pulled again
	 */
	ssize_t (*pull)(struct stage *s, void *buf, size_t cap, struct err *e);
	/* Go back to byte 0.  -1 if that is impossible (a pipe). */
	int (*rewind)(struct stage *s, struct err *e);
	/*
	 * Pass over bytes that are known to be zeros without being looked at, as many as are a
	 * multiple of unit, and say how many that are.  NULL: none.
	 */
	uint64_t (*pass_zeros)(struct stage *s, uint64_t unit);
};

/* Every concrete stage has this as its first member. */
struct stage {
	const struct stage_ops *ops;
	struct stage *up; /* the stage we pull from; NULL for a source */
};

static inline ssize_t stage_pull(struct stage *s, void *buf, size_t cap, struct err *e)
{
	return s->ops->pull(s, buf, cap, e);
}

static inline uint64_t stage_pass_zeros(struct stage *s, uint64_t unit)
{
	return s->ops->pass_zeros ? s->ops->pass_zeros(s, unit) : 0;
}

static inline int stage_rewind(struct stage *s, struct err *e)
{
	return s->ops->rewind(s, e);
}

#endif
