/* Parts of the reader of XFS (fs_xfs.c). */
#ifndef IMAGE_FS_XFS_H
#define IMAGE_FS_XFS_H

#include "image/fs.h"

struct xfs_log {
	uint64_t at, len; /* bytes: where it is in the file system */
	unsigned char uuid[16];
};

/*
 * Is the last thing in it that the file system was unmounted, or became read-only, so that all
 * that the log had is in its place?  If not, fs->why says so.  fs->map is used.
 */
bool xfs_log_is_empty(struct fs *fs, const struct xfs_log *log);

#endif
