/* Clocks: one that only goes forward, the time of day, and when this program was built. */
#include "base/clock.h"

int64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_wall(void)
{
	return (int64_t)time(NULL);
}

int64_t clock_built(void)
{
	return HOIST_BUILD_TIME;
}
