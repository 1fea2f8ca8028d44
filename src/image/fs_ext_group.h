/* ext2, ext3 and ext4: the groups of blocks, and the bitmap that each of them has. */
#ifndef IMAGE_FS_EXT_GROUP_H
#define IMAGE_FS_EXT_GROUP_H

#include "image/fs.h"

#define SUPER_AT 1024
#define DESC_MOST 64

/* s_feature_* */
#define COMPAT_JOURNAL 0x4
#define COMPAT_SPARSE_SUPER2 0x200
#define INCOMPAT_RECOVER 0x4
#define INCOMPAT_META_BG 0x10
#define INCOMPAT_EXTENTS 0x40
#define INCOMPAT_64BIT 0x80
#define INCOMPAT_FLEX_BG 0x200
#define INCOMPAT_CSUM_SEED 0x2000
/* Files' types, extents, attributes, large directories, inline data, encryption, casefolding. */
#define INCOMPAT_HARMLESS                                                                          \
	(0x2 | INCOMPAT_EXTENTS | 0x400 | 0x1000 | 0x4000 | 0x8000 | 0x10000 | 0x20000)
#define INCOMPAT_KNOWN                                                                             \
	(INCOMPAT_RECOVER | INCOMPAT_META_BG | INCOMPAT_64BIT | INCOMPAT_FLEX_BG |                 \
	 INCOMPAT_CSUM_SEED | INCOMPAT_HARMLESS)
#define RO_SPARSE_SUPER 0x1
#define RO_GDT_CSUM 0x10
#define RO_BIGALLOC 0x200
#define RO_METADATA_CSUM 0x400
/* Large files, directories' trees and links, large inodes, quotas, read-only, projects, verity. */
#define RO_HARMLESS (0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x100 | 0x1000 | 0x2000 | 0x8000)
#define RO_KNOWN (RO_SPARSE_SUPER | RO_GDT_CSUM | RO_BIGALLOC | RO_METADATA_CSUM | RO_HARMLESS)

/* What is told of one group. */
struct ext_group {
	uint32_t number;
	uint64_t first;                             /* block */
	uint32_t bits;                              /* of its map: clusters */
	uint64_t bitmap, inode_bitmap, inode_table; /* blocks */
	uint32_t free;                              /* clusters */
	uint32_t flags, csum;
};

/* Are there checksums, of the groups at least? */
bool ext_has_csums(const struct fs_ext *x);

/* The first block of a group. */
uint64_t ext_first_of(const struct fs_ext *x, uint32_t group);

/* Read what is told of a group.  false with fs->why if that is not to be believed. */
bool ext_read_group(struct fs *fs, uint32_t number, struct ext_group *g);

/* The same, and its map into fs->map. */
bool ext_load_map(struct fs *fs, uint32_t number, struct ext_group *g);

/* Where in the group's map a block is; UINT32_MAX if it is in another group. */
uint32_t ext_bit_of(const struct fs_ext *x, const struct ext_group *g, uint64_t block);

/* Of the halves of a number the second counts only with the feature 64bit. */
static inline uint64_t ext_number(const struct fs_ext *x, uint32_t low, uint32_t high)
{
	return x->incompat & INCOMPAT_64BIT ? low | (uint64_t)high << 32 : low;
}

static inline bool ext_get_bit(const unsigned char *map, uint32_t bit)
{
	return map[bit / 8] >> bit % 8 & 1;
}

#endif
