/*
 * The partition table of a raw disk: GPT (UEFI 2.10, 5.3), or MBR with logical partitions.
 * Nothing of it is trusted: what a table says counts only where its checksums are right, or
 * where its numbers fit into the disk.
 */
#ifndef IMAGE_PARTITION_H
#define IMAGE_PARTITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "image/disk_read.h"

/* So many partitions are looked at; Linux numbers no more of them. */
#define PARTITIONS_MAX 256

enum partition_kind {
	PARTITION_NONE, /* no table, or none that is one */
	PARTITION_MBR,
	PARTITION_GPT
};

/* A partition that is in use. */
struct partition {
	unsigned number;        /* as Linux numbers them: from 1 on, logical ones from 5 */
	uint64_t at, len;       /* bytes of the disk */
	unsigned char type;     /* of MBR; 0 for GPT */
	unsigned char guid[16]; /* its type, of GPT, in the order of its bytes; 0 for MBR */
	bool extended;          /* of MBR: it holds the logical ones, and nothing else */
};

/* A table that was opened, and how far it has been read. */
struct partition_table {
	const struct disk_view *v;
	enum partition_kind kind;
	unsigned sector; /* bytes */
	bool sound;      /* GPT: the checksum of its entries is right; if not, none is told */
	bool second;     /* GPT: it is the copy at the end, because the first one is damaged */
	uint64_t backup; /* GPT: the sector that the other copy should be in */

	bool logical;            /* tell the logical ones of an MBR, too; true at first */
	unsigned next;           /* number of the next partition */
	struct disk_table gpt;   /* its entries */
	unsigned char first[64]; /* the four entries of the MBR */
	uint64_t extended;       /* the first sector of the extended partition; 0: there is none */
	uint64_t link;           /* where the next logical partition is described; 0: nowhere */
};

/*
 * Look for a table on a disk whose sectors have so many bytes: 512 or 4,096, or 0 if that
 * is not known.  v has to live as long as t.  Returns 1, 0 if there is none, or -1 with
 * ERR_IMAGE or ERR_STOPPED when the disk cannot be read.
 */
int partition_open(struct partition_table *t, const struct disk_view *v, unsigned sector,
		   struct err *e) MUST_CHECK;

/*
 * Does everybody see the same partitions?  Linux takes a GPT only behind an MBR that protects
 * it, and an MBR that is none by our rules; other tables are not known here at all.  Of a
 * table that was opened; *hybrid gets how many partitions an MBR has beside a GPT.
 * Returns 1, 0 if somebody may see others, or -1 as partition_open().
 */
int partition_certain(const struct partition_table *t, unsigned *hybrid, struct err *e) MUST_CHECK;

/*
 * Of a GPT that was opened: is there another good copy of it, where it belongs?  The first one,
 * if it is the second that was opened, or the one in the last sector.  1, 0 or -1; t has no
 * more partitions to tell afterwards.
 */
int partition_other_copy(struct partition_table *t, struct err *e) MUST_CHECK;

/* The same for a table of one kind only: a hybrid disk has two, of which a GPT counts. */
int partition_open_gpt(struct partition_table *t, const struct disk_view *v, unsigned sector,
		       struct err *e) MUST_CHECK;
int partition_open_mbr(struct partition_table *t, const struct disk_view *v, unsigned sector,
		       struct err *e) MUST_CHECK;

/* The next partition in use, in the order of the table.  1, 0 behind the last one, or -1. */
int partition_next(struct partition_table *t, struct partition *p, struct err *e) MUST_CHECK;

#endif
