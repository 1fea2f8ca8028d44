/* ext2, ext3 and ext4: a bitmap for each group of blocks, and checksums where there are some. */
#include <string.h>

#include "base/stop.h"
#include "image/crc.h"
#include "image/fs.h"

#define SUPER_AT 1024
#define SUPER_BYTES 1024
#define SUPER_CSUM 0x3fc

/* s_feature_* */
#define COMPAT_JOURNAL 0x4
#define COMPAT_SPARSE_SUPER2 0x200
#define INCOMPAT_RECOVER 0x4
#define INCOMPAT_META_BG 0x10
#define INCOMPAT_64BIT 0x80
#define INCOMPAT_FLEX_BG 0x200
#define INCOMPAT_CSUM_SEED 0x2000
/* Files' types, extents, big attributes, large directories, inline data, encryption, casefolding. */
#define INCOMPAT_HARMLESS (0x2 | 0x40 | 0x400 | 0x1000 | 0x4000 | 0x8000 | 0x10000 | 0x20000)
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

#define STATE_VALID 1
#define STATE_ERROR 2

#define BLOCK_UNINIT 2
#define DESC_MOST 64

#define JOURNAL_INODE 8
#define INODE_EXTENTS 0x80000
#define EXTENTS_MAGIC 0xf30a
#define JOURNAL_MAGIC 0xc03b3998

static const char odd[] = "its numbers do not fit together";
static const char unreadable[] = "it cannot be read";

/* What is told of one group. */
struct group {
	uint32_t number;
	uint64_t first;                             /* block */
	uint32_t bits;                              /* of its map: clusters */
	uint64_t bitmap, inode_bitmap, inode_table; /* blocks */
	uint32_t free;                              /* clusters */
	uint32_t flags, csum;
};

static uint64_t with_high(const struct fs_ext *x, uint32_t low, uint32_t high)
{
	return x->incompat & INCOMPAT_64BIT ? low | (uint64_t)high << 32 : low;
}

static bool has_csums(const struct fs_ext *x)
{
	return x->ro_compat & (RO_METADATA_CSUM | RO_GDT_CSUM);
}

static bool power_of(uint32_t n, uint32_t base)
{
	while (n % base == 0)
		n /= base;
	return n == 1;
}

/* Has this group a copy of the superblock? */
static bool has_super(const struct fs_ext *x, uint32_t group)
{
	if (group == 0)
		return true;
	if (x->compat & COMPAT_SPARSE_SUPER2)
		return group == x->backups[0] || group == x->backups[1];
	if (group == 1 || !(x->ro_compat & RO_SPARSE_SUPER))
		return true;
	return power_of(group, 3) || power_of(group, 5) || power_of(group, 7);
}

static uint64_t first_of(const struct fs_ext *x, uint32_t group)
{
	return x->first + (uint64_t)group * x->group;
}

/* Is the descriptor of this group with its own few, and not in one table with all others? */
static bool in_meta_group(const struct fs_ext *x, uint32_t group)
{
	return (x->incompat & INCOMPAT_META_BG) && group / (x->block / x->desc) >= x->first_meta;
}

/* Offset of a descriptor. */
static uint64_t desc_at(const struct fs_ext *x, uint32_t group)
{
	uint32_t each = x->block / x->desc, head = group / each * each;
	uint64_t block;

	if (!in_meta_group(x, group)) {
		block = SUPER_AT / x->block + 1;
		return block * x->block + (uint64_t)group * x->desc;
	}
	block = first_of(x, head) + has_super(x, head);
	/* The superblock is in block 1, although the first group begins with block 0. */
	if (head == 0 && x->block == SUPER_AT && x->first == 0)
		block++;
	return block * x->block + (uint64_t)(group % each) * x->desc;
}

