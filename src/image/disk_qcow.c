/* QEMU's first format with tables, before qcow2: block/qcow.c. */
#include "image/disk_formats.h"
#include "image/disk_read.h"

/* The header. */
enum {
	NAME = 8, /* 64 bits: a backing file's */
	NAME_LEN = 16,
	DISK = 24,         /* 64 bits */
	CLUSTER_BITS = 32, /* one byte, */
	BELOW_BITS = 33,   /* and another */
	CRYPT = 36,
	FIRST = 40, /* 64 bits: where the first table is */
	HEADER = 48
};

static uint64_t qcow_branch(const unsigned char *entry)
{
	return be64(entry);
}

static int qcow_leaf(struct disk *d, const unsigned char *p, uint64_t at, struct extent *x,
		     struct err *e)
{
	uint64_t entry = be64(p), len = x->len;
	unsigned bits = d->own.qcow.cluster_bits;

	(void)at;
	if (entry == 0)
		return 0;
	x->kind = EXTENT_DATA;
	if (entry >> 63) {
		/* Below the mark are as many bits of length as a cluster has. */
		x->kind = EXTENT_COMPRESSED;
		len = x->file_len = entry >> (63 - bits) & (d->map.unit - 1);
		entry &= ((uint64_t)1 << (63 - bits)) - 1;
	}
	x->file_at = entry;
	/* QEMU reads what is missing as zeros, and says nothing. */
	return disk_holds(d->v, entry, len, e);
}

static int qcow_open(struct disk *d, struct err *e)
{
	unsigned char h[HEADER];
	unsigned cluster_bits, below_bits;
	int result = disk_read(d->v, 0, h, sizeof(h), e);

	if (result <= 0)
		return result;
	d->size = be64(h + DISK);
	cluster_bits = h[CLUSTER_BITS];
	below_bits = h[BELOW_BITS];
	if (cluster_bits < 9 || cluster_bits > 16 || below_bits < 6 || below_bits > 13 ||
	    be32(h + CRYPT) > 1 || d->size < 2)
		return disk_bad(e, "its header contradicts itself");
	d->encrypted = be32(h + CRYPT);
	if (be64(h + NAME) != 0) {
		d->lacks = "backing file";
		d->lacks_at = be64(h + NAME);
		d->lacks_len = be32(h + NAME_LEN);
		return 1;
	}
	d->own.qcow.cluster_bits = cluster_bits;
	d->map = (struct disk_map){
		.at = be64(h + FIRST),
		.count = pieces(d->size, (uint64_t)1 << (cluster_bits + below_bits)),
		.width = 8,
		.below = (uint64_t)1 << below_bits,
		.below_width = 8,
		.align = 1,
		.unit = (uint64_t)1 << cluster_bits,
	};
	return disk_holds_table(d->v, d->map.at, d->map.count, d->map.width, e) < 0 ? -1 : 1;
}

const struct disk_format disk_qcow = { qcow_open, qcow_branch, qcow_leaf, NULL };
