/* The heap of the libraries: counted, and limited. */
#define HOIST_MAY_ALLOCATE
#include "base/banned.h"

#include "base/mem.h"

#include <malloc.h>
#include <stdatomic.h>

#include "base/bounds.h"

static atomic_ullong calls, failed;
static atomic_size_t now, peak;

static void *refuse(void)
{
	atomic_fetch_add(&failed, 1);
	return NULL;
}

/* Count a block that was taken, or give it back when that is too much. */
static void *count(void *p)
{
	size_t size, total, high;

	if (!p)
		return refuse();
	size = malloc_usable_size(p);
	total = atomic_fetch_add(&now, size) + size;
	if (total > MEM_CAP_BYTES) {
		atomic_fetch_sub(&now, size);
		free(p);
		return refuse();
	}
	atomic_fetch_add(&calls, 1);
	high = atomic_load(&peak);
	while (total > high && !atomic_compare_exchange_weak(&peak, &high, total))
		;
	return p;
}

void *mem_malloc(size_t size)
{
	return size > MEM_CAP_BYTES ? refuse() : count(malloc(size));
}

void *mem_calloc(size_t n, size_t size)
{
	if (size != 0 && n > MEM_CAP_BYTES / size)
		return refuse();
	return count(calloc(n, size));
}

void *mem_realloc(void *p, size_t size)
{
	void *fresh = mem_malloc(size);
	size_t old;

	/* By hand, so that a refusal leaves the old block as it was. */
	if (p && fresh) {
		old = malloc_usable_size(p);
		memcpy(fresh, p, old < size ? old : size);
		mem_free(p);
	}
	return fresh;
}

char *mem_strdup(const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = mem_malloc(size);

	if (copy)
		memcpy(copy, s, size);
	return copy;
}

void mem_free(void *p)
{
	if (!p)
		return;
	atomic_fetch_sub(&now, malloc_usable_size(p));
	free(p);
}

struct mem_use mem_use(void)
{
	struct mem_use use = {
		.calls = atomic_load(&calls),
		.now = atomic_load(&now),
		.peak = atomic_load(&peak),
		.failed = atomic_load(&failed),
	};

	return use;
}
