/* XFS: its free space is a tree of extents for each allocation group. */
#include "image/fs_xfs.h"

#include <string.h>

#include "base/stop.h"
#include "image/crc.h"

/* Version 5, which has checksums. */
#define VERSION_MASK 15
#define VERSION 5

/* Features: file types, sparse inodes, metadata's own UUID, large times, large counts of
 * extents, exchanged ranges, pointers to parents. */
#define INCOMPAT_META_UUID 0x4
#define INCOMPAT 0xef
/* Trees of free inodes, of owners, of shared extents; counts of inodes' blocks. */
#define RO_COMPAT 0xf

#define AGF_MAGIC 0x58414746
#define TREE_MAGIC 0x41423342

/* A block of the tree: what is before its records, a record or key, a pointer. */
#define HEAD_BYTES 56
#define RECORD_BYTES 8
#define POINTER_BYTES 4

#define NO_BLOCK UINT32_MAX
#define LEVELS_MOST 8

/* The group's header: superblock, free space, inodes, free list, each in a sector. */
#define GROUP_SECTORS 4

/* What of a group's header says what is free. */
struct group {
	uint32_t number, length; /* blocks */
	uint32_t root, levels;
	uint32_t free, longest; /* blocks */
	uint32_t others;        /* blocks that count as free, but are kept for, or in, the trees */
};

/* Is the CRC-32C at this place of buf[len] right? */
static bool is_sealed(const unsigned char *buf, size_t len, size_t at)
{
	static const unsigned char zero[4];
	uint32_t crc = crc32c(UINT32_MAX, buf, at);

	crc = crc32c(crc, zero, sizeof(zero));
	crc = crc32c(crc, buf + at + sizeof(zero), len - at - sizeof(zero));
	return (crc ^ UINT32_MAX) == le32(buf + at);
}

static uint64_t offset_of(const struct fs_xfs *x, uint32_t group, uint32_t block)
{
	return ((uint64_t)group * x->group + block) * x->block;
}

static bool doubt(struct fs *fs, const char *why)
{
	(void)fs_doubt(fs, why);
	return false;
}

static bool read_group(struct fs *fs, uint32_t number, struct group *g)
{
	const struct fs_xfs *x = &fs->u.xfs;
	uint64_t left = x->blocks - (uint64_t)number * x->group;
	const unsigned char *d = fs->map;

	fs->map_of = UINT64_MAX;
	if (!fs_read(fs, offset_of(x, number, 0) + x->sector, fs->map, x->sector))
		return doubt(fs, fs_unreadable);
	if (!is_sealed(d, x->sector, 0xd8))
		return doubt(fs, "the checksum of a group is wrong");
	g->number = number;
	g->length = be32(d + 0x0c);
	g->root = be32(d + 0x10);
	g->levels = be32(d + 0x1c);
	g->free = be32(d + 0x34);
	g->longest = be32(d + 0x38);
	g->others = be32(d + 0x30) + be32(d + 0x3c);
	if (be32(d) != AGF_MAGIC || be32(d + 4) != 1 || be32(d + 8) != number ||
	    memcmp(d + 0x40, x->uuid, sizeof(x->uuid)) != 0 ||
	    g->length != (left < x->group ? left : x->group) || g->levels == 0 ||
	    g->levels > LEVELS_MOST || g->free > g->length || g->others > g->length)
		return doubt(fs, fs_odd);
	return true;
}

/* A block of a group's tree into fs->map. */
static bool read_block(struct fs *fs, const struct group *g, uint32_t block, uint32_t level)
{
	const struct fs_xfs *x = &fs->u.xfs;
	uint32_t each = level ? RECORD_BYTES + POINTER_BYTES : RECORD_BYTES;
	uint64_t at = offset_of(x, g->number, block);
	const unsigned char *d = fs->map;

	fs->map_of = UINT64_MAX;
	if (block >= g->length)
		return doubt(fs, fs_odd);
	if (!fs_read(fs, at, fs->map, x->block))
		return doubt(fs, fs_unreadable);
	if (!is_sealed(d, x->block, 0x34))
		return doubt(fs, "the checksum of what is free is wrong");
	if (be32(d) != TREE_MAGIC || be16(d + 4) != level ||
	    be16(d + 6) > (x->block - HEAD_BYTES) / each || (be16(d + 6) == 0 && g->levels > 1) ||
	    be64(d + 0x10) != at / 512 || memcmp(d + 0x20, x->uuid, sizeof(x->uuid)) != 0 ||
	    be32(d + 0x30) != g->number)
		return doubt(fs, fs_odd);
	if (level == 0)
		fs->map_of = at;
	return true;
}

