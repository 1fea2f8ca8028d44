/* The end of a transfer to an IONOS FTP server, which its size proves. */
#ifndef CLOUD_IONOS_PROVE_H
#define CLOUD_IONOS_PROVE_H

#include "cloud/provider.h"

/*
 * All bytes were sent; what has become of them?  The connection may be gone,
 * because routers forget silent ones: then a new one asks.  Returns 0 with
 * BYTES_PROVEN, or BYTES_LANDED and the reason why not in struct ionos_work's unproven.
 */
int ionos_prove(struct task *t, bool connected, struct err *e) MUST_CHECK;

#endif
