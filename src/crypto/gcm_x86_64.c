/* AES-GCM with AES-NI and PCLMULQDQ: see crypto/gcm_eight.h. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "aesni.h" /* mbedTLS's, internal */

typedef __m128i block;

/* Processors that have AES-NI have SSSE3, for block_turned(), too: it is older. */
static inline bool gcm_possible(void)
{
	return mbedtls_aesni_has_support(MBEDTLS_AESNI_AES) &&
	       mbedtls_aesni_has_support(MBEDTLS_AESNI_CLMUL);
}

static inline block block_get(const void *p)
{
	return _mm_loadu_si128(p);
}

static inline void block_put(void *p, block b)
{
	_mm_storeu_si128(p, b);
}

static inline block block_turned(block b)
{
	return _mm_shuffle_epi8(b, _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f));
}

static inline block block_swapped(block b)
{
	return _mm_shuffle_epi32(b, _MM_SHUFFLE(1, 0, 3, 2));
}

static inline block block_up(block b)
{
	return _mm_slli_si128(b, 8);
}

static inline block block_down(block b)
{
	return _mm_srli_si128(b, 8);
}

static inline block block_fold(void)
{
	return _mm_set_epi64x(0, (long long)0xc200000000000000);
}

/* The x^0 that is shifted out comes back as 1/x = x^127 + x^6 + x + 1. */
static inline block block_halved(block b)
{
	block one = _mm_srai_epi32(_mm_shuffle_epi32(b, _MM_SHUFFLE(3, 3, 3, 3)), 31);

	return _mm_slli_epi64(b, 1) ^ block_up(_mm_srli_epi64(b, 63)) ^
	       (one & _mm_set_epi64x((long long)0xc200000000000000, 1));
}

static inline block mul_low(block a, block b)
{
	return _mm_clmulepi64_si128(a, b, 0x00);
}

static inline block mul_high(block a, block b)
{
	return _mm_clmulepi64_si128(a, b, 0x11);
}

static inline block mul_cross(block a, block b)
{
	return _mm_clmulepi64_si128(a, b, 0x01) ^ _mm_clmulepi64_si128(a, b, 0x10);
}

static inline block aes_start(block b, const unsigned char *keys)
{
	return b ^ block_get(keys);
}

static inline block aes_key(const unsigned char *keys, int r)
{
	return block_get(keys + 16 * r);
}

static inline block aes_round(block b, block key)
{
	return _mm_aesenc_si128(b, key);
}

static inline block aes_end(block b, const unsigned char *keys, int rounds)
{
	return _mm_aesenclast_si128(b, block_get(keys + 16 * rounds));
}

#include "crypto/gcm_eight.h"
