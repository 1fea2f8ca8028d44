/*
 * mkroots CERTS OUT.der OUT.h: CA certificates as one file of DER, one after
 * the other, and a header with their size and number.  A tool of the build.
 *
 * CERTS is either Mozilla's certdata.txt, of which the roots are taken that are
 * trusted for TLS servers, or a PEM file, of which every certificate is taken.
 *
 * A root in certdata.txt with CKA_NSS_SERVER_DISTRUST_AFTER set is one that
 * Mozilla is phasing out: its certificates count only when they were issued
 * before that date.  mbedTLS cannot express that, so such a root is left out,
 * which is the safe side.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FILE_MAX = 8 << 20, /* certdata.txt has 1.5 MB */
	CERTS_MAX = 1000,
	ATTR_MAX = 1024 /* issuer and serial number of a certificate */
};

struct id {
	unsigned char issuer[ATTR_MAX], serial[ATTR_MAX];
	size_t issuer_len, serial_len;
};

struct cert {
	struct id id;
	const unsigned char *der;
	size_t der_len;
	bool phased_out, trusted;
};

static char text[FILE_MAX + 1];
static unsigned char pool[FILE_MAX]; /* the DER of all certificates */
static size_t pool_len;
static struct cert certs[CERTS_MAX];
static size_t certs_n;
static const char *file_name;

static void die(const char *what)
{
	fprintf(stderr, "mkroots: %s: %s\n", file_name, what);
	exit(1);
}

/* The next line of *p without its end, NUL-terminated; NULL after the last. */
static char *next_line(char **p)
{
	char *line = *p, *end;

	if (*line == '\0')
		return NULL;
	end = strchr(line, '\n');
	if (end != NULL) {
		*p = end + 1;
		if (end > line && end[-1] == '\r')
			end--;
		*end = '\0';
	} else {
		*p = line + strlen(line);
	}
	return line;
}

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static struct cert *add_cert(const unsigned char *der, size_t len)
{
	struct cert *c;
	size_t want;

	/* One SEQUENCE with a length of two bytes, as every certificate is. */
	if (len < 4 || der[0] != 0x30 || der[1] != 0x82)
		die("not a certificate");
	want = 4 + ((size_t)der[2] << 8 | der[3]);
	if (want != len)
		die("a certificate is cut, or something follows it");
	if (certs_n == CERTS_MAX)
		die("too many certificates");
	c = &certs[certs_n++];
	memset(c, 0, sizeof(*c));
	c->der = der;
	c->der_len = len;
	return c;
}

/* --- certdata.txt ---------------------------------------------------------- */

/* Lines of \ooo up to END, stored at out.  Returns the number of bytes. */
static size_t octal(char **p, unsigned char *out, size_t cap)
{
	size_t n = 0;
	const char *s;

	for (;;) {
		s = next_line(p);
		if (s == NULL)
			die("cut inside octal data");
		if (strcmp(s, "END") == 0)
			return n;
		for (; *s != '\0'; s += 4) {
			if (s[0] != '\\' || s[1] < '0' || s[1] > '3' || s[2] < '0' || s[2] > '7' ||
			    s[3] < '0' || s[3] > '7')
				die("bad octal data");
			if (n == cap)
				die("octal data too long");
			out[n++] = (unsigned char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
						   (s[3] - '0'));
		}
	}
}

static bool same_id(const struct id *a, const struct id *b)
{
	return a->issuer_len == b->issuer_len && a->serial_len == b->serial_len &&
	       memcmp(a->issuer, b->issuer, a->issuer_len) == 0 &&
	       memcmp(a->serial, b->serial, a->serial_len) == 0;
}

/* The object that has just ended: a certificate, or what it is trusted for. */
static void end_object(const char *class, const struct id *id, size_t der_at, bool phased_out,
		       bool trusted)
{
	struct cert *c;
	size_t i;

	if (strcmp(class, "CKO_CERTIFICATE") == 0) {
		c = add_cert(pool + der_at, pool_len - der_at);
		c->id = *id;
		c->phased_out = phased_out;
	} else if (strcmp(class, "CKO_NSS_TRUST") == 0 && trusted) {
		for (i = 0; i < certs_n; i++)
			if (same_id(&certs[i].id, id))
				certs[i].trusted = true;
	}
}

