/* The marks of all formats, their names, and the extensions that promise them. */
#include "image/format.h"

#include <string.h>

#include "base/text.h"
#include "image/source.h"

static const struct {
	const char *name;
	const char *phrase;
} formats[FORMATS] = {
	[FORMAT_NONE] = { "unknown", "unknown" },
	[FORMAT_EMPTY] = { "empty", "empty" },
	[FORMAT_RAW] = { "raw", "raw data" },
	[FORMAT_ISO] = { "iso", "an ISO 9660 image" },
	[FORMAT_QCOW] = { "qcow", "a qcow image" },
	[FORMAT_QCOW2] = { "qcow2", "a qcow2 image" },
	[FORMAT_COW] = { "cow", "a COW image" }, /* User-mode Linux */
	[FORMAT_QED] = { "qed", "a QED image" },
	[FORMAT_VDI] = { "vdi", "a VDI image" },
	[FORMAT_VHD] = { "vhd", "a VHD image" },
	[FORMAT_VHDX] = { "vhdx", "a VHDX image" },
	[FORMAT_VMDK] = { "vmdk", "a VMDK image" },
	[FORMAT_BOCHS] = { "bochs", "a Bochs image" },
	[FORMAT_CLOOP] = { "cloop", "a cloop image" },
	[FORMAT_DMG] = { "dmg", "a DMG image" },
	[FORMAT_PARALLELS] = { "parallels", "a Parallels image" },
	[FORMAT_SPARSE] = { "simg", "an Android sparse image" },
	[FORMAT_UDF] = { "udf", "a UDF image" },
	[FORMAT_WIM] = { "wim", "a WIM archive" },
	[FORMAT_AR] = { "ar", "an ar archive" },
	[FORMAT_CPIO] = { "cpio", "a cpio archive" },
	[FORMAT_TAR] = { "tar", "a tar archive" },
	[FORMAT_ZIP] = { "zip", "a zip archive" },
	[FORMAT_7Z] = { "7z", "a 7z archive" },
	[FORMAT_RAR] = { "rar", "a rar archive" },
	[FORMAT_BZIP2] = { "bzip2", "bzip2 data" },
	[FORMAT_COMPRESS] = { "compress", "compress data" },
	[FORMAT_GZIP] = { "gzip", "gzip data" },
	[FORMAT_LZ4] = { "lz4", "lz4 data" },
	[FORMAT_LZIP] = { "lzip", "lzip data" },
	[FORMAT_LZMA] = { "lzma", "lzma data" },
	[FORMAT_LZOP] = { "lzop", "lzop data" },
	[FORMAT_XZ] = { "xz", "xz data" },
	[FORMAT_ZLIB] = { "zlib", "zlib data" },
	[FORMAT_ZSTD] = { "zstd", "zstd data" },
};

#define MARK(format, offset, bytes) format, offset, sizeof(bytes) - 1, bytes

/*
 * QEMU's docs/interop (qcow2, qed), Microsoft's VHD 1.0 and MS-VHDX 2.2,
 * VMware's Virtual Disk Format 5.0, ECMA-119 8.1, POSIX ustar, APPNOTE.TXT 4.3,
 * QEMU's block/{bochs,cloop,parallels}.c, Android's sparse_format.h, ECMA-167 2/9.2.
 */
