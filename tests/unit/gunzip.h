/*
 * RFC 1952 once more, and differently: the headers and trailers are read by
 * hand, zlib only inflates raw DEFLATE.  What gzcheck says is held against it.
 */
#ifndef UNIT_GUNZIP_H
#define UNIT_GUNZIP_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

struct gunzip {
	const unsigned char *in;
	size_t len, at;
	unsigned char *out; /* NULL: only count */
	size_t cap;
	uint64_t total; /* uncompressed bytes of all members */
	unsigned members;
};

/* Length of the member's header, 0 if it is none or not all there. */
static inline size_t gunzip_header(const unsigned char *p, size_t len)
{
	enum {
		FHCRC = 2,
		FEXTRA = 4,
		FNAME = 8,
		FCOMMENT = 16,
		RESERVED = 0xe0
	};
	size_t at = 10, i;
	const unsigned char *end;

	if (len < 10 || p[0] != 0x1f || p[1] != 0x8b || p[2] != 8 || (p[3] & RESERVED))
		return 0;
	if (p[3] & FEXTRA) {
		if (len < at + 2 || len < at + 2 + p[at] + 256u * p[at + 1])
			return 0;
		at += 2 + p[at] + 256u * p[at + 1];
	}
	for (i = 0; i < 2; i++) {
		if (!(p[3] & (i == 0 ? FNAME : FCOMMENT)))
			continue;
		end = memchr(p + at, 0, len - at);
		if (!end)
			return 0;
		at = (size_t)(end - p) + 1;
	}
	if (p[3] & FHCRC) {
		uLong crc = crc32(crc32(0, NULL, 0), p, (uInt)at);

		if (len < at + 2 || (p[at] | p[at + 1] << 8) != (int)(crc & 0xffff))
			return 0;
		at += 2;
	}
	return at;
}

static inline uint32_t gunzip_u32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* One member; false if it is damaged or cut short. */
static inline bool gunzip_member(struct gunzip *g)
{
	size_t head = gunzip_header(g->in + g->at, g->len - g->at);
	unsigned char buf[4096];
	uLong crc = crc32(0, NULL, 0);
	uint64_t size = 0;
	z_stream z;
	size_t n;
	int r;

	memset(&z, 0, sizeof(z));
	if (head == 0 || inflateInit2(&z, -15) != Z_OK)
		return false;
	g->at += head;
	z.next_in = (z_const Bytef *)g->in + g->at;
	z.avail_in = (uInt)(g->len - g->at);
	do {
		z.next_out = buf;
		z.avail_out = sizeof(buf);
		r = inflate(&z, Z_NO_FLUSH);
		n = sizeof(buf) - z.avail_out;
		crc = crc32(crc, buf, (uInt)n);
		if (g->out && g->total < g->cap)
			memcpy(g->out + g->total, buf,
			       n < g->cap - (size_t)g->total ? n : g->cap - (size_t)g->total);
		g->total += n;
		size += n;
	} while (r == Z_OK);
	g->at = g->len - z.avail_in;
	inflateEnd(&z);
	if (r != Z_STREAM_END || g->len - g->at < 8)
		return false;
	g->at += 8;
	return gunzip_u32(g->in + g->at - 8) == (uint32_t)crc &&
	       gunzip_u32(g->in + g->at - 4) == (uint32_t)size;
}

/* Is all of it gzip: one member at least, and nothing behind the last?  Fills in total. */
static inline bool gunzip(struct gunzip *g, const void *in, size_t len, void *out, size_t cap)
{
	memset(g, 0, sizeof(*g));
	g->in = in;
	g->len = len;
	g->out = out;
	g->cap = cap;
	do {
		if (!gunzip_member(g))
			return false;
		g->members++;
	} while (g->at < len);
	return true;
}

/*
 * Append a member to out[*len] that holds data; flags (FNAME and so on) ask
 * for the optional parts of its header.
 */
static inline void gzip_member(unsigned char *out, size_t cap, size_t *len, const void *data,
			       size_t data_len, int level, unsigned flags)
{
	unsigned char extra[5] = { 'x', 'y', 1, 0, 'z' };
	gz_header head;
	z_stream z;

	memset(&z, 0, sizeof(z));
	memset(&head, 0, sizeof(head));
	head.os = 3;
	head.time = 1700000000;
	head.hcrc = (flags & 2) != 0;
	head.extra = flags & 4 ? extra : NULL;
	head.extra_len = sizeof(extra);
	head.name = flags & 8 ? (Bytef *)(void *)"disk.img" : NULL;
	head.comment = flags & 16 ? (Bytef *)(void *)"a comment" : NULL;
	if (deflateInit2(&z, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflateSetHeader(&z, &head) != Z_OK)
		abort();
	z.next_in = (z_const Bytef *)data;
	z.avail_in = (uInt)data_len;
	z.next_out = out + *len;
	z.avail_out = (uInt)(cap - *len);
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	*len = cap - z.avail_out;
	deflateEnd(&z);
}

#endif
