/* Errors of libraries that are a lack of memory, descriptors or threads. */
#ifndef NET_SHORTAGE_H
#define NET_SHORTAGE_H

#include <stdint.h>

#include "base/err.h"

/* How many allocations have failed so far. */
uint64_t shortage_count(void);

/* Have more failed?  Then say so, whatever they led to, and return -1; else 0. */
int shortage_memory(uint64_t count, struct err *e);

/* libcurl says "out of memory", but no memory was missing: it is files or threads.  Returns -1. */
int shortage_resources(struct err *e);

#endif
