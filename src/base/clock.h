/* Time.  Nothing but waiting and reporting depends on it. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds since some fixed moment; never goes back. */
int64_t clock_ms(void);

/* Seconds since 1970 by the machine's clock, which may be wrong. */
int64_t clock_wall(void);

/* When this binary was made: a clock that says less is wrong. */
int64_t clock_built(void);

#endif
