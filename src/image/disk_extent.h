/* Where in the file of an image is what is on the disk?  By the tables of its format. */
#ifndef IMAGE_DISK_EXTENT_H
#define IMAGE_DISK_EXTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/err.h"
#include "image/disk_view.h"

enum extent_kind {
	EXTENT_ZERO,
	EXTENT_DATA,
	EXTENT_COMPRESSED, /* has to be unpacked whole */
	EXTENT_UNKNOWN     /* its table is gone with the pipe, or its meaning is not known */
};

/* A part of the disk that is in one piece. */
struct extent {
	enum extent_kind kind;
	uint64_t at, len;  /* of the disk, in bytes */
	uint64_t file_at;  /* where its first byte is in the image; of data and compressed ones */
	uint64_t file_len; /* of compressed ones: at most so many bytes; 0: not told */
};

/*
 * Tables that lead from a place of the disk to one of the file.  With a second level, the
 * entries of the first say where the tables of the second are.
 */
struct disk_map {
	uint64_t at, count; /* the first table: its place in the file, its entries */
	unsigned width;     /* bytes of an entry */
	uint64_t below;     /* entries of each table of the second level; 0 if there is none */
	unsigned below_width;
	uint64_t align;  /* of the tables of the second level */
	uint64_t unit;   /* bytes of the disk for each entry of the last level */
	uint64_t stride; /* if not 0: after so many entries comes one to pass over (VHDX) */
	uint64_t seen;   /* bytes of the tables of the second level that were entered */
	uint64_t next;   /* the entry of the first one that was not yet */
};

/* The part of a table that is in memory. */
struct disk_window {
	uint64_t at;
	size_t len;
	unsigned char buf[DISK_TABLE_BYTES];
};

/* What single formats keep of their headers. */
union disk_own {
	struct {
		uint64_t refs_at, refs_count, snaps_at, snaps_count;
		uint64_t tested; /* the place of the compressed cluster that was inflated last */
		uint64_t spent;  /* bytes that were inflated in all */
		unsigned cluster_bits;
		bool zstd;
	} qcow2;
	struct {
		unsigned cluster_bits;
	} qcow;
	struct {
		uint64_t data_at;
		uint64_t block, extra; /* bytes of a block, and in front of each */
	} vdi;
	struct {
		uint64_t bitmap; /* bytes in front of each block */
	} vhd;
	struct {
		bool fixed;
	} vhdx;
	struct {
		bool packed;
		uint64_t last; /* the place of the grain that is last in the file */
	} vmdk;
};

struct disk;

/* What a format knows of its images. */
struct disk_format {
	/* disk_open(): the header, once. */
	int (*open)(struct disk *d, struct err *e);
	/* Where is the table that this entry of the first one speaks of?  0 for none. */
	uint64_t (*branch)(const unsigned char *entry);
	/*
	 * Fill in x for this entry of the last level.  At first x is its whole unit, cut where
	 * the disk ends (behind that its length is 0), and of zeros.  It may be narrowed to a
	 * part that holds the byte at.  -1 if its data is not in the file.
	 */
	int (*leaf)(struct disk *d, const unsigned char *entry, uint64_t at, struct extent *x,
		    struct err *e);
	/* Check what is in the file besides, after all extents.  May be NULL. */
	int (*rest)(struct disk *d, struct err *e);
};

/* An image that was opened. */
struct disk {
	const struct disk_view *v;
	const struct disk_format *format; /* NULL if its inside is not known */
	uint64_t size;                    /* bytes of the disk; 0 if not known */
	const char *lacks;                /* "parent": the image it is a difference to, or NULL */
	uint64_t lacks_at, lacks_len;     /* the name of that one in the file, if lacks_len > 0 */
	bool encrypted;
	bool flat;           /* the disk is in the file from the first byte on, as it is */
	uint64_t walk_max;   /* bytes of tables, for each level; what is behind is EXTENT_UNKNOWN */
	struct disk_map map; /* not flat; nothing is known of what is where if its unit is 0 */
	union disk_own own;
	struct disk_window first, second;
};

/*
 * The extent that the byte at of the disk is in: at < d->size, and disk_open() said 1.
 * Where data begins and ends is in the file.  Returns 0, or -1 with ERR_IMAGE or ERR_STOPPED.
 */
int disk_extent(struct disk *d, uint64_t at, struct extent *x, struct err *e) MUST_CHECK;

/*
 * Look at the extents of all entries of the tables, also of those for what is behind the end of
 * the disk, as far as d->walk_max lets it.  Returns as disk_extent() does.
 */
int disk_walk(struct disk *d, struct err *e) MUST_CHECK;

#endif
