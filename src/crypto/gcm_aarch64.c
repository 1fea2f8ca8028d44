/* AES-GCM with the instructions of ARMv8-A's cryptographic extension: see crypto/gcm_eight.h. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <arm_neon.h>
#include <stdbool.h>
#include <stdint.h>

#include "aesce.h" /* mbedTLS's, internal */

typedef uint64x2_t block;

/* mbedTLS, too, takes PMULL for given where there is AES. */
static inline bool gcm_possible(void)
{
	return MBEDTLS_AESCE_HAS_SUPPORT();
}

static inline block block_get(const void *p)
{
	return vreinterpretq_u64_u8(vld1q_u8(p));
}

static inline void block_put(void *p, block b)
{
	vst1q_u8(p, vreinterpretq_u8_u64(b));
}

static inline block block_swapped(block b)
{
	return vextq_u64(b, b, 1);
}

static inline block block_turned(block b)
{
	return block_swapped(vreinterpretq_u64_u8(vrev64q_u8(vreinterpretq_u8_u64(b))));
}

static inline block block_up(block b)
{
	return vextq_u64(vdupq_n_u64(0), b, 1);
}

static inline block block_down(block b)
{
	return vextq_u64(b, vdupq_n_u64(0), 1);
}

static inline block block_fold(void)
{
	return (block){ 0xc200000000000000, 0 };
}

/* The x^0 that is shifted out comes back as 1/x = x^127 + x^6 + x + 1. */
static inline block block_halved(block b)
{
	block one = vdupq_n_u64(0) - vdupq_laneq_u64(vshrq_n_u64(b, 63), 1);

	return vshlq_n_u64(b, 1) ^ block_up(vshrq_n_u64(b, 63)) ^
	       (one & (block){ 1, 0xc200000000000000 });
}

static inline block mul_low(block a, block b)
{
	return vreinterpretq_u64_p128(vmull_p64((poly64_t)vget_low_p64(vreinterpretq_p64_u64(a)),
						(poly64_t)vget_low_p64(vreinterpretq_p64_u64(b))));
}

static inline block mul_high(block a, block b)
{
	return vreinterpretq_u64_p128(
		vmull_high_p64(vreinterpretq_p64_u64(a), vreinterpretq_p64_u64(b)));
}

static inline block mul_cross(block a, block b)
{
	b = block_swapped(b);
	return mul_low(a, b) ^ mul_high(a, b);
}

/* These instructions add the key before their round, not after it. */
static inline block aes_start(block b, const unsigned char *keys)
{
	(void)keys;
	return b;
}

static inline block aes_key(const unsigned char *keys, int r)
{
	return block_get(keys + 16 * (r - 1));
}

static inline block aes_round(block b, block key)
{
	return vreinterpretq_u64_u8(
		vaesmcq_u8(vaeseq_u8(vreinterpretq_u8_u64(b), vreinterpretq_u8_u64(key))));
}

static inline block aes_end(block b, const unsigned char *keys, int rounds)
{
	return block_get(keys + 16 * rounds) ^
	       vreinterpretq_u64_u8(vaeseq_u8(vreinterpretq_u8_u64(b),
					      vreinterpretq_u8_u64(aes_key(keys, rounds))));
}

#include "crypto/gcm_eight.h"
