/*
 * Small disk images, made by hand from the formats' documents: one of each
 * kind, with few and small clusters, and as many things in it as fit.
 */
#ifndef UNIT_DISKS_H
#define UNIT_DISKS_H

#include <string.h>

#include "image/format.h"

#define DISK_BYTES (16 * 1024)

struct disk_image {
	const char *name;
	enum format format;
	size_t (*make)(unsigned char *p); /* at p[DISK_BYTES], which is all 0; returns its length */
	size_t spare; /* this many bytes at the end are not needed; nothing may follow if EXACT */
	size_t head;  /* of a pipe, that much has to be there before a cut is noticed, 0: never */
};

#define EXACT SIZE_MAX

static inline void put_le(unsigned char *p, uint64_t n, unsigned bytes)
{
	for (; bytes > 0; bytes--, n >>= 8)
		*p++ = (unsigned char)n;
}

static inline void put_be(unsigned char *p, uint64_t n, unsigned bytes)
{
	for (p += bytes; bytes > 0; bytes--, n >>= 8)
		*--p = (unsigned char)n;
}

static inline void put(unsigned char *p, const char *s)
{
	memcpy(p, s, strlen(s));
}

/* A cluster of 512 bytes as it is at 1536, and a compressed one of 100 bytes behind it. */
static inline size_t make_qcow(unsigned char *p)
{
	put(p, "QFI\xfb");
	put_be(p + 4, 1, 4);
	put_be(p + 24, 64 * 512, 8);
	p[32] = 9;
	p[33] = 6;
	put_be(p + 40, 512, 8);
	put_be(p + 512, 1024, 8);
	put_be(p + 1024, 1536, 8);
	put_be(p + 1024 + 8 * 63, (uint64_t)1 << 63 | (uint64_t)100 << 54 | 2048, 8);
	memset(p + 1536, 0xaa, 612);
	return 2148;
}

/* Tables at 512 (L1), 1024 (references), 1536 (their block), 2048 (L2), 2560 (snapshots), data. */
static inline size_t make_qcow2_v2(unsigned char *p)
{
	put(p, "QFI\xfb");
	put_be(p + 4, 2, 4);
	put_be(p + 20, 9, 4);
	put_be(p + 24, 70 * 512, 8);
	put_be(p + 36, 2, 4);
	put_be(p + 40, 512, 8);
	put_be(p + 48, 1024, 8);
	put_be(p + 56, 1, 4);
	put_be(p + 60, 2, 4);
	put_be(p + 64, 2560, 8);
	put_be(p + 512, (uint64_t)1 << 63 | 2048, 8);
	put_be(p + 1024, 1536, 8);
	put_be(p + 2048, (uint64_t)1 << 63 | 3072, 8);
	/* Compressed: two sectors from 3684 on. */
	put_be(p + 2048 + 8 * 63, (uint64_t)1 << 62 | (uint64_t)1 << 61 | 3684, 8);
	/* Two snapshots with the L1 table of the disk, the second with extra data and a name. */
	put_be(p + 2560, 512, 8);
	put_be(p + 2568, 2, 4);
	put_be(p + 2600, 512, 8);
	put_be(p + 2608, 1, 4);
	put_be(p + 2614, 5, 2);
	put_be(p + 2636, 16, 4);
	put(p + 2656, "first");
	memset(p + 3072, 0xaa, 512);
	/* Its content, one block as it is (RFC 1951, 3.2.4), ends within the second of them. */
	p[3684] = 1;
	put_le(p + 3685, 495, 2);
	put_le(p + 3687, 0xffff ^ 495, 2);
	memset(p + 3689, 0xbb, 495);
	return 4184;
}

