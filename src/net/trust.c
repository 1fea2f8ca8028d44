/* CA certificates are loaded, and chains judged by them and by pins. */
#include "net/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <mbedtls/base64.h>
#include <mbedtls/oid.h>
#include <mbedtls/sha256.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/fit.h"
#include "base/text.h"
#include "net/ciphers.h"
#include "net/shortage.h"
#include "roots_size.h"

/* third_party/roots: CA certificates, one DER after the other, gzipped. */
extern const unsigned char roots_gz[];
extern const size_t roots_gz_len;

/* mbedTLS refers to the DER for as long as the certificates are used. */
static unsigned char roots_der[ROOTS_DER_LEN];

/* What is said of a signature, whoever made it. */
#define BAD_SIGNATURE ((uint32_t)(MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK))

static const char *const system_bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",                /* Debian, Arch, Gentoo */
	"/etc/pki/tls/certs/ca-bundle.crt",                  /* Fedora, RHEL */
	"/etc/ssl/ca-bundle.pem",                            /* openSUSE */
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* CentOS */
	"/etc/ssl/cert.pem",                                 /* Alpine, OpenWrt */
};

static int note_source(struct roots *r, const char *kind, const char *path, struct err *e)
{
	struct text from;

	text_init(&from, r->from, sizeof(r->from));
	text_put(&from, kind);
	text_put(&from, path);
	return fit_done(&from, "the CA path", e);
}

static bool unpack_builtin(void)
{
	z_stream z = {
		.next_in = (z_const Bytef *)roots_gz,
		.avail_in = (uInt)roots_gz_len,
		.next_out = roots_der,
		.avail_out = sizeof(roots_der),
	};
	bool whole;

	if (inflateInit2(&z, 31) != Z_OK)
		return false;
	whole = inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_out == 0;
	inflateEnd(&z);
	return whole;
}

static int load_builtin(struct roots *r, struct err *e)
{
	size_t len = sizeof(roots_der), at, n;

	if (!unpack_builtin())
		return err_set(e, ERR_FAILED, "the built-in CA certificates are damaged");
	for (at = 0; at + 4 <= len; at += n) {
		/* Each is a SEQUENCE with a length of two bytes: the build has checked it. */
		n = 4 + ((size_t)roots_der[at + 2] << 8 | roots_der[at + 3]);
		if (n > len - at)
			return err_set(e, ERR_FAILED, "the built-in CA certificates are cut short");
		/* One that mbedTLS does not understand (an odd curve) is no loss to the rest. */
		(void)mbedtls_x509_crt_parse_der_nocopy(&r->crt, roots_der + at, n);
	}
	return note_source(r, "the built-in CA certificates", "", e);
}

/* mbedTLS passes over a certificate that begins and does not end. */
static bool is_cut(const char *path)
{
	char end[8192], *at, *begin = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t len = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t n = 0;

	if (len > 0)
		n = pread(fd, end, sizeof(end) - 1,
			  len > (off_t)sizeof(end) - 1 ? len - (off_t)sizeof(end) + 1 : 0);
	if (fd >= 0)
		(void)close(fd);
	end[n > 0 ? n : 0] = '\0';
	for (at = end; (at = strstr(at, "-----BEGIN ")); at++)
		begin = at;
	return begin && !strstr(begin, "-----END ");
}

static int load_path(struct roots *r, const char *path, struct err *e)
{
	struct stat st;
	int failed;

	if (stat(path, &st) != 0 || access(path, R_OK) != 0)
		return err_errno(e, ERR_USAGE, "cannot read the CA certificates in %s", path);
	if (S_ISDIR(st.st_mode)) {
		failed = mbedtls_x509_crt_parse_path(&r->crt, path);
	} else if (st.st_size > (off_t)CA_FILE_MAX) {
		return err_set(e, ERR_USAGE, "%s is longer than %zu bytes: CA certificates are not",
			       path, CA_FILE_MAX);
	} else if (is_cut(path)) {
		return err_set(e, ERR_USAGE, "%s is damaged: the last certificate in it is cut",
			       path);
	} else {
		failed = mbedtls_x509_crt_parse_file(&r->crt, path);
	}
	/* Positive: so many of them were not understood. */
	if (r->crt.version == 0)
		return err_set(e, ERR_USAGE,
			       "%s holds no CA certificate that can be used (PEM is expected, mbedTLS says -0x%04x)",
			       path, failed < 0 ? (unsigned)-failed : 0u);
	return note_source(r, "the CA certificates in ", path, e);
}

