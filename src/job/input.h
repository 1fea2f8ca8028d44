/* The image of a task, open from the checks until it was sent. */
#ifndef JOB_INPUT_H
#define JOB_INPUT_H

#include "base/hash.h"
#include "image/source.h"

struct input {
	struct source source;
	struct vacant_list vacant; /* of --skip-free, and hoist check; count 0: not looked at */
	const unsigned char *head; /* the first bytes of a pipe, or NULL */
	size_t head_len;
	char sums[HASH_ALGS][HASH_HEX_BYTES]; /* they outlive the task's run */
};

#endif