static void read_certdata(char *p)
{
	static struct id id;
	char class[64] = "", *line;
	size_t der_at = 0;
	bool phased_out = false, trusted = false;

	while ((line = next_line(&p)) != NULL) {
		if (starts(line, "CKA_CLASS CK_OBJECT_CLASS ")) {
			end_object(class, &id, der_at, phased_out, trusted);
			snprintf(class, sizeof(class), "%s", line + 26);
			memset(&id, 0, sizeof(id));
			der_at = pool_len;
			phased_out = trusted = false;
		} else if (strcmp(line, "CKA_VALUE MULTILINE_OCTAL") == 0) {
			pool_len += octal(&p, pool + pool_len, sizeof(pool) - pool_len);
		} else if (strcmp(line, "CKA_ISSUER MULTILINE_OCTAL") == 0) {
			id.issuer_len = octal(&p, id.issuer, ATTR_MAX);
		} else if (strcmp(line, "CKA_SERIAL_NUMBER MULTILINE_OCTAL") == 0) {
			id.serial_len = octal(&p, id.serial, ATTR_MAX);
		} else if (strcmp(line, "CKA_NSS_SERVER_DISTRUST_AFTER MULTILINE_OCTAL") == 0) {
			phased_out = true;
		} else if (strcmp(line, "CKA_TRUST_SERVER_AUTH CK_TRUST "
					"CKT_NSS_TRUSTED_DELEGATOR") == 0) {
			trusted = true;
		}
	}
	end_object(class, &id, der_at, phased_out, trusted);
}

/* --- PEM --------------------------------------------------------------------- */

static int base64_value(int c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *d = c != '\0' ? strchr(digits, c) : NULL;

	return d != NULL ? (int)(d - digits) : -1;
}

/* The body of one certificate, after its BEGIN line. */
static void pem_body(char **p)
{
	uint32_t bits = 0;
	size_t der_at = pool_len, digits = 0, pads = 0;
	const char *s;

	for (;;) {
		s = next_line(p);
		if (s == NULL)
			die("no -----END CERTIFICATE-----");
		if (strcmp(s, "-----END CERTIFICATE-----") == 0)
			break;
		for (; *s != '\0'; s++) {
			if (*s == '=') {
				pads++;
				continue;
			}
			if (pads > 0 || base64_value(*s) < 0)
				die("bad base64");
			bits = bits << 6 | (uint32_t)base64_value(*s);
			if (++digits % 4 != 1)
				pool[pool_len++] =
					(unsigned char)(bits >> (6 - 2 * ((digits - 1) % 4)));
		}
	}
	/* Whole groups of four, and no bits left over in the last one. */
	if ((digits + pads) % 4 != 0 || pads > 2 || (pads == 1 && (bits & 3) != 0) ||
	    (pads == 2 && (bits & 15) != 0))
		die("bad base64");
	add_cert(pool + der_at, pool_len - der_at)->trusted = true;
}

/* Text between the certificates is allowed: bundles name them there. */
static void read_pem(char *p)
{
	char *line;

	while ((line = next_line(&p)) != NULL) {
		if (strcmp(line, "-----BEGIN CERTIFICATE-----") == 0)
			pem_body(&p);
		else if (starts(line, "-----"))
			die("something else than certificates in it");
	}
}

/* --- main -------------------------------------------------------------------- */

int main(int argc, char **argv)
{
	FILE *in, *der, *h;
	size_t i, n, count = 0, total = 0;

	if (argc != 4) {
		fprintf(stderr, "usage: mkroots CERTS OUT.der OUT.h\n");
		return 2;
	}
	file_name = argv[1];
	in = fopen(argv[1], "rb");
	if (in == NULL)
		die("cannot open it");
	n = fread(text, 1, FILE_MAX, in);
	if (ferror(in) || n == FILE_MAX)
		die("cannot read it, or it is too long");
	fclose(in);
	if (strlen(text) != n)
		die("not a text file");
	if (strstr(text, "\nBEGINDATA") != NULL)
		read_certdata(text);
	else
		read_pem(text);

	der = fopen(argv[2], "wb");
	h = fopen(argv[3], "w");
	if (der == NULL || h == NULL)
		die("cannot write the results");
	for (i = 0; i < certs_n; i++) {
		if (!certs[i].trusted || certs[i].phased_out)
			continue;
		fwrite(certs[i].der, 1, certs[i].der_len, der);
		total += certs[i].der_len;
		count++;
	}
	if (count == 0)
		die("no certificates in it");
	fprintf(h, "/* Made by mkroots. */\n#define ROOTS_COUNT %zu\n#define ROOTS_DER_LEN %zu\n",
		count, total);
	if (fclose(der) != 0 || fclose(h) != 0)
		die("cannot write the results");
	return 0;
}
