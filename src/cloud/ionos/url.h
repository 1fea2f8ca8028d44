/* FTP servers, as URLs name them. */
#ifndef CLOUD_IONOS_URL_H
#define CLOUD_IONOS_URL_H

#include <stdbool.h>

#include "base/err.h"

/* A server that images go to, and what the API calls its location. */
struct ionos_target {
	char host[256];    /* no brackets around an IPv6 address */
	unsigned port;     /* of the control connection */
	bool implicit;     /* ftps://: TLS from the first byte */
	char prefix[128];  /* "locations/fra/", or ""; not percent-encoded */
	char location[32]; /* "de/fra"; "" if none is known */
};

/*
 * One server from a URL of --ftp-url (ftp://HOST:PORT/PATH, ftps://..., or
 * without a scheme), with server in place of each %s, and port, if it is not
 * NULL, where the URL has none.  Sets all of to but its location.  Returns 0, or
 * -1 with ERR_USAGE; a URL that may hold a password is not shown.
 */
int ionos_url(const char *url, const char *server, const char *port, struct ionos_target *to,
	      struct err *e) MUST_CHECK;

#endif
