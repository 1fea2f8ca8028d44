/* Which file system is it?  One, and only one, may have left its mark. */
#include "image/fs.h"

#include <string.h>

const char fs_odd[] = "its numbers do not fit together";
const char fs_unreadable[] = "it cannot be read";

static const struct fs_kind *const kinds[] = { &fs_ext, &fs_fat, &fs_swap };

/* Marks of what else may be there; what is behind a stale one is somebody else's. */
static const struct mark {
	uint64_t at;
	const char *bytes;
	unsigned len;
} marks[] = {
	{ 0, "XFSB", 4 },
	{ 0, "LUKS\xba\xbe", 6 },
	{ 3, "NTFS    ", 8 },
	{ 3, "EXFAT   ", 8 },
	{ 3, "-FVE-FS-", 8 },
	{ 0, "LABELONE", 8 },
	{ 512, "LABELONE", 8 },
	{ 1024, "LABELONE", 8 },
	{ 1536, "LABELONE", 8 },
	{ 65600, "_BHRfS_M", 8 },
	{ 0, "\xfc\x4e\x2b\xa9", 4 },                    /* Linux's RAID, versions 1.1 */
	{ 4096, "\xfc\x4e\x2b\xa9", 4 },                 /* ... and 1.2 */
	{ 1024, "\x10\x20\xf5\xf2", 4 },                 /* F2FS */
	{ 4120, "\xc6\x85\x73\xf6\x4e\x1a\x45\xca", 8 }, /* bcache */
	{ 4120, "\xc6\x85\x73\xf6\x66\xce\x90\xa9", 8 }, /* bcachefs */
	{ 9564, "\x54\x19\x01", 3 },                     /* UFS1 */
	{ 9564, "\x19\x01\x54\x19", 4 },                 /* UFS2, at both places */
	{ 66908, "\x54\x19\x01", 3 },
	{ 66908, "\x19\x01\x54\x19", 4 },
	{ 65536, "\x01\x16\x19\x70", 4 }, /* GFS2 */
	{ 1024, "OCFSV2", 6 },
	{ 2048, "OCFSV2", 6 },
	{ 4096, "OCFSV2", 6 },
	{ 8192, "OCFSV2", 6 },
	{ 1024, "H+\0\4", 4 },           /* HFS+ */
	{ 1024, "HX\0\5", 4 },           /* HFSX */
	{ 1024, "BD", 2 },               /* HFS */
	{ 1030, "\x34\x34", 2 },         /* NILFS */
	{ 1024, "\xe2\xe1\xf5\xe0", 4 }, /* EROFS */
	{ 0, "hsqs", 4 },
	{ 0x100000, "\x0d\xd0\x01\xc0", 4 }, /* VMFS */
	{ 65536, "ReIsEr4", 7 },
	{ 8244, "ReIsEr", 6 },
	{ 4086, "S1SUSPEND", 9 },
	{ 4086, "SWSUSPEND", 9 },
	{ 65588, "ReIsEr", 6 },
	{ 32768, "JFS1", 4 },
	{ 32769, "CD001", 5 },
};

bool fs_read(const struct fs *fs, uint64_t at, void *buf, size_t len)
{
	struct err ignored = ERR_INIT;

	return at <= fs->len && len <= fs->len - at &&
	       disk_read(fs->v, fs->at + at, buf, len, &ignored) > 0;
}

int fs_doubt(struct fs *fs, const char *why)
{
	fs->why = why;
	return -1;
}

/* An uberblock of ZFS, in the second half of the first label: the rest of it may be anything. */
static bool is_zfs(const struct fs *fs)
{
	unsigned char magic[8];
	uint64_t at;

	for (at = 128 << 10; at < 256 << 10; at += 1024)
		if (fs_read(fs, at, magic, sizeof(magic)) &&
		    (le64(magic) == 0x00bab10c || be64(magic) == 0x00bab10c))
			return true;
	return false;
}

/* A member of a RAID whose mark is at its end: versions 0.90 and 1.0. */
static bool is_member(const struct fs *fs)
{
	uint64_t old = fs->len / 65536 * 65536, end = fs->len / 4096 * 4096;
	unsigned char magic[4];

	return (old >= 65536 && fs_read(fs, old - 65536, magic, sizeof(magic)) &&
		(le32(magic) == 0xa92b4efc || be32(magic) == 0xa92b4efc)) ||
	       (end >= 8192 && fs_read(fs, end - 8192, magic, sizeof(magic)) &&
		le32(magic) == 0xa92b4efc);
}

static bool is_marked(const struct fs *fs)
{
	unsigned char buf[16];
	size_t i;

	if (is_zfs(fs) || is_member(fs))
		return true;
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (fs_read(fs, marks[i].at, buf, marks[i].len) &&
		    memcmp(buf, marks[i].bytes, marks[i].len) == 0)
			return true;
	return false;
}

int fs_open(struct fs *fs, const struct disk_view *v, uint64_t at, uint64_t len, bool swap)
{
	const struct fs_kind *found = NULL;
	uint64_t free = 0;
	int result = 0;
	size_t i;

	fs->v = v;
	fs->at = at;
	fs->len = len;
	fs->is_swap = swap;
	fs->kind = NULL;
	fs->why = NULL;
	fs->free = 0;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		fs->map_of = UINT64_MAX;
		result = kinds[i]->open(fs);
		if (result == 0)
			continue;
		if (found)
			return fs_doubt(fs, "it is of two kinds");
		found = fs->kind = kinds[i];
		free = fs->free;
		if (result < 0)
			return -1;
	}
	if (!found)
		return 0;
	if (is_marked(fs))
		return fs_doubt(fs, "something else has left its mark there, too");
	/* What the others have looked for is forgotten. */
	fs->map_of = UINT64_MAX;
	fs->free = free;
	return 1;
}

bool fs_vacant(struct fs *fs, uint64_t pos, uint64_t *len)
{
	return fs->kind->vacant(fs, pos, len);
}