static bool desc_is_right(const struct fs_ext *x, uint32_t group, const unsigned char *d)
{
	static const unsigned char zero[2];
	const unsigned char number[4] = { (unsigned char)group, (unsigned char)(group >> 8),
					  (unsigned char)(group >> 16),
					  (unsigned char)(group >> 24) };
	uint32_t crc;
	uint16_t old;

	if (x->ro_compat & RO_METADATA_CSUM) {
		crc = crc32c(x->seed, number, sizeof(number));
		crc = crc32c(crc, d, 0x1e);
		crc = crc32c(crc, zero, sizeof(zero));
		crc = crc32c(crc, d + 0x20, x->desc - 0x20);
		return (crc & 0xffff) == le16(d + 0x1e);
	}
	if (!(x->ro_compat & RO_GDT_CSUM))
		return true;
	old = crc16(0xffff, x->uuid, sizeof(x->uuid));
	old = crc16(old, number, sizeof(number));
	old = crc16(old, d, 0x1e);
	old = crc16(old, d + 0x20, x->desc - 0x20);
	return old == le16(d + 0x1e);
}

static bool doubt(struct fs *fs, const char *why)
{
	(void)fs_doubt(fs, why);
	return false;
}

static bool read_group(struct fs *fs, uint32_t number, struct group *g)
{
	const struct fs_ext *x = &fs->u.ext;
	unsigned char d[DESC_MOST] = { 0 };
	uint64_t left = x->blocks - first_of(x, number);

	if (!fs_read(fs, desc_at(x, number), d, x->desc))
		return doubt(fs, unreadable);
	if (!desc_is_right(x, number, d))
		return doubt(fs, "the checksum of a group is wrong");
	g->number = number;
	g->first = first_of(x, number);
	g->bits =
		(uint32_t)pieces(left < x->group ? left : x->group, (uint64_t)1 << x->cluster_bits);
	g->bitmap = with_high(x, le32(d), le32(d + 0x20));
	g->inode_bitmap = with_high(x, le32(d + 4), le32(d + 0x24));
	g->inode_table = with_high(x, le32(d + 8), le32(d + 0x28));
	g->free = le16(d + 0xc);
	g->csum = le16(d + 0x18);
	if (x->desc == DESC_MOST) {
		g->free |= le16(d + 0x2c) << 16;
		g->csum |= le16(d + 0x38) << 16;
	}
	g->flags = le16(d + 0x12);
	return true;
}

static bool get_bit(const unsigned char *map, uint32_t bit)
{
	return map[bit / 8] >> bit % 8 & 1;
}

/* Where in the group's map a block is; UINT32_MAX if it is in another group. */
static uint32_t bit_of(const struct fs_ext *x, const struct group *g, uint64_t block)
{
	if (block < g->first || block - g->first >= x->group)
		return UINT32_MAX;
	return (uint32_t)(block - g->first) >> x->cluster_bits;
}

static void set_bits(struct fs *fs, const struct group *g, uint64_t block, uint64_t count)
{
	uint32_t bit;

	for (; count > 0; block++, count--) {
		bit = bit_of(&fs->u.ext, g, block);
		if (bit < g->bits)
			fs->map[bit / 8] |= (unsigned char)(1U << bit % 8);
	}
}

/*
 * The map of a group that has none yet: what is in it are copies of the superblock and of
 * descriptors, and its own maps and inodes (Linux's ext4_init_block_bitmap()).
 */
static void make_map(struct fs *fs, const struct group *g)
{
	const struct fs_ext *x = &fs->u.ext;
	uint32_t each = x->block / x->desc, place = g->number % each;
	uint64_t base = has_super(x, g->number);

	memset(fs->map, 0, sizeof(fs->map));
	if (in_meta_group(x, g->number))
		base += place == 0 || place == 1 || place == each - 1;
	else if (base > 0 && (x->incompat & INCOMPAT_META_BG))
		base += x->first_meta + x->reserved;
	else if (base > 0)
		base += pieces(x->groups, each) + x->reserved;
	set_bits(fs, g, g->first, base);
	set_bits(fs, g, g->bitmap, 1);
	set_bits(fs, g, g->inode_bitmap, 1);
	set_bits(fs, g, g->inode_table, x->inode_blocks);
}

