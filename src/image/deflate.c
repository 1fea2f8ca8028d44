/* A block is compressed, unpacked again, and made a part of a stream. */
#include "image/deflate.h"

#include <libdeflate.h>
#include <string.h>

#include "image/igzip.h"

/* What aligns a block: at most 3 bits in a byte of their own, then the length 0 of a stored one. */
static const unsigned char align[] = { 0x00, 0x00, 0x00, 0xff, 0xff };

/* Where things are in what was compressed, in bits. */
struct bits {
	uint64_t last; /* the beginning of its last block */
	uint64_t end;  /* behind that one */
};

size_t deflate_bound(size_t len)
{
	return libdeflate_deflate_compress_bound(NULL, len) + sizeof(align);
}

/* libdeflate's levels that give no more than zlib's of 1 to 9; above 9 they take megabytes. */
static const int levels[] = { 1, 2, 3, 4, 5, 7, 8, 9, 9 };

int deflate_open(struct deflate *d, int level, struct err *e)
{
	d->fast = level == 1 && igzip_is_here;
	d->compressor = d->fast ? igzip_open() : libdeflate_alloc_compressor(levels[level - 1]);
	return d->compressor ? 0 : err_set(e, ERR_FAILED, "there is no memory to compress with");
}

void deflate_close(struct deflate *d)
{
	if (d->fast)
		igzip_close(d->compressor);
	else
		libdeflate_free_compressor(d->compressor);
	d->compressor = NULL;
}

/* inflate() can stop behind each block, and says how many bits of the last byte it has not used. */
static int unpack_blocks(z_stream *z, struct bits *bits)
{
	uint64_t at;
	int result;

	*bits = (struct bits){ 0, 0 };
	do {
		result = inflate(z, Z_BLOCK);
		at = (uint64_t)z->total_in * 8 - (unsigned)(z->data_type & 7);
		if ((z->data_type & 128) && !(z->data_type & 64))
			bits->last = at;
	} while (result == Z_OK && !((z->data_type & 128) && (z->data_type & 64)));
	bits->end = at;
	return result;
}

/* data[n] is what becomes of to[len].  bits: where its last block is, or NULL if there is none. */
static int unpack(struct deflate *d, const unsigned char *data, size_t n, unsigned char *to,
		  size_t len, struct bits *bits, struct err *e)
{
	struct zroom room = { .at = d->heap, .cap = sizeof(d->heap) };
	z_stream z;
	int result;

	if (zroom_start(&room, &z, -MAX_WBITS, e) < 0)
		return -1;
	z.next_in = (unsigned char *)data;
	z.avail_in = (uInt)n;
	z.next_out = to;
	z.avail_out = (uInt)len;
	result = bits ? unpack_blocks(&z, bits) : inflate(&z, Z_SYNC_FLUSH);
	if (result != Z_OK || z.avail_in != 0 || z.avail_out != 0)
		return err_set(e, ERR_FAILED, "what was compressed is broken");
	return 0;
}

/* Where libdeflate ends a stream, others follow. */
static size_t align_end(unsigned char *out, size_t n, const struct bits *bits)
{
	unsigned used = bits->end % 8, skip = used != 0 && used <= 5;

	/* The last block is not the last of the stream. */
	out[bits->last / 8] &= (unsigned char)~(1U << bits->last % 8);
	/* The 3 bits of a stored block that is empty are 0, as those that fill up a byte are. */
	memcpy(out + n, align + skip, sizeof(align) - skip);
	return n + sizeof(align) - skip;
}

ssize_t deflate_block(struct deflate *d, unsigned char *in, size_t len, unsigned char *out,
		      uint32_t *crc, bool prove, struct err *e)
{
	size_t cap = deflate_bound(len) - sizeof(align), n;
	struct bits bits = { 0, 0 };

	*crc = (uint32_t)crc32(0, in, (uInt)len);
	n = d->fast ? igzip_block(d->compressor, in, len, out, cap) :
		      libdeflate_deflate_compress(d->compressor, in, len, out, cap);
	if (n == 0)
		return err_set(e, ERR_FAILED, "a block does not fit when it is compressed");
	if (d->fast && !prove)
		return (ssize_t)n;
	/* In the place of what it was made of. */
	if (unpack(d, out, n, in, len, d->fast ? NULL : &bits, e) < 0)
		return -1;
	if (crc32(0, in, (uInt)len) != *crc)
		return err_set(e, ERR_FAILED,
			       "what was compressed does not unpack to what it was made of");
	return (ssize_t)(d->fast ? n : align_end(out, n, &bits));
}
