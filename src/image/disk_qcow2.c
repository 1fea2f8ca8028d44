/* QEMU's docs/interop/qcow2. */
#include "image/disk_parts.h"

#include "image/zroom.h"

/* Incompatible features, by their bits. */
enum {
	FEATURE_CORRUPT = 1 << 1,
	FEATURE_DATA_FILE = 1 << 2,
	FEATURE_ZSTD = 1 << 3,     /* or another way to compress that is not zlib's */
	FEATURE_EXTENDED = 1 << 4, /* 16 bytes for an entry, and 32 parts of a cluster */
	FEATURES_KNOWN = (1 << 5) - 1
};

/* Bits 9 to 55 of an entry are an offset. */
#define OFFSET ((((uint64_t)1 << 56) - 1) & ~(uint64_t)0x1ff)
#define COMPRESSED ((uint64_t)1 << 62)
#define ALL_ZERO 1

/* Parts of a cluster with extended entries. */
#define PARTS 32

/* inflate()'s state, measured 7,160 bytes, and a window of 4 KiB. */
#define INFLATE_BYTES ((size_t)14 * 1024)

/* Raw deflate with that window. */
#define DEFLATE_BITS (-12)

/* A file has one last cluster: who names so many bytes of them wants to keep us busy. */
#define INFLATED_MAX ((uint64_t)256 << 20)

/* As many as QEMU opens. */
#define SNAPSHOTS_MAX 65536

struct header {
	unsigned version, cluster_bits;
	uint64_t name_at, name_len; /* of a backing file */
	uint64_t size;
	uint64_t l1_at, l1_count;
	uint64_t refs_at, refs_count;
	uint64_t snaps_at, snaps_count;
	uint64_t features;
	bool encrypted;
};

static uint64_t branch(const unsigned char *entry)
{
	return be64(entry) & OFFSET;
}

/*
 * Does a compressed cluster end before the file does?  1, 0, or -1 when it cannot be
 * read.  As QEMU has it: it is whole when it has filled a cluster, too.
 */
static int inflates(const struct disk_map *m, uint64_t at, struct err *e)
{
	_Alignas(16) unsigned char heap[INFLATE_BYTES];
	unsigned char in[1024], out[1024];
	struct zroom room = { .at = heap, .cap = sizeof(heap) };
	uint64_t left = m->v->size - at;
	int result = Z_OK, got;
	z_stream z;

	if (zroom_start(&room, &z, DEFLATE_BITS, e) < 0)
		return -1;
	while (result == Z_OK && z.total_out < m->unit) {
		if (z.avail_in == 0 && left > 0) {
			z.next_in = in;
			z.avail_in = left < sizeof(in) ? (uInt)left : sizeof(in);
			got = disk_read(m->v, m->v->size - left, in, z.avail_in, e);
			/* A pipe may have it no more, and that is noted. */
			if (got <= 0)
				return got < 0 ? -1 : 1;
			left -= z.avail_in;
		}
		z.next_out = out;
		z.avail_out = sizeof(out);
		result = inflate(&z, Z_NO_FLUSH);
	}
	return result == Z_STREAM_END || z.total_out >= m->unit;
}

/*
 * A compressed cluster is told in whole sectors, and the file may end within the last
 * one: qemu-io writes such images.  Then only its content tells whether it is cut.
 */
static int compressed(struct disk_map *m, uint64_t entry, struct err *e)
{
	unsigned x = 62 - (m->bits - 8);
	uint64_t sectors = (entry & (COMPRESSED - 1)) >> x;
	uint64_t at = entry & (((uint64_t)1 << x) - 1);
	uint64_t first = at / SECTOR * SECTOR;
	int whole;

	if (disk_holds(m->v, at, 1, e) < 0 || disk_holds(m->v, first, sectors * SECTOR + 1, e) < 0)
		return -1;
	if (m->v->size - first >= (sectors + 1) * SECTOR || at == m->last)
		return 0;
	m->last = at;
	m->spent += m->unit;
	if (m->zstd || m->spent > INFLATED_MAX) {
		if (m->v->notes)
			m->v->notes->blind = true;
		return 0;
	}
	whole = inflates(m, at, e);
	if (whole == 0)
		return err_set(e, ERR_IMAGE,
			       "is cut: its last compressed cluster, at byte %llu, has no end",
			       (unsigned long long)at);
	return whole < 0 ? -1 : 0;
}

static int leaf(struct disk_map *m, const unsigned char *p, struct err *e)
{
	uint64_t entry = be64(p), at = entry & OFFSET, len = disk_map_needs(m), used = m->unit;
	uint32_t parts = m->below_width == 16 ? be32(p + 12) : 0;

	/* A snapshot of a running machine has its memory behind the disk. */
	if (len > 0 && entry & COMPRESSED)
		return compressed(m, entry, e);
	if (m->below_width == 16)
		/* The file may end where the last part ends that is in use. */
		for (used = 0; parts != 0; parts >>= 1)
			used += m->unit / PARTS;
	else if (entry & ALL_ZERO)
		used = 0;
	if (used < len)
		len = used;
	if (at == 0 || len == 0)
		return 0;
	if (at % m->unit != 0)
		return disk_bad(e, "a cluster is not where one can be");
	/* QEMU reads what is missing as zeros, and says nothing. */
	return disk_holds(m->v, at, len, e);
}

