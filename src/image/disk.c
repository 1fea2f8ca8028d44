/* Disk images of all formats: opened, checked, and told from one another by their ends. */
#include "image/disk.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "image/disk_formats.h"
#include "image/disk_read.h"

/* So much of another file's name is worth showing. */
#define NAME_SHOWN 100

static const struct disk_format *const formats[FORMATS] = {
	[FORMAT_COW] = &disk_cow,   [FORMAT_EMPTY] = &disk_empty, [FORMAT_ISO] = &disk_iso,
	[FORMAT_QCOW] = &disk_qcow, [FORMAT_QCOW2] = &disk_qcow2, [FORMAT_QED] = &disk_qed,
	[FORMAT_RAW] = &disk_raw,   [FORMAT_VDI] = &disk_vdi,     [FORMAT_VHD] = &disk_vhd,
	[FORMAT_VHDX] = &disk_vhdx, [FORMAT_VMDK] = &disk_vmdk,
};

int disk_open(struct disk *d, enum format f, const struct disk_view *v, struct err *e)
{
	/* The windows are large: a length of 0 empties them. */
	memset(d, 0, offsetof(struct disk, first));
	d->first.len = d->second.len = 0;
	d->v = v;
	d->format = formats[f];
	d->walk_max = UINT64_MAX;
	return d->format ? d->format->open(d, e) : 1;
}

/* Refuse an image that needs another one, and name that one if it can be read. */
static int needs(const struct disk *d, struct err *e)
{
	char name[NAME_SHOWN + 1] = "";
	struct err ignored = ERR_INIT;
	size_t n = d->lacks_len < NAME_SHOWN ? (size_t)d->lacks_len : NAME_SHOWN;

	if (disk_read(d->v, d->lacks_at, name, n, &ignored) != 1)
		n = 0;
	name[n] = '\0';
	text_clean(name);
	return err_set(e, ERR_IMAGE,
		       "is only a part: it needs its %s%s%s%s (qemu-img convert makes one whole)",
		       d->lacks, n > 0 ? " " : "", name, d->lacks_len > n && n > 0 ? "..." : "");
}

int disk_check(enum format f, const struct disk_view *v, struct err *e)
{
	struct disk d;
	int result = disk_open(&d, f, v, e);

	if (result <= 0)
		return result;
	if (d.lacks)
		return needs(&d, e);
	if (d.encrypted && v->notes)
		v->notes->remark =
			"is encrypted: to boot it one needs its key, which is not uploaded";
	d.walk_max = DISK_WALK_MAX;
	if (disk_walk(&d, e) < 0)
		return -1;
	return d.format && d.format->rest ? d.format->rest(&d, e) : 0;
}

enum format disk_format(enum format by_head, const struct disk_view *v)
{
	unsigned char sector[SECTOR];
	struct err ignored = ERR_INIT;

	if (v->size <= SECTOR ||
	    disk_read(v, v->size - SECTOR, sector, sizeof(sector), &ignored) != 1)
		return by_head;
	/* A disk may begin with anything, but nobody puts a footer behind an archive. */
	if ((by_head == FORMAT_RAW || by_head == FORMAT_ISO) && disk_vhd_footer(sector))
		return FORMAT_VHD;
	/* Apple's, which may begin with any kind of compressed data: version, length of this. */
	if (memcmp(sector, "koly\0\0\0\4\0\0\2\0", 12) == 0)
		return FORMAT_DMG;
	return by_head;
}
