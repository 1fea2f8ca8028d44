/* Counts what passes, for the progress display in another thread and against a promise. */
#ifndef IMAGE_METER_H
#define IMAGE_METER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "image/stage.h"

struct meter {
	struct stage stage;
	atomic_ullong *bytes; /* where it counts; the reader's, set to 0 by rewinding */
	bool begun;           /* something was pulled since it was initialised or rewound */
	bool ended;           /* the end of the stream has passed */
	uint64_t announced;
};

/* If announced is not 0, pulling fails with ERR_IMAGE for more bytes, and at the end for fewer. */
void meter_init(struct meter *m, struct stage *up, atomic_ullong *bytes, uint64_t announced);

#endif
