/* Random bytes from the kernel: third_party/mbedtls/random.c. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

/*
 * Fill p[len] by getrandom(2) or, on kernels before Linux 3.17 and where it is
 * denied, from /dev/urandom.  May block while the machine boots.  Returns 0, or
 * -1 with errno when neither works.
 */
int random_fill(void *p, size_t len);

#endif
