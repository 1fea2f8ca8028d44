/* QEMU's QED: docs/interop/qed_spec. */
#include "image/disk_formats.h"
#include "image/disk_read.h"

/* The header. */
enum {
	CLUSTER = 4,
	CLUSTERS = 8, /* of a table */
	HEADER_CLUSTERS = 12,
	FEATURES = 16, /* 64 bits */
	FIRST = 40,    /* 64 bits: where the first table is */
	DISK = 48,     /* 64 bits */
	NAME = 56,     /* a backing file's */
	NAME_LEN = 60,
	HEADER = 64
};

#define FEATURE_BACKING 1

static uint64_t qed_branch(const unsigned char *entry)
{
	return le64(entry);
}

/* 1 is a cluster of zeros.  QEMU refuses one that is not whole, and cuts none. */
static int qed_leaf(struct disk *d, const unsigned char *entry, uint64_t at, struct extent *x,
		    struct err *e)
{
	(void)at;
	if (le64(entry) <= 1)
		return 0;
	x->kind = EXTENT_DATA;
	x->file_at = le64(entry);
	return disk_holds(d->v, x->file_at, d->map.unit, e);
}

static int qed_open(struct disk *d, struct err *e)
{
	unsigned char h[HEADER];
	uint64_t cluster, clusters;
	int result = disk_read(d->v, 0, h, sizeof(h), e);

	if (result <= 0)
		return result;
	d->size = le64(h + DISK);
	cluster = le32(h + CLUSTER);
	clusters = le32(h + CLUSTERS);
	if (!power_of_two(cluster) || cluster < 4096 || cluster > 1 << 26 ||
	    !power_of_two(clusters) || clusters > 16 || le32(h + HEADER_CLUSTERS) == 0)
		return disk_bad(e, "its header contradicts itself");
	if (le64(h + FEATURES) & FEATURE_BACKING) {
		d->lacks = "backing file";
		d->lacks_at = le32(h + NAME);
		d->lacks_len = le32(h + NAME_LEN);
		return 1;
	}
	d->map = (struct disk_map){
		.at = le64(h + FIRST),
		.count = cluster * clusters / 8,
		.width = 8,
		.below = cluster * clusters / 8,
		.below_width = 8,
		.align = cluster,
		.unit = cluster,
	};
	/* One table of tables is all there can be. */
	if (pieces(pieces(d->size, cluster), d->map.below) > d->map.count)
		return disk_bad(e, "its header contradicts itself");
	if (disk_holds(d->v, 0, le32(h + HEADER_CLUSTERS) * cluster, e) < 0 ||
	    disk_holds_table(d->v, d->map.at, d->map.count, d->map.width, e) < 0)
		return -1;
	return 1;
}

const struct disk_format disk_qed = { qed_open, qed_branch, qed_leaf, NULL };