/* The same without snapshots, and with clusters of zeros, whose places are not needed. */
static inline size_t make_qcow2_v3(unsigned char *p)
{
	put(p, "QFI\xfb");
	put_be(p + 4, 3, 4);
	put_be(p + 20, 9, 4);
	put_be(p + 24, 64 * 512, 8);
	put_be(p + 36, 1, 4);
	put_be(p + 40, 512, 8);
	put_be(p + 48, 1024, 8);
	put_be(p + 56, 1, 4);
	put_be(p + 80, 1, 8);
	put_be(p + 96, 4, 4);
	put_be(p + 100, 104, 4);
	put_be(p + 512, (uint64_t)1 << 63 | 2048, 8);
	put_be(p + 1024, 1536, 8);
	put_be(p + 2048, 1, 8);
	put_be(p + 2056, 1 | 1 << 20, 8);
	put_be(p + 2064, (uint64_t)1 << 63 | 2560, 8);
	memset(p + 2560, 0xaa, 512);
	return 3072;
}

/* Header, L1, L2 and one cluster, of 4 KiB each. */
static inline size_t make_qed(unsigned char *p)
{
	put(p, "QED");
	put_le(p + 4, 4096, 4);
	put_le(p + 8, 1, 4);
	put_le(p + 12, 1, 4);
	put_le(p + 40, 4096, 8);
	put_le(p + 48, 4096 * 512, 8);
	put_le(p + 4096, 8192, 8);
	put_le(p + 8192, 1, 8);
	put_le(p + 8200, 12288, 8);
	memset(p + 12288, 0xaa, 4096);
	return 16384;
}

/* Three blocks of 1 KiB, each with 512 bytes in front, of which two are there, the second first. */
static inline size_t make_vdi(unsigned char *p)
{
	put(p, "<<< made by hand >>>\n");
	put_le(p + 64, 0xbeda107f, 4);
	put_le(p + 68, 0x10001, 4);
	put_le(p + 72, 400, 4);
	put_le(p + 76, 1, 4);
	put_le(p + 340, 512, 4);
	put_le(p + 344, 1024, 4);
	put_le(p + 368, 3000, 8);
	put_le(p + 376, 1024, 4);
	put_le(p + 380, 512, 4);
	put_le(p + 384, 3, 4);
	put_le(p + 388, 2, 4);
	put_le(p + 512, 1, 4);
	put_le(p + 516, 0xfffffffe, 4);
	put_le(p + 520, 0, 4);
	memset(p + 1024, 0xaa, 3072);
	return 4096;
}

static inline void vhd_sum(unsigned char *p, size_t len, size_t at)
{
	uint32_t sum = 0;
	size_t i;

	put_be(p + at, 0, 4);
	for (i = 0; i < len; i++)
		sum += p[i];
	put_be(p + at, ~sum, 4);
}

static inline void vhd_footer(unsigned char *p, uint64_t disk, uint32_t type)
{
	memset(p, 0, 512);
	put(p, "conectix");
	put_be(p + 12, 0x10000, 4);
	put_be(p + 16, type == 2 ? UINT64_MAX : 512, 8);
	put_be(p + 40, disk, 8);
	put_be(p + 48, disk, 8);
	put_be(p + 60, type, 4);
	vhd_sum(p, 512, 64);
}

static inline size_t make_vhd_fixed(unsigned char *p)
{
	memset(p, 0xaa, 2048);
	vhd_footer(p + 2048, 2048, 2);
	return 2560;
}

/* Footer, header, table at 1536, a block of 1 KiB behind its bitmap, footer. */
static inline size_t make_vhd_dynamic(unsigned char *p)
{
	vhd_footer(p, 2500, 3);
	put(p + 512, "cxsparse");
	put_be(p + 520, UINT64_MAX, 8);
	put_be(p + 528, 1536, 8);
	put_be(p + 536, 0x10000, 4);
	put_be(p + 540, 3, 4);
	put_be(p + 544, 1024, 4);
	vhd_sum(p + 512, 1024, 36);
	put_be(p + 1536, 0xffffffff, 4);
	put_be(p + 1540, 4, 4);
	put_be(p + 1544, 0xffffffff, 4);
	memset(p + 2048, 0xff, 512);
	memset(p + 2560, 0xaa, 1024);
	vhd_footer(p + 3584, 2500, 3);
	return 4096;
}

