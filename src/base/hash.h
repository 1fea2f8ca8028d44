/* Message digests, by mbedTLS, without allocation. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>

#include <mbedtls/md5.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

enum hash_alg {
	HASH_MD5,
	HASH_SHA256,
	HASH_SHA384,
	HASH_SHA512,
	HASH_ALGS
};

/* A digest in hexadecimal, lower case, with its NUL. */
#define HASH_HEX_BYTES 129

struct hash {
	enum hash_alg alg;
	union {
		mbedtls_md5_context md5;
		mbedtls_sha256_context sha256;
		mbedtls_sha512_context sha512; /* and SHA-384 */
	} u;
};

void hash_init(struct hash *h, enum hash_alg alg);
void hash_update(struct hash *h, const void *p, size_t len);

/* Write the digest; h must be initialised again before it is used again. */
void hash_hex(struct hash *h, char hex[HASH_HEX_BYTES]);

/* HMAC (RFC 2104) with SHA-256. */
void hash_hmac_sha256(const char *key, const char *text, char hex[HASH_HEX_BYTES]);

/* "md5", "sha256", "sha384", "sha512" */
const char *hash_name(enum hash_alg alg);

/* The algorithm of that name, or HASH_ALGS. */
enum hash_alg hash_find(const char *name);

#endif
