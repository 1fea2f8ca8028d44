/* Numbers, sizes and times, as people write them. */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdint.h>

#include "base/attr.h"

/*
 * A size in bytes: digits, and perhaps K, M, G or T (powers of 1024; "KiB" and
 * "KB" are the same).  Returns 0, or -1 if s is nothing of the kind.
 */
int parse_size(const char *s, uint64_t *bytes) MUST_CHECK;

/*
 * A span of time in milliseconds: digits with perhaps a fraction, and perhaps
 * ms, s, m or h; seconds without a unit.  Returns 0, or -1 as above.
 */
int parse_duration(const char *s, int64_t *ms) MUST_CHECK;

/* The value of a hexadecimal digit of either case, or -1. */
int parse_hex(char c);

/* A plain decimal number of at most max, all of s.  Returns 0 or -1. */
int parse_number(const char *s, uint64_t max, uint64_t *out) MUST_CHECK;

#endif
