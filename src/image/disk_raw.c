/*
 * Raw disks.  How long one is, is told by what is on it: its partition tables, or a file
 * system without one.
 */
#include "image/disk_formats.h"
#include "image/disk_read.h"
#include "image/partition.h"

/* The superblock of ext2, ext3 and ext4: Linux's fs/ext4/ext4.h. */
static int ext(const struct disk_view *v, struct err *e)
{
	unsigned char s[SECTOR];
	uint64_t blocks;
	int result = v->size < 2048 ? 0 : disk_read(v, 1024, s, sizeof(s), e);

	if (result <= 0)
		return result;
	/* The mark; inodes, blocks of a group, first block, size of a block, revision. */
	if (le16(s + 56) != 0xef53 || le32(s) == 0 || le32(s + 32) == 0 || le32(s + 20) > 1 ||
	    le32(s + 24) > 6 || le32(s + 76) > 1)
		return 0;
	blocks = le32(s + 4);
	/* The feature "64bit" */
	if (le32(s + 96) & 0x80)
		blocks |= (uint64_t)le32(s + 336) << 32;
	return disk_reaches(v, "its file system (ext)", blocks, 1024U << le32(s + 24), e);
}

/* How far the partitions reach, in sectors.  What is inside of others reaches no further. */
static int end_of(struct partition_table *t, uint64_t *end, struct err *e)
{
	struct partition p;
	int result = 0;

	*end = 0;
	/* They are in the extended one. */
	t->logical = false;
	while ((result = partition_next(t, &p, e)) > 0)
		if ((p.at + p.len) / t->sector > *end)
			*end = (p.at + p.len) / t->sector;
	return result;
}

/* 1 if there is a GPT, 0 if not, -1 if the image is shorter than it says. */
static int gpt(const struct disk_view *v, bool optical, struct err *e)
{
	struct partition_table t;
	uint64_t end, last;
	int result = partition_open_gpt(&t, v, 0, e);

	if (result <= 0)
		return result;
	if (end_of(&t, &end, e) < 0 ||
	    disk_reaches(v, "its partition table (GPT)", end, t.sector, e) < 0)
		return -1;
	last = v->size / t.sector - 1;
	if (!v->notes)
		return 1;
	if (t.second)
		v->notes->remark = "the first copy of its partition table (GPT) is damaged";
	else if (t.backup > last || (t.backup < last && !optical))
		v->notes->remark =
			"the second copy of its partition table (GPT) is not at its end: the disk was made larger, or its end is missing";
	return 1;
}

int disk_partitions(const struct disk_view *v, bool optical, struct err *e)
{
	struct partition_table t;
	uint64_t end;
	int table = gpt(v, optical, e);

	if (table < 0 || partition_open_mbr(&t, v, 0, e) < 0 || end_of(&t, &end, e) < 0)
		return -1;
	/* iPXE for USB, and OpenWrt without padding. */
	if (disk_reaches(v,
			 optical ?
				 "its partition table (MBR)" :
				 "its partition table (MBR), which small boot images may not fill (--no-check sends them),",
			 end, SECTOR, e) < 0)
		return -1;
	/* What was there before a disk was partitioned says nothing any more. */
	return table || end ? 0 : ext(v, e);
}

int disk_sectors(const struct disk_view *v, struct err *e)
{
	if (v->size == 0)
		return err_set(e, ERR_IMAGE, "is empty");
	if (v->size % SECTOR == 0)
		return 0;
	return err_set(e, ERR_IMAGE,
		       "has %llu bytes, which is no multiple of 512: it is cut, or no disk",
		       (unsigned long long)v->size);
}

int disk_flat(struct disk *d, struct err *e)
{
	(void)e;
	d->flat = true;
	d->size = d->v->size;
	return 1;
}

static int rest(struct disk *d, struct err *e)
{
	return disk_sectors(d->v, e) < 0 ? -1 : disk_partitions(d->v, false, e);
}

static int nothing(struct disk *d, struct err *e)
{
	return disk_sectors(d->v, e) < 0 ? -1 : 1;
}

const struct disk_format disk_raw = { .open = disk_flat, .rest = rest };
const struct disk_format disk_empty = { .open = nothing };