/* SSL_CERT_DIR, as OpenSSL has it: a list, and directories in it need not be there. */
static int load_dirs(struct roots *r, const char *list, struct err *e)
{
	char path[PATH_BYTES];
	struct stat st;
	struct text t;
	const char *at;
	size_t len;

	if (!strchr(list, ':'))
		return load_path(r, list, e);
	for (at = list; *at; at += len + (at[len] == ':')) {
		len = strcspn(at, ":");
		text_init(&t, path, sizeof(path));
		text_put_n(&t, at, len);
		if (fit_done(&t, "SSL_CERT_DIR", e) < 0)
			return -1;
		if (len > 0 && stat(path, &st) == 0)
			(void)mbedtls_x509_crt_parse_path(&r->crt, path);
	}
	if (r->crt.version == 0)
		return err_set(e, ERR_USAGE,
			       "%s (SSL_CERT_DIR) holds no CA certificate that can be used", list);
	return note_source(r, "the CA certificates in ", list, e);
}

static int check_clock(struct err *e)
{
	char now[32] = "an unknown date";
	time_t t = (time_t)clock_wall();
	struct tm tm;

	if (clock_wall() >= clock_built() - 86400)
		return 0;
	if (gmtime_r(&t, &tm))
		strftime(now, sizeof(now), "%Y-%m-%d %H:%M UTC", &tm);
	return err_set(e, ERR_TRUST,
		       "the clock says %s, which cannot be: certificates cannot be checked; set it with: date -u -s 'YYYY-MM-DD hh:mm'",
		       now);
}

int trust_pin(const char *pin, unsigned char key[TRUST_PRINT_BYTES], struct err *e)
{
	size_t len = 0;

	if (strncmp(pin, "sha256//", 8) != 0 || strlen(pin) != 52 ||
	    mbedtls_base64_decode(key, TRUST_PRINT_BYTES, &len, (const unsigned char *)pin + 8,
				  44) != 0 ||
	    len != TRUST_PRINT_BYTES)
		return err_set(e, ERR_USAGE,
			       "--pin %s: not of the form sha256//, then 44 characters of base64",
			       pin);
	return 0;
}

/* PEM that a settings file holds. */
static int load_text(struct roots *r, const char *pem, struct err *e)
{
	(void)mbedtls_x509_crt_parse(&r->crt, (const unsigned char *)pem, strlen(pem) + 1);
	if (r->crt.version == 0)
		return err_set(e, ERR_USAGE, "the certificate in the settings file cannot be used");
	return note_source(r, "the CA certificates in the settings file", "", e);
}

/*
 * One that is there counts, whatever is in it, and if only as a link to nothing: who
 * damaged it meant no other.
 */
static int load_system(struct roots *r, struct err *e)
{
	struct stat st;
	struct err why;
	size_t i;

	for (i = 0; i < sizeof(system_bundles) / sizeof(system_bundles[0]); i++) {
		if (lstat(system_bundles[i], &st) != 0 && (errno == ENOENT || errno == ENOTDIR))
			continue;
		if (load_path(r, system_bundles[i], e) == 0)
			return 0;
		why = *e;
		err_clear(e);
		return err_set(e, why.code, "%s: mend it, or say --cacert builtin", why.text);
	}
	return load_builtin(r, e);
}

static int load(struct roots *r, const char *file, struct err *e)
{
	const char *env_file = getenv("SSL_CERT_FILE");
	const char *env_dir = getenv("SSL_CERT_DIR");

	if (file && strcmp(file, TRUST_BUILTIN) == 0)
		return load_builtin(r, e);
	if (file && strstr(file, "-----BEGIN CERTIFICATE"))
		return load_text(r, file, e);
	if (file && *file)
		return load_path(r, file, e);
	if (env_file && *env_file)
		return load_path(r, env_file, e);
	if (env_dir && *env_dir)
		return load_dirs(r, env_dir, e);
	return load_system(r, e);
}

int trust_load(struct roots *r, const char *file, struct err *e)
{
	uint64_t failed = shortage_count();
	int result;

	mbedtls_x509_crt_init(&r->crt);
	if (check_clock(e) < 0)
		return -1;
	result = load(r, file, e);
	/* Certificates that did not fit would be missed later. */
	if (result == 0 || e->code == ERR_USAGE) {
		struct err none = ERR_INIT;

		if (shortage_memory(failed, &none) < 0) {
			*e = none;
			result = -1;
		}
	}
	return result;
}

