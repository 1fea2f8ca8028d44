/* Before all headers: it makes the members of structs known. */
#include "common.h"

#include <mbedtls/error.h>
#include <mbedtls/oid.h>
#include <string.h>

#include "peer.h"
#include "ssl_misc.h"
#include "x509_internal.h"

/* Signatures are looked at to choose between CAs of the same name, but not many. */
#define TRIES 32

#define CONTEXT(n) (MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | (n))
#define SEQUENCE (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)

struct span {
	unsigned char *p;
	const unsigned char *end;
};

/* The next element if it has this tag, which is used up; what is wrong stays where it is. */
static bool take(struct span *from, int tag, struct span *to)
{
	unsigned char *p = from->p;
	size_t len;

	if (mbedtls_asn1_get_tag(&p, from->end, &len, tag) != 0)
		return false;
	to->p = p;
	to->end = from->p = p + len;
	return true;
}

/* RFC 5280, section 4.1: its name, whether it is critical (no is the default), its value. */
static bool next_extension(struct span *all, mbedtls_x509_buf *oid, int *critical,
			   struct span *value)
{
	struct span one, id;

	*critical = 0;
	if (!take(all, SEQUENCE, &one) || !take(&one, MBEDTLS_ASN1_OID, &id))
		return false;
	oid->tag = MBEDTLS_ASN1_OID;
	oid->p = id.p;
	oid->len = (size_t)(id.end - id.p);
	(void)mbedtls_asn1_get_bool(&one.p, one.end, critical);
	return take(&one, MBEDTLS_ASN1_OCTET_STRING, value);
}

static struct span extensions(const mbedtls_x509_crt *crt)
{
	struct span whole = { crt->v3_ext.p, crt->v3_ext.p }, all = whole;

	if (whole.p) {
		whole.end += crt->v3_ext.len;
		(void)take(&whole, SEQUENCE, &all);
	}
	return all;
}

bool peer_unknown(const mbedtls_x509_crt *crt, mbedtls_x509_buf *oid)
{
	struct span all = extensions(crt), value;
	int critical, type;

	while (next_extension(&all, oid, &critical, &value))
		if (critical && mbedtls_oid_get_x509_ext_type(oid, &type) != 0 &&
		    MBEDTLS_OID_CMP(MBEDTLS_OID_NAME_CONSTRAINTS, oid) != 0)
			return true;
	return false;
}

int peer_get_ext_type(const mbedtls_asn1_buf *oid, int *type, int *critical)
{
	*critical = 0;
	return mbedtls_oid_get_x509_ext_type(oid, type);
}

/* MD_NONE and PK_NONE are good for nothing: a signature that has to be checked is refused. */
int peer_get_sig_alg(const mbedtls_x509_buf *oid, const mbedtls_x509_buf *params,
		     mbedtls_md_type_t *md, mbedtls_pk_type_t *pk, void **opts)
{
	int code = mbedtls_x509_get_sig_alg(oid, params, md, pk, opts);

	if (code != MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG + MBEDTLS_ERR_OID_NOT_FOUND)
		return code;
	*md = MBEDTLS_MD_NONE;
	*pk = MBEDTLS_PK_NONE;
	return 0;
}

int peer_parse_der(mbedtls_x509_crt *chain, const unsigned char *p, size_t len)
{
	bool first = chain->version == 0;
	int code = mbedtls_x509_crt_parse_der(chain, p, len);

	/* What is missing for it makes the chain fail, what is not does not. */
	return first || code == MBEDTLS_ERR_X509_ALLOC_FAILED ? code : 0;
}

/* --- The order of a chain ---------------------------------------------------------------- */

