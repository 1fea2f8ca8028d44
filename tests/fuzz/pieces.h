/*
 * An input that is a disk.  It is a list of pieces: the first 8 bytes are the disk's size,
 * then each piece has 6 bytes of offset, 2 of length (little endian), and its data.  So a
 * disk may be large and full of holes.
 */
#ifndef FUZZ_PIECES_H
#define FUZZ_PIECES_H

#include <fcntl.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

/* A disk may have as many bytes of tables as it has bytes, and all are read. */
#define SIZE_BOUND ((uint64_t)16 << 20)

static inline uint64_t number(const uint8_t *p, unsigned bytes)
{
	uint64_t n = 0;

	while (bytes > 0)
		n = n << 8 | p[--bytes];
	return n;
}

static inline int open_file(void)
{
	char path[] = "/tmp/hoist-fuzz.XXXXXX";
	int fd = mkstemp(path);

	REQUIRE(fd >= 0 && unlink(path) == 0);
	return fd;
}

/* Put the pieces into the file.  Returns its size. */
static inline uint64_t build(int fd, const uint8_t *data, size_t size)
{
	uint64_t bytes, at;
	size_t len;

	REQUIRE(ftruncate(fd, 0) == 0);
	if (size < 8)
		return 0;
	bytes = number(data, 8) % (SIZE_BOUND + 1);
	for (data += 8, size -= 8; size >= 8; data += len, size -= len) {
		at = number(data, 6);
		len = (size_t)number(data + 6, 2);
		data += 8;
		size -= 8;
		if (len > size)
			len = size;
		if (at < bytes && len <= bytes - at)
			REQUIRE(pwrite(fd, data, len, (off_t)at) == (ssize_t)len);
	}
	REQUIRE(ftruncate(fd, (off_t)bytes) == 0);
	return bytes;
}

#endif
