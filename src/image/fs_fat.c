/* FAT12, FAT16 and FAT32: a table with an entry for each cluster, twice. */
#include <string.h>

#include "base/stop.h"
#include "image/fs.h"

#define BOOT_BYTES 512

/* Of FAT32, where its copy of the boot sector is. */
#define COPY_SECTOR 6

/* From what to what both have the same: sizes, numbers, the volume's id and name. */
#define COPY_FROM 0x0b
#define COPY_TO 0x5a

/* Clusters; from so many on it is FAT16, FAT32. */
#define FAT16_LEAST 4085
#define FAT32_LEAST 65525

/* What mkfs.fat and Windows give to a disk; a floppy has less. */
#define ROOT_ENTRIES 512

static uint32_t entry_of(const struct fs_fat *f, const unsigned char *window, uint64_t skip,
			 uint64_t cluster)
{
	const unsigned char *at = window + (cluster * f->bits / 8 - skip);

	if (f->bits == 32)
		return le32(at) & 0x0fffffff;
	if (f->bits == 16)
		return le16(at);
	return cluster % 2 ? le16(at) >> 4 : le16(at) & 0xfff;
}

/* A whole number of entries of each kind: a window of the table. */
#define WINDOW_BYTES ((uint64_t)48 * 1024)

/* The window that has this cluster's entry into fs->map; *clusters is the first behind it. */
static bool load(struct fs *fs, uint64_t cluster, uint64_t *skip, uint64_t *behind)
{
	const struct fs_fat *f = &fs->u.fat;
	uint64_t window = cluster * f->bits / 8 / WINDOW_BYTES, len;

	*skip = window * WINDOW_BYTES;
	*behind = (window + 1) * WINDOW_BYTES * 8 / f->bits;
	if (fs->map_of == window)
		return true;
	len = f->table_len - *skip < WINDOW_BYTES ? f->table_len - *skip : WINDOW_BYTES;
	fs->map_of = UINT64_MAX;
	if (!fs_read(fs, f->table + *skip, fs->map, (size_t)len))
		return false;
	fs->map_of = window;
	return true;
}

/* Both tables say the same.  Which of them counts where they do not, nobody can know. */
static int compare_tables(struct fs *fs)
{
	const struct fs_fat *f = &fs->u.fat;
	unsigned char other[4096];
	uint64_t at, n;

	for (at = 0; at < f->table_len; at += n) {
		n = f->table_len - at < sizeof(other) ? f->table_len - at : sizeof(other);
		if (stop_asked())
			return fs_doubt(fs, "a signal came");
		if (!fs_read(fs, f->table + at, fs->map, (size_t)n) ||
		    !fs_read(fs, f->table + f->table_len + at, other, (size_t)n))
			return fs_doubt(fs, fs_unreadable);
		if (memcmp(fs->map, other, (size_t)n) != 0)
			return fs_doubt(fs, "its two tables differ");
	}
	fs->map_of = UINT64_MAX;
	return 0;
}

/* The first two entries: the kind of medium, and whether it was unmounted. */
static int check_state(struct fs *fs, const unsigned char *boot)
{
	const struct fs_fat *f = &fs->u.fat;
	uint64_t skip, behind;
	uint32_t first, second, clean, high;

	if (!load(fs, 0, &skip, &behind))
		return fs_doubt(fs, fs_unreadable);
	first = entry_of(f, fs->map, 0, 0);
	second = entry_of(f, fs->map, 0, 1);
	high = f->bits == 32 ? 0x0fffff00 : f->bits == 16 ? 0xff00 : 0xf00;
	if (first != (high | boot[0x15]))
		return fs_doubt(fs, fs_odd);
	clean = f->bits == 32 ? 0x0c000000 : f->bits == 16 ? 0xc000 : 0;
	if ((second & clean) != clean || (boot[f->bits == 32 ? 0x41 : 0x25] & 3))
		return fs_doubt(fs, "it was not unmounted, is mounted, or has errors");
	return 0;
}

/* Of FAT32 the copy has to be the same; the others have a name for what they are. */
static int check_boot(struct fs *fs, const unsigned char *boot, uint32_t sector)
{
	static const char names[2][9] = { "FAT12   ", "FAT16   " };
	const struct fs_fat *f = &fs->u.fat;
	unsigned char copy[BOOT_BYTES];

	if (f->bits != 32) {
		if (memcmp(boot + 0x36, names[f->bits == 16], 8) == 0 &&
		    le16(boot + 0x11) == ROOT_ENTRIES)
			return 0;
		return fs_doubt(fs, fs_odd);
	}
	if (le16(boot + 0x28) != 0 || le16(boot + 0x2a) != 0 || le16(boot + 0x11) != 0 ||
	    le16(boot + 0x32) != COPY_SECTOR || le32(boot + 0x2c) < 2)
		return fs_doubt(fs, fs_odd);
	if (!fs_read(fs, (uint64_t)COPY_SECTOR * sector, copy, sizeof(copy)))
		return fs_doubt(fs, fs_unreadable);
	/* A state in the middle may differ. */
	copy[0x41] = boot[0x41];
	if (memcmp(boot + COPY_FROM, copy + COPY_FROM, COPY_TO - COPY_FROM) != 0)
		return fs_doubt(fs, "the copy of its boot sector differs");
	return 0;
}