static inline void vmdk_header(unsigned char *p, uint64_t dir, uint32_t flags)
{
	memset(p, 0, 512);
	put(p, "KDMV");
	put_le(p + 4, 1, 4);
	put_le(p + 8, flags, 4);
	put_le(p + 12, 9, 8);
	put_le(p + 20, 2, 8);
	put_le(p + 28, 1, 8);
	put_le(p + 36, 1, 8);
	put_le(p + 44, 4, 4);
	put_le(p + 48, 2, 8);
	put_le(p + 56, dir, 8);
	put_le(p + 64, 1, 8);
	put(p + 73, "\n \r\n");
}

static inline void vmdk_descriptor(unsigned char *p)
{
	put(p, "# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\n");
}

/* Descriptor, directory with one table of two, a grain of two sectors and one of zeros. */
static inline size_t make_vmdk_sparse(unsigned char *p)
{
	vmdk_header(p, 2, 3);
	vmdk_descriptor(p + 512);
	put_le(p + 1024, 3, 4);
	put_le(p + 1536 + 4, 1, 4);
	put_le(p + 1536 + 8, 4, 4);
	memset(p + 2048, 0xaa, 1024);
	return 3072;
}

/* Header, descriptor, two compressed grains, table, directory, marker, footer, marker. */
static inline size_t make_vmdk_stream(unsigned char *p)
{
	vmdk_header(p, UINT64_MAX, 0x30001);
	vmdk_descriptor(p + 512);
	put_le(p + 1024 + 8, 300, 4);
	put_le(p + 1536, 2, 8);
	put_le(p + 1536 + 8, 700, 4);
	put_le(p + 2560, 2, 4);
	put_le(p + 2564, 3, 4);
	put_le(p + 3072, 5, 4);
	put_le(p + 3584 + 12, 3, 4);
	vmdk_header(p + 4096, 6, 0x30001);
	p[4096 + 77] = p[77] = 1;
	return 5120;
}

/* The older extent: its directory at 512, one table at 1024. */
static inline size_t make_vmdk_old(unsigned char *p)
{
	put(p, "COWD");
	put_le(p + 4, 1, 4);
	put_le(p + 12, 4096, 4);
	put_le(p + 16, 1, 4);
	put_le(p + 20, 1, 4);
	put_le(p + 24, 1, 4);
	put_le(p + 512, 2, 4);
	return 1536;
}

/* UML's version 2, without a backing file as QEMU allowed it. */
static inline size_t make_cow(unsigned char *p)
{
	put(p, "OOOM");
	put_be(p + 4, 2, 4);
	return 2048;
}

static const struct disk_image disk_images[] = {
	{ "qcow", FORMAT_QCOW, make_qcow, 0, 2148 },
	{ "qcow2-v2", FORMAT_QCOW2, make_qcow2_v2, 0, 4184 },
	{ "qcow2-v3", FORMAT_QCOW2, make_qcow2_v3, 0, 3072 },
	{ "qed", FORMAT_QED, make_qed, 0, 12288 },
	{ "vdi", FORMAT_VDI, make_vdi, 0, 392 },
	{ "vhd-fixed", FORMAT_VHD, make_vhd_fixed, EXACT, 0 },
	{ "vhd-dynamic", FORMAT_VHD, make_vhd_dynamic, EXACT, 0 },
	{ "vmdk-sparse", FORMAT_VMDK, make_vmdk_sparse, 0, 2048 },
	{ "vmdk-stream", FORMAT_VMDK, make_vmdk_stream, EXACT, 0 },
	{ "vmdk-old", FORMAT_VMDK, make_vmdk_old, 0, 1024 },
	{ "cow", FORMAT_COW, make_cow, 2048 - 40, 0 },
};

#define DISK_IMAGES (sizeof(disk_images) / sizeof(disk_images[0]))

