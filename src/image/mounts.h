/* What Linux tells of mounted file systems, for one that is about to be read as a device. */
#ifndef IMAGE_MOUNTS_H
#define IMAGE_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The mount point of the first file system in text (/proc/self/mountinfo, see proc(5))
 * that can be written to, and whose device is wanted: asked with its numbers, and with
 * what was mounted, because btrfs has numbers of its own.  false if there is none.
 * A point that does not fit, or a line that is cut, is passed over.
 */
bool mounts_find(const char *text,
		 bool (*wanted)(void *arg, unsigned major, unsigned minor, const char *source),
		 void *arg, char *point, size_t cap);

/*
 * Is the block device fd, or a partition of it, mounted read-write?  Reads mountinfo
 * through buf[size].  false also where there is no /proc.
 */
bool mounts_has(int fd, char *buf, size_t size, char *point, size_t cap);

#endif
