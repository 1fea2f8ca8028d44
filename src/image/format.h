/* Which format a file has, by its first bytes and by its name. */
#ifndef IMAGE_FORMAT_H
#define IMAGE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct disk_notes;
struct gzcheck;
struct source;

enum format {
	FORMAT_NONE, /* not known, or does not apply */
	FORMAT_EMPTY,
	FORMAT_RAW, /* none of the others: a plain disk, or anything else */
	FORMAT_ISO,
	FORMAT_QCOW,
	FORMAT_QCOW2,
	FORMAT_COW, /* of User-mode Linux, and of QEMU before 2.2 */
	FORMAT_QED,
	FORMAT_VDI,
	FORMAT_VHD,
	FORMAT_VHDX,
	FORMAT_VMDK,
	FORMAT_BOCHS,
	FORMAT_CLOOP,
	FORMAT_DMG,
	FORMAT_PARALLELS,
	FORMAT_SPARSE, /* Android's */
	FORMAT_UDF,    /* without ISO 9660 */
	FORMAT_WIM,
	FORMAT_AR,
	FORMAT_CPIO,
	FORMAT_TAR,
	FORMAT_ZIP,
	FORMAT_7Z,
	FORMAT_RAR,
	FORMAT_BZIP2,
	FORMAT_COMPRESS,
	FORMAT_GZIP,
	FORMAT_LZ4,
	FORMAT_LZIP,
	FORMAT_LZMA, /* alone, without the headers of xz and lzip */
	FORMAT_LZOP,
	FORMAT_XZ,
	FORMAT_ZLIB,
	FORMAT_ZSTD,
	FORMATS
};

/* What is known of an image before its first byte is sent. */
struct image {
	uint64_t size; /* bytes of the file; 0 if not known */
	bool size_known;
	enum format format;    /* of the file itself */
	enum format holds;     /* of what its gzip holds, else FORMAT_NONE */
	uint64_t virtual_size; /* bytes of the disk in it; 0 if not known */
};

/*
 * Look at the beginning of a source that was just opened.  head[PROBE_BYTES]
 * must live as long as a source that is a pipe; g is only borrowed.  Returns 0,
 * or -1 with ERR_IMAGE when it cannot be read or is broken gzip from the start.
 */
int image_probe(struct image *im, struct source *s, unsigned char *head, struct gzcheck *g,
		struct err *e) MUST_CHECK;

/*
 * Does an image that can be read anywhere agree with itself (image/disk.h)?
 * What is inside of gzip is not looked at, and of a pipe nothing is.  s must
 * be open.  Returns 0 with what is worth saying in notes, or -1 with ERR_IMAGE
 * when it was cut, is damaged or needs another file, or with ERR_STOPPED.  May
 * read many tables.
 */
int image_inspect(const struct image *im, const struct source *s, struct disk_notes *notes,
		  struct err *e) MUST_CHECK;

/*
 * Does the name's extension promise what is inside?  Returns 0 for an
 * extension that promises nothing, -1 with ERR_IMAGE when they disagree.
 */
int image_name_agrees(const struct image *im, const char *name, struct err *e) MUST_CHECK;

/* The format of which these are the first bytes. */
enum format format_of(const unsigned char *head, size_t len);

/* "qcow2" */
const char *format_name(enum format f);

/* "a qcow2 image", "a tar archive", "raw data": for sentences */
const char *format_phrase(enum format f);

#endif
