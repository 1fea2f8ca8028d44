/*
 * Whom to trust: one list of CA certificates, read once per process and shared
 * by all connections, and the judgement of every certificate chain against it.
 */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <peer.h>

#include "base/err.h"
#include "net/identity.h"

/* CA certificates. */
struct roots {
	mbedtls_x509_crt crt;
	char from[PATH_BYTES + 64]; /* where they are from, for messages */
};

/* A SHA-256 digest. */
#define TRUST_PRINT_BYTES 32

/* What the certificates of one kind of servers are held against. */
struct trust {
	const struct roots *roots;
	const unsigned char (*keys)[TRUST_PRINT_BYTES]; /* --pin: one has to be the server's */
	unsigned key_count;
	const unsigned char *leaf; /* this certificate is accepted, whatever is in it; or NULL */
	bool only_leaf;            /* ... and no other is */
	bool anyone;               /* no certificate is refused */
	struct identity *identity; /* what is shown to servers that ask; or NULL */
};

/* The name that stands for the roots in this binary, where a CA file is expected. */
#define TRUST_BUILTIN "builtin"

/*
 * Read the CA certificates.  The first of these that is given is the only one:
 * file (a PEM file or a directory, PEM itself, or TRUST_BUILTIN; NULL or "" if
 * none was given), SSL_CERT_FILE, SSL_CERT_DIR, the system's bundle, and where
 * there is none the roots that are compiled in.  Returns 0, or -1 with ERR_USAGE
 * when what was given, or the system's bundle, cannot be used, and with
 * ERR_TRUST when the machine's
 * clock is older than this binary.
 */
int trust_load(struct roots *r, const char *file, struct err *e) MUST_CHECK;

/* Read a public key's pin, sha256//BASE64.  Returns 0, or -1 with ERR_USAGE. */
int trust_pin(const char *pin, unsigned char key[TRUST_PRINT_BYTES], struct err *e) MUST_CHECK;

/* What one connection's certificate chain was found to be. */
struct verdict {
	const struct trust *trust;
	uint32_t flags; /* MBEDTLS_X509_BADCERT_*; 0 when all is well */
	bool other_key; /* the key is none of the pinned ones */
	uint32_t above; /* the flags of the CA certificates, while the chain is judged */
	mbedtls_x509_time from, to; /* the validity of a certificate that is outside it */
	char extension[48];         /* the critical extension that is not known */
	struct peer_end end;        /* how TLS ended */
};

/*
 * Have the connections of this mbedTLS configuration judged; v->trust is set, and
 * v has to live as long as they may.  A server's certificate is accepted when a
 * chain leads to the roots, or when it is itself among them (compared by its
 * DER); its name and dates are always checked, and its key against the pins.
 * Resumed sessions are not judged again: they come from connections that were.
 */
void trust_judge(mbedtls_ssl_config *conf, struct verdict *v);

/* The same as a CURLOPT_SSL_CTX_FUNCTION; arg is the struct verdict. */
CURLcode trust_setup(CURL *curl, void *config, void *arg);

#endif