/* Entries that are offsets of things that begin in the file. */
static int check_offsets(const struct disk_view *v, uint64_t at, uint64_t count, uint64_t len,
			 struct err *e)
{
	struct disk_table t;
	const unsigned char *entry;
	int result;

	disk_table_init(&t, v, at, count, 8);
	while ((result = disk_table_next(&t, &entry, e)) > 0)
		if (branch(entry) != 0 && disk_holds(v, branch(entry), len, e) < 0)
			return -1;
	return result;
}

/* The table of snapshots has entries of different lengths; each has an L1 table of its own. */
static int snapshots(const struct disk_view *v, const struct header *h, struct err *e)
{
	uint64_t at = h->snaps_at, l1_at, l1_count, i, bytes = 0;
	unsigned char s[40];
	int result;

	for (i = 0; i < h->snaps_count; i++) {
		result = disk_read(v, at, s, sizeof(s), e);
		if (result <= 0)
			return result;
		l1_at = be64(s);
		l1_count = be32(s + 8);
		bytes += l1_count * 8;
		if (disk_holds_table(v, l1_at, l1_count, 8, e) < 0)
			return -1;
		if (bytes > v->size)
			return disk_bad(e, "it has more tables than there is room for");
		if (bytes <= DISK_WALK_MAX &&
		    check_offsets(v, l1_at, l1_count, (uint64_t)1 << h->cluster_bits, e) < 0)
			return -1;
		/* Extra data, then two texts. */
		at += sizeof(s);
		at += be32(s + 36);
		at += (be32(s + 12) >> 16) + (be32(s + 12) & 0xffff);
		at = (at + 7) & ~(uint64_t)7;
	}
	return 0;
}

static int read_header(const struct disk_view *v, struct header *h, struct err *e)
{
	unsigned char p[104];
	int result = disk_read(v, 0, p, 72, e);

	if (result <= 0)
		return result;
	*h = (struct header){
		.version = be32(p + 4),
		.name_at = be64(p + 8),
		.name_len = be32(p + 16),
		.cluster_bits = be32(p + 20),
		.size = be64(p + 24),
		.encrypted = be32(p + 32) != 0,
		.l1_count = be32(p + 36),
		.l1_at = be64(p + 40),
		.refs_at = be64(p + 48),
		.refs_count = be32(p + 56),
		.snaps_count = be32(p + 60),
		.snaps_at = be64(p + 64),
	};
	if (h->version != 2 && h->version != 3)
		return disk_bad(e, "the version of its header is not known");
	if (be32(p + 32) > 2 || h->cluster_bits < 9 || h->cluster_bits > 21)
		return disk_bad(e, "its header contradicts itself");
	if (h->version == 2)
		return 1;
	result = disk_read(v, 0, p, sizeof(p), e);
	if (result <= 0)
		return result;
	h->features = be64(p + 72);
	if (be32(p + 100) < sizeof(p) || be32(p + 100) > (uint32_t)1 << h->cluster_bits ||
	    be32(p + 96) > 6)
		return disk_bad(e, "its header contradicts itself");
	return 1;
}

/* The header alone says that this cannot be all. */
static int complete(const struct disk_view *v, const struct header *h, struct err *e)
{
	if (h->features & FEATURE_CORRUPT)
		return disk_bad(e, "its header says so (see qemu-img check)");
	if (h->features & FEATURE_DATA_FILE)
		return err_set(e, ERR_IMAGE,
			       "is only a part: its data is in another file (qemu-img convert makes one whole)");
	if (h->name_at != 0)
		return disk_needs(v, "backing file", h->name_at, h->name_len, e);
	return 0;
}

int disk_qcow2(const struct disk_view *v, struct err *e)
{
	struct header h;
	struct disk_map m = { .v = v, .width = 8, .branch = branch, .leaf = leaf };
	int result = read_header(v, &h, e);

	if (result <= 0)
		return result;
	if (complete(v, &h, e) < 0)
		return -1;
	/* With a feature that is not known, the tables may mean anything. */
	if (h.features & ~(uint64_t)FEATURES_KNOWN)
		return 0;
	if (h.encrypted && v->notes)
		v->notes->remark = disk_encrypted;
	m.at = h.l1_at;
	m.bits = h.cluster_bits;
	m.disk = h.size;
	m.zstd = h.features & FEATURE_ZSTD;
	m.unit = m.align = (uint64_t)1 << h.cluster_bits;
	m.below_width = h.features & FEATURE_EXTENDED ? 16 : 8;
	m.below = m.unit / m.below_width;
	/* Behind the disk there may be more: of no account, as in a snapshot's memory. */
	m.count = pieces(pieces(h.size, m.unit), m.below);
	if (m.count > h.l1_count || h.refs_at == 0 || h.refs_count == 0 ||
	    h.refs_at % m.unit != 0 || m.at % m.unit != 0 || h.snaps_at % m.unit != 0 ||
	    h.snaps_count > SNAPSHOTS_MAX)
		return disk_bad(e, "its header contradicts itself");
	if (disk_holds_table(v, m.at, h.l1_count, m.width, e) < 0 ||
	    disk_holds(v, h.refs_at, h.refs_count << h.cluster_bits, e) < 0 ||
	    check_offsets(v, h.refs_at, h.refs_count << (h.cluster_bits - 3), m.unit, e) < 0 ||
	    snapshots(v, &h, e) < 0)
		return -1;
	return disk_walk(&m, e);
}
