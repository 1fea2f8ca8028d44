/*
 * Disk images: where in the file is what is on the disk, and does the image agree with
 * itself?  Its header has to be sane, the file as long as its own header and tables say,
 * and nothing of it in another file.  That finds an image that was cut, which nothing else
 * here can notice when it is not compressed.  What is in the blocks is not looked at.
 */
#ifndef IMAGE_DISK_H
#define IMAGE_DISK_H

#include "base/err.h"
#include "image/disk_extent.h"
#include "image/format.h"

/*
 * Read the header of an image of the format f.  v has to live as long as d.  Returns 1, or
 * 0 if that is of a pipe and gone, or -1 with ERR_IMAGE or ERR_STOPPED.  d->size is right,
 * or 0, whatever it returns: the first bytes may tell it, of what is damaged behind them.
 * Blocks as reading the file does.
 */
int disk_open(struct disk *d, enum format f, const struct disk_view *v, struct err *e) MUST_CHECK;

/*
 * Check an image of the format f: all its extents, and what else there is in the file.
 * Parts that a pipe no longer has are not checked, and neither are formats that say
 * nothing of their length.  A raw disk has sectors of 512 bytes, and says its length by its
 * partitions or its file system.  Reads at most DISK_WALK_MAX bytes of tables of each kind,
 * DISK_TABLE_BYTES at a time; blocks as long as that takes.  Returns 0, or -1 with ERR_IMAGE
 * or ERR_STOPPED.
 */
int disk_check(enum format f, const struct disk_view *v, struct err *e) MUST_CHECK;

/*
 * The format, by its first bytes and by its last: a VHD of fixed size is raw
 * data with a mark behind it, a DMG anything.  What cannot be read has no mark.
 */
enum format disk_format(enum format by_head, const struct disk_view *v);

#endif