static const struct mark {
	enum format format;
	unsigned offset;
	unsigned len;
	const char *bytes;
} marks[] = {
	{ MARK(FORMAT_GZIP, 0, "\x1f\x8b") },
	{ MARK(FORMAT_QCOW, 0, "QFI\xfb\0\0\0\1") },
	{ MARK(FORMAT_QCOW2, 0, "QFI\xfb") },
	{ MARK(FORMAT_COW, 0, "OOOM\0\0\0") },
	{ MARK(FORMAT_QED, 0, "QED\0") },
	{ MARK(FORMAT_VDI, 64, "\x7f\x10\xda\xbe") },
	{ MARK(FORMAT_VHD, 0, "conectix") },
	{ MARK(FORMAT_VHDX, 0, "vhdxfile") },
	{ MARK(FORMAT_VMDK, 0, "KDMV") },
	{ MARK(FORMAT_VMDK, 0, "COWD") },
	{ MARK(FORMAT_VMDK, 0, "# Disk DescriptorFile") },
	{ MARK(FORMAT_BOCHS, 0, "Bochs Virtual HD Image") },
	{ MARK(FORMAT_CLOOP, 0, "#!/bin/sh\n#V") },
	{ MARK(FORMAT_PARALLELS, 0, "WithoutFreeSpace") },
	{ MARK(FORMAT_PARALLELS, 0, "WithouFreSpacExt") },
	{ MARK(FORMAT_SPARSE, 0, "\x3a\xff\x26\xed\1\0") },
	{ MARK(FORMAT_WIM, 0, "MSWIM\0\0\0") },
	{ MARK(FORMAT_AR, 0, "!<arch>\n") },
	{ MARK(FORMAT_CPIO, 0, "07070") },
	{ MARK(FORMAT_ZIP, 0, "PK\3\4") },
	{ MARK(FORMAT_ZIP, 0, "PK\5\6") },
	{ MARK(FORMAT_7Z, 0, "7z\xbc\xaf\x27\x1c") },
	{ MARK(FORMAT_RAR, 0, "Rar!\x1a\7") },
	{ MARK(FORMAT_BZIP2, 0, "BZh") },
	{ MARK(FORMAT_COMPRESS, 0, "\x1f\x9d\x90") },
	{ MARK(FORMAT_LZ4, 0, "\x04\x22\x4d\x18") },
	{ MARK(FORMAT_LZ4, 0, "\x02\x21\x4c\x18") }, /* lz4 -l */
	{ MARK(FORMAT_LZIP, 0, "LZIP") },
	{ MARK(FORMAT_LZOP, 0, "\x89LZO\0\r\n\x1a\n") },
	{ MARK(FORMAT_XZ, 0, "\3757zXZ\0") },
	{ MARK(FORMAT_ZSTD, 0, "\x28\xb5\x2f\xfd") },
	{ MARK(FORMAT_ZSTD, 0, "\x50\x2a\x4d\x18\4\0\0\0") }, /* pzstd */
	{ MARK(FORMAT_TAR, 257, "ustar") },
	{ MARK(FORMAT_ISO, 32769, "CD001") },
	{ MARK(FORMAT_UDF, 32769, "BEA01") },
};

/* What an extension promises; behind ".gz" it speaks of what the gzip holds. */
static const struct {
	const char *tail;
	enum format format;
} extensions[] = {
	{ ".img", FORMAT_RAW },   { ".raw", FORMAT_RAW },     { ".iso", FORMAT_ISO },
	{ ".qcow", FORMAT_QCOW }, { ".qcow2", FORMAT_QCOW2 }, { ".qed", FORMAT_QED },
	{ ".vdi", FORMAT_VDI },   { ".vhd", FORMAT_VHD },     { ".vpc", FORMAT_VHD },
	{ ".vhdx", FORMAT_VHDX }, { ".vmdk", FORMAT_VMDK },   { ".tar", FORMAT_TAR },
	{ ".zip", FORMAT_ZIP },   { ".7z", FORMAT_7Z },       { ".bz2", FORMAT_BZIP2 },
	{ ".xz", FORMAT_XZ },     { ".zst", FORMAT_ZSTD },    { ".lz4", FORMAT_LZ4 },
	{ ".lz", FORMAT_LZIP },   { ".cpio", FORMAT_CPIO },   { ".lzo", FORMAT_LZOP },
	{ ".lzma", FORMAT_LZMA }, { ".dmg", FORMAT_DMG },     { ".wim", FORMAT_WIM },
};

/*
 * lzma alone has no mark, but a header of 13 bytes in which little is free: the usual
 * properties, a dictionary of 2^n or 3 * 2^n, a length that is sane or not told, and
 * the coder's first byte, which is 0.
 */
static bool is_lzma(const unsigned char *head, size_t len)
{
	uint64_t n = 0;
	uint32_t dict;
	size_t i;

	if (len < 14 || head[0] != 0x5d || head[13] != 0)
		return false;
	dict = (uint32_t)head[1] | (uint32_t)head[2] << 8 | (uint32_t)head[3] << 16 |
	       (uint32_t)head[4] << 24;
	for (i = 12; i > 4; i--)
		n = n << 8 | head[i];
	while (dict > 3 && dict % 2 == 0)
		dict /= 2;
	return (dict == 2 || dict == 3) && (n == UINT64_MAX || (n > 0 && n >> 40 == 0));
}

enum format format_of(const unsigned char *head, size_t len)
{
	size_t i;

	if (len == 0)
		return FORMAT_EMPTY;
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const struct mark *m = &marks[i];

		if (len >= m->offset + m->len && memcmp(head + m->offset, m->bytes, m->len) == 0)
			return m->format;
	}
	return is_lzma(head, len) ? FORMAT_LZMA : FORMAT_RAW;
}

_Static_assert(FORMATS <= 64, "a set of them has 64 bits");

const char *format_name(enum format f)
{
	return formats[f].name;
}

const char *format_phrase(enum format f)
{
	return formats[f].phrase;
}

enum format format_promised(const char *name, size_t len)
{
	char buf[16];
	size_t i, from = len > sizeof(buf) - 1 ? len - (sizeof(buf) - 1) : 0;
	struct text t;

	text_init(&t, buf, sizeof(buf));
	text_put_n(&t, name + from, len - from);
	for (i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (text_ends(buf, extensions[i].tail))
			return extensions[i].format;
	return FORMAT_NONE;
}
