/*
 * Random bytes from the kernel, for mbedTLS and for us: see src/base/random.h.  It is
 * here because mbedTLS is linked, by the configure script of curl, without us.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

static int from_device(unsigned char *p, size_t len)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = 0;

	for (; fd >= 0 && len > 0; p += n, len -= (size_t)n) {
		n = read(fd, p, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			break;
		else if (n == 0) {
			errno = EIO;
			break;
		}
	}
	if (fd < 0)
		return -1;
	(void)close(fd);
	return len == 0 ? 0 : -1;
}

int random_fill(void *p, size_t len);

int random_fill(void *p, size_t len)
{
	unsigned char *at = p;
	ssize_t n;

	for (; len > 0; at += n, len -= (size_t)n) {
		n = getrandom(at, len, 0);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return from_device(at, len);
	}
	return 0;
}

/* The name and the signature are mbedTLS's (MBEDTLS_ENTROPY_HARDWARE_ALT). */
int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen);

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen)
{
	(void)data;
	if (random_fill(output, len) < 0)
		return -1;
	*olen = len;
	return 0;
}
