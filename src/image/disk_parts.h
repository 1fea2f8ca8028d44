/*
 * What the files disk_*.c share: reading a view, walking its tables, and the
 * checks of the single formats, which disk.c calls.
 */
#ifndef IMAGE_DISK_PARTS_H
#define IMAGE_DISK_PARTS_H

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

static inline uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
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

/*
 * The image is only the difference to another one, what ("backing file"), whose
 * name has len bytes at offset at, if len is not 0.  Always returns -1.
 */
int disk_needs(const struct disk_view *v, const char *what, uint64_t at, uint64_t len,
	       struct err *e);

/* The remark on a disk that is encrypted, which no check of its tables notices. */
extern const char disk_encrypted[];

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

/* A table of tables, as qcow, qcow2, QED and VMDK have it. */
struct disk_map {
	const struct disk_view *v;
	uint64_t at, count; /* the first level */
	unsigned width;     /* bytes of its entries */
	uint64_t below;     /* entries of a table of the second level */
	unsigned below_width;
	uint64_t align; /* of the tables of the second level */
	uint64_t unit;  /* bytes of a cluster, and */
	unsigned bits;  /* how many bits that are; for leaf */
	uint64_t last;  /* the last place that leaf has seen, and */
	uint64_t spent; /* bytes that it has inflated; for its own use */
	uint64_t disk;  /* bytes of the disk, for disk_map_needs() */
	uint64_t guest; /* which cluster of the disk the leaf is */
	bool zstd;      /* compressed clusters are not zlib's; for leaf */
	/* Where is the table that this entry speaks of?  0 for none. */
	uint64_t (*branch)(const unsigned char *entry);
	/* Is the cluster that this entry speaks of in the file? */
	int (*leaf)(struct disk_map *m, const unsigned char *entry, struct err *e);
};

/* Call leaf for every entry of every table of the second level.  Returns 0 or -1. */
int disk_walk(struct disk_map *m, struct err *e) MUST_CHECK;

/* How many bytes of the cluster that leaf was called for are of the disk?  0 behind its end. */
uint64_t disk_map_needs(const struct disk_map *m);

/* Is this sector the end of a VHD: its footer, with the right checksum? */
bool disk_vhd_footer(const unsigned char *sector);

/*
 * Has an image what its partitions need, or its file system if there are none?  On an
 * optical disc, the second GPT need not be at the very end.
 */
int disk_partitions(const struct disk_view *v, bool optical, struct err *e) MUST_CHECK;

/* Is its length one that a disk can have? */
int disk_sectors(const struct disk_view *v, struct err *e) MUST_CHECK;

int disk_raw(const struct disk_view *v, struct err *e) MUST_CHECK;
int disk_cow(const struct disk_view *v, struct err *e) MUST_CHECK;
int disk_iso(const struct disk_view *v, struct err *e) MUST_CHECK;
int disk_qcow(const struct disk_view *v, struct err *e) MUST_CHECK;
int disk_qcow2(const struct disk_view *v, struct err *e) MUST_CHECK;
int disk_qed(const struct disk_view *v, struct err *e) MUST_CHECK;
int disk_vdi(const struct disk_view *v, struct err *e) MUST_CHECK;
int disk_vhd(const struct disk_view *v, struct err *e) MUST_CHECK;
int disk_vhdx(const struct disk_view *v, struct err *e) MUST_CHECK;
int disk_vmdk(const struct disk_view *v, struct err *e) MUST_CHECK;

/* disk_virtual_size() of a VHDX: not in its header, but where its tables lead to. */
uint64_t disk_vhdx_size(const struct disk_view *v);

#endif
