/* Retry-After (the first line) against Date (the rest), and how long is waited then. */
#include "fuzz/fuzz.h"
#include "net/retry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned attempt = fuzz_byte(&data, &size);
	char *value = fuzz_line(&data, &size);
	char *date = fuzz_string(data, size);
	int64_t ms = retry_after(value, *date ? date : NULL), wait;
	int64_t reset = retry_reset(value, *date ? date : NULL);

	REQUIRE(ms >= 0 && ms <= (int64_t)INT32_MAX * 1000 && ms % 1000 == 0);
	REQUIRE(reset >= 0 && reset <= (int64_t)INT32_MAX * 1000 && reset % 1000 == 0);
	wait = retry_wait(attempt, 1000, ms);
	REQUIRE(wait >= 750 && wait <= RETRY_ASKED_MAX);
	REQUIRE(ms > RETRY_ASKED_MAX || wait >= ms);
	free(date);
	free(value);
	return 0;
}
