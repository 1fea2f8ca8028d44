/*
 * Between the chain and libcurl: a request body, pulled.
 *
 * A server has a complete object at the last byte of its Content-Length, and
 * libcurl never calls back after it.  So the last byte is held back until the
 * chain has said that it is at its end and all checks have passed: the server
 * never sees a complete bad object.  A body of unknown length goes in chunks,
 * and the last, empty one tells its end: that is sent only after the same word.
 */
#ifndef NET_BODY_H
#define NET_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "image/stage.h"

/* For a length that is not known. */
#define BODY_UNKNOWN UINT64_MAX

struct body {
	struct stage *up;
	struct err *e;   /* where a failure of the chain goes */
	uint64_t left;   /* bytes still to be handed out, or BODY_UNKNOWN */
	uint64_t sent;   /* bytes that were handed out */
	bool done;       /* the last byte was handed out */
	int64_t pull_ms; /* time spent waiting for the chain */
};

/*
 * len may be BODY_UNKNOWN.  If it is 0, libcurl may never ask for anything: then
 * body_read() has to be called before, and its word waited for.
 */
void body_init(struct body *b, struct stage *up, uint64_t len, struct err *e);

/* A CURLOPT_READFUNCTION; arg is the struct body. */
size_t body_read(char *buf, size_t size, size_t n, void *arg);

#endif
