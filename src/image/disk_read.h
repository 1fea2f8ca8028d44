/* Reading what can be read of a disk image, and the tables in it. */
#ifndef IMAGE_DISK_READ_H
#define IMAGE_DISK_READ_H

#include <stdbool.h>

#include "base/bounds.h"
#include "base/err.h"
#include "image/disk_view.h"

#define SECTOR 512

static inline uint32_t le16(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t le32(const unsigned char *p)
{
	return le16(p) | le16(p + 2) << 16;
}

static inline uint64_t le64(const unsigned char *p)
{
	return le32(p) | (uint64_t)le32(p + 4) << 32;
}

static inline uint32_t be16(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t be32(const unsigned char *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static inline uint64_t be64(const unsigned char *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static inline bool power_of_two(uint64_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* n / unit, rounded up. */
static inline uint64_t pieces(uint64_t n, uint64_t unit)
{
	return n / unit + (n % unit != 0);
}

/*
 * Fill buf with len bytes from offset at.  Returns 1, or 0 when they are of a
 * pipe and gone, or -1 with ERR_IMAGE when the image ends before them or they
 * cannot be read.
 */
int disk_read(const struct disk_view *v, uint64_t at, void *buf, size_t len,
	      struct err *e) MUST_CHECK;

/* 0 if the image has len bytes at offset at, -1 if it ends before. */
int disk_holds(const struct disk_view *v, uint64_t at, uint64_t len, struct err *e) MUST_CHECK;

/* 0 if the image has count times unit bytes, as what ("its own header") says, -1 if not. */
int disk_reaches(const struct disk_view *v, const char *what, uint64_t count, unsigned unit,
		 struct err *e) MUST_CHECK;

/* The same for a table of count entries of width bytes. */
int disk_holds_table(const struct disk_view *v, uint64_t at, uint64_t count, unsigned width,
		     struct err *e) MUST_CHECK;

/* "is damaged: " and what is wrong.  Always returns -1. */
int disk_bad(struct err *e, const char *what);

/* The entries of a table, read as they are asked for. */
struct disk_table {
	const struct disk_view *v;
	uint64_t at;   /* where the next that is not in buf is */
	uint64_t left; /* how many are not in buf */
	unsigned width;
	size_t used, len; /* bytes of buf */
	unsigned char buf[DISK_TABLE_BYTES];
};

/*
 * count entries of width bytes, a power of two up to 4,096, from offset at on.
 * Those beyond DISK_WALK_MAX bytes are left out.
 */
void disk_table_init(struct disk_table *t, const struct disk_view *v, uint64_t at, uint64_t count,
		     unsigned width);

/*
 * Point entry to the next one.  Returns 1, or 0 behind the last one or the last
 * that a pipe still has, or -1 as disk_read() does.
 */
int disk_table_next(struct disk_table *t, const unsigned char **entry, struct err *e) MUST_CHECK;

#endif
