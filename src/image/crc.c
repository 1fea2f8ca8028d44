/* Four bits at a time: tables of 16 entries are enough for what is read of a disk's maps. */
#include "image/crc.h"

uint32_t crc32c(uint32_t crc, const void *data, size_t len)
{
	static const uint32_t table[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
		0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
		0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};
	const unsigned char *at = data;

	for (; len > 0; len--, at++) {
		crc ^= *at;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}

uint16_t crc16(uint16_t crc, const void *data, size_t len)
{
	static const uint16_t table[16] = {
		0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401,
		0xa001, 0x6c00, 0x7800, 0xb401, 0x5000, 0x9c01, 0x8801, 0x4400,
	};
	const unsigned char *at = data;

	for (; len > 0; len--, at++) {
		crc ^= *at;
		crc = (uint16_t)(crc >> 4 ^ table[crc & 15]);
		crc = (uint16_t)(crc >> 4 ^ table[crc & 15]);
	}
	return crc;
}
