/* VHDX: Microsoft's MS-VHDX.  An image whose log has to be replayed first is refused. */
#include "image/disk_formats.h"
#include "image/disk_read.h"

#include <string.h>

#define KIB ((uint64_t)1024)
#define MIB (KIB * 1024)

/* 2.2: two headers and two region tables, of which the second is there in case. */
#define HEADER_AT (64 * KIB)
#define HEADER_BYTES (4 * KIB)
#define LOG_GUID 48
#define REGIONS_AT (192 * KIB)
#define REGIONS_BYTES (64 * KIB)
#define HEADERS_BYTES MIB

/* 2.2.3 and 2.6.1: entries of a table, and where they begin. */
#define ENTRY_BYTES 32
#define ENTRIES_MAX 2047

/* 2.6.2: blocks of 1 MiB to 256 MiB, disks of up to 64 TiB. */
#define BLOCK_MAX (256 * MIB)
#define DISK_MAX (64 * MIB * MIB)

/* 2.5.1: what an entry of the block allocation table says. */
#define STATE(entry) ((entry)&7)
#define STATE_PRESENT 6
#define PLACE(entry) ((entry) & ~(MIB - 1))

/* GUIDs in the order of their bytes. */
static const unsigned char bat_region[] = { 0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42,
					    0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a, 0x08 };
static const unsigned char metadata_region[] = { 0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b,
						 0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e };
static const unsigned char file_parameters[] = { 0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d,
						 0xb3, 0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b };
static const unsigned char disk_size[] = { 0x24, 0x42, 0xa5, 0x2f, 0x1b, 0xcd, 0x76, 0x48,
					   0xb2, 0x11, 0x5d, 0xbe, 0xd8, 0x3b, 0xf4, 0xb8 };
static const unsigned char sector_size[] = { 0x1d, 0xbf, 0x41, 0x81, 0x6f, 0xa9, 0x09, 0x47,
					     0xba, 0x47, 0xf2, 0x33, 0xa8, 0xfa, 0xab, 0x5f };

/* What the regions and the metadata say. */
struct vhdx {
	uint64_t bat_at, bat_len;
	uint64_t metadata_at, metadata_len;
	uint64_t block, disk, sector;
	bool fixed, has_parent;
};

