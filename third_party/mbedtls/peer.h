/*
 * What mbedTLS leaves out when it looks at the other side of a connection, as a
 * part of the library (rules.mk puts it in the place of some of its calls):
 *
 *   - certificates that are sent along and cannot be read are passed over;
 *   - so are the algorithms of signatures that nobody has to check, SHA-1 first:
 *     half of the older CAs have signed themselves with it;
 *   - a chain may come in any order, with others in between;
 *   - name constraints of CAs hold (RFC 5280, section 4.2.1.10) for names of
 *     hosts, addresses, and subjects; where others are constrained, a
 *     certificate with such a name is refused;
 *   - an address is named by a SAN of its own kind only;
 *   - how a handshake failed is kept.
 */
#ifndef PEER_H
#define PEER_H

#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <stdbool.h>
#include <stdint.h>

/* Said of a certificate beside MBEDTLS_X509_BADCERT_*. */
#define PEER_BADCERT_EXTENSION 0x1000000  /* critical, and not known here */
#define PEER_BADCERT_CONSTRAINT 0x2000000 /* a CA must not vouch for this name */

/* How TLS ended; mbedtls_ssl_conf_set_user_data_p() tells where to write it. */
struct peer_end {
	int code;       /* mbedTLS's; 0 while all is well */
	unsigned alert; /* if the code says that there was one */
	bool asked;     /* the server has asked for the client's certificate */
	uint32_t flags; /* what was said against the server's */
};

/* The first critical extension that is not known here. */
bool peer_unknown(const mbedtls_x509_crt *crt, mbedtls_x509_buf *oid);

/* In place of the functions of mbedTLS whose names are alike. */
int peer_parse_der(mbedtls_x509_crt *chain, const unsigned char *p, size_t len);
int peer_get_sig_alg(const mbedtls_x509_buf *oid, const mbedtls_x509_buf *params,
		     mbedtls_md_type_t *md, mbedtls_pk_type_t *pk, void **opts);
int peer_get_ext_type(const mbedtls_asn1_buf *oid, int *type, int *critical);
int peer_verify(mbedtls_x509_crt *crt, mbedtls_x509_crt *roots, mbedtls_x509_crl *crl,
		const mbedtls_x509_crt_profile *profile, const char *name, uint32_t *flags,
		int (*judge)(void *, mbedtls_x509_crt *, int, uint32_t *), void *arg,
		mbedtls_x509_crt_restart_ctx *restart);

#endif
