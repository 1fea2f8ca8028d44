/*
 * Who is writing to a block device that is about to be read?  From what Linux tells in
 * /proc and /sys; see proc(5) and, of the kernel's documentation, ABI/testing/sysfs-block.
 */
#ifndef IMAGE_IN_USE_H
#define IMAGE_IN_USE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bounds.h"

enum in_use {
	IN_USE_NOT,       /* nobody; nor is it told of anything but a block device */
	IN_USE_READ_ONLY, /* mounted so, at what: nobody writes to it */
	IN_USE_MOUNTED,   /* read-write; at what */
	IN_USE_SWAP,      /* what is the swap device */
	IN_USE_HELD,      /* what is the device that it is a part of: LVM, RAID, dm-crypt */
	IN_USE_SOMEHOW,   /* the kernel does not say by whom: ZFS, btrfs */
	IN_USE_NOT_KNOWN  /* what could not be read */
};

/* Is it written to, or may it be? */
bool in_use_is_written(enum in_use use);

/*
 * Is the block device fd in use, itself or a partition of it, of which anything is among
 * the size bytes from start on?  Reads through buf[cap].  what has the meaning above.
 */
enum in_use in_use(int fd, uint64_t start, uint64_t size, char *buf, size_t cap,
		   char what[PATH_BYTES]);

/* A mounted file system of which mountinfo tells. */
struct in_use_mount {
	unsigned major, minor;
	bool writable;
	char source[PATH_BYTES]; /* what was mounted: btrfs has numbers of its own */
	char point[PATH_BYTES];  /* where */
};

/*
 * The next of text, /proc/self/mountinfo, of which *at has been read; false at its end.
 * Lines that are cut or no such lines are passed over.
 */
bool in_use_next_mount(const char *text, size_t *at, struct in_use_mount *m);

#endif
