/* VHD: Microsoft's Virtual Hard Disk Image Format Specification 1.0. */
#include "image/disk_formats.h"
#include "image/disk_read.h"

#include <string.h>

/* The footer, which is also the first sector unless the size is fixed. */
enum {
	FOOTER_HEADER = 16, /* offset of the dynamic header */
	FOOTER_SIZE = 48,   /* of the disk */
	FOOTER_TYPE = 60,
	FOOTER_SUM = 64
};

enum {
	TYPE_FIXED = 2,
	TYPE_DYNAMIC = 3,
	TYPE_DIFFERENCING = 4
};

/* The header of a disk that grows. */
enum {
	DYNAMIC_TABLE = 16, /* offset of the block allocation table */
	DYNAMIC_BLOCKS = 28,
	DYNAMIC_BLOCK = 32,
	DYNAMIC_SUM = 36,
	DYNAMIC_BYTES = 1024
};

#define NO_BLOCK 0xffffffff

/* The complement of the sum of all bytes without those of the sum itself. */
static bool sum_is_right(const unsigned char *p, size_t len, size_t sum_at)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		if (i < sum_at || i >= sum_at + 4)
			sum += p[i];
	return ~sum == be32(p + sum_at);
}

bool disk_vhd_footer(const unsigned char *sector)
{
	return memcmp(sector, "conectix", 8) == 0 && sum_is_right(sector, SECTOR, FOOTER_SUM);
}

static int fixed(struct disk *d, struct err *e)
{
	uint64_t there = d->v->size - SECTOR;

	d->flat = true;
	if (d->size != there)
		return err_set(e, ERR_IMAGE,
			       "is damaged: by its footer the disk has %llu bytes, there are %llu",
			       (unsigned long long)d->size, (unsigned long long)there);
	return 1;
}

/* Each block has a bitmap in front, in whole sectors; the footer is at the very end. */
static int leaf(struct disk *d, const unsigned char *entry, uint64_t at, struct extent *x,
		struct err *e)
{
	uint64_t place = (uint64_t)be32(entry) * SECTOR, bitmap = d->own.vhd.bitmap;

	(void)at;
	if (be32(entry) == NO_BLOCK)
		return 0;
	x->kind = EXTENT_DATA;
	x->file_at = place + bitmap;
	return disk_holds(d->v, place, bitmap + d->map.unit + SECTOR, e);
}

static int dynamic(struct disk *d, uint64_t at, struct err *e)
{
	unsigned char h[DYNAMIC_BYTES];
	uint64_t block, count;
	int result = disk_read(d->v, at, h, sizeof(h), e);

	if (result <= 0)
		return result;
	if (memcmp(h, "cxsparse", 8) != 0 || !sum_is_right(h, sizeof(h), DYNAMIC_SUM))
		return disk_bad(e, "the checksum of its dynamic header is wrong");
	block = be32(h + DYNAMIC_BLOCK);
	count = be32(h + DYNAMIC_BLOCKS);
	if (!power_of_two(block) || block < SECTOR || pieces(d->size, block) > count)
		return disk_bad(e, "its header contradicts itself");
	d->own.vhd.bitmap = pieces(block / SECTOR, (uint64_t)8 * SECTOR) * SECTOR;
	d->map = (struct disk_map){
		.at = be64(h + DYNAMIC_TABLE), .count = count, .width = 4, .unit = block
	};
	return disk_holds_table(d->v, d->map.at, count, d->map.width, e) < 0 ? -1 : 1;
}

/* Open it by its footer, of which a dynamic disk has a copy in front. */
static int by_footer(struct disk *d, const unsigned char *first, const unsigned char *footer,
		     struct err *e)
{
	switch (be32(footer + FOOTER_TYPE)) {
	case TYPE_FIXED:
		return fixed(d, e);
	case TYPE_DYNAMIC:
		break;
	case TYPE_DIFFERENCING:
		d->lacks = "parent";
		return 1;
	default:
		return disk_bad(e, "its type is not known");
	}
	if (!disk_vhd_footer(first))
		return disk_bad(e, "it does not begin with a copy of its footer");
	return dynamic(d, be64(footer + FOOTER_HEADER), e);
}

static int vhd_open(struct disk *d, struct err *e)
{
	unsigned char first[SECTOR], footer[SECTOR];
	int has_first = disk_read(d->v, 0, first, sizeof(first), e), has_footer;

	if (has_first < 0)
		return -1;
	if (has_first && disk_vhd_footer(first))
		d->size = be64(first + FOOTER_SIZE);
	has_footer = disk_read(d->v, d->v->size - SECTOR, footer, sizeof(footer), e);
	if (has_footer < 0)
		return -1;
	if (has_footer && !disk_vhd_footer(footer))
		return err_set(e, ERR_IMAGE, "is cut: it does not end in the footer of a VHD");
	if (has_footer)
		d->size = be64(footer + FOOTER_SIZE);
	return has_footer && has_first ? by_footer(d, first, footer, e) : 0;
}

const struct disk_format disk_vhd = { .open = vhd_open, .leaf = leaf };
