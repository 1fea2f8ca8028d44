/* Errors of TLS are explained by what was seen of the other side's certificates. */
#include "net/blame.h"

/* Flags that are found out beside the chain. */
#define USAGE                                                                                      \
	(MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE |                     \
	 MBEDTLS_X509_BADCERT_BAD_KEY)

/* What holds whoever has signed it. */
static int own_fault(const struct verdict *v, uint32_t flags, const char *host, struct err *e)
{
	const mbedtls_x509_time *t = &v->to;

	if (flags & PEER_BADCERT_EXTENSION)
		return err_set(e, ERR_TRUST,
			       "a certificate of %s has a critical extension that is not known here (%s)",
			       host, v->extension);
	if (flags & PEER_BADCERT_CONSTRAINT)
		return err_set(e, ERR_TRUST,
			       "a CA above the certificate of %s may not vouch for such names (name constraints)",
			       host);
	if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH)
		return err_set(e, ERR_TRUST, "the certificate of %s is for another name", host);
	if (flags & MBEDTLS_X509_BADCERT_EXPIRED)
		return err_set(e, ERR_TRUST,
			       "a certificate of %s expired on %04d-%02d-%02d (is this machine's clock right?)",
			       host, t->year, t->mon, t->day);
	t = &v->from;
	if (flags & MBEDTLS_X509_BADCERT_FUTURE)
		return err_set(e, ERR_TRUST,
			       "a certificate of %s is valid only from %04d-%02d-%02d (is this machine's clock right?)",
			       host, t->year, t->mon, t->day);
	if (flags & (MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE))
		return err_set(e, ERR_TRUST,
			       "the certificate of %s is not meant for servers (key usage)", host);
	if (flags & MBEDTLS_X509_BADCERT_BAD_KEY)
		return err_set(e, ERR_TRUST,
			       "a key in the certificates of %s is weak: RSA has to have 2048 bits",
			       host);
	return err_set(e, ERR_TRUST, "the certificate of %s is refused (flags 0x%x)", host,
		       (unsigned)flags);
}

int blame_certificate(const struct verdict *v, const char *host, struct err *e)
{
	uint32_t flags = v->flags | (v->end.flags & USAGE);

	if (v->other_key)
		return err_set(e, ERR_TRUST, "the key of %s is none of those given with --pin",
			       host);
	if (v->trust->leaf && v->trust->only_leaf)
		return err_set(e, ERR_TRUST,
			       "the certificate of %s is not the one whose fingerprint is set",
			       host);
	if (flags & (MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK))
		return err_set(e, ERR_TRUST,
			       "a certificate of %s is signed with SHA-1, or in another way that proves nothing: it needs a new one",
			       host);
	if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
		return err_set(e, ERR_TRUST,
			       "the certificate of %s is not signed by %s: give its CA with --cacert FILE",
			       host, v->trust->roots->from);
	return own_fault(v, flags, host, e);
}

static int no_common_tls(const char *host, struct err *e)
{
	return err_set(e, ERR_FAILED,
		       "%s offers no TLS that is good enough (1.2 is the least, with ECDHE and AES-GCM or ChaCha20)",
		       host);
}

/* It has asked for a certificate and was not content with what it got. */
static int blame_identity(const struct verdict *v, const char *host, struct err *e)
{
	return err_set(e, ERR_USAGE,
		       v->trust->identity ?
			       "%s refuses the client certificate that the settings name" :
			       "%s wants a client certificate, which is not given",
		       host);
}

static int blame_alert(const struct verdict *v, const char *host, struct err *e)
{
	switch (v->end.alert) {
	case 116: /* certificate_required, RFC 8446, section 6.2 */
		return blame_identity(v, host, e);
	case MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE:
	case MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION:
	case MBEDTLS_SSL_ALERT_MSG_INSUFFICIENT_SECURITY:
	case MBEDTLS_SSL_ALERT_MSG_MISSING_EXTENSION:
	case MBEDTLS_SSL_ALERT_MSG_NO_APPLICATION_PROTOCOL:
		return v->end.asked ? blame_identity(v, host, e) : no_common_tls(host, e);
	case MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME:
		return err_set(e, ERR_FAILED, "%s does not know this name (TLS alert 112)", host);
	case MBEDTLS_SSL_ALERT_MSG_BAD_CERT:
	case MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT:
	case MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED:
	case MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED:
	case MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN:
	case MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA:
	case MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED:
		if (v->end.asked)
			return blame_identity(v, host, e);
		return err_set(e, ERR_FAILED, "%s refuses TLS with us (alert %u)", host,
			       v->end.alert);
	default:
		err_set(e, ERR_NETWORK, "%s broke TLS off (alert %u)", host, v->end.alert);
		return err_retry(e);
	}
}

/* Is it about something in a certificate that cannot be read?  See mbedtls/error.h. */
static bool is_unreadable(int code)
{
	unsigned n = (unsigned)-code, low = n & 0x7f;

	n &= 0xff80;
	return (n >= 0x2080 && n < 0x2880) || (n >= 0x3900 && n < 0x3f80) ||
	       (n == 0 && low >= 0x60 && low < 0x70);
}

int blame_tls(const struct verdict *v, const char *host, struct err *e)
{
	int code = v->end.code;

	switch (code) {
	case 0:
	case -1: /* libcurl's word for a connection that broke: it knows more */
		return 0;
	case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
		return blame_alert(v, host, e);
	case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
	case MBEDTLS_ERR_SSL_BAD_CERTIFICATE:
		return blame_certificate(v, host, e);
	case MBEDTLS_ERR_X509_FATAL_ERROR:
	case MBEDTLS_ERR_SSL_BAD_INPUT_DATA: /* a message that is longer than a record */
		return err_set(e, ERR_TRUST,
			       "%s sends too many certificates: %d CAs between its own and the root, and 16 KiB, are the most",
			       host, MBEDTLS_X509_MAX_INTERMEDIATE_CA);
	case MBEDTLS_ERR_SSL_INVALID_RECORD:
		return err_set(e, ERR_FAILED, "%s does not speak TLS here", host);
	case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
	case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
	case MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER:
		return no_common_tls(host, e);
	case MBEDTLS_ERR_SSL_CONN_EOF:
		err_set(e, ERR_NETWORK, "%s closed the connection while TLS was set up", host);
		return err_retry(e);
	default:
		break;
	}
	if (is_unreadable(code))
		return err_set(e, ERR_TRUST,
			       "the certificate of %s cannot be used: RSA keys, and those on P-256, P-384 and P-521, are known here (mbedTLS says -0x%04x)",
			       host, (unsigned)-code);
	err_set(e, ERR_NETWORK, "the TLS handshake with %s failed (mbedTLS says -0x%04x)", host,
		(unsigned)-code);
	return err_retry(e);
}
