/*
 * inflate() with our inner loop beside zlib's own, built under names with "z_": both get the
 * same bytes in the same pieces, in buffers that end where memory ends.
 */
#ifndef UNIT_INFLATE_PAIR_H
#define UNIT_INFLATE_PAIR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "unit/edge.h"

#define PAIR_PIECE 70000

int z_inflate(z_streamp z, int flush);
int z_inflateInit2_(z_streamp z, int bits, const char *version, int size);
int z_inflateEnd(z_streamp z);
uLong z_crc32(uLong crc, const Bytef *buf, uInt len);

struct inflate_pair {
	struct edge in, out, want;
	z_stream ours, plain;
};

static inline void pair_open(struct inflate_pair *p)
{
	edge_open(&p->in, PAIR_PIECE);
	edge_open(&p->out, PAIR_PIECE);
	edge_open(&p->want, PAIR_PIECE);
}

static inline void pair_close(struct inflate_pair *p)
{
	edge_close(&p->in);
	edge_close(&p->out);
	edge_close(&p->want);
}

/* Few bytes, or many, or about as many as decide which loop is taken. */
static inline unsigned pair_piece(uint32_t *seed)
{
	unsigned random;

	*seed = *seed * 1664525u + 1013904223u;
	random = *seed >> 8;
	if (*seed >> 30 == 0)
		return 1 + random % 24;
	if (*seed >> 30 == 1)
		return 250 + random % 300;
	return 1 + random % PAIR_PIECE;
}

static inline bool pair_same(const z_stream *a, const z_stream *b)
{
	return a->avail_in == b->avail_in && a->avail_out == b->avail_out &&
	       a->total_in == b->total_in && a->total_out == b->total_out &&
	       a->data_type == b->data_type && a->adler == b->adler && !a->msg == !b->msg &&
	       (!a->msg || strcmp(a->msg, b->msg) == 0);
}

/* One piece of output of both.  Sets *result to what inflate() says; false if they differ. */
static inline bool pair_step(struct inflate_pair *p, unsigned room, int flush, int *result)
{
	unsigned char *out = (unsigned char *)edge_put(&p->out, NULL, room);
	unsigned char *want = (unsigned char *)edge_put(&p->want, NULL, room);
	int plain;

	p->ours.next_out = out;
	p->plain.next_out = want;
	p->ours.avail_out = p->plain.avail_out = room;
	*result = inflate(&p->ours, flush);
	plain = z_inflate(&p->plain, flush);
	return *result == plain && pair_same(&p->ours, &p->plain) &&
	       memcmp(out, want, room - p->ours.avail_out) == 0;
}

/*
 * All of data, in pieces that seed decides on; bits as inflateInit2() takes them.  False if
 * there was a difference.  *result is the last that inflate() said.
 */
static inline bool pair_run(struct inflate_pair *p, const unsigned char *data, size_t len, int bits,
			    uint32_t seed, int *result)
{
	static const int flushes[] = { Z_NO_FLUSH, Z_SYNC_FLUSH, Z_BLOCK, Z_NO_FLUSH };
	unsigned piece;
	bool same;

	p->ours = p->plain = (z_stream){ 0 };
	same = inflateInit2(&p->ours, bits) == Z_OK &&
	       z_inflateInit2_(&p->plain, bits, ZLIB_VERSION, (int)sizeof(z_stream)) == Z_OK;
	*result = Z_OK;
	while (same && (*result == Z_OK || *result == Z_BUF_ERROR)) {
		if (p->ours.avail_in == 0) {
			if (len == 0 && *result == Z_BUF_ERROR)
				break;
			piece = pair_piece(&seed);
			piece = piece < len ? piece : (unsigned)len;
			p->ours.next_in = p->plain.next_in =
				(unsigned char *)edge_put(&p->in, data, piece);
			p->ours.avail_in = p->plain.avail_in = piece;
			data += piece;
			len -= piece;
		}
		piece = pair_piece(&seed);
		same = pair_step(p, piece, flushes[seed >> 10 & 3], result);
	}
	inflateEnd(&p->ours);
	z_inflateEnd(&p->plain);
	return same;
}

#endif
