/* Which format a file has, by its first bytes and by its name. */
#ifndef IMAGE_FORMAT_H
#define IMAGE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* For sets of them. */
#define FORMAT_BIT(f) (UINT64_C(1) << (f))

/* The format of which these are the first bytes. */
enum format format_of(const unsigned char *head, size_t len);

/* The promise of the extension of name[0..len), FORMAT_NONE if it makes none. */
enum format format_promised(const char *name, size_t len);

/* "qcow2" */
const char *format_name(enum format f);

/* "a qcow2 image", "a tar archive", "raw data": for sentences */
const char *format_phrase(enum format f);

#endif