static bool is_used(const struct fs *fs, const struct group *g, uint64_t block)
{
	uint32_t bit = bit_of(&fs->u.ext, g, block);

	return bit == UINT32_MAX || (bit < g->bits && get_bit(fs->map, bit));
}

/* Without checksums all of it has to be where mke2fs puts it. */
static bool is_in_place(const struct fs *fs, const struct group *g)
{
	const struct fs_ext *x = &fs->u.ext;

	return bit_of(x, g, g->bitmap) != UINT32_MAX &&
	       bit_of(x, g, g->inode_bitmap) != UINT32_MAX &&
	       bit_of(x, g, g->inode_table) != UINT32_MAX && g->bitmap != g->inode_bitmap &&
	       g->bitmap != g->inode_table;
}

static bool map_is_right(const struct fs *fs, const struct group *g)
{
	const struct fs_ext *x = &fs->u.ext;
	uint32_t crc, mask = x->desc == DESC_MOST ? UINT32_MAX : 0xffff;

	if (!(x->ro_compat & RO_METADATA_CSUM))
		return true;
	crc = crc32c(x->seed, fs->map, (x->group >> x->cluster_bits) / 8);
	return (crc & mask) == (g->csum & mask);
}

static uint32_t count_free(const struct fs *fs, const struct group *g)
{
	uint32_t bit, count = 0;

	for (bit = 0; bit < g->bits; bit++)
		count += !get_bit(fs->map, bit);
	return count;
}

/* Its map into fs->map.  false with fs->why if it is not to be believed. */
static bool load(struct fs *fs, uint32_t number, struct group *g)
{
	const struct fs_ext *x = &fs->u.ext;
	uint64_t i;

	fs->map_of = UINT64_MAX;
	if (!read_group(fs, number, g))
		return false;
	if (g->bitmap >= x->blocks || g->inode_bitmap >= x->blocks || g->inode_table >= x->blocks ||
	    (!has_csums(x) && !is_in_place(fs, g)))
		return doubt(fs, odd);
	if (g->flags & BLOCK_UNINIT) {
		if (!has_csums(x))
			return doubt(fs, odd);
		make_map(fs, g);
	} else if (!fs_read(fs, g->bitmap * x->block, fs->map, x->block)) {
		return doubt(fs, unreadable);
	} else if (!map_is_right(fs, g)) {
		return doubt(fs, "the checksum of a block bitmap is wrong");
	}
	if (count_free(fs, g) != g->free || !is_used(fs, g, g->bitmap) ||
	    !is_used(fs, g, g->inode_bitmap))
		return doubt(fs, odd);
	for (i = 0; i < x->inode_blocks; i++)
		if (!is_used(fs, g, g->inode_table + i))
			return doubt(fs, odd);
	fs->map_of = number;
	return true;
}

/* The first block of the journal; 0 if it cannot be found. */
static uint64_t find_journal(const struct fs *fs, const unsigned char *inode)
{
	const struct fs_ext *x = &fs->u.ext;
	unsigned char node[60];
	unsigned depth;

	memcpy(node, inode + 0x28, sizeof(node));
	if (!(le32(inode + 0x20) & INODE_EXTENTS))
		return le32(node);
	for (;;) {
		depth = le16(node + 6);
		if (le16(node) != EXTENTS_MAGIC || le16(node + 2) == 0 || le32(node + 12) != 0 ||
		    depth > 5)
			return 0;
		if (depth == 0)
			return le32(node + 20) | (uint64_t)le16(node + 18) << 32;
		if (!fs_read(fs, (le32(node + 16) | (uint64_t)le16(node + 20) << 32) * x->block,
			     node, sizeof(node)) ||
		    le16(node + 6) != depth - 1)
			return 0;
	}
}

