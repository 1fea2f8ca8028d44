/* Numbers, sizes and durations are read from texts. */
#include "base/parse.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Digits at *s; moves *s behind them.  -1 without digits or above max. */
static int digits(const char **s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	unsigned d;

	if (!isdigit((unsigned char)**s))
		return -1;
	for (; isdigit((unsigned char)**s); ++*s) {
		d = (unsigned)(**s - '0');
		if (d > max || v > (max - d) / 10)
			return -1;
		v = v * 10 + d;
	}
	*out = v;
	return 0;
}

int parse_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int parse_number(const char *s, uint64_t max, uint64_t *out)
{
	if (digits(&s, max, out) < 0)
		return -1;
	return *s == '\0' ? 0 : -1;
}

int parse_size(const char *s, uint64_t *bytes)
{
	static const char units[] = "kmgt";
	const char *unit;
	unsigned shift;
	uint64_t v;

	if (digits(&s, UINT64_MAX, &v) < 0)
		return -1;
	if (*s != '\0') {
		unit = strchr(units, tolower((unsigned char)*s));
		if (!unit)
			return -1;
		shift = 10 * (unsigned)(unit - units + 1);
		s++;
		if (*s != '\0' && strcasecmp(s, "b") != 0 && strcasecmp(s, "ib") != 0)
			return -1;
		if (v > UINT64_MAX >> shift)
			return -1;
		v <<= shift;
	}
	*bytes = v;
	return 0;
}

int parse_duration(const char *s, int64_t *ms)
{
	static const struct {
		const char *name;
		uint64_t ms;
	} units[] = { { "", 1000 }, { "s", 1000 }, { "ms", 1 }, { "m", 60000 }, { "h", 3600000 } };
	uint64_t whole, thousandths = 0, weight = 100;
	size_t i;

	/* 10^9 of the largest unit still fits. */
	if (digits(&s, 1000000000, &whole) < 0)
		return -1;
	if (*s == '.') {
		s++;
		if (!isdigit((unsigned char)*s))
			return -1;
		for (; isdigit((unsigned char)*s); s++, weight /= 10)
			thousandths += weight * (uint64_t)(*s - '0');
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(s, units[i].name) == 0) {
			*ms = (int64_t)(whole * units[i].ms + thousandths * units[i].ms / 1000);
			return 0;
		}
	}
	return -1;
}
