/*
 * exFAT: a bitmap says which clusters are in use.  It has no checksum and no copy: so all files
 * are looked for, and each of their clusters has to be marked there.
 */
#include "image/fs_exfat.h"

#include <string.h>

#include "base/stop.h"

/* The boot region, in sectors; its last one has the checksum of the others. */
#define BOOT_SECTORS 12
#define BOOT_BYTES 512

/* These two may change without the checksum. */
#define FLAGS 106
#define PERCENT 112

#define LAST 0xffffffff
#define CLUSTERS_MOST 0xfffffff5
#define SECTOR_SHIFT_LEAST 9
#define SECTOR_SHIFT_MOST 12
#define CLUSTER_SHIFT_MOST 25
#define REVISION 0x0100

/* So little, because files may be anywhere, and so each look may need another piece. */
#define WINDOW_BYTES 4096

/* What a look costs where nothing is read. */
#define LOOK_COST 4

static bool load(struct fs *fs, enum exfat_window which, uint64_t start, size_t len)
{
	struct fs_exfat *x = &fs->u.exfat;

	x->window[which] = UINT64_MAX;
	x->walked += len;
	if (stop_asked())
		return exfat_doubt(fs, "a signal came");
	if (!fs_read(fs, start, fs->map + (size_t)which * WINDOW_BYTES, len))
		return exfat_doubt(fs, fs_unreadable);
	x->window[which] = start;
	return true;
}

const unsigned char *exfat_look(struct fs *fs, enum exfat_window which, uint64_t at, uint32_t *len)
{
	struct fs_exfat *x = &fs->u.exfat;
	uint64_t start = at - at % WINDOW_BYTES, n = WINDOW_BYTES;

	x->walked += LOOK_COST;
	if (at >= fs->len || x->walked > DISK_WALK_MAX) {
		(void)exfat_doubt(fs,
				  at >= fs->len ? fs_odd : "to look at all of it takes too long");
		return NULL;
	}
	if (n > fs->len - start)
		n = fs->len - start;
	/* Somebody else has had the map. */
	if (fs->map_of == UINT64_MAX)
		x->window[EXFAT_BITMAP] = x->window[EXFAT_FAT] = x->window[EXFAT_DIRECTORY] =
			UINT64_MAX;
	fs->map_of = 0;
	if (x->window[which] != start && !load(fs, which, start, (size_t)n))
		return NULL;
	*len = (uint32_t)(start + n - at);
	return fs->map + (size_t)which * WINDOW_BYTES + (at - start);
}

static bool is_cluster(const struct fs_exfat *x, uint32_t cluster)
{
	return cluster >= EXFAT_FIRST && cluster - EXFAT_FIRST < x->clusters;
}

bool exfat_is_last(uint32_t next)
{
	return next == LAST;
}

uint64_t exfat_offset(const struct fs_exfat *x, uint32_t cluster)
{
	return x->heap + (uint64_t)(cluster - EXFAT_FIRST) * x->cluster;
}

uint32_t exfat_next(struct fs *fs, uint32_t cluster)
{
	uint32_t len;
	const unsigned char *at =
		exfat_look(fs, EXFAT_FAT, fs->u.exfat.fat + (uint64_t)cluster * 4, &len);

	return at ? le32(at) : 0;
}

/* Of what the bitmap says from this cluster on: how many are as the first is? */
static uint32_t run(struct fs *fs, uint32_t cluster, uint32_t most, bool *marked)
{
	const struct fs_exfat *x = &fs->u.exfat;
	uint32_t bit = cluster - EXFAT_FIRST, len, n = 0;
	const unsigned char *at = exfat_look(fs, EXFAT_BITMAP, x->bitmap + bit / 8, &len);

	if (!at)
		return 0;
	*marked = at[0] >> bit % 8 & 1;
	bit %= 8;
	while (n < most && bit / 8 < len && (at[bit / 8] >> bit % 8 & 1) == *marked) {
		bit++;
		n++;
	}
	return n;
}

static bool is_marked(struct fs *fs, uint32_t first, uint64_t count)
{
	const struct fs_exfat *x = &fs->u.exfat;
	bool marked;
	uint32_t n;

	if (!is_cluster(x, first) || count > x->clusters - (first - EXFAT_FIRST))
		return exfat_doubt(fs, fs_odd);
	for (; count > 0; first += n, count -= n) {
		n = run(fs, first, (uint32_t)count, &marked);
		if (n == 0)
			return false;
		if (!marked)
			return exfat_doubt(fs, "a file has what its bitmap calls free");
	}
	return true;
}

bool exfat_take(struct fs *fs, uint32_t first, uint64_t count, bool contiguous)
{
	struct fs_exfat *x = &fs->u.exfat;
	uint32_t next = first;

	/* Nothing is taken twice, so that there is an end. */
	x->taken += count;
	if (count > x->clusters || x->taken > x->clusters)
		return exfat_doubt(fs, "its files have more than there is");
	if (contiguous)
		return is_marked(fs, first, count);
	for (; count > 0; count--) {
		if (!is_marked(fs, next, 1))
			return false;
		next = exfat_next(fs, next);
	}
	return exfat_is_last(next) || exfat_doubt(fs, fs_odd);
}

