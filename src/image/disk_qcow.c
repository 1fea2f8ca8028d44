/* The formats that came before and beside qcow2: QEMU's block/qcow.c, docs/interop/qed_spec. */
#include "image/disk_parts.h"

#include <string.h>

static uint64_t qcow_branch(const unsigned char *entry)
{
	return be64(entry);
}

static int qcow_leaf(struct disk_map *m, const unsigned char *p, struct err *e)
{
	uint64_t entry = be64(p), len = disk_map_needs(m);

	if (entry == 0)
		return 0;
	if (entry >> 63) {
		/* Compressed: below the mark as many bits of length as a cluster has. */
		len = entry >> (63 - m->bits) & (m->unit - 1);
		entry &= ((uint64_t)1 << (63 - m->bits)) - 1;
	}
	/* QEMU reads what is missing as zeros, and says nothing. */
	return disk_holds(m->v, entry, len, e);
}

int disk_qcow(const struct disk_view *v, struct err *e)
{
	unsigned char h[48];
	uint64_t size, name;
	unsigned cluster_bits, below_bits;
	struct disk_map m = { .v = v, .width = 8, .below_width = 8, .align = 1 };
	int result = disk_read(v, 0, h, sizeof(h), e);

	if (result <= 0)
		return result;
	name = be64(h + 8);
	size = be64(h + 24);
	cluster_bits = h[32];
	below_bits = h[33];
	if (cluster_bits < 9 || cluster_bits > 16 || below_bits < 6 || below_bits > 13 ||
	    be32(h + 36) > 1 || size < 2)
		return disk_bad(e, "its header contradicts itself");
	if (name != 0)
		return disk_needs(v, "backing file", name, be32(h + 16), e);
	if (be32(h + 36) && v->notes)
		v->notes->remark = disk_encrypted;
	m.at = be64(h + 40);
	m.count = pieces(size, (uint64_t)1 << (cluster_bits + below_bits));
	m.below = (uint64_t)1 << below_bits;
	m.bits = cluster_bits;
	m.disk = size;
	m.unit = (uint64_t)1 << cluster_bits;
	m.branch = qcow_branch;
	m.leaf = qcow_leaf;
	return disk_holds_table(v, m.at, m.count, m.width, e) < 0 ? -1 : disk_walk(&m, e);
}

static uint64_t qed_branch(const unsigned char *entry)
{
	return le64(entry);
}

/* 1 is a cluster of zeros.  QEMU refuses one that is not whole, and cuts none. */
static int qed_leaf(struct disk_map *m, const unsigned char *entry, struct err *e)
{
	return le64(entry) > 1 ? disk_holds(m->v, le64(entry), m->unit, e) : 0;
}

int disk_qed(const struct disk_view *v, struct err *e)
{
	unsigned char h[64];
	uint64_t cluster, clusters;
	struct disk_map m = { .v = v, .width = 8, .below_width = 8 };
	int result = disk_read(v, 0, h, sizeof(h), e);

	if (result <= 0)
		return result;
	cluster = le32(h + 4);
	clusters = le32(h + 8);
	if (!power_of_two(cluster) || cluster < 4096 || cluster > 1 << 26 ||
	    !power_of_two(clusters) || clusters > 16 || le32(h + 12) == 0)
		return disk_bad(e, "its header contradicts itself");
	if (le64(h + 16) & 1)
		return disk_needs(v, "backing file", le32(h + 56), le32(h + 60), e);
	m.at = le64(h + 40);
	m.count = m.below = cluster * clusters / 8;
	m.unit = m.align = cluster;
	m.branch = qed_branch;
	m.leaf = qed_leaf;
	if (disk_holds(v, 0, le32(h + 12) * cluster, e) < 0 ||
	    disk_holds_table(v, m.at, m.count, m.width, e) < 0)
		return -1;
	return disk_walk(&m, e);
}
