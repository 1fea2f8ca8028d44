/* Microsoft's Virtual Hard Disk Image Format Specification 1.0. */
#include "image/disk_parts.h"

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

static int fixed(const struct disk_view *v, const unsigned char *footer, struct err *e)
{
	uint64_t disk = be64(footer + FOOTER_SIZE);

	if (disk != v->size - SECTOR)
		return err_set(e, ERR_IMAGE,
			       "is damaged: by its footer the disk has %llu bytes, there are %llu",
			       (unsigned long long)disk, (unsigned long long)(v->size - SECTOR));
	return 0;
}

/* Each block has a bitmap of its sectors in front, in whole sectors; behind all is the footer. */
static int blocks(const struct disk_view *v, const unsigned char *h, struct err *e)
{
	uint64_t block = be32(h + DYNAMIC_BLOCK);
	uint64_t bitmap = pieces(block / SECTOR, (uint64_t)8 * SECTOR) * SECTOR;
	struct disk_table t;
	const unsigned char *entry;
	int result;

	disk_table_init(&t, v, be64(h + DYNAMIC_TABLE), be32(h + DYNAMIC_BLOCKS), 4);
	while ((result = disk_table_next(&t, &entry, e)) > 0)
		if (be32(entry) != NO_BLOCK &&
		    disk_holds(v, (uint64_t)be32(entry) * SECTOR, bitmap + block + SECTOR, e) < 0)
			return -1;
	return result;
}

static int dynamic(const struct disk_view *v, uint64_t at, uint64_t disk, struct err *e)
{
	unsigned char h[DYNAMIC_BYTES];
	uint64_t block, count;
	int result = disk_read(v, at, h, sizeof(h), e);

	if (result <= 0)
		return result;
	if (memcmp(h, "cxsparse", 8) != 0 || !sum_is_right(h, sizeof(h), DYNAMIC_SUM))
		return disk_bad(e, "the checksum of its dynamic header is wrong");
	block = be32(h + DYNAMIC_BLOCK);
	count = be32(h + DYNAMIC_BLOCKS);
	if (!power_of_two(block) || block < SECTOR || pieces(disk, block) > count)
		return disk_bad(e, "its header contradicts itself");
	if (disk_holds_table(v, be64(h + DYNAMIC_TABLE), count, 4, e) < 0)
		return -1;
	return blocks(v, h, e);
}

int disk_vhd(const struct disk_view *v, struct err *e)
{
	unsigned char first[SECTOR], footer[SECTOR];
	int has_first = disk_read(v, 0, first, sizeof(first), e), has_footer;

	if (has_first < 0)
		return -1;
	has_footer = disk_read(v, v->size - SECTOR, footer, sizeof(footer), e);
	if (has_footer < 0)
		return -1;
	if (has_footer && !disk_vhd_footer(footer))
		return err_set(e, ERR_IMAGE, "is cut: it does not end in the footer of a VHD");
	if (!has_footer || !has_first)
		return 0;
	switch (be32(footer + FOOTER_TYPE)) {
	case TYPE_FIXED:
		return fixed(v, footer, e);
	case TYPE_DYNAMIC:
		break;
	case TYPE_DIFFERENCING:
		return disk_needs(v, "parent", 0, 0, e);
	default:
		return disk_bad(e, "its type is not known");
	}
	if (!disk_vhd_footer(first))
		return disk_bad(e, "it does not begin with a copy of its footer");
	return dynamic(v, be64(footer + FOOTER_HEADER), be64(footer + FOOTER_SIZE), e);
}
