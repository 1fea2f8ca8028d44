/* QEMU's qcow2: docs/interop/qcow2. */
#include "image/disk_formats.h"
#include "image/disk_read.h"

#include "image/zroom.h"

/* The header. */
enum {
	VERSION = 4,
	NAME = 8, /* 64 bits: a backing file's */
	NAME_LEN = 16,
	CLUSTER_BITS = 20,
	DISK = 24, /* 64 bits */
	CRYPT = 32,
	L1_COUNT = 36,
	L1 = 40,   /* 64 bits: where the first table is, */
	REFS = 48, /* and that of the reference counts */
	REFS_COUNT = 56,
	SNAPS_COUNT = 60,
	SNAPS = 64, /* 64 bits */
	HEADER_V2 = 72,
	FEATURES = 72, /* 64 bits */
	REFS_ORDER = 96,
	HEADER_LEN = 100,
	HEADER = 104
};

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

static uint64_t branch(const unsigned char *entry)
{
	return be64(entry) & OFFSET;
}

/*
 * Does a compressed cluster end before the file does?  1, 0, or -1 when it cannot be
 * read.  As QEMU has it: it is whole when it has filled a cluster, too.
 */
static int inflates(const struct disk *d, uint64_t at, struct err *e)
{
	_Alignas(16) unsigned char heap[INFLATE_BYTES];
	unsigned char in[1024], out[1024];
	struct zroom room = { .at = heap, .cap = sizeof(heap) };
	uint64_t left = d->v->size - at;
	int result = Z_OK, got;
	z_stream z;

	if (zroom_start(&room, &z, DEFLATE_BITS, e) < 0)
		return -1;
	while (result == Z_OK && z.total_out < d->map.unit) {
		if (z.avail_in == 0 && left > 0) {
			z.next_in = in;
			z.avail_in = left < sizeof(in) ? (uInt)left : sizeof(in);
			got = disk_read(d->v, d->v->size - left, in, z.avail_in, e);
			/* A pipe may have it no more, and that is noted. */
			if (got <= 0)
				return got < 0 ? -1 : 1;
			left -= z.avail_in;
		}
		z.next_out = out;
		z.avail_out = sizeof(out);
		result = inflate(&z, Z_NO_FLUSH);
	}
	return result == Z_STREAM_END || z.total_out >= d->map.unit;
}

/*
 * A compressed cluster is told in whole sectors, and the file may end within the last
 * one: qemu-io writes such images.  Then only its content tells whether it is cut.
 */
static int compressed(struct disk *d, uint64_t entry, struct extent *x, struct err *e)
{
	unsigned shift = 62 - (d->own.qcow2.cluster_bits - 8);
	uint64_t sectors = (entry & (COMPRESSED - 1)) >> shift;
	uint64_t at = entry & (((uint64_t)1 << shift) - 1);
	uint64_t first = at / SECTOR * SECTOR;
	int whole;

	x->kind = EXTENT_COMPRESSED;
	x->file_at = at;
	x->file_len = first + (sectors + 1) * SECTOR - at;
	if (disk_holds(d->v, at, 1, e) < 0 || disk_holds(d->v, first, sectors * SECTOR + 1, e) < 0)
		return -1;
	if (d->v->size - first >= (sectors + 1) * SECTOR)
		return 0;
	x->file_len = d->v->size - at;
	if (at == d->own.qcow2.tested)
		return 0;
	d->own.qcow2.tested = at;
	d->own.qcow2.spent += d->map.unit;
	if (d->own.qcow2.zstd || d->own.qcow2.spent > INFLATED_MAX) {
		if (d->v->notes)
			d->v->notes->blind = true;
		return 0;
	}
	whole = inflates(d, at, e);
	if (whole == 0)
		return err_set(e, ERR_IMAGE,
			       "is cut: its last compressed cluster, at byte %llu, has no end",
			       (unsigned long long)at);
	return whole < 0 ? -1 : 0;
}

/* Extended entries: x becomes the parts around the byte at that are all there, or all not. */
static void parts_around(const struct disk *d, uint32_t there, uint64_t at, struct extent *x)
{
	uint64_t part = d->map.unit / PARTS, len = x->len;
	unsigned first = (unsigned)((at - x->at) / part), end = first + 1;
	uint32_t kind = there >> first & 1;

	while (first > 0 && (there >> (first - 1) & 1) == kind)
		first--;
	while (end < PARTS && (there >> end & 1) == kind)
		end++;
	x->kind = kind ? EXTENT_DATA : EXTENT_ZERO;
	x->len = (end * part < len ? end * part : len) - first * part;
	x->file_at += first * part;
	x->at += first * part;
}

static int leaf(struct disk *d, const unsigned char *p, uint64_t at, struct extent *x,
		struct err *e)
{
	uint64_t entry = be64(p);