/* Nothing in it that is still to be written to the file system. */
static int check_journal(struct fs *fs, const unsigned char *s)
{
	const struct fs_ext *x = &fs->u.ext;
	unsigned char inode[128], journal[32];
	struct group g;
	uint64_t block;

	if (le32(s + 0xe4) != 0 || le32(s + 0xe0) != JOURNAL_INODE)
		return fs_doubt(fs, "its journal is elsewhere");
	if (!read_group(fs, 0, &g))
		return -1;
	if (!fs_read(fs, g.inode_table * x->block + (JOURNAL_INODE - 1) * (uint64_t)x->inode, inode,
		     sizeof(inode)))
		return fs_doubt(fs, unreadable);
	block = find_journal(fs, inode);
	if (block == 0 || !fs_read(fs, block * x->block, journal, sizeof(journal)) ||
	    be32(journal) != JOURNAL_MAGIC)
		return fs_doubt(fs, "its journal cannot be found");
	return be32(journal + 0x1c) == 0 ? 0 : fs_doubt(fs, "its journal is not empty");
}

static int check_state(struct fs *fs, const unsigned char *s)
{
	uint32_t state = le16(s + 0x3a);

	if (le32(s + 0x60) & INCOMPAT_RECOVER)
		return fs_doubt(fs,
				"its journal is not empty: it was not unmounted, or is mounted");
	if (!(state & STATE_VALID) || (state & STATE_ERROR))
		return fs_doubt(fs, "it was not unmounted, is mounted, or has errors");
	if ((le32(s + 0x60) & ~(uint32_t)INCOMPAT_KNOWN) || (le32(s + 0x64) & ~(uint32_t)RO_KNOWN))
		return fs_doubt(fs, "it has features that are not known here");
	return 0;
}

/* The superblock's numbers. */
static int take_numbers(struct fs *fs, const unsigned char *s)
{
	struct fs_ext *x = &fs->u.ext;
	uint32_t log_block = le32(s + 0x18), log_cluster = le32(s + 0x1c),
		 clusters = le32(s + 0x24);
	bool bigalloc = le32(s + 0x64) & RO_BIGALLOC;
	uint64_t groups, inode_bytes;

	memset(x, 0, sizeof(*x));
	x->compat = le32(s + 0x5c);
	x->incompat = le32(s + 0x60);
	x->ro_compat = le32(s + 0x64);
	memcpy(x->uuid, s + 0x68, sizeof(x->uuid));
	if (log_block > 6 ||
	    (bigalloc ? log_cluster <= log_block || log_cluster > 20 : log_cluster != log_block))
		return fs_doubt(fs, odd);
	x->block = 1024U << log_block;
	x->cluster_bits = log_cluster - log_block;
	x->first = le32(s + 0x14);
	x->blocks = with_high(x, le32(s + 4), le32(s + 0x150));
	x->group = le32(s + 0x20);
	x->desc = x->incompat & INCOMPAT_64BIT ? le16(s + 0xfe) : 32;
	x->reserved = le16(s + 0xce);
	x->first_meta = le32(s + 0x104);
	x->backups[0] = le32(s + 0x24c);
	x->backups[1] = le32(s + 0x250);
	x->inode = le32(s + 0x4c) == 0 ? 128 : le16(s + 0x58);
	if (x->first != (log_cluster == 0) || x->blocks <= x->first ||
	    x->blocks > fs->len / x->block || clusters == 0 || clusters % 8 != 0 ||
	    clusters > 8 * x->block || x->group != (uint64_t)clusters << x->cluster_bits ||
	    (x->desc != 32 && x->desc != DESC_MOST) || !power_of_two(x->inode) || x->inode < 128 ||
	    x->inode > x->block)
		return fs_doubt(fs, odd);
	groups = pieces(x->blocks - x->first, x->group);
	if (groups > DISK_WALK_MAX / x->block)
		return fs_doubt(fs, "it is too large");
	x->groups = (uint32_t)groups;
	inode_bytes = (uint64_t)le32(s + 0x28) * x->inode;
	x->inode_blocks = pieces(inode_bytes, x->block);
	if (inode_bytes == 0 || x->inode_blocks > x->group)
		return fs_doubt(fs, odd);
	/* Nothing tells, then, whether a number of theirs is another one. */
	if (!has_csums(x) && ((x->incompat & INCOMPAT_FLEX_BG) || clusters != 8 * x->block))
		return fs_doubt(fs, "it has no checksums");
	return 0;
}