/* The boot sector's numbers; 0 if this is no FAT. */
static int take_numbers(struct fs *fs, const unsigned char *boot)
{
	struct fs_fat *f = &fs->u.fat;
	uint32_t sector = le16(boot + 0x0b), each = boot[0x0d], reserved = le16(boot + 0x0e);
	uint64_t total = le16(boot + 0x13) ? le16(boot + 0x13) : le32(boot + 0x20);
	uint64_t table = le16(boot + 0x16) ? le16(boot + 0x16) : le32(boot + 0x24);
	uint64_t head, need;

	if ((boot[0] != 0xeb && boot[0] != 0xe9) || le16(boot + 0x1fe) != 0xaa55 ||
	    !power_of_two(sector) || sector < 512 || sector > 4096 || !power_of_two(each) ||
	    reserved == 0 || boot[0x10] == 0 || boot[0x15] < 0xf0 || table == 0 || total == 0)
		return 0;
	if (boot[0x10] != 2)
		return fs_doubt(fs, "it has not two tables");
	head = reserved + 2 * table + pieces((uint64_t)le16(boot + 0x11) * 32, sector);
	if (head >= total || total > fs->len / sector || table * sector > DISK_WALK_MAX)
		return fs_doubt(fs, fs_odd);
	f->cluster = sector * each;
	f->table = (uint64_t)reserved * sector;
	f->table_len = table * sector;
	f->data = head * sector;
	f->clusters = (total - head) / each;
	f->bits = f->clusters < FAT16_LEAST ? 12 : f->clusters < FAT32_LEAST ? 16 : 32;
	fs->name = le16(boot + 0x16) == 0 ? "FAT32" : f->bits == 12 ? "FAT12" : "FAT16";
	if ((f->bits == 32) != (le16(boot + 0x16) == 0) || f->clusters > 0x0ffffff0)
		return fs_doubt(fs, fs_odd);
	/* The tables are as large as they have to be, and not much larger. */
	need = pieces((f->clusters + 2) * f->bits, 8);
	if (f->table_len < need || f->table_len / 2 > need + (uint64_t)128 * sector)
		return fs_doubt(fs, fs_odd);
	return check_boot(fs, boot, sector) < 0 ? -1 : 1;
}

static int fat_open(struct fs *fs)
{
	const struct fs_fat *f = &fs->u.fat;
	unsigned char boot[BOOT_BYTES];
	uint64_t cluster, free = 0, skip = 0, behind = 0;
	int result;

	if (fs->len < BOOT_BYTES || !fs_read(fs, 0, boot, sizeof(boot)))
		return 0;
	result = take_numbers(fs, boot);
	if (result <= 0)
		return result;
	if (compare_tables(fs) < 0 || check_state(fs, boot) < 0)
		return -1;
	for (cluster = 2; cluster < f->clusters + 2; cluster++) {
		if (cluster >= behind && !load(fs, cluster, &skip, &behind))
			return fs_doubt(fs, fs_unreadable);
		free += entry_of(f, fs->map, skip, cluster) == 0;
	}
	fs->free = free * f->cluster;
	return 1;
}

static bool fat_vacant(struct fs *fs, uint64_t pos, uint64_t *len)
{
	const struct fs_fat *f = &fs->u.fat;
	uint64_t cluster, last = f->clusters + 2, skip, behind;
	bool vacant;

	if (pos < f->data || (pos - f->data) / f->cluster >= f->clusters) {
		*len = pos < f->data ? f->data - pos : fs->len - pos;
		return false;
	}
	cluster = (pos - f->data) / f->cluster + 2;
	if (!load(fs, cluster, &skip, &behind)) {
		*len = fs->len - pos;
		return false;
	}
	if (behind < last)
		last = behind;
	vacant = entry_of(f, fs->map, skip, cluster) == 0;
	do
		cluster++;
	while (cluster < last && (entry_of(f, fs->map, skip, cluster) == 0) == vacant);
	*len = f->data + (cluster - 2) * f->cluster - pos;
	return vacant;
}

const struct fs_kind fs_fat = { "FAT", fat_open, fat_vacant };
