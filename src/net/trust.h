/*
 * Whom to trust: one list of CA certificates, read once per process and shared
 * by all connections, and the judgement of every certificate chain against it.
 */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>
#include <mbedtls/x509_crt.h>

#include "base/err.h"

struct trust {
	mbedtls_x509_crt roots;
	char from[PATH_BYTES + 64]; /* where they are from, for messages */
};

/* The name that stands for the roots in this binary, where a CA file is expected. */
#define TRUST_BUILTIN "builtin"

/*
 * Read the CA certificates.  The first of these that is given is the only one:
 * file (a PEM file or a directory, or TRUST_BUILTIN; NULL or "" if none was
 * given), SSL_CERT_FILE, SSL_CERT_DIR, the system's bundle, and where there is
 * none the roots that are compiled in.  Returns 0, or -1 with ERR_USAGE when
 * what was given cannot be used, and with ERR_TRUST when the machine's clock
 * is older than this binary.
 */
int trust_load(struct trust *t, const char *file, struct err *e) MUST_CHECK;

/* What one connection's certificate chain was found to be. */
struct verdict {
	const struct trust *trust;
	uint32_t flags; /* MBEDTLS_X509_BADCERT_*; 0 when all is well */
	uint32_t above; /* the flags of the CA certificates, while the chain is judged */
	mbedtls_x509_time from, to; /* the validity of a certificate that is outside it */
};

/*
 * A CURLOPT_SSL_CTX_FUNCTION; arg is a struct verdict with trust set, and has
 * to live as long as the connection may.  A server's certificate is accepted
 * when a chain leads to the roots, or when it is itself among them (compared
 * by its DER); its name and dates are always checked.
 */
CURLcode trust_setup(CURL *curl, void *config, void *arg);

/* Say why host's certificate was refused: ERR_TRUST.  Always returns -1. */
int trust_explain(const struct verdict *v, const char *host, struct err *e);

#endif
