/* Descriptors and bitmaps are read, and held against their checksums and each other. */
#include "image/fs_ext_group.h"

#include <string.h>

#include "image/crc.h"

#define BLOCK_UNINIT 2

bool ext_has_csums(const struct fs_ext *x)
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

uint64_t ext_first_of(const struct fs_ext *x, uint32_t group)
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
	block = ext_first_of(x, head) + has_super(x, head);
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

bool ext_read_group(struct fs *fs, uint32_t number, struct ext_group *g)
{
	const struct fs_ext *x = &fs->u.ext;
	unsigned char d[DESC_MOST] = { 0 };
	uint64_t left = x->blocks - ext_first_of(x, number);

	if (!fs_read(fs, desc_at(x, number), d, x->desc))
		return doubt(fs, fs_unreadable);
	if (!desc_is_right(x, number, d))
		return doubt(fs, "the checksum of a group is wrong");
	g->number = number;
	g->first = ext_first_of(x, number);
	g->bits =
		(uint32_t)pieces(left < x->group ? left : x->group, (uint64_t)1 << x->cluster_bits);
	g->bitmap = ext_number(x, le32(d), le32(d + 0x20));
	g->inode_bitmap = ext_number(x, le32(d + 4), le32(d + 0x24));
	g->inode_table = ext_number(x, le32(d + 8), le32(d + 0x28));
	g->free = le16(d + 0xc);
	g->csum = le16(d + 0x18);
	if (x->desc == DESC_MOST) {
		g->free |= le16(d + 0x2c) << 16;
		g->csum |= le16(d + 0x38) << 16;
	}
	g->flags = le16(d + 0x12);
	return true;
}

uint32_t ext_bit_of(const struct fs_ext *x, const struct ext_group *g, uint64_t block)
{
	if (block < g->first || block - g->first >= x->group)
		return UINT32_MAX;
	return (uint32_t)(block - g->first) >> x->cluster_bits;
}

static void set_bits(struct fs *fs, const struct ext_group *g, uint64_t block, uint64_t count)
{
	uint32_t bit;

	for (; count > 0; block++, count--) {
		bit = ext_bit_of(&fs->u.ext, g, block);
		if (bit < g->bits)
			fs->map[bit / 8] |= (unsigned char)(1U << bit % 8);
	}
}

/*
 * The map of a group that has none yet: what is in it are copies of the superblock and of
 * descriptors, and its own maps and inodes (Linux's ext4_init_block_bitmap()).
 */
static void make_map(struct fs *fs, const struct ext_group *g)
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

static bool is_used(const struct fs *fs, const struct ext_group *g, uint64_t block)
{
	uint32_t bit = ext_bit_of(&fs->u.ext, g, block);

	return bit == UINT32_MAX || (bit < g->bits && ext_get_bit(fs->map, bit));
}

/* Without checksums all of it has to be where mke2fs puts it. */
static bool is_in_place(const struct fs *fs, const struct ext_group *g)
{
	const struct fs_ext *x = &fs->u.ext;

	return ext_bit_of(x, g, g->bitmap) != UINT32_MAX &&
	       ext_bit_of(x, g, g->inode_bitmap) != UINT32_MAX &&
	       ext_bit_of(x, g, g->inode_table) != UINT32_MAX && g->bitmap != g->inode_bitmap &&
	       g->bitmap != g->inode_table;
}

static bool map_is_right(const struct fs *fs, const struct ext_group *g)
{
	const struct fs_ext *x = &fs->u.ext;
	uint32_t crc, mask = x->desc == DESC_MOST ? UINT32_MAX : 0xffff;

	if (!(x->ro_compat & RO_METADATA_CSUM))
		return true;
	crc = crc32c(x->seed, fs->map, (x->group >> x->cluster_bits) / 8);
	return (crc & mask) == (g->csum & mask);
}

static uint32_t count_free(const struct fs *fs, const struct ext_group *g)
{
	uint32_t bit, count = 0;

	for (bit = 0; bit < g->bits; bit++)
		count += !ext_get_bit(fs->map, bit);
	return count;
}

/* Its map into fs->map.  false with fs->why if it is not to be believed. */
bool ext_load_map(struct fs *fs, uint32_t number, struct ext_group *g)
{
	const struct fs_ext *x = &fs->u.ext;
	uint64_t i;

	fs->map_of = UINT64_MAX;
	if (!ext_read_group(fs, number, g))
		return false;
	if (g->bitmap >= x->blocks || g->inode_bitmap >= x->blocks || g->inode_table >= x->blocks ||
	    (!ext_has_csums(x) && !is_in_place(fs, g)))
		return doubt(fs, fs_odd);
	if (g->flags & BLOCK_UNINIT) {
		if (!ext_has_csums(x))
			return doubt(fs, fs_odd);
		make_map(fs, g);
	} else if (!fs_read(fs, g->bitmap * x->block, fs->map, x->block)) {
		return doubt(fs, fs_unreadable);
	} else if (!map_is_right(fs, g)) {
		return doubt(fs, "the checksum of a block bitmap is wrong");
	}
	if (count_free(fs, g) != g->free || !is_used(fs, g, g->bitmap) ||
	    !is_used(fs, g, g->inode_bitmap))
		return doubt(fs, fs_odd);
	for (i = 0; i < x->inode_blocks; i++)
		if (!is_used(fs, g, g->inode_table + i))
			return doubt(fs, fs_odd);
	fs->map_of = number;
	return true;
}
