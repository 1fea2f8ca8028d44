/*
 * Where mbedTLS gets its randomness: from the kernel, by getrandom(2), so that
 * it is there in a container or initramfs without /dev.  Linux 3.17 and later.
 */
#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>

/* The name and the signature are mbedTLS's (MBEDTLS_ENTROPY_HARDWARE_ALT). */
int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen);

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen)
{
	ssize_t n;

	(void)data;
	do
		n = getrandom(output, len, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	*olen = (size_t)n;
	return 0;
}
