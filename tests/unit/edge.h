/* Copies of data that end where an unreadable page begins: one byte too far is a crash. */
#ifndef UNIT_EDGE_H
#define UNIT_EDGE_H

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct edge {
	char *map;
	size_t size;
	char *end; /* the first byte that must not be touched */
};

/* Room for up to cap bytes.  Aborts when there is no memory: no test can go on. */
static inline void edge_open(struct edge *g, size_t cap)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);

	g->size = (cap / page + 2) * page;
	g->map = mmap(NULL, g->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (fd < 0 || g->map == MAP_FAILED)
		abort();
	close(fd);
	g->end = g->map + g->size - page;
	if (mprotect(g->end, page, PROT_NONE) != 0)
		abort();
}

/* The last len bytes before the edge, as a copy of p (NULL: as they are). */
static inline char *edge_put(struct edge *g, const void *p, size_t len)
{
	if (p && len > 0)
		memcpy(g->end - len, p, len);
	return g->end - len;
}

static inline void edge_close(struct edge *g)
{
	munmap(g->map, g->size);
}

#endif
