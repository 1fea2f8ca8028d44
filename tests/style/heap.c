/*
 * An LD_PRELOAD library for the glibc build: counts what the whole process takes
 * from the heap, and lets one allocation fail.
 *
 *   HEAP_FAIL=n   the n-th allocation (from 1) returns NULL
 *   HEAP_LOG=f    at the end, write "allocations peak" to this file
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What glibc calls its own, for those who replace the public names. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t align, size_t size);
extern void __libc_free(void *p);

static atomic_ulong calls, now, peak;

static bool refused(void)
{
	static atomic_ulong chosen;
	unsigned long n = atomic_fetch_add(&calls, 1) + 1;
	const char *text;

	/* getenv() takes no memory; 0 would be asked again each time, which is right too. */
	if (chosen == 0) {
		text = getenv("HEAP_FAIL");
		chosen = text ? strtoul(text, NULL, 10) : (unsigned long)-1;
	}
	if (n != chosen)
		return false;
	errno = ENOMEM;
	return true;
}

static void *taken(void *p)
{
	unsigned long size = p ? malloc_usable_size(p) : 0;
	unsigned long sum = atomic_fetch_add(&now, size) + size;
	unsigned long top = peak;

	while (sum > top && !atomic_compare_exchange_weak(&peak, &top, sum))
		;
	return p;
}

static void given_back(void *p)
{
	if (p)
		atomic_fetch_sub(&now, malloc_usable_size(p));
}

void *malloc(size_t size)
{
	return refused() ? NULL : taken(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
	return refused() ? NULL : taken(__libc_calloc(n, size));
}

void *realloc(void *p, size_t size)
{
	size_t before = p ? malloc_usable_size(p) : 0;
	void *q;

	if (refused())
		return NULL;
	q = __libc_realloc(p, size);
	if (q)
		atomic_fetch_sub(&now, before);
	return taken(q);
}

void *aligned_alloc(size_t align, size_t size)
{
	return refused() ? NULL : taken(__libc_memalign(align, size));
}

int posix_memalign(void **p, size_t align, size_t size)
{
	*p = aligned_alloc(align, size);
	return *p ? 0 : ENOMEM;
}

void free(void *p)
{
	given_back(p);
	__libc_free(p);
}

__attribute__((destructor)) static void write_log(void)
{
	const char *name = getenv("HEAP_LOG");
	char line[64];
	int fd, n;

	if (!name)
		return;
	n = snprintf(line, sizeof(line), "%lu %lu\n", calls, peak);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, line, (size_t)n) != n)
		_exit(127);
	close(fd);
}
