/* VMDK: VMware's Virtual Disk Format 5.0, and QEMU's block/vmdk.c for what is older. */
#include "image/disk_formats.h"
#include "image/disk_read.h"

#include <string.h>
#include <strings.h>

/* The header of a sparse extent.  It counts sectors. */
enum {
	EXTENT_VERSION = 4,
	EXTENT_FLAGS = 8,
	EXTENT_CAPACITY = 12,
	EXTENT_GRAIN = 20,
	EXTENT_DESC = 28, /* the embedded descriptor */
	EXTENT_DESC_LEN = 36,
	EXTENT_ENTRIES = 44, /* of a grain table */
	EXTENT_DIR_AGAIN = 48,
	EXTENT_DIR = 56,
	EXTENT_OVERHEAD = 64,
	EXTENT_COMPRESSION = 77
};

enum {
	FLAG_DIR_AGAIN = 1 << 1,
	FLAG_COMPRESSED = 1 << 16
};

/* The directory follows the grains, and the footer says where. */
#define AT_END UINT64_MAX

/* Larger ones are in no use, and multiply without overflow. */
#define GRAIN_MAX ((uint64_t)1 << 21)
#define ENTRIES_MAX ((uint64_t)1 << 16)
#define SECTORS_MAX (UINT64_MAX / SECTOR)

/* Behind the last grain of a stream: a marker, the footer, and the marker of the end. */
enum {
	FOOTER_MARKER,
	FOOTER = SECTOR,
	END_MARKER = 2 * SECTOR
};

#define MARKER_TYPE 12
#define MARKER_FOOTER 3

static uint64_t branch(const unsigned char *entry)
{
	return (uint64_t)le32(entry) * SECTOR;
}

/* 1 is a grain of zeros. */
static int leaf(struct disk *d, const unsigned char *entry, uint64_t at, struct extent *x,
		struct err *e)
{
	uint64_t place = branch(entry);

	(void)at;
	if (place <= SECTOR)
		return 0;
	if (place > d->own.vmdk.last)
		d->own.vmdk.last = place;
	x->kind = d->own.vmdk.packed ? EXTENT_COMPRESSED : EXTENT_DATA;
	x->file_at = place;
	return disk_holds(d->v, place, d->own.vmdk.packed ? 1 : d->map.unit, e);
}

static int grains(struct disk *d, const unsigned char *h, struct err *e)
{
	uint64_t capacity = le64(h + EXTENT_CAPACITY), grain = le64(h + EXTENT_GRAIN);
	uint64_t entries = le32(h + EXTENT_ENTRIES), dir = le64(h + EXTENT_DIR);
	struct disk_map *m = &d->map;

	if (le32(h + EXTENT_VERSION) < 1 || le32(h + EXTENT_VERSION) > 3)
		return disk_bad(e, "the version of its header is not known");
	if (!power_of_two(grain) || grain > GRAIN_MAX || entries == 0 || entries > ENTRIES_MAX ||
	    capacity > SECTORS_MAX || dir > SECTORS_MAX ||
	    le64(h + EXTENT_DIR_AGAIN) > SECTORS_MAX || le64(h + EXTENT_OVERHEAD) > SECTORS_MAX)
		return disk_bad(e, "its header contradicts itself");
	d->size = capacity * SECTOR;
	d->own.vmdk.packed =
		le32(h + EXTENT_FLAGS) & FLAG_COMPRESSED || le16(h + EXTENT_COMPRESSION);
	*m = (struct disk_map){
		.at = dir * SECTOR,
		.count = pieces(capacity, grain * entries),
		.width = 4,
		.below = entries,
		.below_width = 4,
		.align = 1,
		.unit = grain * SECTOR,
	};
	if (disk_holds(d->v, 0, le64(h + EXTENT_OVERHEAD) * SECTOR, e) < 0 ||
	    disk_holds_table(d->v, m->at, m->count, m->width, e) < 0)
		return -1;
	if (le32(h + EXTENT_FLAGS) & FLAG_DIR_AGAIN &&
	    disk_holds_table(d->v, le64(h + EXTENT_DIR_AGAIN) * SECTOR, m->count, m->width, e) < 0)
		return -1;
	return 1;
}