/* Of what is in fs->map. */
static uint32_t count_of(const struct fs *fs)
{
	return be16(fs->map + 6);
}

static uint32_t start_of(const struct fs *fs, uint32_t i)
{
	return be32(fs->map + HEAD_BYTES + (size_t)i * RECORD_BYTES);
}

/* The first block behind an extent. */
static uint64_t end_of(const struct fs *fs, uint32_t i)
{
	return (uint64_t)start_of(fs, i) +
	       be32(fs->map + HEAD_BYTES + (size_t)i * RECORD_BYTES + 4);
}

/* The last one that begins at this block or before it; UINT32_MAX if none does. */
static uint32_t find(const struct fs *fs, uint32_t block)
{
	uint32_t low = 0, high = count_of(fs), middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (start_of(fs, middle) <= block)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}

/* The leaf in which an extent with this block would be. */
static bool descend(struct fs *fs, const struct group *g, uint32_t block)
{
	const struct fs_xfs *x = &fs->u.xfs;
	size_t keys = (x->block - HEAD_BYTES) / (RECORD_BYTES + POINTER_BYTES);
	uint32_t level, at = g->root, i;

	for (level = g->levels; level-- > 0;) {
		if (!read_block(fs, g, at, level))
			return false;
		i = find(fs, block);
		if (i == UINT32_MAX)
			i = 0;
		if (level > 0)
			at = be32(fs->map + HEAD_BYTES + keys * RECORD_BYTES +
				  (size_t)i * POINTER_BYTES);
	}
	return true;
}

/* All extents of a group, in their order; they have to be what its header counts. */
static bool check_group(struct fs *fs, const struct group *g, uint64_t *walked)
{
	const struct fs_xfs *x = &fs->u.xfs;
	uint64_t behind = pieces((uint64_t)GROUP_SECTORS * x->sector, x->block);
	uint64_t free = 0, longest = 0;
	uint32_t i, next;

	if (!descend(fs, g, 0) || be32(fs->map + 8) != NO_BLOCK)
		return doubt(fs, fs->why ? fs->why : fs_odd);
	for (;;) {
		for (i = 0; i < count_of(fs); i++) {
			uint64_t start = start_of(fs, i), end = end_of(fs, i);

			if (start < behind || end <= start || end > g->length)
				return doubt(fs, fs_odd);
			free += end - start;
			longest = end - start > longest ? end - start : longest;
			behind = end;
		}
		next = be32(fs->map + 0x0c);
		if (next == NO_BLOCK)
			break;
		*walked += x->block;
		if (*walked > DISK_WALK_MAX || stop_asked())
			return doubt(fs, "to look at all of it takes too long");
		if (!read_block(fs, g, next, 0))
			return false;
	}
	return (free == g->free && longest == g->longest) || doubt(fs, fs_odd);
}

static bool check_groups(struct fs *fs, uint64_t want)
{
	const struct fs_xfs *x = &fs->u.xfs;
	uint64_t free = 0, all = 0, walked = 0;
	struct group g;
	uint32_t i;

	for (i = 0; i < x->groups; i++) {
		if (stop_asked())
			return doubt(fs, "a signal came");
		if (!read_group(fs, i, &g) || !check_group(fs, &g, &walked))
			return false;
		free += g.free;
		all += (uint64_t)g.free + g.others;
	}
	if (all != want)
		return doubt(fs, "it counts more free blocks, or less, than its groups have");
	fs->free = free * x->block;
	return true;
}

/* Its log's first block is told as group and block, the latter in the least bits that hold any. */
static bool find_log(const struct fs *fs, struct xfs_log *log)
{
	const struct fs_xfs *x = &fs->u.xfs;
	const unsigned char *d = fs->map;
	uint64_t start = be64(d + 0x30);
	unsigned bits = d[0x7c];
	uint64_t group, block;

	if (bits > 31 || x->group > (uint32_t)1 << bits)
		return false;
	group = start >> bits;
	block = start & (((uint64_t)1 << bits) - 1);
	if (group >= x->groups || block >= x->group)
		return false;
	log->at = offset_of(x, (uint32_t)group, (uint32_t)block);
	log->len = (uint64_t)be32(d + 0x60) * x->block;
	memcpy(log->uuid, d + 0x20, sizeof(log->uuid));
	return log->len > 0 && log->at <= fs->len && log->len <= fs->len - log->at;
}

