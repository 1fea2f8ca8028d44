/* The kernel is asked how much of what was sent is still on its way. */
#include "net/outq.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

long outq_bytes(int fd)
{
	int bytes;

	return fd >= 0 && ioctl(fd, SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}
