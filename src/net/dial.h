/*
 * A TCP connection, as libcurl makes it: names are resolved in a thread of
 * theirs, IPv6 and IPv4 are tried side by side, and a proxy that the
 * environment names is tunnelled through (CONNECT, SOCKS).
 */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct dial {
	CURL *curl; /* NULL: not connected */
	int fd;     /* for poll(2) and the like only */
	bool proxied;
	bool broken;     /* it was reset, or broke otherwise, instead of ending */
	int64_t stop_ms; /* clock_ms() at which a signal that came ends it; 0: at once */
	struct err *e;
};

/*
 * Connect.  host is a name or an address without brackets.  Blocks, for up to
 * CONNECT_MS.  Returns 0, or -1 with ERR_NETWORK (and retry), ERR_USAGE for a
 * proxy that refuses, ERR_STOPPED.  stop_ms is set before.  dial_close() must
 * follow in any case.
 */
int dial_open(struct dial *d, const char *host, unsigned port, struct err *e) MUST_CHECK;

/* > 0 bytes; 0: none at present; -1: the connection is at its end or broken. */
ssize_t dial_send(struct dial *d, const void *p, size_t len);
ssize_t dial_recv(struct dial *d, void *p, size_t cap);

/* The address of the other side, without brackets; "" behind a proxy. */
void dial_address(const struct dial *d, char *out, size_t cap);

void dial_close(struct dial *d);

/*
 * Say what a code of libcurl means for a connection to host (with its port):
 * ERR_NETWORK and retry, ERR_USAGE for a proxy.  scheme is the one for which the
 * environment may have named a proxy, detail libcurl's error buffer.  Always
 * returns -1.
 */
int dial_explain(CURL *curl, CURLcode code, const char *scheme, const char *host,
		 const char *detail, struct err *e);

#endif
