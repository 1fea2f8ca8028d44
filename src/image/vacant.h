/*
 * What of a raw disk holds nothing, by the file systems in its partitions or on all of it:
 * these bytes need not be read, nor travel.  Where anything is in doubt, it is read.
 */
#ifndef IMAGE_VACANT_H
#define IMAGE_VACANT_H

#include "image/fs.h"
#include "image/partition.h"

/* "ro at /boot": where it is mounted, or what else it is used for; a long one is cut. */
#define VACANT_USE_BYTES 64

/* A partition, or a disk without any. */
struct vacant_part {
	unsigned number; /* 0: all of the disk */
	uint64_t at, len;
	bool swap;                  /* by the partition table */
	bool shared;                /* another one overlaps it */
	const char *kind;           /* "ext4"; NULL: no file system that is known by name */
	const char *why;            /* it is read whole; NULL: it is not */
	uint64_t free;              /* bytes that can be left out, */
	uint64_t left;              /* ... and that were, in the pass that was made last */
	char use[VACANT_USE_BYTES]; /* "" if it is in no use, or that is not known */
};

struct vacant_list {
	enum partition_kind kind; /* of the partition table */
	unsigned sector;          /* ... bytes; 0 if there is none */
	bool second;              /* GPT: its first copy is damaged */
	bool both;                /* GPT: the other copy is good, and where it belongs */
	unsigned count;
	const char *doubt;   /* whose partitions they are; then all is read; or NULL */
	bool more;           /* partitions that are not in it, and are read whole */
	uint64_t free, left; /* of all of them */
	struct vacant_part part[VACANT_PARTS_MAX];
};

struct vacant {
	struct disk_view view;
	struct vacant_list *list;
	struct partition_table table; /* while it is looked at */
	unsigned current;             /* whose file system is open; list->count: none's */
	struct fs fs;
};

/*
 * Look at the disk; list, which has to live as long as v, gets what is in it.  sector as
 * partition_open() takes it.  look, called for each part, says in part->use who uses it, and
 * returns whether it is written to.
 * Returns 0, or -1 with ERR_STOPPED; a disk that cannot be read is read, and so it fails then.
 */
int vacant_open(struct vacant *v, struct vacant_list *list, const struct disk_view *view,
		unsigned sector, bool (*look)(void *arg, struct vacant_part *part), void *arg,
		struct err *e) MUST_CHECK;

/*
 * Does the byte at pos hold nothing?  *len gets how many from there on are the same.  If
 * so, all of them count as left out: ask once for each run, and after vacant_rewind().
 */
bool vacant_at(struct vacant *v, uint64_t pos, uint64_t *len);

/* Another pass begins: nothing is left out yet. */
void vacant_rewind(struct vacant *v);

#endif
