/* The formats of disk images, and what they do for one another. */
#ifndef IMAGE_DISK_FORMATS_H
#define IMAGE_DISK_FORMATS_H

#include <stdbool.h>

#include "base/err.h"
#include "image/disk_extent.h"

/* Is this sector the end of a VHD: its footer, with the right checksum? */
bool disk_vhd_footer(const unsigned char *sector);

/*
 * Has an image what its partitions need, or its file system if there are none?  On an
 * optical disc, the second GPT need not be at the very end.
 */
int disk_partitions(const struct disk_view *v, bool optical, struct err *e) MUST_CHECK;

/* Is its length one that a disk can have? */
int disk_sectors(const struct disk_view *v, struct err *e) MUST_CHECK;

/* An image that is its disk: for open. */
int disk_flat(struct disk *d, struct err *e) MUST_CHECK;

extern const struct disk_format disk_cow, disk_empty, disk_iso, disk_qcow, disk_qcow2, disk_qed,
	disk_raw, disk_vdi, disk_vhd, disk_vhdx, disk_vmdk;

#endif
