/*
 * Names of hosts.  libcurl asks the C library, which tries the domains in
 * /etc/resolv.conf first for a name with few dots; a server's failure there is
 * its answer, and musl does not ask for the name as it is any more.  The linker
 * puts resolve() in the place of getaddrinfo(): it asks once more.
 */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include <stddef.h>

/* The name servers that are asked, for messages; "" if none is set. */
void resolve_asked(char *out, size_t cap);

#endif
