/*
 * Raw disks.  How long one is, is told by what is on it: the GPT (UEFI 2.10, 5.3),
 * the MBR's partitions, or a file system without a partition table.
 */
#include "image/disk_formats.h"
#include "image/disk_read.h"

#include <string.h>
#include <zlib.h>

/* The header of a GPT, in the second sector. */
enum {
	GPT_LEN = 12,
	GPT_SUM = 16, /* of the header */
	GPT_OWN = 24, /* its own sector, and those of */
	GPT_BACKUP = 32,
	GPT_ENTRIES = 72,
	GPT_COUNT = 80,
	GPT_WIDTH = 84,
	GPT_ENTRIES_SUM = 88,
	GPT_BYTES = 92
};

#define GPT_WIDTH_MAX 4096

/* An entry of it. */
#define ENTRY_LAST 40

/* The MBR: four entries, and the mark behind them. */
#define MBR_ENTRIES 446
#define MBR_MARK 510
#define TYPE_PROTECTIVE 0xee

static bool is_gpt(unsigned char *h)
{
	uint32_t len = le32(h + GPT_LEN), sum = le32(h + GPT_SUM);

	if (memcmp(h, "EFI PART", 8) != 0 || len < GPT_BYTES || len > SECTOR ||
	    le64(h + GPT_OWN) != 1)
		return false;
	memset(h + GPT_SUM, 0, 4);
	return crc32(0, h, len) == sum;
}

/* How many sectors the partitions need; of a table that is not whole, none. */
static int gpt_end(const struct disk_view *v, const unsigned char *h, unsigned sector,
		   uint64_t *end, struct err *e)
{
	static const unsigned char unused[16];
	uint64_t at = le64(h + GPT_ENTRIES);
	uint32_t count = le32(h + GPT_COUNT), width = le32(h + GPT_WIDTH), sum = 0;
	const unsigned char *entry;
	struct disk_table t;
	int result;

	*end = 0;
	if (!power_of_two(width) || width < 128 || width > GPT_WIDTH_MAX ||
	    at > UINT64_MAX / sector)
		return 0;
	disk_table_init(&t, v, at * sector, count, width);
	while ((result = disk_table_next(&t, &entry, e)) > 0) {
		sum = (uint32_t)crc32(sum, entry, width);
		if (memcmp(entry, unused, sizeof(unused)) != 0 && le64(entry + ENTRY_LAST) >= *end)
			*end = le64(entry + ENTRY_LAST) + 1;
	}
	if (sum != le32(h + GPT_ENTRIES_SUM))
		*end = 0;
	return result;
}

/* 1 if there is a GPT, 0 if not, -1 if the image is shorter than it says. */
static int gpt(const struct disk_view *v, bool optical, struct err *e)
{
	static const unsigned sectors[] = { SECTOR, 4096 };
	unsigned char h[SECTOR];
	uint64_t end, last, backup;
	size_t i;
	int result;

	for (i = 0; i < sizeof(sectors) / sizeof(sectors[0]); i++) {
		if (v->size < (uint64_t)sectors[i] * 2)
			break;
		result = disk_read(v, sectors[i], h, sizeof(h), e);
		if (result < 0)
			return -1;
		if (result == 0 || !is_gpt(h))
			continue;
		if (gpt_end(v, h, sectors[i], &end, e) < 0 ||
		    disk_reaches(v, "its partition table (GPT)", end, sectors[i], e) < 0)
			return -1;
		last = v->size / sectors[i] - 1;
		backup = le64(h + GPT_BACKUP);
		if (v->notes && (backup > last || (backup < last && !optical)))
			v->notes->remark =
				"the second copy of its partition table (GPT) is not at its end: the disk was made larger, or its end is missing";
		return 1;
	}
	return 0;
}

/* The first sector of FAT, NTFS and exFAT has the mark of an MBR, and so has a Linux kernel. */
static bool is_boot_sector(const unsigned char *s)
{
	uint32_t bytes = le16(s + 11);

	return memcmp(s, "MZ", 2) == 0 || memcmp(s + 3, "EXFAT   ", 8) == 0 ||
	       (power_of_two(bytes) && bytes >= SECTOR && bytes <= 4096 && power_of_two(s[13]) &&
		s[21] >= 0xf0);
}

/* Do two partitions overlap?  One from sector 0 on is that of a hybrid ISO, and may hold others. */
static bool overlap(const unsigned char *a, const unsigned char *b)
{
	uint64_t a_at = le32(a + 8), b_at = le32(b + 8);

	return a_at != 0 && b_at != 0 && a_at < b_at + le32(b + 12) && b_at < a_at + le32(a + 12);
}

/* The slice that FreeBSD's boot block tells of a disk without slices: as large on all of them. */
static bool is_dummy(const unsigned char *p)
{
	return p[4] == 0xa5 && le32(p + 8) == 0 && le32(p + 12) == 50000;
}

/*
 * How many sectors do the partitions of an MBR need?  0 if that is none: the mark alone
 * proves little.  Logical partitions are inside of the extended one.
 */
static uint64_t mbr_end(const unsigned char *s)
{
	const unsigned char *p, *other, *first = s + MBR_ENTRIES;
	uint64_t end = 0, own;
	unsigned active = 0;

	if (s[MBR_MARK] != 0x55 || s[MBR_MARK + 1] != 0xaa || is_boot_sector(s))
		return 0;
	for (p = first; p < s + MBR_MARK; p += 16) {
		active += p[0] == 0x80;
		if (p[0] & 0x7f)
			return 0;
		/* The length of the one that protects a GPT is often the largest number. */
		if (p[4] == 0 || p[4] == TYPE_PROTECTIVE || is_dummy(p))
			continue;
		own = (uint64_t)le32(p + 8) + le32(p + 12);
		if (le32(p + 12) == 0 || own > UINT32_MAX)
			return 0;
		for (other = first; other < p; other += 16)
			if (other[4] != 0 && other[4] != TYPE_PROTECTIVE && overlap(other, p))
				return 0;
		end = own > end ? own : end;
	}
	return active <= 1 ? end : 0;
}

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

int disk_partitions(const struct disk_view *v, bool optical, struct err *e)
{
	unsigned char s[SECTOR];
	uint64_t end;
	int table = gpt(v, optical, e), result;

	if (table < 0)
		return -1;
	result = disk_read(v, 0, s, sizeof(s), e);
	if (result <= 0)
		return result;
	end = mbr_end(s);
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