/* The region's checksum, and its copy behind it. */
static bool check_boot(struct fs *fs, uint32_t sector)
{
	unsigned char copy[BOOT_BYTES], *boot = fs->map;
	uint32_t sum = 0, i, behind = (BOOT_SECTORS - 1) * sector;

	if (!fs_read(fs, 0, boot, behind + sector) ||
	    !fs_read(fs, (uint64_t)BOOT_SECTORS * sector, copy, sizeof(copy)))
		return exfat_doubt(fs, fs_unreadable);
	for (i = 0; i < behind; i++)
		if (i != FLAGS && i != FLAGS + 1 && i != PERCENT)
			sum = (sum << 31 | sum >> 1) + boot[i];
	for (i = 0; i < sector; i += 4)
		if (le32(boot + behind + i) != sum)
			return exfat_doubt(fs, "the checksum of its boot sectors is wrong");
	memcpy(copy + FLAGS, boot + FLAGS, 2);
	copy[PERCENT] = boot[PERCENT];
	if (memcmp(copy, boot, sizeof(copy)) != 0)
		return exfat_doubt(fs, "the copy of its boot sector differs");
	return true;
}

static bool take_numbers(struct fs *fs, const unsigned char *boot)
{
	struct fs_exfat *x = &fs->u.exfat;
	unsigned shift = boot[108], more = boot[109];
	uint64_t total = le64(boot + 72), fat = le32(boot + 80), fat_len = le32(boot + 84);
	uint64_t heap = le32(boot + 88);

	if (shift < SECTOR_SHIFT_LEAST || shift > SECTOR_SHIFT_MOST ||
	    shift + more > CLUSTER_SHIFT_MOST || le16(boot + 104) != REVISION)
		return exfat_doubt(fs, fs_odd);
	if (boot[110] != 1)
		return exfat_doubt(fs, "it has not one table");
	if (le16(boot + FLAGS) != 0)
		return exfat_doubt(fs, "it was not unmounted, is mounted, or has errors");
	x->cluster = (uint32_t)1 << (shift + more);
	x->clusters = le32(boot + 92);
	x->root = le32(boot + 96);
	x->fat = fat << shift;
	x->heap = heap << shift;
	if (total > fs->len >> shift || fat < (uint64_t)2 * BOOT_SECTORS || fat + fat_len > heap ||
	    fat_len << shift < ((uint64_t)x->clusters + EXFAT_FIRST) * 4 || heap > total ||
	    (uint64_t)x->clusters << more > total - heap || !is_cluster(x, x->root) ||
	    x->clusters > CLUSTERS_MOST)
		return exfat_doubt(fs, fs_odd);
	return check_boot(fs, (uint32_t)1 << shift);
}

static bool count_free(struct fs *fs)
{
	const struct fs_exfat *x = &fs->u.exfat;
	uint64_t free = 0;
	uint32_t at, n;
	bool marked;

	for (at = 0; at < x->clusters; at += n) {
		n = run(fs, at + EXFAT_FIRST, x->clusters - at, &marked);
		if (n == 0)
			return false;
		free += marked ? 0 : n;
	}
	fs->free = free * x->cluster;
	return true;
}

static int exfat_open(struct fs *fs)
{
	struct fs_exfat *x = &fs->u.exfat;
	unsigned char boot[BOOT_BYTES];

	if (fs->len < BOOT_BYTES || !fs_read(fs, 0, boot, sizeof(boot)) ||
	    memcmp(boot,
		   "\xeb\x76\x90"
		   "EXFAT   ",
		   11) != 0 ||
	    le16(boot + 510) != 0xaa55)
		return 0;
	x->taken = x->walked = 0;
	if (!take_numbers(fs, boot))
		return -1;
	fs->map_of = UINT64_MAX;
	return exfat_find_bitmap(fs) && exfat_walk(fs) && count_free(fs) ? 1 : -1;
}

static bool exfat_vacant(struct fs *fs, uint64_t pos, uint64_t *len)
{
	struct fs_exfat *x = &fs->u.exfat;
	uint64_t number;
	bool marked;
	uint32_t n;

	*len = fs->len - pos;
	if (pos < x->heap)
		*len = x->heap - pos;
	number = pos < x->heap ? x->clusters : (pos - x->heap) / x->cluster;
	if (number >= x->clusters)
		return false;
	x->walked = 0;
	n = run(fs, (uint32_t)number + EXFAT_FIRST, x->clusters - (uint32_t)number, &marked);
	if (n == 0)
		return false;
	*len = x->heap + (number + n) * x->cluster - pos;
	return !marked;
}

const struct fs_kind fs_exfat = { "exFAT", exfat_open, exfat_vacant };
