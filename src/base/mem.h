/*
 * libcurl, mbedTLS and libyaml allocate; we do not.  They get the C library's heap
 * through these functions, which count, and refuse above MEM_CAP_BYTES.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

struct mem_use {
	uint64_t calls;   /* allocations so far */
	size_t now, peak; /* bytes */
	uint64_t failed;  /* allocations that were refused, by us or by the system */
};

void *mem_malloc(size_t size);
void *mem_calloc(size_t n, size_t size);
void *mem_realloc(void *p, size_t size);
char *mem_strdup(const char *s);
void mem_free(void *p);

/* What has been taken until now. */
struct mem_use mem_use(void);

#endif
