/* Which file system is it?  One, and only one, may have left its mark. */
#include "image/fs.h"

#include <string.h>

const char fs_odd[] = "its numbers do not fit together";
const char fs_unreadable[] = "it cannot be read";

static const struct fs_kind *const kinds[] = { &fs_ext, &fs_fat, &fs_exfat, &fs_xfs, &fs_swap };

/* Marks of what else may be there; what is behind a stale one is somebody else's. */
static const struct mark {
	const char *name;
	uint64_t at;
	const char *bytes;
	unsigned len;
} marks[] = {
	{ "XFS", 0, "XFSB", 4 },
	{ "LUKS", 0, "LUKS\xba\xbe", 6 },
	{ "NTFS", 3, "NTFS    ", 8 },
	{ "exFAT", 3, "EXFAT   ", 8 },
	{ "BitLocker", 3, "-FVE-FS-", 8 },
	{ "LVM", 0, "LABELONE", 8 },
	{ "LVM", 512, "LABELONE", 8 },
	{ "LVM", 1024, "LABELONE", 8 },
	{ "LVM", 1536, "LABELONE", 8 },
	{ "btrfs", 65600, "_BHRfS_M", 8 },
	{ "RAID", 0, "\xfc\x4e\x2b\xa9", 4 },                      /* Linux's RAID, versions 1.1 */
	{ "RAID", 4096, "\xfc\x4e\x2b\xa9", 4 },                   /* ... and 1.2 */
	{ "F2FS", 1024, "\x10\x20\xf5\xf2", 4 },                   /* F2FS */
	{ "bcache", 4120, "\xc6\x85\x73\xf6\x4e\x1a\x45\xca", 8 }, /* bcache */
	{ "bcachefs", 4120, "\xc6\x85\x73\xf6\x66\xce\x90\xa9", 8 }, /* bcachefs */
	{ "UFS", 9564, "\x54\x19\x01", 3 },                          /* UFS1 */
	{ "UFS", 9564, "\x19\x01\x54\x19", 4 },                      /* UFS2, at both places */
	{ "UFS", 66908, "\x54\x19\x01", 3 },
	{ "UFS", 66908, "\x19\x01\x54\x19", 4 },
	{ "GFS2", 65536, "\x01\x16\x19\x70", 4 }, /* GFS2 */
	{ "OCFS2", 1024, "OCFSV2", 6 },
	{ "OCFS2", 2048, "OCFSV2", 6 },
	{ "OCFS2", 4096, "OCFSV2", 6 },
	{ "OCFS2", 8192, "OCFSV2", 6 },
	{ "HFS+", 1024, "H+\0\4", 4 },            /* HFS+ */
	{ "HFSX", 1024, "HX\0\5", 4 },            /* HFSX */
	{ "HFS", 1024, "BD", 2 },                 /* HFS */
	{ "NILFS", 1030, "\x34\x34", 2 },         /* NILFS */
	{ "EROFS", 1024, "\xe2\xe1\xf5\xe0", 4 }, /* EROFS */
	{ "SquashFS", 0, "hsqs", 4 },
	{ "VMFS", 0x100000, "\x0d\xd0\x01\xc0", 4 }, /* VMFS */
	{ "Reiser4", 65536, "ReIsEr4", 7 },
	{ "ReiserFS", 8244, "ReIsEr", 6 },
	{ "a suspended system", 4086, "S1SUSPEND", 9 },
	{ "a suspended system", 4086, "SWSUSPEND", 9 },
	{ "ReiserFS", 65588, "ReIsEr", 6 },
	{ "JFS", 32768, "JFS1", 4 },
	{ "ISO 9660", 32769, "CD001", 5 },
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

/* Whose mark is there, and not only its own?  NULL if nobody's. */
static const char *find_mark(const struct fs *fs, const char *own)
{
	unsigned char buf[16];
	size_t i;

	if (is_zfs(fs))
		return "ZFS";
	if (is_member(fs))
		return "RAID";
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strcmp(marks[i].name, own) != 0 &&
		    fs_read(fs, marks[i].at, buf, marks[i].len) &&
		    memcmp(buf, marks[i].bytes, marks[i].len) == 0)
			return marks[i].name;
	return NULL;
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
	fs->name = NULL;
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
		if (!fs->name)
			fs->name = found->name;
		if (result < 0)
			return -1;
	}
	if (!found) {
		fs->name = find_mark(fs, "");
		return 0;
	}
	if (find_mark(fs, found->name))
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
