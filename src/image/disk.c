#include "image/disk.h"

#include <string.h>

#include "image/disk_parts.h"

/* UML's arch/um/drivers/cow_user.c; QEMU wrote version 2, up to 2.1. */
int disk_cow(const struct disk_view *v, struct err *e)
{
	unsigned char h[40];
	uint32_t version, at;
	int result = disk_read(v, 0, h, sizeof(h), e);

	if (result <= 0)
		return result;
	version = be32(h + 4);
	if (version < 1 || version > 3)
		return disk_bad(e, "the version of its header is not known");
	at = version == 3 ? 32 : 8;
	return h[at] ? disk_needs(v, "backing file", 0, 0, e) : 0;
}

/* The header of a VDI, from VirtualBox's VDICore.h; all its numbers have 32 bits but one. */
enum {
	VDI_VERSION = 68,
	VDI_HEADER_LEN = 72, /* counted from here on */
	VDI_TYPE = 76,
	VDI_MAP = 340,
	VDI_DATA = 344,
	VDI_DISK = 368, /* 64 bits */
	VDI_BLOCK = 376,
	VDI_EXTRA = 380, /* bytes in front of each block */
	VDI_BLOCKS = 384,
	VDI_USED = 388,
	VDI_HEADER = 392
};

/* Blocks that are free or zero have the two highest numbers. */
#define VDI_FREE 0xfffffffe

/* More is not in use, and smaller ones cannot overflow. */
#define VDI_BLOCK_MAX ((uint32_t)1 << 30)

static int vdi_holds(const struct disk_view *v, const unsigned char *h, uint32_t number,
		     struct err *e)
{
	uint64_t whole = (uint64_t)le32(h + VDI_EXTRA) + le32(h + VDI_BLOCK);

	return disk_holds(v, le32(h + VDI_DATA) + number * whole, whole, e);
}

static int vdi_blocks(const struct disk_view *v, const unsigned char *h, struct err *e)
{
	struct disk_table t;
	const unsigned char *entry;
	int result;

	disk_table_init(&t, v, le32(h + VDI_MAP), le32(h + VDI_BLOCKS), 4);
	while ((result = disk_table_next(&t, &entry, e)) > 0)
		if (le32(entry) < VDI_FREE && vdi_holds(v, h, le32(entry), e) < 0)
			return -1;
	return result;
}

int disk_vdi(const struct disk_view *v, struct err *e)
{
	unsigned char h[VDI_HEADER];
	uint32_t type, block, blocks, used;
	int result = disk_read(v, 0, h, sizeof(h), e);

	if (result <= 0)
		return result;
	type = le32(h + VDI_TYPE);
	block = le32(h + VDI_BLOCK);
	blocks = le32(h + VDI_BLOCKS);
	used = le32(h + VDI_USED);
	if (le32(h + VDI_VERSION) >> 16 != 1)
		return disk_bad(e, "the version of its header is not known");
	if (type == 3 || type == 4)
		return disk_needs(v, "parent", 0, 0, e);
	if (type != 1 && type != 2)
		return disk_bad(e, "its type is not known");
	if (le32(h + VDI_HEADER_LEN) < VDI_HEADER - VDI_HEADER_LEN ||
	    le32(h + VDI_MAP) < VDI_HEADER || block == 0 || block > VDI_BLOCK_MAX ||
	    le32(h + VDI_EXTRA) > VDI_BLOCK_MAX || used > blocks ||
	    pieces(le64(h + VDI_DISK), block) > blocks)
		return disk_bad(e, "its header contradicts itself");
	if (disk_holds_table(v, le32(h + VDI_MAP), blocks, 4, e) < 0)
		return -1;
	/* A pipe may have the map no more. */
	if (used > 0 && vdi_holds(v, h, used - 1, e) < 0)
		return -1;
	return vdi_blocks(v, h, e);
}

static int (*const checks[FORMATS])(const struct disk_view *v, struct err *e) = {
	[FORMAT_COW] = disk_cow, [FORMAT_ISO] = disk_iso,       [FORMAT_QCOW] = disk_qcow,
	[FORMAT_QED] = disk_qed, [FORMAT_VDI] = disk_vdi,       [FORMAT_QCOW2] = disk_qcow2,
	[FORMAT_VHD] = disk_vhd, [FORMAT_VHDX] = disk_vhdx,     [FORMAT_VMDK] = disk_vmdk,
	[FORMAT_RAW] = disk_raw, [FORMAT_EMPTY] = disk_sectors,
};

int disk_check(enum format f, const struct disk_view *v, struct err *e)
{
	return checks[f] ? checks[f](v, e) : 0;
}

enum format disk_format(enum format by_head, const struct disk_view *v)
{
	unsigned char sector[SECTOR];
	struct err ignored = ERR_INIT;

	if (v->size <= SECTOR ||
	    disk_read(v, v->size - SECTOR, sector, sizeof(sector), &ignored) != 1)
		return by_head;
	/* A disk may begin with anything, but nobody puts a footer behind an archive. */
	if ((by_head == FORMAT_RAW || by_head == FORMAT_ISO) && disk_vhd_footer(sector))
		return FORMAT_VHD;
	/* Apple's, which may begin with any kind of compressed data: version, length of this. */
	if (memcmp(sector, "koly\0\0\0\4\0\0\2\0", 12) == 0)
		return FORMAT_DMG;
	return by_head;
}
