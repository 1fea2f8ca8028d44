/* The size of the disk that an image holds. */
#include "image/disk.h"
#include "image/disk_parts.h"

/* Where the first bytes have it. */
#define QCOW_SIZE_AT 24
#define VDI_SIZE_AT 368
#define VMDK_SECTORS_AT 12

/* In a VHD's footer, whose copy is at the beginning of those that grow. */
#define VHD_SIZE_AT 48

static uint64_t be64_at(const struct disk_view *v, uint64_t at)
{
	struct err none = ERR_INIT;
	unsigned char b[8];

	return disk_read(v, at, b, sizeof(b), &none) == 1 ? be64(b) : 0;
}

static uint64_t le64_at(const struct disk_view *v, uint64_t at)
{
	struct err none = ERR_INIT;
	unsigned char b[8];

	return disk_read(v, at, b, sizeof(b), &none) == 1 ? le64(b) : 0;
}

/* The size that the footer at this place tells; 0 if there is none. */
static uint64_t vhd_size(const struct disk_view *v, uint64_t at)
{
	struct err none = ERR_INIT;
	unsigned char sector[SECTOR];

	if (disk_read(v, at, sector, sizeof(sector), &none) != 1 || !disk_vhd_footer(sector))
		return 0;
	return be64(sector + VHD_SIZE_AT);
}

uint64_t disk_virtual_size(enum format f, const struct disk_view *v)
{
	struct err none = ERR_INIT;
	unsigned char mark;
	uint64_t size;

	switch (f) {
	case FORMAT_RAW:
	case FORMAT_ISO:
		return v->size;
	case FORMAT_QCOW:
	case FORMAT_QCOW2:
		return be64_at(v, QCOW_SIZE_AT);
	case FORMAT_VDI:
		return le64_at(v, VDI_SIZE_AT);
	case FORMAT_VMDK:
		/* A descriptor alone has no such header. */
		if (disk_read(v, 0, &mark, 1, &none) != 1 || mark != 'K')
			return 0;
		size = le64_at(v, VMDK_SECTORS_AT);
		return size > UINT64_MAX / SECTOR ? 0 : size * SECTOR;
	case FORMAT_VHD:
		size = vhd_size(v, 0);
		return size == 0 && v->size > SECTOR ? vhd_size(v, v->size - SECTOR) : size;
	case FORMAT_VHDX:
		return disk_vhdx_size(v);
	default:
		return 0;
	}
}
