/* The checksums of file systems. */
#ifndef IMAGE_CRC_H
#define IMAGE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32C (RFC 3720, 12.1) over more data, without the inversions at both ends. */
uint32_t crc32c(uint32_t crc, const void *data, size_t len);

/* CRC-16/ARC over more data. */
uint16_t crc16(uint16_t crc, const void *data, size_t len);

#endif
