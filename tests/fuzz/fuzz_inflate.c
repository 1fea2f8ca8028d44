/*
 * inflate() with our inner loop against zlib's own.  The first byte chooses between raw, gzip and
 * zlib, the next two how the rest is cut into pieces.
 */
#include "fuzz/fuzz.h"
#include "unit/inflate_pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int bits[] = { -15, 31, 15, -9 };
	static struct inflate_pair pair;
	int wbits = bits[fuzz_byte(&data, &size) % 4], result;
	uint32_t seed = fuzz_byte(&data, &size) << 8;

	seed |= fuzz_byte(&data, &size);
	if (!pair.in.map)
		pair_open(&pair);
	REQUIRE(pair_run(&pair, data, size, wbits, seed, &result));
	return 0;
}