/* Of an ISO image, what is behind the descriptors: 17 sectors of 2,048 bytes come first. */
#define ISO_BYTES (20 * 2048)

static inline size_t make_iso(unsigned char *p)
{
	unsigned char *d = p + 16 * 2048;

	memset(p, 0, ISO_BYTES);
	d[0] = 0;
	put(d + 1, "CD001");
	d += 2048;
	d[0] = 1;
	put(d + 1, "CD001");
	put_le(d + 80, 20, 4);
	put_be(d + 84, 20, 4);
	put_le(d + 128, 2048, 2);
	put_be(d + 130, 2048, 2);
	return ISO_BYTES;
}

/* Bit by bit, otherwise than the program does it. */
static inline void vhdx_sum(unsigned char *p, size_t len)
{
	uint64_t crc = 0xffffffff;
	size_t i;

	put_le(p + 4, 0, 4);
	for (i = 0; i < len * 8; i++) {
		crc ^= (uint64_t)(p[i / 8] >> i % 8 & 1);
		crc = crc & 1 ? (crc >> 1) ^ 0x82f63b78u : crc >> 1;
	}
	put_le(p + 4, ~crc, 4);
}

#define VHDX_MIB ((size_t)1 << 20)
#define VHDX_BYTES (5 * VHDX_MIB)

/* A disk of 3 MiB in blocks of 1 MiB: log, metadata, table, and two blocks. */
static inline size_t make_vhdx(unsigned char *p)
{
	static const char bat[] =
		"\x66\x77\xc2\x2d\x23\xf6\x00\x42\x9d\x64\x11\x5e\x9b\xfd\x4a\x08";
	static const char meta[] =
		"\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e";
	static const char param[] =
		"\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b";
	static const char size[] =
		"\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8";
	static const char sector[] =
		"\x1d\xbf\x41\x81\x6f\xa9\x09\x47\xba\x47\xf2\x33\xa8\xfa\xab\x5f";
	static const struct {
		const char *guid;
		uint64_t value;
	} items[] = { { param, VHDX_MIB }, { size, 3 * VHDX_MIB }, { sector, 512 } };
	unsigned char *region = p + 192 * 1024, *m = p + VHDX_MIB;
	size_t i;

	memset(p, 0, VHDX_BYTES);
	put(p, "vhdxfile");
	for (i = 1; i <= 2; i++) {
		put(p + i * 65536, "head");
		put_le(p + i * 65536 + 8, i, 8);
		put_le(p + i * 65536 + 66, 1, 2);
		put_le(p + i * 65536 + 68, VHDX_MIB, 4);
		put_le(p + i * 65536 + 72, VHDX_MIB, 8);
		vhdx_sum(p + i * 65536, 4096);
	}
	put(region, "regi");
	put_le(region + 8, 2, 4);
	memcpy(region + 16, bat, 16);
	put_le(region + 32, 2 * VHDX_MIB, 8);
	put_le(region + 40, VHDX_MIB, 4);
	memcpy(region + 48, meta, 16);
	put_le(region + 64, VHDX_MIB, 8);
	put_le(region + 72, VHDX_MIB, 4);
	vhdx_sum(region, 65536);
	memcpy(region + 65536, region, 65536);
	put(m, "metadata");
	put_le(m + 10, 3, 2);
	for (i = 0; i < 3; i++) {
		memcpy(m + 32 + 32 * i, items[i].guid, 16);
		put_le(m + 48 + 32 * i, 65536 + 16 * i, 4);
		put_le(m + 52 + 32 * i, 8, 4);
		put_le(m + 65536 + 16 * i, items[i].value, 8);
	}
	put_le(p + 2 * VHDX_MIB, 3 * VHDX_MIB | 6, 8);
	put_le(p + 2 * VHDX_MIB + 8, 99 * VHDX_MIB | 2, 8);
	put_le(p + 2 * VHDX_MIB + 16, 4 * VHDX_MIB | 6, 8);
	return VHDX_BYTES;
}

#endif
