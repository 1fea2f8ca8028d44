/* Which statuses pass, how long to pause, and how servers tell it (Retry-After, Date). */
#include "net/retry.h"

#include <curl/curl.h>
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/text.h"

#define LONGEST_MS 60000

bool retry_status(long status)
{
	return status == 408 || status == 425 || status == 429 ||
	       (status >= 500 && status < 600 && status != 501 && status != 505);
}

int64_t retry_wait(unsigned attempt, int64_t first, int64_t asked)
{
	int64_t ms = first;

	while (attempt-- > 1 && ms < LONGEST_MS)
		ms *= 2;
	if (ms > LONGEST_MS)
		ms = LONGEST_MS;
	/* The clock's low bits are random enough to spread clients. */
	ms += (ms / 4) * (clock_ms() % 201 - 100) / 100;
	if (asked > RETRY_ASKED_MAX)
		asked = RETRY_ASKED_MAX;
	return ms > asked ? ms : asked;
}

/* Milliseconds from the answer's date to this second; 0 if it has passed or makes no sense. */
static int64_t until(int64_t at, const char *date)
{
	int64_t now = date ? (int64_t)curl_getdate(date, NULL) : clock_wall();

	if (at < 0 || now < 0 || at <= now || at - now > INT32_MAX)
		return 0;
	return (at - now) * 1000;
}

int64_t retry_date(const char *date)
{
	return (int64_t)curl_getdate(date, NULL);
}

int64_t retry_reset(const char *value, const char *date)
{
	uint64_t at;

	return value && parse_number(value, INT64_MAX, &at) == 0 ? until((int64_t)at, date) : 0;
}

int64_t retry_after(const char *value, const char *date)
{
	uint64_t seconds;

	if (!value)
		return 0;
	/* However many digits: a number is a number of seconds. */
	if (value[0] != '\0' && value[strspn(value, "0123456789")] == '\0')
		return parse_number(value, INT32_MAX, &seconds) == 0 ? (int64_t)seconds * 1000 :
								       (int64_t)INT32_MAX * 1000;
	return until((int64_t)curl_getdate(value, NULL), date);
}
