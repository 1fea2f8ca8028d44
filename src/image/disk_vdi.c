/* VirtualBox's VDI: VDICore.h. */
#include "image/disk_formats.h"
#include "image/disk_read.h"

/* The header; all its numbers have 32 bits but one. */
enum {
	VERSION = 68,
	HEADER_LEN = 72, /* counted from here on */
	TYPE = 76,
	MAP = 340,
	DATA = 344,
	DISK = 368, /* 64 bits */
	BLOCK = 376,
	EXTRA = 380, /* bytes in front of each block */
	BLOCKS = 384,
	USED = 388,
	HEADER = 392
};

enum {
	TYPE_DYNAMIC = 1,
	TYPE_FIXED = 2,
	TYPE_UNDO = 3,
	TYPE_DIFFERENCE = 4
};

/* Blocks that are free or zero have the two highest numbers. */
#define FREE 0xfffffffe

/* More is not in use, and smaller ones cannot overflow. */
#define BLOCK_MAX ((uint32_t)1 << 30)

static uint64_t place(const struct disk *d, uint32_t number)
{
	return d->own.vdi.data_at + number * (d->own.vdi.extra + d->own.vdi.block);
}

static int holds(const struct disk *d, uint32_t number, struct err *e)
{
	return disk_holds(d->v, place(d, number), d->own.vdi.extra + d->own.vdi.block, e);
}

static int vdi_leaf(struct disk *d, const unsigned char *entry, uint64_t at, struct extent *x,
		    struct err *e)
{
	(void)at;
	if (le32(entry) >= FREE)
		return 0;
	x->kind = EXTENT_DATA;
	x->file_at = place(d, le32(entry)) + d->own.vdi.extra;
	return holds(d, le32(entry), e);
}

static int vdi_open(struct disk *d, struct err *e)
{
	unsigned char h[HEADER];
	uint32_t type, used;
	int result = disk_read(d->v, 0, h, sizeof(h), e);

	if (result <= 0)
		return result;
	d->size = le64(h + DISK);
	type = le32(h + TYPE);
	used = le32(h + USED);
	d->map = (struct disk_map){
		.at = le32(h + MAP), .count = le32(h + BLOCKS), .width = 4, .unit = le32(h + BLOCK)
	};
	d->own.vdi.block = le32(h + BLOCK);
	d->own.vdi.extra = le32(h + EXTRA);
	d->own.vdi.data_at = le32(h + DATA);
	if (le32(h + VERSION) >> 16 != 1)
		return disk_bad(e, "the version of its header is not known");
	if (type == TYPE_UNDO || type == TYPE_DIFFERENCE) {
		d->lacks = "parent";
		return 1;
	}
	if (type != TYPE_DYNAMIC && type != TYPE_FIXED)
		return disk_bad(e, "its type is not known");
	if (le32(h + HEADER_LEN) < HEADER - HEADER_LEN || d->map.at < HEADER || d->map.unit == 0 ||
	    d->map.unit > BLOCK_MAX || d->own.vdi.extra > BLOCK_MAX || used > d->map.count ||
	    pieces(d->size, d->map.unit) > d->map.count)
		return disk_bad(e, "its header contradicts itself");
	if (disk_holds_table(d->v, d->map.at, d->map.count, d->map.width, e) < 0)
		return -1;
	/* A pipe may have the map no more. */
	return used > 0 && holds(d, used - 1, e) < 0 ? -1 : 1;
}

const struct disk_format disk_vdi = { .open = vdi_open, .leaf = vdi_leaf };