static int check_super(struct fs *fs, const unsigned char *s)
{
	struct fs_ext *x = &fs->u.ext;

	if (!(x->ro_compat & RO_METADATA_CSUM))
		return 0;
	if (s[0x175] != 1 || crc32c(UINT32_MAX, s, SUPER_CSUM) != le32(s + SUPER_CSUM))
		return fs_doubt(fs, "the checksum of its superblock is wrong");
	x->seed = x->incompat & INCOMPAT_CSUM_SEED ? le32(s + 0x270) :
						     crc32c(UINT32_MAX, x->uuid, sizeof(x->uuid));
	return 0;
}

static int ext_open(struct fs *fs)
{
	struct fs_ext *x = &fs->u.ext;
	unsigned char s[SUPER_BYTES];
	uint64_t clusters = 0, want;
	struct group g;
	uint32_t i;

	if (fs->len < SUPER_AT + SUPER_BYTES || !fs_read(fs, SUPER_AT, s, sizeof(s)) ||
	    le16(s + 0x38) != 0xef53)
		return 0;
	if (check_state(fs, s) < 0 || take_numbers(fs, s) < 0 || check_super(fs, s) < 0)
		return -1;
	if ((x->compat & COMPAT_JOURNAL) && check_journal(fs, s) < 0)
		return -1;
	for (i = 0; i < x->groups; i++) {
		if (stop_asked())
			return fs_doubt(fs, "a signal came");
		if (!load(fs, i, &g))
			return -1;
		clusters += g.free;
	}
	want = with_high(x, le32(s + 0xc), le32(s + 0x158));
	if (want != clusters << x->cluster_bits)
		return fs_doubt(fs, odd);
	fs->free = want * x->block;
	return 1;
}

/* How many bits from here on are the same? */
static uint32_t same_bits(const unsigned char *map, uint32_t bit, uint32_t bits)
{
	const bool set = get_bit(map, bit);
	const unsigned char full = set ? 0xff : 0;
	uint32_t at = bit;

	while (at < bits) {
		if (at % 8 == 0 && bits - at >= 8 && map[at / 8] == full)
			at += 8;
		else if (get_bit(map, at) == set)
			at++;
		else
			break;
	}
	return at - bit;
}

static bool ext_vacant(struct fs *fs, uint64_t pos, uint64_t *len)
{
	const struct fs_ext *x = &fs->u.ext;
	uint64_t block = pos / x->block, end;
	struct group g;
	uint32_t number, bit;
	bool vacant = false;

	if (block < x->first || block >= x->blocks) {
		end = block < x->first ? x->first * x->block : fs->len;
		*len = end - pos;
		return false;
	}
	number = (uint32_t)((block - x->first) / x->group);
	end = first_of(x, number + 1);
	if (fs->map_of == number || load(fs, number, &g)) {
		g.number = number;
		g.first = first_of(x, number);
		g.bits = (uint32_t)pieces((end < x->blocks ? end : x->blocks) - g.first,
					  (uint64_t)1 << x->cluster_bits);
		bit = bit_of(x, &g, block);
		vacant = !get_bit(fs->map, bit);
		bit += same_bits(fs->map, bit, g.bits);
		end = g.first + ((uint64_t)bit << x->cluster_bits);
	}
	*len = (end < x->blocks ? end : x->blocks) * x->block - pos;
	return vacant;
}

const struct fs_kind fs_ext = { "ext", ext_open, ext_vacant };
