/* Why TLS with a server did not work, in words. */
#ifndef NET_BLAME_H
#define NET_BLAME_H

#include "base/err.h"
#include "net/trust.h"

/*
 * Say what is wrong between us and host, from what v was told since trust_judge():
 *   ERR_TRUST    its certificate is refused
 *   ERR_USAGE    it wants another certificate of ours, or one at all
 *   ERR_FAILED   no TLS that both speak, or no TLS
 *   ERR_NETWORK  the connection broke meanwhile; with retry
 * Always returns -1.  Returns 0 instead if TLS has nothing to say about it.
 */
int blame_tls(const struct verdict *v, const char *host, struct err *e);

/* Say why host's certificate was refused: ERR_TRUST.  Always returns -1. */
int blame_certificate(const struct verdict *v, const char *host, struct err *e);

#endif
