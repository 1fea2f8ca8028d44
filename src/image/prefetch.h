/*
 * Runs everything to its left in one thread, and hands the bytes over through
 * a ring of fixed blocks: reading and verifying go on while the network sends.
 */
#ifndef IMAGE_PREFETCH_H
#define IMAGE_PREFETCH_H

#include <pthread.h>
#include <stdbool.h>

#include "base/bounds.h"
#include "image/stage.h"

struct prefetch {
	struct stage stage;
	pthread_t thread;
	bool running;
	pthread_mutex_t lock; /* guards what follows, down to err */
	pthread_cond_t changed;
	bool quit;       /* the thread shall end */
	unsigned filled; /* blocks that wait to be taken */
	bool ended;      /* the thread has put its last block */
	bool failed;     /* ... and then err came */
	struct err err;
	unsigned put, take; /* the next block of either side */
	size_t len[RING_BLOCKS];
	size_t used; /* of the block that is being taken */
	unsigned char block[RING_BLOCKS][RING_BLOCK_BYTES];
};

/* Nothing runs before the first pull. */
void prefetch_init(struct prefetch *p, struct stage *up);

/*
 * End the thread, so that nothing to the left is in use any more.  Waits for a
 * read that is going on.  Needed before the chain is torn down; a rewind does it too.
 */
void prefetch_stop(struct prefetch *p);

#endif
