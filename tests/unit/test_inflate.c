/* The inner loop of inflate(), and the CRC-32, against zlib's own. */
#include "unit/unit.h"

#include <libdeflate.h>

#include "unit/inflate_pair.h"

#define DATA_MOST ((size_t)200000)
#define PACKED_MOST (DATA_MOST * 2)

static unsigned char data[DATA_MOST], packed[PACKED_MOST];
static struct inflate_pair pair;

static int setup(void **state)
{
	(void)state;
	pair_open(&pair);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pair_close(&pair);
	return 0;
}

static unsigned next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Noise, with copies of what was there before: near, far, short, long, or many of one kind. */
static size_t make(uint32_t seed)
{
	size_t len = next(&seed) % DATA_MOST, at = 0, n, back;
	unsigned noise = next(&seed) % 100, near = next(&seed) % 4;

	while (at < len) {
		n = 1 + next(&seed) % (next(&seed) % 8 ? 40 : 400);
		back = 1 + next(&seed) % (near == 0 ? 20 : near == 1 ? 300 : 32768);
		for (; n > 0 && at < len; n--, at++)
			if (next(&seed) % 100 < noise || back > at)
				data[at] =
					(unsigned char)(near == 2 ? next(&seed) % 6 : next(&seed));
			else
				data[at] = data[at - back];
	}
	return len;
}

static size_t pack_zlib(size_t len, uint32_t seed)
{
	z_stream z = { 0 };
	int level = (int)(next(&seed) % 10), strategy = (int)(next(&seed) % 5);

	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -15, 1 + (int)(next(&seed) % 9),
				      strategy),
			 Z_OK);
	z.next_in = data;
	z.avail_in = (uInt)len;
	z.next_out = packed;
	z.avail_out = (uInt)PACKED_MOST;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

static size_t pack_libdeflate(size_t len, uint32_t seed)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor((int)(next(&seed) % 13));
	size_t n = libdeflate_deflate_compress(c, data, len, packed, PACKED_MOST);

	libdeflate_free_compressor(c);
	assert_true(n > 0);
	return n;
}

static void what_is_whole(void **state)
{
	uint32_t seed;
	size_t len, n;
	int result;

	(void)state;
	for (seed = 0; seed < 120; seed++) {
		len = make(seed);
		n = seed % 2 ? pack_zlib(len, seed) : pack_libdeflate(len, seed);
		CHECK(pair_run(&pair, packed, n, -15, seed, &result) && result == Z_STREAM_END &&
			      pair.ours.total_out == len,
		      "%u: %d", seed, result);
	}
}

static void what_is_damaged(void **state)
{
	unsigned damaged = 0, i, k;
	uint32_t seed;
	size_t n;
	int result;

	(void)state;
	for (seed = 0; seed < 30; seed++) {
		n = make(seed);
		n = seed % 2 ? pack_zlib(n, seed) : pack_libdeflate(n, seed);
		for (i = 0; i < 40; i++) {
			uint32_t where = seed * 1000 + i;
			unsigned at[3], bit[3];

			for (k = 0; k < 3; k++) {
				at[k] = next(&where) % (unsigned)(i % 4 && n > 300 ? 300 : n);
				bit[k] = 1U << next(&where) % 8;
				packed[at[k]] ^= (unsigned char)bit[k];
			}
			CHECK(pair_run(&pair, packed, n, -15, where, &result), "%u, %u: %d", seed,
			      i, result);
			damaged += result == Z_DATA_ERROR;
			for (k = 3; k-- > 0;)
				packed[at[k]] ^= (unsigned char)bit[k];
		}
	}
	assert_true(damaged > 300);
}

/* Bits of a stream, the first in the lowest. */
static size_t bits;

static void put(unsigned value, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++, bits++) {
		if (bits % 8 == 0)
			packed[bits / 8] = 0;
		packed[bits / 8] |= (unsigned char)((value >> i & 1) << bits % 8);
	}
}

/* Huffman codes begin with their highest bit. */
static void put_code(unsigned value, unsigned count)
{
	while (count-- > 0)
		put(value >> count & 1, 1);
}

/* A match of 258 bytes or 3 with fixed codes: RFC 1951, 3.2.5 and 3.2.6. */
static void put_match(bool far, unsigned dist)
{
	unsigned code = 0, extra = 0, base = 1;

	put_code(far ? 0xc5 : 1, far ? 8 : 7);
	while (base + (1U << extra) <= dist) {
		base += 1U << extra;
		code++;
		extra = code < 4 ? 0 : code / 2 - 1;
	}
	put_code(code, 5);
	put(dist - base, extra);
}

/* Each distance at the edge of what there is, also one too many. */
static void distances(void **state)
{
	static const unsigned befores[] = { 1,  2,  3,  7,   8,     9,     15,
					    16, 17, 31, 300, 32767, 32768, 33000 };
	unsigned i, k, dist, n, before;
	int result;

	(void)state;
	for (i = 0; i < sizeof(befores) / sizeof(befores[0]); i++) {
		before = befores[i];
		for (k = 0; k < 60; k++) {
			dist = k < 20 ? k + 1 : k < 40 ? before + 30 - k : 32768 - (k - 40);
			if (dist == 0 || dist > 32768)
				continue;
			bits = 0;
			put(1, 1);
			put(1, 2);
			for (n = 0; n < before; n++)
				put_code(0x30 + n * 7 % 144, 8);
			put_match(k % 2, dist);
			put_match(k % 3, dist);
			for (n = 0; n < 40; n++)
				put_code(0x30, 8);
			put_code(0, 7);
			CHECK(pair_run(&pair, packed, (bits + 7) / 8, -15, i * 100 + k, &result),
			      "%u back of %u: %d", dist, before, result);
			CHECK(result == (dist <= before ? Z_STREAM_END : Z_DATA_ERROR),
			      "%u back of %u: %d", dist, before, result);
		}
	}
}

static void crc(void **state)
{
	uint32_t seed = 1;
	uLong ours = 0, plain = 0;
	size_t at, len;

	(void)state;
	fill_random(data, sizeof(data), 3);
	for (at = 0; at < sizeof(data); at += len) {
		len = next(&seed) % (next(&seed) % 2 ? 100 : 5000);
		len = len < sizeof(data) - at ? len : sizeof(data) - at;
		ours = crc32(ours, data + at, (uInt)len);
		plain = z_crc32(plain, data + at, (uInt)len);
		assert_int_equal(ours, plain);
	}
	assert_int_equal(crc32(5, NULL, 0), 0);
	assert_int_equal(crc32(0, (const unsigned char *)"123456789", 9), 0xcbf43926);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_whole),
		cmocka_unit_test(what_is_damaged),
		cmocka_unit_test(distances),
		cmocka_unit_test(crc),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