static bool same(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
	return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

static bool signed_by(const mbedtls_x509_crt *child, mbedtls_x509_crt *ca)
{
	const mbedtls_md_info_t *md = mbedtls_md_info_from_type(child->sig_md);
	unsigned char hash[MBEDTLS_MD_MAX_SIZE];

	return md && mbedtls_md(md, child->tbs.p, child->tbs.len, hash) == 0 &&
	       mbedtls_pk_verify_ext(child->sig_pk, child->sig_opts, &ca->pk, child->sig_md, hash,
				     mbedtls_md_get_size(md), child->sig.p, child->sig.len) == 0;
}

/* Is there a root of the name that has signed this? */
static bool rooted(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *roots)
{
	for (; roots && roots->version != 0; roots = roots->next)
		if (same(&crt->issuer_raw, &roots->subject_raw))
			return true;
	return false;
}

/*
 * Put behind each certificate the one that has signed it: mbedTLS only looks
 * further down the list, and takes the first one of the right name.
 */
static void sort(mbedtls_x509_crt *child, const mbedtls_x509_crt *roots)
{
	mbedtls_x509_crt **link, **best, *ca;
	unsigned tries = TRIES, score, high;

	for (; child->next; child = child->next) {
		best = NULL;
		high = 0;
		for (link = &child->next; *link; link = &(*link)->next) {
			ca = *link;
			if (!same(&child->issuer_raw, &ca->subject_raw))
				continue;
			if (tries-- == 0)
				return;
			score = 1 + (signed_by(child, ca) ? 2 : 0) + (rooted(ca, roots) ? 1 : 0);
			if (score > high) {
				high = score;
				best = link;
			}
		}
		if (!best)
			return;
		ca = *best;
		*best = ca->next;
		ca->next = child->next;
		child->next = ca;
	}
}

/* --- Name constraints --------------------------------------------------------------------- */

/* A name of a certificate, or of a constraint, as in a GeneralName. */
struct name {
	int type;
	const unsigned char *p;
	size_t len;
};

static bool same_text(const unsigned char *a, const unsigned char *b, size_t len)
{
	for (; len > 0; a++, b++, len--)
		if (*a != *b && ((*a ^ *b) != 32 || (*a | 32) < 'a' || (*a | 32) > 'z'))
			return false;
	return true;
}

/* "example.org" and all below it; ".example.org" only what is below. */
static bool host_within(const struct name *n, const struct name *base)
{
	size_t more = n->len - base->len;

	if (base->len == 0)
		return true;
	return n->len >= base->len && same_text(n->p + more, base->p, base->len) &&
	       (more == 0 || base->p[0] == '.' || n->p[more - 1] == '.');
}

/* An address, then a mask. */
static bool address_within(const struct name *n, const struct name *base)
{
	size_t i;

	for (i = 0; i < n->len && base->len == 2 * n->len; i++)
		if ((n->p[i] ^ base->p[i]) & base->p[i + n->len])
			return false;
	return base->len == 2 * n->len;
}

/* The subject begins with the parts that the constraint has. */
static bool subject_within(const struct name *n, const struct name *base)
{
	struct span whole[2] = { { (unsigned char *)n->p, n->p + n->len },
				 { (unsigned char *)base->p, base->p + base->len } };
	struct span names[2], part[2], type[2], text[2];
	size_t len;
	int i;

	if (!take(&whole[0], SEQUENCE, &names[0]) || !take(&whole[1], SEQUENCE, &names[1]))
		return false;
	while (names[1].p < names[1].end) {
		/* A SET of one SEQUENCE; those of more are compared as they are. */
		for (i = 0; i < 2; i++)
			if (!take(&names[i], MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SET, &part[i]))
				return false;
		len = (size_t)(part[1].end - part[1].p);
		if (len == (size_t)(part[0].end - part[0].p) &&
		    memcmp(part[0].p, part[1].p, len) == 0)
			continue;
		for (i = 0; i < 2; i++)
			if (!take(&part[i], SEQUENCE, &text[i]) || part[i].p != part[i].end ||
			    !take(&text[i], MBEDTLS_ASN1_OID, &type[i]) ||
			    text[i].end - text[i].p < 2)
				return false;
		/* Programs differ in the kinds of strings: what is in them counts. */
		len = (size_t)(type[1].end - type[1].p);
		if (len != (size_t)(type[0].end - type[0].p) ||
		    memcmp(type[0].p, type[1].p, len) != 0 ||
		    text[0].end - text[0].p != text[1].end - text[1].p ||
		    !same_text(text[0].p + 1, text[1].p + 1, (size_t)(text[1].end - text[1].p) - 1))
			return false;
	}
	return true;
}

static bool within(const struct name *n, const struct name *base)
{
	switch (n->type) {
	case MBEDTLS_X509_SAN_DNS_NAME:
		return host_within(n, base);
	case MBEDTLS_X509_SAN_IP_ADDRESS:
		return address_within(n, base);
	default:
		return subject_within(n, base);
	}
}

/*
 * GeneralSubtrees ::= SEQUENCE OF SEQUENCE { base GeneralName, ... }.  Counts
 * those of the name's kind, and whether it is in one.  False when unreadable.
 */
static bool search(struct span list, const struct name *n, unsigned *count, bool *found)
{
	struct span tree;
	struct name base;
	size_t len;
	int tag;

	*count = 0;
	*found = false;
	while (list.p < list.end) {
		if (!take(&list, SEQUENCE, &tree) || tree.p == tree.end)
			return false;
		tag = *tree.p++;
		if (mbedtls_asn1_get_len(&tree.p, tree.end, &len) != 0)
			return false;
		if ((tag & MBEDTLS_ASN1_TAG_VALUE_MASK) != n->type)
			continue;
		base = (struct name){ n->type, tree.p, len };
		++*count;
		*found = *found || within(n, &base);
	}
	return true;
}

/* RFC 5280, section 4.2.1.10: permitted trees are [0], excluded ones [1]; both may be missing. */
static bool permits(const mbedtls_x509_crt *ca, const struct name *n)
{
	struct span all = extensions(ca), value, both, list;
	bool known = n->type == MBEDTLS_X509_SAN_DNS_NAME ||
		     n->type == MBEDTLS_X509_SAN_IP_ADDRESS ||
		     n->type == MBEDTLS_X509_SAN_DIRECTORY_NAME;
	bool found;
	mbedtls_x509_buf oid;
	unsigned count;
	int critical;

	while (next_extension(&all, &oid, &critical, &value)) {
		if (MBEDTLS_OID_CMP(MBEDTLS_OID_NAME_CONSTRAINTS, &oid) != 0)
			continue;
		if (!take(&value, SEQUENCE, &both) || value.p != value.end)
			return false;
		if (take(&both, CONTEXT(0), &list) &&
		    (!search(list, n, &count, &found) || (count > 0 && !(known && found))))
			return false;
		if (take(&both, CONTEXT(1), &list) &&
		    (!search(list, n, &count, &found) || (count > 0 && (!known || found))))
			return false;
		/* With one of them that could not be taken. */
		if (both.p != both.end)
			return false;
	}
	return true;
}

/* --- Verification --------------------------------------------------------------------------- */

struct path {
	int (*judge)(void *, mbedtls_x509_crt *, int, uint32_t *);
	void *arg;
	struct name host; /* what was connected to */
	const mbedtls_x509_crt *above[MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2];
	unsigned count;
};

static bool names_address(const mbedtls_x509_crt *crt, const struct name *host)
{
	const mbedtls_x509_sequence *s;

	for (s = &crt->subject_alt_names; s; s = s->next)
		if ((s->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == MBEDTLS_X509_SAN_IP_ADDRESS &&
		    s->buf.len == host->len && memcmp(s->buf.p, host->p, host->len) == 0)
			return true;
	return false;
}

static bool permitted(const struct path *path, const mbedtls_x509_crt *crt, bool leaf)
{
	struct name n = { MBEDTLS_X509_SAN_DIRECTORY_NAME, crt->subject_raw.p,
			  crt->subject_raw.len };
	const mbedtls_x509_sequence *s;
	unsigned i;

	for (i = 0; i < path->count; i++) {
		/* A subject without parts is none. */
		if (crt->subject_raw.len > 2 && !permits(path->above[i], &n))
			return false;
		if (leaf && path->host.p && !permits(path->above[i], &path->host))
			return false;
		for (s = &crt->subject_alt_names; s && s->buf.p; s = s->next) {
			struct name alt = { s->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK, s->buf.p,
					    s->buf.len };

			if (!permits(path->above[i], &alt))
				return false;
		}
	}
	return true;
}

/* From the root down to the server's own at depth 0. */
static int on_certificate(void *arg, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct path *path = arg;
	mbedtls_x509_buf oid;

	if (peer_unknown(crt, &oid))
		*flags |= PEER_BADCERT_EXTENSION;
	if (depth == 0 && path->host.type == MBEDTLS_X509_SAN_IP_ADDRESS &&
	    !names_address(crt, &path->host))
		*flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
	/* CAs that sign themselves anew are not meant: RFC 5280, section 6.1.4 (b). */
	if ((depth == 0 || !same(&crt->issuer_raw, &crt->subject_raw)) &&
	    !permitted(path, crt, depth == 0))
		*flags |= PEER_BADCERT_CONSTRAINT;
	if (path->count < sizeof(path->above) / sizeof(path->above[0]))
		path->above[path->count++] = crt;
	return path->judge ? path->judge(path->arg, crt, depth, flags) : 0;
}

int peer_verify(mbedtls_x509_crt *crt, mbedtls_x509_crt *roots, mbedtls_x509_crl *crl,
		const mbedtls_x509_crt_profile *profile, const char *name, uint32_t *flags,
		int (*judge)(void *, mbedtls_x509_crt *, int, uint32_t *), void *arg,
		mbedtls_x509_crt_restart_ctx *restart)
{
	struct path path = { .judge = judge, .arg = arg };
	unsigned char address[16];

	if (name) {
		path.host.len = mbedtls_x509_crt_parse_cn_inet_pton(name, address);
		path.host.type =
			path.host.len > 0 ? MBEDTLS_X509_SAN_IP_ADDRESS : MBEDTLS_X509_SAN_DNS_NAME;
		path.host.p = path.host.len > 0 ? address : (const unsigned char *)name;
		if (path.host.len == 0)
			path.host.len = strlen(name);
	}
	sort(crt, roots);
	return mbedtls_x509_crt_verify_restartable(crt, roots, crl, profile, name, flags,
						   on_certificate, &path, restart);
}

/* --- How it ended ------------------------------------------------------------------------- */

static struct peer_end *end_of(const mbedtls_ssl_context *ssl)
{
	return mbedtls_ssl_conf_get_user_data_p((mbedtls_ssl_config *)ssl->conf);
}

static int note(mbedtls_ssl_context *ssl, int code)
{
	struct peer_end *end = end_of(ssl);

	if (!end || code >= 0 || code == MBEDTLS_ERR_SSL_WANT_READ ||
	    code == MBEDTLS_ERR_SSL_WANT_WRITE || code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
	    code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
		return code;
	end->code = code;
	end->alert = code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE ? ssl->in_msg[1] : 0;
	if (ssl->session_negotiate)
		end->flags = ssl->session_negotiate->verify_result;
	return code;
}

int mbedtls_ssl_handshake(mbedtls_ssl_context *ssl)
{
	struct peer_end *end = end_of(ssl);
	int code = 0;

	/* Sessions that come later are states beyond that one. */
	while (code == 0 && ssl->state != MBEDTLS_SSL_HANDSHAKE_OVER) {
		code = mbedtls_ssl_handshake_step(ssl);
		/* It is forgotten with the last step. */
		if (end && ssl->handshake && ssl->handshake->client_auth)
			end->asked = true;
	}
	/*
	 * Who did not like what we showed may have said so, and closed before we had sent
	 * all; with TLS 1.3 by the keys that we would have used next.
	 */
	if ((code == -1 || code == MBEDTLS_ERR_SSL_CONN_EOF) && end && end->asked) {
		if (ssl->transform_application)
			mbedtls_ssl_set_inbound_transform(ssl, ssl->transform_application);
		if (mbedtls_ssl_read_record(ssl, 1) == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
			code = MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE;
	}
	return note(ssl, code);
}

/* With TLS 1.3 the server's word on the client's certificate comes after the handshake. */
int peer_plain_read(mbedtls_ssl_context *ssl, unsigned char *buf, size_t len);

int mbedtls_ssl_read(mbedtls_ssl_context *ssl, unsigned char *buf, size_t len)
{
	int code = peer_plain_read(ssl, buf, len);

	return code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE ? note(ssl, code) : code;
}

/*
 * Nor can more be written then: what the server said before it closed is there to be
 * read.  Length 0: of data nothing is taken.
 */
int peer_plain_write(mbedtls_ssl_context *ssl, const unsigned char *buf, size_t len);

int mbedtls_ssl_write(mbedtls_ssl_context *ssl, const unsigned char *buf, size_t len)
{
	int code = peer_plain_write(ssl, buf, len);

	if (code == -1)
		(void)mbedtls_ssl_read(ssl, NULL, 0);
	return code;
}
