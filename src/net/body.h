/*
 * Between the chain and libcurl: a request body of announced length, pulled.
 *
 * A server has a complete object at the last byte of its Content-Length, and
 * libcurl never calls back after it.  So the last byte is held back until the
 * chain has said that it is at its end and all checks have passed: the server
 * never sees a complete bad object.
 */
#ifndef NET_BODY_H
#define NET_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "image/stage.h"

struct body {
	struct stage *up;
	struct err *e;   /* where a failure of the chain goes */
	uint64_t left;   /* bytes still to be handed out */
	bool done;       /* the last byte was handed out */
	int64_t pull_ms; /* time spent waiting for the chain */
};

/* len is at least 1. */
void body_init(struct body *b, struct stage *up, uint64_t len, struct err *e);

/* A CURLOPT_READFUNCTION; arg is the struct body. */
size_t body_read(char *buf, size_t size, size_t n, void *arg);

#endif