/* CRC-32C (RFC 3720, B.4), continued. */
static uint32_t crc32c(uint32_t crc, const unsigned char *p, size_t len)
{
	unsigned bit;

	for (; len > 0; len--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return crc;
}

/*
 * Has the structure of len bytes at offset at this mark, and the right checksum
 * behind it?  1 or 0, -1 when it cannot be read.
 */
static int is_whole(const struct disk_view *v, uint64_t at, uint64_t len, const char *mark,
		    struct err *e)
{
	unsigned char buf[HEADER_BYTES];
	uint32_t crc = 0xffffffff, want = 0;
	uint64_t done;
	int result;

	for (done = 0; done < len; done += sizeof(buf)) {
		result = disk_read(v, at + done, buf, sizeof(buf), e);
		if (result <= 0)
			return result;
		if (done == 0) {
			if (memcmp(buf, mark, 4) != 0)
				return 0;
			want = le32(buf + 4);
			memset(buf + 4, 0, 4);
		}
		crc = crc32c(crc, buf, sizeof(buf));
	}
	return ~crc == want;
}

/* 2.2.2: one of the two has to be whole; the newer one says where the log is. */
static int check_headers(const struct disk_view *v, struct err *e)
{
	unsigned char h[80];
	static const unsigned char none[16];
	uint64_t i, newest = 0, log_at = 0, log_len = 0;
	bool found = false, logged = false;
	int result;

	for (i = 1; i <= 2; i++) {
		result = is_whole(v, i * HEADER_AT, HEADER_BYTES, "head", e);
		if (result < 0 || disk_read(v, i * HEADER_AT, h, sizeof(h), e) < 0)
			return -1;
		if (result == 0 || (found && le64(h + 8) < newest))
			continue;
		if (le16(h + 66) != 1)
			return disk_bad(e, "the version of its header is not known");
		found = true;
		newest = le64(h + 8);
		logged = memcmp(h + LOG_GUID, none, sizeof(none)) != 0;
		log_len = le32(h + 68);
		log_at = le64(h + 72);
	}
	if (!found)
		return disk_bad(e, "the checksums of both its headers are wrong");
	if (logged)
		return err_set(e, ERR_IMAGE,
			       "is unfinished: its log has changes that are not in the disk yet (qemu-img check -r all, or Windows, writes them)");
	return disk_holds(v, log_at, log_len, e);
}

/* 2.2.3: where the block allocation table and the metadata are. */
static int read_regions(const struct disk_view *v, struct vhdx *x, struct err *e)
{
	uint64_t at = REGIONS_AT;
	unsigned char h[16];
	struct disk_table t;
	const unsigned char *entry;
	int result = is_whole(v, at, REGIONS_BYTES, "regi", e);

	if (result == 0) {
		at += REGIONS_BYTES;
		result = is_whole(v, at, REGIONS_BYTES, "regi", e);
	}
	if (result < 0 || disk_read(v, at, h, sizeof(h), e) < 0)
		return -1;
	if (result == 0 || le32(h + 8) > ENTRIES_MAX)
		return disk_bad(e, "the checksums of both its region tables are wrong");
	disk_table_init(&t, v, at + sizeof(h), le32(h + 8), ENTRY_BYTES);
	while ((result = disk_table_next(&t, &entry, e)) > 0) {
		if (disk_holds(v, le64(entry + 16), le32(entry + 24), e) < 0)
			return -1;
		if (memcmp(entry, bat_region, 16) == 0) {
			x->bat_at = le64(entry + 16);
			x->bat_len = le32(entry + 24);
		} else if (memcmp(entry, metadata_region, 16) == 0) {
			x->metadata_at = le64(entry + 16);
			x->metadata_len = le32(entry + 24);
		}
	}
	return result;
}

/* 2.6.2: take the one number that is in this item, if it is one that matters. */
static int read_item(const struct disk_view *v, struct vhdx *x, const unsigned char *entry,
		     struct err *e)
{
	unsigned char item[8] = { 0 };
	uint64_t at = x->metadata_at + le32(entry + 16);
	size_t len = memcmp(entry, sector_size, 16) == 0 ? 4 : 8;
	bool parameters = memcmp(entry, file_parameters, 16) == 0;

	if (len == 8 && !parameters && memcmp(entry, disk_size, 16) != 0)
		return 0;
	if (disk_read(v, at, item, len, e) < 0)
		return -1;
	if (parameters) {
		x->block = le32(item);
		x->fixed = le32(item + 4) & 1;
		x->has_parent = le32(item + 4) & 2;
	} else if (len == 4) {
		x->sector = le32(item);
	} else {
		x->disk = le64(item);
	}
	return 0;
}

/* 2.6.1 */
static int read_metadata(const struct disk_view *v, struct vhdx *x, struct err *e)
{
	unsigned char h[32] = { 0 };
	struct disk_table t;
	const unsigned char *entry;
	int result;

	if (disk_read(v, x->metadata_at, h, sizeof(h), e) < 0)
		return -1;
	if (memcmp(h, "metadata", 8) != 0 || le16(h + 10) > ENTRIES_MAX)
		return disk_bad(e, "it has no metadata");
	disk_table_init(&t, v, x->metadata_at + sizeof(h), le16(h + 10), ENTRY_BYTES);
	while ((result = disk_table_next(&t, &entry, e)) > 0)
		if (read_item(v, x, entry, e) < 0)
			return -1;
	return result;
}

static int leaf(struct disk *d, const unsigned char *entry, uint64_t at, struct extent *x,
		struct err *e)
{
	(void)at;
	if (STATE(le64(entry)) != STATE_PRESENT)
		return 0;
	x->kind = EXTENT_DATA;
	x->file_at = PLACE(le64(entry));
	/* QEMU ends the file of a fixed disk where the disk ends. */
	return disk_holds(d->v, x->file_at, d->own.vhdx.fixed ? x->len : d->map.unit, e);
}

/* 2.5: behind the entries of as many blocks as a bitmap covers is the one of that bitmap. */
static int open_blocks(struct disk *d, const struct vhdx *x, struct err *e)
{
	uint64_t blocks = pieces(x->disk, x->block), chunk = (x->sector << 23) / x->block;

	d->own.vhdx.fixed = x->fixed;
	d->map = (struct disk_map){
		.at = x->bat_at,
		.count = blocks + (blocks > 0 ? (blocks - 1) / chunk : 0),
		.width = 8,
		.unit = x->block,
		.stride = chunk,
	};
	if (d->map.count > x->bat_len / 8)
		return disk_bad(e, "its block table is too short for the disk");
	return 1;
}

static int vhdx_open(struct disk *d, struct err *e)
{
	const struct disk_view *v = d->v;
	struct vhdx x = { 0 };
	struct err ignored = ERR_INIT;

	if (disk_holds(v, 0, HEADERS_BYTES, e) < 0)
		return -1;
	/* A pipe has all this no more. */
	if (v->fd < 0) {
		if (v->notes)
			v->notes->blind = true;
		return 0;
	}
	if (check_headers(v, e) < 0) {
		if (read_regions(v, &x, &ignored) == 0 && read_metadata(v, &x, &ignored) == 0)
			d->size = x.disk;
		return -1;
	}
	if (read_regions(v, &x, e) < 0)
		return -1;
	if (x.bat_at == 0 || x.metadata_at == 0)
		return disk_bad(e, "it has no block table or no metadata");
	if (read_metadata(v, &x, e) < 0)
		return -1;
	d->size = x.disk;
	if (x.has_parent) {
		d->lacks = "parent";
		return 1;
	}
	if (!power_of_two(x.block) || x.block < MIB || x.block > BLOCK_MAX || x.disk > DISK_MAX ||
	    (x.sector != 512 && x.sector != 4096))
		return disk_bad(e, "its metadata contradicts itself");
	return open_blocks(d, &x, e);
}

const struct disk_format disk_vhdx = { .open = vhdx_open, .leaf = leaf };
