/* ISO 9660 (ECMA-119), and what makes it bootable: El Torito 1.0, and a hybrid's partitions. */
#include "image/disk_formats.h"
#include "image/disk_read.h"

#include <string.h>

#define BLOCK 2048

/* 8.1: the volume descriptors begin in block 16; more than these are not looked at. */
enum {
	FIRST = 16,
	LAST = 31
};

enum {
	TYPE_BOOT = 0,
	TYPE_PRIMARY = 1,
	TYPE_END = 255
};

/* El Torito, 2.0: where the boot catalog is; what it consists of. */
#define CATALOG_AT 71
#define CATALOG_ENTRY 32
#define BOOTABLE 0x88

/* 8.4: the primary volume descriptor. */
static int volume(const struct disk_view *v, const unsigned char *d, struct err *e)
{
	uint32_t blocks = le32(d + 80), again = be32(d + 84);
	uint32_t block = le16(d + 128);

	/* Numbers are there in both byte orders; some writers leave the second out. */
	if (again != 0 && again != blocks)
		return disk_bad(e, "its volume descriptor has two different sizes");
	if (!power_of_two(block) || block < SECTOR)
		return disk_bad(e, "its volume descriptor has no block size");
	return disk_holds(v, 0, (uint64_t)blocks * block, e);
}

/* The images that it boots from may be behind the volume.  Their lengths are the least. */
static int boot_catalog(const struct disk_view *v, const unsigned char *d, struct err *e)
{
	struct disk_view quiet = *v;
	unsigned char c[BLOCK];
	const unsigned char *p;
	uint64_t sectors;
	int result;

	/* A pipe may have it no more, which is not worth a word. */
	quiet.notes = NULL;
	result = disk_read(&quiet, (uint64_t)le32(d + CATALOG_AT) * BLOCK, c, sizeof(c), e);
	if (result <= 0)
		return result;
	if (c[0] != 1 || c[30] != 0x55 || c[31] != 0xaa)
		return 0;
	for (p = c + CATALOG_ENTRY; p < c + BLOCK; p += CATALOG_ENTRY) {
		sectors = le16(p + 6) == 0 ? 1 : le16(p + 6);
		if (p[0] == BOOTABLE &&
		    disk_reaches(v, "its boot catalog (El Torito)",
				 (uint64_t)le32(p + 8) * (BLOCK / SECTOR) + sectors, SECTOR, e) < 0)
			return -1;
	}
	return 0;
}

/* Returns 1 if there was a primary volume descriptor, or one may have been. */
static int descriptors(const struct disk_view *v, struct err *e)
{
	unsigned char d[BLOCK];
	bool found = false;
	unsigned i;
	int result;

	for (i = FIRST; i <= LAST; i++) {
		result = disk_read(v, (uint64_t)i * BLOCK, d, sizeof(d), e);
		if (result <= 0)
			return result < 0 ? -1 : 1;
		if (memcmp(d + 1, "CD001", 5) != 0 || d[0] == TYPE_END)
			break;
		if (d[0] == TYPE_PRIMARY && volume(v, d, e) < 0)
			return -1;
		if (d[0] == TYPE_BOOT && memcmp(d + 7, "EL TORITO SPECIFICATION", 23) == 0 &&
		    boot_catalog(v, d, e) < 0)
			return -1;
		found = found || d[0] == TYPE_PRIMARY;
	}
	return found ? 1 : disk_bad(e, "it has no primary volume descriptor");
}

static int rest(struct disk *d, struct err *e)
{
	if (descriptors(d->v, e) < 0 || disk_partitions(d->v, true, e) < 0)
		return -1;
	return disk_sectors(d->v, e);
}

const struct disk_format disk_iso = { .open = disk_flat, .rest = rest };
