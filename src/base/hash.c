/* MD5 and SHA-2 over mbedTLS's functions, and HMAC-SHA-256. */
#include "base/hash.h"

#include <assert.h>
#include <mbedtls/md.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	size_t len;
} algs[HASH_ALGS] = {
	[HASH_MD5] = { "md5", 16 },
	[HASH_SHA256] = { "sha256", 32 },
	[HASH_SHA384] = { "sha384", 48 },
	[HASH_SHA512] = { "sha512", 64 },
};

/* mbedTLS's software digests return 0 always; anything else is its bug. */
static void must(int failed)
{
	assert(!failed);
	(void)failed;
}

void hash_init(struct hash *h, enum hash_alg alg)
{
	h->alg = alg;
	switch (alg) {
	case HASH_MD5:
		mbedtls_md5_init(&h->u.md5);
		must(mbedtls_md5_starts(&h->u.md5));
		break;
	case HASH_SHA256:
		mbedtls_sha256_init(&h->u.sha256);
		must(mbedtls_sha256_starts(&h->u.sha256, 0));
		break;
	case HASH_SHA384:
	case HASH_SHA512:
		mbedtls_sha512_init(&h->u.sha512);
		must(mbedtls_sha512_starts(&h->u.sha512, alg == HASH_SHA384));
		break;
	case HASH_ALGS:
		assert(!"an algorithm");
	}
}

void hash_update(struct hash *h, const void *p, size_t len)
{
	switch (h->alg) {
	case HASH_MD5:
		must(mbedtls_md5_update(&h->u.md5, p, len));
		break;
	case HASH_SHA256:
		must(mbedtls_sha256_update(&h->u.sha256, p, len));
		break;
	case HASH_SHA384:
	case HASH_SHA512:
		must(mbedtls_sha512_update(&h->u.sha512, p, len));
		break;
	case HASH_ALGS:
		assert(!"an algorithm");
	}
}

static void put_hex(const unsigned char *p, size_t len, char hex[HASH_HEX_BYTES])
{
	size_t i;

	for (i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", p[i]);
}

void hash_hex(struct hash *h, char hex[HASH_HEX_BYTES])
{
	unsigned char out[64];

	switch (h->alg) {
	case HASH_MD5:
		must(mbedtls_md5_finish(&h->u.md5, out));
		break;
	case HASH_SHA256:
		must(mbedtls_sha256_finish(&h->u.sha256, out));
		break;
	case HASH_SHA384:
	case HASH_SHA512:
		must(mbedtls_sha512_finish(&h->u.sha512, out));
		break;
	case HASH_ALGS:
		assert(!"an algorithm");
	}
	put_hex(out, algs[h->alg].len, hex);
}

void hash_hmac_sha256(const char *key, const char *text, char hex[HASH_HEX_BYTES])
{
	const mbedtls_md_info_t *info = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
	unsigned char out[32];

	must(mbedtls_md_hmac(info, (const unsigned char *)key, strlen(key),
			     (const unsigned char *)text, strlen(text), out));
	put_hex(out, sizeof(out), hex);
}

const char *hash_name(enum hash_alg alg)
{
	return algs[alg].name;
}

enum hash_alg hash_find(const char *name)
{
	unsigned i;

	for (i = 0; i < HASH_ALGS; i++)
		if (strcmp(algs[i].name, name) == 0)
			break;
	return (enum hash_alg)i;
}
