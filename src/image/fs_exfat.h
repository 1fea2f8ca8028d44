/* Parts of the reader of exFAT (fs_exfat.c). */
#ifndef IMAGE_FS_EXFAT_H
#define IMAGE_FS_EXFAT_H

#include "image/fs.h"

#define EXFAT_FIRST 2  /* number of the first cluster */
#define EXFAT_ENTRY 32 /* bytes of one in a directory */

/* What is read in pieces, each into a part of fs->map of its own. */
enum exfat_window {
	EXFAT_BITMAP,
	EXFAT_FAT,
	EXFAT_DIRECTORY
};

/*
 * The byte at this offset of the file system, and in *len how many are there from it on.  NULL,
 * with fs->why, when it cannot be read, a signal came, or too much was looked at.  The same
 * window's former pointers are stale then.
 */
const unsigned char *exfat_look(struct fs *fs, enum exfat_window which, uint64_t at, uint32_t *len);

/* fs->why, if there is none yet; always false. */
static inline bool exfat_doubt(struct fs *fs, const char *why)
{
	if (!fs->why)
		(void)fs_doubt(fs, why);
	return false;
}

/* What follows a cluster in its chain; 0, with fs->why, when it cannot be read. */
uint32_t exfat_next(struct fs *fs, uint32_t cluster);

/* Is it the last of its chain? */
bool exfat_is_last(uint32_t next);

/*
 * Is the bitmap's bit set for count clusters, contiguous ones or those of a chain of this length,
 * from the first one on?  They are counted.  If not, fs->why says so.
 */
bool exfat_take(struct fs *fs, uint32_t first, uint64_t count, bool contiguous);

/* Offset of a cluster. */
uint64_t exfat_offset(const struct fs_exfat *x, uint32_t cluster);

/* The root directory's bitmap, into fs->u.exfat. */
bool exfat_find_bitmap(struct fs *fs);

/* Take what all files and directories have. */
bool exfat_walk(struct fs *fs);

#endif
