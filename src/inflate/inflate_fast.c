/*
 * The inner loop of zlib's inflate(), for processors of 64 bits that are little-endian.  It
 * stands in the place of zlib's own inflate_fast(), which is compiled under another name (see
 * third_party/rules.mk) and does what is near the ends of the buffers.  zlib stays the judge: its
 * tables, states and words, and the same place for every error.
 *
 * RFC 1951, 3.2.  The bits are kept in 64, which 8 bytes fill up at once, so that nothing is
 * asked for between two literals; matches are copied 16 bytes at a time, and may write up to
 * 15 more than they have: the room for it is asked for once a round.  (inflateBack(), whose
 * window is its output, must not be built with this.)
 */
#include <stdint.h>
#include <string.h>

/* zlib's own headers do not include what they need. */
#include <zutil.h>

#include <inftrees.h>

#include <inffast.h>
#include <inflate.h>

/* What a round takes at most: 15 bytes to fill up twice. */
#define ROUND_IN 16
/* Two literals, the longest match, and what is written behind it. */
#define ROUND_OUT (2 + 258 + 15)

/* What inflate() itself asks for before it calls zlib's own function. */
#define PLAIN_IN 6
#define PLAIN_OUT 258

/* Of an entry of a table: what it is, with a number of bits. */
#define OP_BASE 16
#define OP_END 32
#define OP_BAD 64
#define OP_BITS 15

/* The longest code of a distance with its extra bits. */
#define DIST_BITS (15 + 13)

/* zlib's own function. */
void hoist_plain_inflate_fast(z_streamp z, unsigned start);

struct bits {
	const unsigned char *in;
	uint64_t hold; /* what is above count may be there, too */
	unsigned count;
};

/* To at least 56 bits. */
static inline void fill(struct bits *b)
{
	uint64_t next;

	memcpy(&next, b->in, sizeof(next));
	b->hold |= next << b->count;
	b->in += (63 - b->count) >> 3;
	b->count |= 56;
}

static inline void drop(struct bits *b, unsigned n)
{
	b->hold >>= n;
	b->count -= n;
}

static inline unsigned low(const struct bits *b, unsigned n)
{
	return (unsigned)b->hold & ((1U << n) - 1);
}

/* An entry that is a number with extra bits behind it. */
static inline unsigned number(struct bits *b, code here)
{
	unsigned extra = here.op & OP_BITS, n = here.val + low(b, extra);

	drop(b, extra);
	return n;
}

/* It is done with; an entry that leads to another table is followed there. */
static inline code resolve(struct bits *b, code here, const code *table)
{
	drop(b, here.bits);
	if (here.op == 0 || (here.op & (OP_BASE | OP_BAD)))
		return here;
	here = table[here.val + low(b, here.op)];
	drop(b, here.bits);
	return here;
}

/* It is written; what comes next? */
static inline code literal(struct bits *b, code here, unsigned char **out, const code *table,
			   unsigned table_bits)
{
	drop(b, here.bits);
	*(*out)++ = (unsigned char)here.val;
	return table[low(b, table_bits)];
}

static inline void copy16(unsigned char *to, const unsigned char *from)
{
	uint64_t a, b;

	memcpy(&a, from, sizeof(a));
	memcpy(&b, from + sizeof(a), sizeof(b));
	memcpy(to, &a, sizeof(a));
	memcpy(to + sizeof(a), &b, sizeof(b));
}

static inline void copy8(unsigned char *to, const unsigned char *from)
{
	uint64_t a;

	memcpy(&a, from, sizeof(a));
	memcpy(to, &a, sizeof(a));
}

/* A match that is in the output.  Writes up to 15 bytes behind its end. */
static inline unsigned char *copy_match(unsigned char *out, unsigned dist, unsigned len)
{
	const unsigned char *from = out - dist;
	unsigned char *end = out + len;
	unsigned period = dist, i;

	if (dist >= 16) {
		for (; out < end; out += 16, from += 16)
			copy16(out, from);
		return end;
	}
	if (dist == 1) {
		memset(out, *from, len);
		return end;
	}
	if (dist < 8) {
		/* Eight bytes one by one; what is a multiple of the distance back is the same. */
		for (i = 0; i < 8; i++)
			out[i] = from[i];
		while (period < 8)
			period += dist;
		out += 8;
	}
	for (; out < end; out += 8)
		copy8(out, out - period);
	return end;
}

