/* Who this client says to be in TLS: a certificate with its private key. */
#ifndef NET_IDENTITY_H
#define NET_IDENTITY_H

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "base/err.h"

struct identity {
	mbedtls_x509_crt crt;
	mbedtls_pk_context key;
};

/*
 * Read the certificate, perhaps with its CAs, and the key: PEM files without a
 * passphrase.  key is NULL if it is in the file cert.  Returns 0, or -1 with
 * ERR_USAGE.
 */
int identity_load(struct identity *id, const char *cert, const char *key, struct err *e) MUST_CHECK;

/* Have the connections of this configuration show it to servers that ask for one. */
void identity_show(mbedtls_ssl_config *conf, struct identity *id);

#endif