static bool is_root(const struct trust *t, const mbedtls_x509_crt *crt)
{
	const mbedtls_x509_crt *c;

	for (c = &t->roots->crt; c && c->version != 0; c = c->next)
		if (c->raw.len == crt->raw.len && memcmp(c->raw.p, crt->raw.p, c->raw.len) == 0)
			return true;
	return false;
}

/* Is this the digest of len bytes at p? */
static bool is_print(const unsigned char *print, const unsigned char *p, size_t len)
{
	unsigned char sum[TRUST_PRINT_BYTES];

	return mbedtls_sha256(p, len, sum, 0) == 0 && memcmp(sum, print, sizeof(sum)) == 0;
}

/* What is accepted, or refused, by digests alone. */
static void judge_prints(struct verdict *v, const mbedtls_x509_crt *crt, uint32_t *flags)
{
	const struct trust *t = v->trust;
	unsigned i;

	if (t->anyone || (t->leaf && is_print(t->leaf, crt->raw.p, crt->raw.len)))
		*flags = 0;
	if (t->leaf && t->only_leaf && !is_print(t->leaf, crt->raw.p, crt->raw.len))
		*flags = MBEDTLS_X509_BADCERT_OTHER;
	for (i = 0; i < t->key_count; i++)
		if (is_print(t->keys[i], crt->pk_raw.p, crt->pk_raw.len))
			break;
	v->other_key = t->key_count > 0 && i == t->key_count;
	if (v->other_key)
		*flags |= MBEDTLS_X509_BADCERT_OTHER;
}

static bool signs_itself(const mbedtls_x509_crt *crt)
{
	return crt->issuer_raw.len == crt->subject_raw.len &&
	       memcmp(crt->issuer_raw.p, crt->subject_raw.p, crt->issuer_raw.len) == 0;
}

/*
 * Called for each certificate of a chain, from the CA's down to the server's
 * own at depth 0.  What is said against the CAs is kept until then: if the
 * server's own certificate is trusted as such, nobody else vouches for it.
 */
static int judge_chain(void *arg, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct verdict *v = arg;
	mbedtls_x509_buf oid;

	if ((*flags & PEER_BADCERT_EXTENSION) && peer_unknown(crt, &oid))
		(void)mbedtls_oid_get_numeric_string(v->extension, sizeof(v->extension), &oid);
	if (*flags & (MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE)) {
		v->from = crt->valid_from;
		v->to = crt->valid_to;
	}
	if (depth > 0) {
		/* How a CA that is not known has signed itself is not what is wrong. */
		if ((*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) && signs_itself(crt))
			*flags &= ~BAD_SIGNATURE;
		v->above |= *flags;
		*flags = 0;
		return 0;
	}
	if (is_root(v->trust, crt))
		*flags &= ~(MBEDTLS_X509_BADCERT_NOT_TRUSTED | PEER_BADCERT_CONSTRAINT |
			    BAD_SIGNATURE);
	else
		*flags |= v->above;
	judge_prints(v, crt, flags);
	v->flags = *flags;
	v->above = 0;
	return 0;
}

void trust_judge(mbedtls_ssl_config *conf, struct verdict *v)
{
	const struct trust *t = v->trust;

	v->flags = v->above = 0;
	v->other_key = false;
	v->extension[0] = '\0';
	memset(&v->end, 0, sizeof(v->end));
	mbedtls_ssl_conf_set_user_data_p(conf, &v->end);
	/* mbedTLS only reads it: the cast is its API's. */
	mbedtls_ssl_conf_ca_chain(conf, (mbedtls_x509_crt *)&v->trust->roots->crt, NULL);
	mbedtls_ssl_conf_verify(conf, judge_chain, v);
	/* What is asked for beside --skip-verify is required all the same. */
	mbedtls_ssl_conf_authmode(conf, t->anyone && !t->only_leaf && t->key_count == 0 ?
						MBEDTLS_SSL_VERIFY_OPTIONAL :
						MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ciphersuites(conf, ciphers_list());
	if (t->identity)
		identity_show(conf, t->identity);
}

CURLcode trust_setup(CURL *curl, void *config, void *arg)
{
	(void)curl;
	trust_judge(config, arg);
	return CURLE_OK;
}