/* The superblock is in fs->map. */
static bool take_numbers(struct fs *fs)
{
	struct fs_xfs *x = &fs->u.xfs;
	const unsigned char *d = fs->map;

	if (!is_sealed(d, x->sector, 0xe0))
		return doubt(fs, "the checksum of its superblock is wrong");
	if ((be32(d + 0xd8) & ~(uint32_t)INCOMPAT) != 0 ||
	    (be32(d + 0xd4) & ~(uint32_t)RO_COMPAT) != 0 || be32(d + 0xdc) != 0)
		return doubt(fs, "it has features that are not known here");
	if (be64(d + 0x10) != 0 || be64(d + 0x30) == 0)
		return doubt(fs, "a part of it is on another device");
	x->blocks = be64(d + 0x08);
	x->group = be32(d + 0x54);
	x->groups = be32(d + 0x58);
	memcpy(x->uuid, d + (be32(d + 0xd8) & INCOMPAT_META_UUID ? 0xf8 : 0x20), sizeof(x->uuid));
	if (d[0x7e] != 0 || x->group < GROUP_SECTORS || x->groups == 0 ||
	    x->blocks > fs->len / x->block || pieces(x->blocks, x->group) != x->groups)
		return doubt(fs, fs_odd);
	return true;
}

static int xfs_open(struct fs *fs)
{
	struct fs_xfs *x = &fs->u.xfs;
	struct xfs_log log;
	uint64_t want;

	if (fs->len < 512 || !fs_read(fs, 0, fs->map, 512) || memcmp(fs->map, "XFSB", 4) != 0)
		return 0;
	x->block = be32(fs->map + 4);
	x->sector = be16(fs->map + 0x66);
	if ((be16(fs->map + 0x64) & VERSION_MASK) != VERSION)
		return fs_doubt(fs, "it has no checksums");
	if (!power_of_two(x->block) || x->block < 512 || x->block > FS_MAP_BYTES ||
	    !power_of_two(x->sector) || x->sector < 512 || x->sector > x->block)
		return fs_doubt(fs, fs_odd);
	if (!fs_read(fs, 0, fs->map, x->sector))
		return fs_doubt(fs, fs_unreadable);
	want = be64(fs->map + 0x90);
	if (!take_numbers(fs))
		return -1;
	if (!find_log(fs, &log))
		return fs_doubt(fs, fs_odd);
	return xfs_log_is_empty(fs, &log) && check_groups(fs, want) ? 1 : -1;
}

/* Does the leaf in fs->map, which is of this group, tell of this block? */
static bool is_told(const struct fs *fs, uint32_t group, uint32_t block)
{
	const struct fs_xfs *x = &fs->u.xfs;
	uint32_t n;

	if (fs->map_of == UINT64_MAX || fs->map_of / x->block / x->group != group)
		return false;
	n = count_of(fs);
	return n > 0 && block >= start_of(fs, 0) && block < end_of(fs, n - 1);
}

static bool xfs_vacant(struct fs *fs, uint64_t pos, uint64_t *len)
{
	const struct fs_xfs *x = &fs->u.xfs;
	uint64_t number = pos / x->block, end;
	uint32_t group = (uint32_t)(number / x->group), block = (uint32_t)(number % x->group), i;
	struct group g;

	*len = fs->len - pos;
	if (number >= x->blocks)
		return false;
	if (!is_told(fs, group, block) && (!read_group(fs, group, &g) || !descend(fs, &g, block)))
		return false;
	i = find(fs, block);
	if (i != UINT32_MAX && block < end_of(fs, i)) {
		*len = offset_of(x, group, 0) + end_of(fs, i) * x->block - pos;
		return true;
	}
	/* Up to the next one; where that is in another leaf, up to the end of this block. */
	end = i + 1 < count_of(fs) ? start_of(fs, i + 1) : block + 1;
	*len = offset_of(x, group, 0) + end * x->block - pos;
	return false;
}

const struct fs_kind fs_xfs = { "XFS", xfs_open, xfs_vacant };
