#include "image/format.h"

#include <string.h>

#include "base/text.h"
#include "image/disk.h"
#include "image/gzcheck.h"
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

const char *format_name(enum format f)
{
	return formats[f].name;
}

const char *format_phrase(enum format f)
{
	return formats[f].phrase;
}

static struct disk_view view_of(const struct source *s)
{
	return (struct disk_view){ .fd = s->fd, .start = s->start, .size = s->size };
}

/* Of a pipe, the first bytes may have it; of raw data only the last byte tells. */
static uint64_t size_of_disk(enum format f, const struct source *s, const unsigned char *head,
			     size_t len)
{
	struct disk_view of_file = view_of(s);
	struct disk_view of_pipe = { .fd = -1, .size = len, .head = head, .head_len = len };

	if (s->seekable)
		return disk_virtual_size(f, &of_file);
	return f == FORMAT_RAW || f == FORMAT_ISO ? 0 : disk_virtual_size(f, &of_pipe);
}

int image_probe(struct image *im, struct source *s, unsigned char *head, struct gzcheck *g,
		struct err *e)
{
	ssize_t len = source_peek(s, head, PROBE_BYTES, e);
	struct disk_view v = view_of(s);
	bool whole;
	ssize_t n;

	if (len < 0)
		return -1;
	im->size = s->size;
	im->size_known = s->seekable;
	whole = s->seekable && s->size == (uint64_t)len;
	im->format = format_of(head, (size_t)len);
	if (im->format == FORMAT_RAW && gzcheck_is_zlib(g, head, (size_t)len, whole))
		im->format = FORMAT_ZLIB;
	if (s->seekable)
		im->format = disk_format(im->format, &v);
	im->holds = FORMAT_NONE;
	im->virtual_size = size_of_disk(im->format, s, head, (size_t)len);
	if (im->format != FORMAT_GZIP)
		return 0;
	n = gzcheck_head(g, head, (size_t)len, whole, g->scratch, sizeof(g->scratch), e);
	if (n < 0)
		return -1;
	im->holds = format_of(g->scratch, (size_t)n);
	if (whole && n == 0)
		return gzcheck_nothing(e);
	whole = whole && (size_t)n < sizeof(g->scratch);
	if (im->holds == FORMAT_RAW && gzcheck_is_zlib(g, g->scratch, (size_t)n, whole))
		im->holds = FORMAT_ZLIB;
	return 0;
}

int image_inspect(const struct image *im, const struct source *s, struct disk_notes *notes,
		  struct err *e)
{
	struct disk_view v = view_of(s);

	v.notes = notes;
	return s->seekable ? disk_check(im->format, &v, e) : 0;
}

/* The promise of the extension of name[0..len), FORMAT_NONE if it makes none. */
static enum format promised(const char *name, size_t len)
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

/* A raw disk may well hold an ISO file system: hybrid images do.  UDF is on some discs alone. */
static bool keeps(enum format promise, enum format have)
{
	return promise == FORMAT_NONE || promise == have ||
	       (promise == FORMAT_ISO && have == FORMAT_UDF) ||
	       (promise == FORMAT_RAW &&
		(have == FORMAT_ISO || have == FORMAT_UDF || have == FORMAT_EMPTY));
}

int image_name_agrees(const struct image *im, const char *name, struct err *e)
{
	size_t len = strlen(name);
	bool gz = text_ends(name, ".gz");
	enum format promise;

	if (gz && im->format != FORMAT_GZIP)
		return err_set(e, ERR_IMAGE, "the name ends in .gz, but the content is %s",
			       format_phrase(im->format));
	if (text_ends(name, ".tgz"))
		promise = FORMAT_TAR;
	else
		promise = promised(name, gz ? len - 3 : len);
	if (im->format == FORMAT_GZIP && !gz && promise != FORMAT_NONE && promise != FORMAT_TAR)
		return err_set(e, ERR_IMAGE, "the name promises %s, but the content is gzip data",
			       format_phrase(promise));
	if (!keeps(promise, im->format == FORMAT_GZIP ? im->holds : im->format))
		return err_set(e, ERR_IMAGE, "the name promises %s, but the content is %s",
			       format_phrase(promise),
			       format_phrase(im->format == FORMAT_GZIP ? im->holds : im->format));
	return 0;
}
