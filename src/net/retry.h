/* When to try again, and how long to wait before. */
#ifndef NET_RETRY_H
#define NET_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/* HTTP statuses of which another try may get rid: 408, 425, 429 and 5xx but 501 and 505. */
bool retry_status(long status);

/*
 * How long to wait before try number attempt (the first retry is 1): first
 * doubled each time, at most 60 s, up to a quarter more or less so that many
 * clients do not come back together; at least asked (a Retry-After), and that
 * up to RETRY_ASKED_MAX.  All in milliseconds.
 */
int64_t retry_wait(unsigned attempt, int64_t first, int64_t asked);

/* A cloud that asks for a longer pause is not waited for. */
#define RETRY_ASKED_MAX ((int64_t)5 * 60 * 1000)

/*
 * The value of a Retry-After header (RFC 9110, section 10.2.3) in
 * milliseconds: seconds, or a date, which is held against the answer's own Date
 * (NULL: the local clock).  0 if it is absent (NULL) or makes no sense.
 */
int64_t retry_after(const char *value, const char *date);

/*
 * The same for an X-RateLimit-Reset header: the second since 1970 at which the
 * limit is lifted.
 */
int64_t retry_reset(const char *value, const char *date);

/* An HTTP date (RFC 9110, section 5.6.7) in seconds since 1970; -1 if it is none. */
int64_t retry_date(const char *date);

#endif
