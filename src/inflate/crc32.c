/*
 * zlib's crc32() by libdeflate, which has it in the instructions of the processor that it runs
 * on.  zlib's own is compiled under another name: see third_party/rules.mk.
 */
#include <libdeflate.h>
#include <zlib.h>

uLong crc32(uLong crc, const Bytef *buf, uInt len)
{
	return libdeflate_crc32((uint32_t)crc, buf, len);
}