/* Reads no byte more. */
static inline void copy_exactly(unsigned char *to, const unsigned char *from, unsigned len)
{
	for (; len >= 8; len -= 8, to += 8, from += 8)
		copy8(to, from);
	for (; len > 0; len--)
		*to++ = *from++;
}

/* What of a match is from the call before, in the window, that is a ring. */
static unsigned char *copy_window(const struct inflate_state *s, unsigned char *out, unsigned back,
				  unsigned *len)
{
	unsigned n;

	/* What was written before the ring began anew is at its end. */
	if (back > s->wnext) {
		n = back - s->wnext;
		n = n < *len ? n : *len;
		copy_exactly(out, s->window + s->wsize - (back - s->wnext), n);
		out += n;
		*len -= n;
		back -= n;
	}
	if (back > s->wnext)
		return out;
	n = back < *len ? back : *len;
	copy_exactly(out, s->window + s->wnext - back, n);
	*len -= n;
	return out + n;
}

static void fail(z_streamp z, struct inflate_state *s, const char *msg)
{
	z->msg = (char *)msg;
	s->mode = BAD;
}

/* Whole bytes go back, but for what was there before: it may have been in another buffer. */
static void leave(z_streamp z, struct inflate_state *s, struct bits *b, unsigned char *out)
{
	unsigned taken = (unsigned)(b->in - z->next_in), bytes = b->count >> 3;

	bytes = bytes < taken ? bytes : taken;
	b->in -= bytes;
	b->count -= bytes << 3;
	s->hold = low(b, b->count);
	s->bits = b->count;
	z->avail_in -= (uInt)(b->in - z->next_in);
	z->next_in = (z_const Bytef *)b->in;
	z->avail_out -= (uInt)(out - z->next_out);
	z->next_out = out;
}

/* Rounds, until one of the buffers is near its end, or the block or what is right of it ends. */
static void rounds(z_streamp z, struct inflate_state *s, unsigned start)
{
	const unsigned char *const in_last = z->next_in + (z->avail_in - ROUND_IN);
	unsigned char *const out_last = z->next_out + (z->avail_out - ROUND_OUT);
	const unsigned char *const begin = z->next_out - (start - z->avail_out);
	const code *const lens = s->lencode, *const dists = s->distcode;
	const unsigned lens_bits = s->lenbits, dists_bits = s->distbits;
	struct bits b = { z->next_in, s->hold, s->bits };
	unsigned char *out = z->next_out;
	unsigned len, dist, have;
	code here;

	fill(&b);
	here = lens[low(&b, lens_bits)];
	/* The entry for the next bits is asked for early, so that it is there in time. */
	while (b.in <= in_last && out <= out_last) {
		if (here.op == 0) {
			here = literal(&b, here, &out, lens, lens_bits);
			if (here.op == 0) {
				here = literal(&b, here, &out, lens, lens_bits);
				if (here.op == 0) {
					here = literal(&b, here, &out, lens, lens_bits);
					fill(&b);
					continue;
				}
			}
		}
		here = resolve(&b, here, lens);
		if (here.op == 0) {
			*out++ = (unsigned char)here.val;
			fill(&b);
			here = lens[low(&b, lens_bits)];
			continue;
		}
		if (!(here.op & OP_BASE)) {
			if (here.op & OP_END)
				s->mode = TYPE;
			else
				fail(z, s, "invalid literal/length code");
			break;
		}
		len = number(&b, here);
		if (b.count < DIST_BITS)
			fill(&b);
		here = resolve(&b, dists[low(&b, dists_bits)], dists);
		if (!(here.op & OP_BASE)) {
			fail(z, s, "invalid distance code");
			break;
		}
		dist = number(&b, here);
		have = (unsigned)(out - begin);
		if (dist > have && dist - have > s->whave) {
			fail(z, s, "invalid distance too far back");
			break;
		}
		fill(&b);
		here = lens[low(&b, lens_bits)];
		if (dist > have)
			out = copy_window(s, out, dist - have, &len);
		if (len > 0)
			out = copy_match(out, dist, len);
	}
	leave(z, s, &b, out);
}

void inflate_fast(z_streamp z, unsigned start)
{
	struct inflate_state *s = (struct inflate_state *)z->state;

	if (z->avail_in >= ROUND_IN && z->avail_out >= ROUND_OUT)
		rounds(z, s, start);
	if (s->mode == LEN && z->avail_in >= PLAIN_IN && z->avail_out >= PLAIN_OUT)
		hoist_plain_inflate_fast(z, start);
}
