/* ext2, ext3 and ext4: a bitmap for each group of blocks, and checksums where there are some. */
#include <string.h>

#include "base/stop.h"
#include "image/crc.h"
#include "image/fs_ext_group.h"

#define SUPER_BYTES 1024
#define SUPER_CSUM 0x3fc

#define STATE_VALID 1
#define STATE_ERROR 2

#define JOURNAL_INODE 8
#define INODE_EXTENTS 0x80000
#define EXTENTS_MAGIC 0xf30a
#define JOURNAL_MAGIC 0xc03b3998

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
	struct ext_group g;
	uint64_t block;

	if (le32(s + 0xe4) != 0 || le32(s + 0xe0) != JOURNAL_INODE)
		return fs_doubt(fs, "its journal is elsewhere");
	if (!ext_read_group(fs, 0, &g))
		return -1;
	if (!fs_read(fs, g.inode_table * x->block + (JOURNAL_INODE - 1) * (uint64_t)x->inode, inode,
		     sizeof(inode)))
		return fs_doubt(fs, fs_unreadable);
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
		return fs_doubt(fs, fs_odd);
	x->block = 1024U << log_block;
	x->cluster_bits = log_cluster - log_block;
	x->first = le32(s + 0x14);
	x->blocks = ext_number(x, le32(s + 4), le32(s + 0x150));
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
		return fs_doubt(fs, fs_odd);
	groups = pieces(x->blocks - x->first, x->group);
	if (groups > DISK_WALK_MAX / x->block)
		return fs_doubt(fs, "it is too large");
	x->groups = (uint32_t)groups;
	inode_bytes = (uint64_t)le32(s + 0x28) * x->inode;
	x->inode_blocks = pieces(inode_bytes, x->block);
	if (inode_bytes == 0 || x->inode_blocks > x->group)
		return fs_doubt(fs, fs_odd);
	/* Nothing tells, then, whether a number of theirs is another one. */
	if (!ext_has_csums(x) && ((x->incompat & INCOMPAT_FLEX_BG) || clusters != 8 * x->block))
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

/* As everybody calls it, by what it was made for. */
static const char *name_of(const unsigned char *s)
{
	if (le32(s + 0x60) & INCOMPAT_EXTENTS)
		return "ext4";
	return le32(s + 0x5c) & COMPAT_JOURNAL ? "ext3" : "ext2";
}

static int ext_open(struct fs *fs)
{
	struct fs_ext *x = &fs->u.ext;
	unsigned char s[SUPER_BYTES];
	uint64_t clusters = 0, want;
	struct ext_group g;
	uint32_t i;

	if (fs->len < SUPER_AT + SUPER_BYTES || !fs_read(fs, SUPER_AT, s, sizeof(s)) ||
	    le16(s + 0x38) != 0xef53)
		return 0;
	fs->name = name_of(s);
	if (check_state(fs, s) < 0 || take_numbers(fs, s) < 0 || check_super(fs, s) < 0)
		return -1;
	if ((x->compat & COMPAT_JOURNAL) && check_journal(fs, s) < 0)
		return -1;
	for (i = 0; i < x->groups; i++) {
		if (stop_asked())
			return fs_doubt(fs, "a signal came");
		if (!ext_load_map(fs, i, &g))
			return -1;
		clusters += g.free;
	}
	want = ext_number(x, le32(s + 0xc), le32(s + 0x158));
	if (want != clusters << x->cluster_bits)
		return fs_doubt(fs, fs_odd);
	fs->free = want * x->block;
	return 1;
}

/* How many bits from here on are the same? */
static uint32_t same_bits(const unsigned char *map, uint32_t bit, uint32_t bits)
{
	const bool set = ext_get_bit(map, bit);
	const unsigned char full = set ? 0xff : 0;
	uint32_t at = bit;

	while (at < bits) {
		if (at % 8 == 0 && bits - at >= 8 && map[at / 8] == full)
			at += 8;
		else if (ext_get_bit(map, at) == set)
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
	struct ext_group g;
	uint32_t number, bit;
	bool vacant = false;

	if (block < x->first || block >= x->blocks) {
		end = block < x->first ? x->first * x->block : fs->len;
		*len = end - pos;
		return false;
	}
	number = (uint32_t)((block - x->first) / x->group);
	end = ext_first_of(x, number + 1);
	if (fs->map_of == number || ext_load_map(fs, number, &g)) {
		g.number = number;
		g.first = ext_first_of(x, number);
		g.bits = (uint32_t)pieces((end < x->blocks ? end : x->blocks) - g.first,
					  (uint64_t)1 << x->cluster_bits);
		bit = ext_bit_of(x, &g, block);
		vacant = !ext_get_bit(fs->map, bit);
		bit += same_bits(fs->map, bit, g.bits);
		end = g.first + ((uint64_t)bit << x->cluster_bits);
	}
	*len = (end < x->blocks ? end : x->blocks) * x->block - pos;
	return vacant;
}

const struct fs_kind fs_ext = { "ext", ext_open, ext_vacant };
