/* gzcheck against tests/unit/gunzip.h, with read sizes that the input chooses. */
#include "fuzz/fuzz.h"
#include "image/gzcheck.h"
#include "unit/gunzip.h"
#include "unit/script.h"

static struct gzcheck gz;

/* One pass at the given sizes; the bytes must come through unchanged. */
static int pass(const uint8_t *data, size_t size, uint32_t sizes, struct err *e)
{
	uint8_t buf[5000];
	size_t at = 0, cap;
	ssize_t n;

	do {
		sizes = sizes * 1664525u + 1013904223u;
		cap = sizes >> 28 < 8 ? 1 + (sizes >> 20) % 7 : 1 + (sizes >> 16) % sizeof(buf);
		n = stage_pull(&gz.stage, buf, cap, e);
		REQUIRE(n <= (ssize_t)cap);
		if (n > 0) {
			REQUIRE((size_t)n <= size - at && memcmp(buf, data + at, (size_t)n) == 0);
			at += (size_t)n;
		}
	} while (n > 0);
	REQUIRE(n < 0 || at == size);
	return n < 0 ? -1 : 0;
}

static void check_head(const uint8_t *data, size_t size, bool good, uint64_t total)
{
	static uint8_t want[4096], got[4096];
	struct err e = ERR_INIT;
	struct gunzip ref;
	ssize_t n = gzcheck_head(&gz, data, size, true, got, sizeof(got), &e);

	fuzz_err(n < 0 ? -1 : 0, &e);
	REQUIRE(n <= (ssize_t)sizeof(got));
	if (!good)
		return;
	/* A file that is whole is whole at its beginning. */
	REQUIRE(gunzip(&ref, data, size, want, sizeof(want)));
	REQUIRE(n == (ssize_t)(total < sizeof(got) ? total : sizeof(got)));
	REQUIRE(memcmp(got, want, (size_t)n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct script source;
	struct gunzip ref;
	unsigned choice = fuzz_byte(&data, &size);
	uint32_t sizes = fuzz_byte(&data, &size);
	uint64_t limit;
	bool good;
	int result;

	good = size > 0 && gunzip(&ref, data, size, NULL, 0);
	if (good && choice % 4 == 1)
		limit = ref.total;
	else if (good && choice % 4 == 2)
		limit = ref.total - 1;
	else
		limit = choice % 4 == 3 ? 100 : 0;
	script_init(&source, data, size, choice / 4 % 2 ? 0 : 1 + choice / 8);
	gzcheck_init(&gz, &source.stage, limit);
	/* A pass before this one leaves nothing behind after rewinding. */
	if (choice & 128) {
		(void)pass(data, size, sizes + 1, &e);
		err_clear(&e);
		REQUIRE(stage_rewind(&gz.stage, &e) == 0);
	}
	result = pass(data, size, sizes, &e);
	fuzz_err(result, &e);
	REQUIRE(!source.misused);
	if (good && (limit == 0 || ref.total <= limit))
		REQUIRE(result == 0 && gz.out == ref.total);
	else
		REQUIRE(result < 0 && e.code == ERR_IMAGE);
	check_head(data, size, good, good ? ref.total : 0);
	return 0;
}
