/* User Mode Linux's COW: arch/um/drivers/cow_user.c; QEMU wrote version 2, up to 2.1. */
#include "image/disk_formats.h"
#include "image/disk_read.h"

static int cow_open(struct disk *d, struct err *e)
{
	unsigned char h[40];
	uint32_t version;
	int result = disk_read(d->v, 0, h, sizeof(h), e);

	if (result <= 0)
		return result;
	version = be32(h + 4);
	if (version < 1 || version > 3)
		return disk_bad(e, "the version of its header is not known");
	if (h[version == 3 ? 32 : 8])
		d->lacks = "backing file";
	return 1;
}

const struct disk_format disk_cow = { .open = cow_open };