static int stream(struct disk *d, struct err *e)
{
	static const unsigned char zeros[SECTOR];
	unsigned char end[DISK_TAIL_BYTES];
	int result;

	_Static_assert(DISK_TAIL_BYTES == END_MARKER + SECTOR, "the end of a stream");
	if (disk_holds(d->v, 0, sizeof(end) + SECTOR, e) < 0)
		return -1;
	result = disk_read(d->v, d->v->size - sizeof(end), end, sizeof(end), e);
	if (result <= 0)
		return result;
	if (memcmp(end + FOOTER, "KDMV", 4) != 0 ||
	    le32(end + FOOTER_MARKER + MARKER_TYPE) != MARKER_FOOTER ||
	    memcmp(end + END_MARKER, zeros, SECTOR) != 0)
		return err_set(e, ERR_IMAGE,
			       "is cut: it does not end in the footer of a streamed VMDK");
	return grains(d, end + FOOTER, e);
}

/* One of several extents has no descriptor in it, or room for one that is empty. */
static int one_of_several(struct err *e)
{
	return err_set(e, ERR_IMAGE,
		       "is only a part: its disk is in several files (qemu-img convert makes one whole)");
}

/* Is there a descriptor, and does it speak of a parent?  That is at its beginning. */
static int descriptor(struct disk *d, const unsigned char *h, struct err *e)
{
	static const char key[] = "\nparentCID=", none[] = "ffffffff";
	char text[2048];
	uint64_t at = le64(h + EXTENT_DESC), sectors = le64(h + EXTENT_DESC_LEN);
	size_t len = sizeof(text), i, n = sizeof(key) - 1;
	int result;

	if (at == 0 || sectors == 0)
		return one_of_several(e);
	if (at > SECTORS_MAX || sectors > SECTORS_MAX)
		return disk_bad(e, "its header contradicts itself");
	if (disk_holds(d->v, at * SECTOR, sectors * SECTOR, e) < 0)
		return -1;
	if (sectors * SECTOR < len)
		len = (size_t)sectors * SECTOR;
	result = disk_read(d->v, at * SECTOR, text, len, e);
	if (result <= 0)
		return result;
	if (text[0] == '\0')
		return one_of_several(e);
	for (i = 0; i + n + 8 <= len; i++)
		if (memcmp(text + i, key, n) == 0 && strncasecmp(text + i + n, none, 8) != 0)
			d->lacks = "parent";
	return 0;
}

/* The older format is about the same; of its tables there are two sizes and no word which. */
static int old_extent(struct disk *d, struct err *e)
{
	unsigned char h[32];
	int result = disk_read(d->v, 0, h, sizeof(h), e);

	if (result <= 0)
		return result;
	d->map.at = (uint64_t)le32(h + 20) * SECTOR;
	d->map.count = le32(h + 24);
	return disk_holds_table(d->v, d->map.at, d->map.count, 4, e) < 0 ? -1 : 1;
}

static int old_tables(const struct disk *d, struct err *e)
{
	struct disk_table t;
	const unsigned char *entry;
	int result;

	disk_table_init(&t, d->v, d->map.at, d->map.count, 4);
	while ((result = disk_table_next(&t, &entry, e)) > 0)
		if (branch(entry) != 0 && disk_holds(d->v, branch(entry), SECTOR, e) < 0)
			return -1;
	return result;
}

/* The compressed grain that begins last has to end in the file: its marker has the length. */
static int last_grain(const struct disk *d, struct err *e)
{
	uint64_t last = d->own.vmdk.last;
	unsigned char marker[12];
	int result = last == 0 ? 0 : disk_read(d->v, last, marker, sizeof(marker), e);

	if (result <= 0)
		return result;
	return disk_holds(d->v, last + sizeof(marker), le32(marker + 8), e);
}

static int rest(struct disk *d, struct err *e)
{
	if (d->map.unit == 0)
		return old_tables(d, e);
	return d->own.vmdk.packed ? last_grain(d, e) : 0;
}

static int vmdk_open(struct disk *d, struct err *e)
{
	unsigned char h[SECTOR];
	int result = disk_read(d->v, 0, h, 4, e);

	if (result <= 0)
		return result;
	if (h[0] == '#')
		return err_set(e, ERR_IMAGE,
			       "only describes a disk whose data is in other files (qemu-img convert makes one whole)");
	if (h[0] == 'C')
		return old_extent(d, e);
	result = disk_read(d->v, 0, h, sizeof(h), e);
	if (result <= 0)
		return result;
	if (le64(h + EXTENT_CAPACITY) <= SECTORS_MAX)
		d->size = le64(h + EXTENT_CAPACITY) * SECTOR;
	/* A pipe may have the descriptor no more. */
	if (descriptor(d, h, e) < 0)
		return -1;
	if (d->lacks)
		return 1;
	return le64(h + EXTENT_DIR) == AT_END ? stream(d, e) : grains(d, h, e);
}

const struct disk_format disk_vmdk = { vmdk_open, branch, leaf, rest };
