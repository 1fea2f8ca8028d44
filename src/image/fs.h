/*
 * A file system on a disk: which of its blocks hold nothing.  It is believed only where all
 * that it says of itself fits together; else it is as if nothing were known of it.
 */
#ifndef IMAGE_FS_H
#define IMAGE_FS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bounds.h"
#include "image/disk_read.h"

/* ext2, ext3 and ext4: Linux's fs/ext4/ext4.h. */
struct fs_ext {
	uint32_t block;        /* bytes */
	uint32_t cluster_bits; /* blocks of a cluster, which a bit stands for: 1 << this */
	uint64_t blocks, first;
	uint32_t group; /* blocks of one */
	uint32_t groups;
	uint32_t desc;                        /* bytes of a group's descriptor */
	uint32_t inode;                       /* bytes of one */
	uint64_t inode_blocks;                /* of each group */
	uint32_t seed;                        /* of all checksums, where there are */
	uint32_t compat, incompat, ro_compat; /* features */
	uint32_t reserved, first_meta;        /* blocks kept for more descriptors; see meta_bg */
	uint32_t backups[2];                  /* sparse_super2: the groups that have a superblock */
	unsigned char uuid[16];
};

/* FAT12, FAT16 and FAT32: Microsoft's "FAT: General Overview", 1.03. */
struct fs_fat {
	uint32_t bits;                   /* of an entry */
	uint32_t cluster;                /* bytes */
	uint64_t table, table_len, data; /* offsets and bytes */
	uint64_t clusters;
};

/* exFAT: Microsoft's "exFAT file system specification", revision 1.00, 2019. */
struct fs_exfat {
	uint32_t cluster; /* bytes */
	uint32_t clusters, root;
	uint64_t fat, heap, bitmap; /* offsets: the table, cluster 2, what says what is in use */
	uint64_t taken;             /* clusters of the files that were found */
	uint64_t walked;            /* bytes that were looked at for that */
	uint64_t window[3];         /* offsets of what is in parts of map, as map_of */
};

/* XFS: Linux's fs/xfs/libxfs/xfs_format.h and xfs_log_format.h. */
struct fs_xfs {
	uint32_t block, sector; /* bytes */
	uint64_t blocks;
	uint32_t group, groups; /* blocks of an allocation group; how many there are */
	unsigned char uuid[16]; /* of all metadata */
};

/* Linux's swap space. */
struct fs_swap {
	uint64_t page; /* bytes: the header */
	uint64_t end;  /* offset */
};

struct fs {
	const struct disk_view *v;  /* of the disk */
	uint64_t at, len;           /* where it is on it: bytes */
	bool is_swap;               /* by the partition table */
	const struct fs_kind *kind; /* NULL: none of which is known what is free */
	const char *name;           /* "ext4", also of those that are known by name only; or NULL */
	const char *why;            /* it is not believed */
	uint64_t free;              /* bytes that hold nothing */
	union {
		struct fs_ext ext;
		struct fs_fat fat;
		struct fs_exfat exfat;
		struct fs_xfs xfs;
		struct fs_swap swap;
	} u;
	uint64_t map_of; /* what map has: a group's number, an offset; UINT64_MAX: nothing */
	unsigned char map[FS_MAP_BYTES];
};

struct fs_kind {
	const char *name;
	/*
	 * Is it one, and are its parts in order?  All of its maps are read.  Returns 1, 0 if it
	 * is none of this kind, or -1 with fs->why; sets fs->free, and may set fs->name.
	 */
	int (*open)(struct fs *fs);
	/* As fs_vacant(). */
	bool (*vacant)(struct fs *fs, uint64_t pos, uint64_t *len);
};

extern const struct fs_kind fs_ext, fs_fat, fs_exfat, fs_xfs, fs_swap;

/*
 * Look at len bytes from offset at on, where a partition or a whole disk begins; swap: the
 * partition table says that it is for swap, without which no such mark is believed.  Returns 1
 * for a file system whose fs->free can be believed, 0 if there is none that is known, or -1
 * if there is one, but fs->why not.
 */
int fs_open(struct fs *fs, const struct disk_view *v, uint64_t at, uint64_t len, bool swap);

/*
 * After fs_open() gave 1: is the byte at pos of it vacant?  *len gets how many from there on
 * are the same, at least 1.
 */
bool fs_vacant(struct fs *fs, uint64_t pos, uint64_t *len);

/* For the kinds: read len bytes from offset at of the file system; false if they cannot be. */
bool fs_read(const struct fs *fs, uint64_t at, void *buf, size_t len);

/* What is often wrong. */
extern const char fs_odd[], fs_unreadable[];

/* fs->why; always -1. */
int fs_doubt(struct fs *fs, const char *why);

#endif