	/* A snapshot of a running machine has its memory behind the disk. */
	if (x->len == 0)
		return 0;
	if (entry & COMPRESSED)
		return compressed(d, entry, x, e);
	x->file_at = entry & OFFSET;
	if (x->file_at == 0)
		return 0;
	if (d->map.below_width == 16)
		parts_around(d, be32(p + 12), at, x);
	else if (!(entry & ALL_ZERO))
		x->kind = EXTENT_DATA;
	if (x->kind == EXTENT_ZERO)
		return 0;
	if ((entry & OFFSET) % d->map.unit != 0)
		return disk_bad(e, "a cluster is not where one can be");
	/* QEMU reads what is missing as zeros, and says nothing. */
	return disk_holds(d->v, x->file_at, x->len, e);
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
static int snapshots(const struct disk *d, struct err *e)
{
	uint64_t at = d->own.qcow2.snaps_at, l1_at, l1_count, i, bytes = 0;
	unsigned char s[40];
	int result;

	for (i = 0; i < d->own.qcow2.snaps_count; i++) {
		result = disk_read(d->v, at, s, sizeof(s), e);
		if (result <= 0)
			return result;
		l1_at = be64(s);
		l1_count = be32(s + 8);
		bytes += l1_count * 8;
		if (disk_holds_table(d->v, l1_at, l1_count, 8, e) < 0)
			return -1;
		if (bytes > d->v->size)
			return disk_bad(e, "it has more tables than there is room for");
		if (bytes <= DISK_WALK_MAX &&
		    check_offsets(d->v, l1_at, l1_count, d->map.unit, e) < 0)
			return -1;
		/* Extra data, then two texts. */
		at += sizeof(s);
		at += be32(s + 36);
		at += (be32(s + 12) >> 16) + (be32(s + 12) & 0xffff);
		at = (at + 7) & ~(uint64_t)7;
	}
	return 0;
}

static int rest(struct disk *d, struct err *e)
{
	uint64_t refs = d->own.qcow2.refs_count * (d->map.unit / 8);

	if (check_offsets(d->v, d->own.qcow2.refs_at, refs, d->map.unit, e) < 0)
		return -1;
	return snapshots(d, e);
}

/* Version 3 has more of a header. */
static int read_features(const struct disk *d, uint64_t *features, struct err *e)
{
	unsigned char h[HEADER];
	uint64_t cluster = (uint64_t)1 << d->own.qcow2.cluster_bits;
	int result = disk_read(d->v, 0, h, sizeof(h), e);

	if (result <= 0)
		return result;
	*features = be64(h + FEATURES);
	if (be32(h + HEADER_LEN) < sizeof(h) || be32(h + HEADER_LEN) > cluster ||
	    be32(h + REFS_ORDER) > 6)
		return disk_bad(e, "its header contradicts itself");
	return 1;
}

/* Where the tables are, of an image that is all there. */
static int open_tables(struct disk *d, const unsigned char *h, uint64_t features, struct err *e)
{
	struct disk_map *m = &d->map;
	uint64_t l1_count = be32(h + L1_COUNT), snaps_at = be64(h + SNAPS);
	uint64_t refs_at = be64(h + REFS), refs_count = be32(h + REFS_COUNT);

	d->own.qcow2.zstd = features & FEATURE_ZSTD;
	d->own.qcow2.refs_at = refs_at;
	d->own.qcow2.refs_count = refs_count;
	d->own.qcow2.snaps_at = snaps_at;
	d->own.qcow2.snaps_count = be32(h + SNAPS_COUNT);
	m->at = be64(h + L1);
	m->width = 8;
	m->unit = m->align = (uint64_t)1 << d->own.qcow2.cluster_bits;
	m->below_width = features & FEATURE_EXTENDED ? 16 : 8;
	m->below = m->unit / m->below_width;
	/* Behind the disk there may be more: of no account, as in a snapshot's memory. */
	m->count = pieces(pieces(d->size, m->unit), m->below);
	if (m->count > l1_count || refs_at == 0 || refs_count == 0 || refs_at % m->unit != 0 ||
	    m->at % m->unit != 0 || snaps_at % m->unit != 0 ||
	    d->own.qcow2.snaps_count > SNAPSHOTS_MAX)
		return disk_bad(e, "its header contradicts itself");
	if (disk_holds_table(d->v, m->at, l1_count, m->width, e) < 0 ||
	    disk_holds(d->v, refs_at, refs_count * m->unit, e) < 0)
		return -1;
	return 1;
}

static int qcow2_open(struct disk *d, struct err *e)
{
	unsigned char h[HEADER_V2];
	uint64_t features = 0;
	uint32_t version;
	int result = disk_read(d->v, 0, h, sizeof(h), e);

	if (result <= 0)
		return result;
	d->size = be64(h + DISK);
	d->encrypted = be32(h + CRYPT) != 0;
	d->own.qcow2.cluster_bits = be32(h + CLUSTER_BITS);
	version = be32(h + VERSION);
	if (version != 2 && version != 3)
		return disk_bad(e, "the version of its header is not known");
	if (be32(h + CRYPT) > 2 || d->own.qcow2.cluster_bits < 9 || d->own.qcow2.cluster_bits > 21)
		return disk_bad(e, "its header contradicts itself");
	result = version == 2 ? 1 : read_features(d, &features, e);
	if (result <= 0)
		return result;
	if (features & FEATURE_CORRUPT)
		return disk_bad(e, "its header says so (see qemu-img check)");
	if (features & FEATURE_DATA_FILE)
		return err_set(e, ERR_IMAGE,
			       "is only a part: its data is in another file (qemu-img convert makes one whole)");
	if (be64(h + NAME) != 0) {
		d->lacks = "backing file";
		d->lacks_at = be64(h + NAME);
		d->lacks_len = be32(h + NAME_LEN);
		return 1;
	}
	/* With a feature that is not known, the tables may mean anything. */
	if (features & ~(uint64_t)FEATURES_KNOWN)
		return 1;
	return open_tables(d, h, features, e);
}

const struct disk_format disk_qcow2 = { qcow2_open, branch, leaf, rest };
