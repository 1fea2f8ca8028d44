/*
 * AES-GCM encryption in one call (NIST SP 800-38D), eight blocks at a time.
 * mbedTLS does one block after the other, each waiting for the one before it;
 * processors with instructions for AES and for carry-less multiplication can do
 * several at once.  mbedTLS's own mbedtls_gcm_crypt_and_tag() is compiled under
 * another name (see third_party/rules.mk) and does all that is left: decryption, short texts,
 * other IVs, and processors without the instructions.
 *
 * The file of each processor includes this one after it has defined, for one
 * type "block" of two 64-bit halves in a register,
 *
 *   gcm_possible            does this processor have the instructions?
 *   block_get, block_put    from and to memory, aligned or not
 *   block_turned            its bytes in the opposite order
 *   block_swapped           its halves exchanged
 *   block_up, block_down    one half moved to the other's place, zeros in its own
 *   block_halved            as a polynomial, divided by x: see struct products
 *   block_fold              0xc2 << 56 in the lower half: x + x^2 + x^7
 *   mul_low, mul_high       the carry-less product of the two lower, two upper halves
 *   mul_cross               the sum of the two of a lower with an upper half
 *   aes_start, aes_round, aes_end, and aes_key for the second: AES, round by round
 *
 * Nothing secret decides about a branch or an address.
 */
#ifndef CRYPTO_GCM_EIGHT_H
#define CRYPTO_GCM_EIGHT_H

#include <mbedtls/aes.h>
#include <mbedtls/cipher.h>
#include <mbedtls/gcm.h>
#include <mbedtls/platform_util.h>
#include <stdbool.h>
#include <string.h>

/* Eight blocks; for less it is not worth computing the powers of H. */
#define GCM_GROUP ((size_t)128)

/* SP 800-38D, 5.2.1.1. */
#define GCM_MAX 0xfffffffe0

/* For the order of the ciphers. */
bool gcm_is_fast(void);

bool gcm_is_fast(void)
{
	return gcm_possible();
}

typedef uint32_t words __attribute__((vector_size(16)));

/* mbedTLS's own function. */
int hoist_plain_gcm_crypt_and_tag(mbedtls_gcm_context *ctx, int mode, size_t len,
				  const unsigned char *iv, size_t iv_len, const unsigned char *aad,
				  size_t aad_len, const unsigned char *in, unsigned char *out,
				  size_t tag_len, unsigned char *tag);

struct gcm {
	const unsigned char *keys; /* of the rounds: the context's */
	int rounds;
	words counter;                     /* the next block, turned: the first word counts */
	block sum;                         /* GHASH so far, turned */
	block powers[8];                   /* of H, the first first; turned and halved */
	unsigned char pad[GCM_GROUP + 16]; /* what does not fill its blocks, and the lengths */
};

/*
 * A sum of products, not reduced yet.  The highest bit of a turned block is its
 * x^0, and that of a product one bit below the top of its 256: with one of the
 * factors halved (divided by x) it is at the top.
 */
struct products {
	block low, middle, high;
};

static inline struct products products_add(struct products p, block a, block halved)
{
	p.low ^= mul_low(a, halved);
	p.middle ^= mul_cross(a, halved);
	p.high ^= mul_high(a, halved);
	return p;
}

/* Modulo x^128 + x^7 + x^2 + x + 1: the low 128 bits are folded in, 64 at a time. */
static inline block products_reduced(struct products p)
{
	block low = p.low ^ block_up(p.middle);
	block high = p.high ^ block_down(p.middle);

	low = block_swapped(low) ^ mul_low(low, block_fold());
	return high ^ block_swapped(low) ^ mul_low(low, block_fold());
}

static __attribute__((noinline)) block block_times(block a, block halved)
{
	const block none = { 0 };
	struct products p = { none, none, none };

	return products_reduced(products_add(p, a, halved));
}

/*
 * Encrypt eight blocks and hash the eight that are given as before: a processor
 * can multiply while it waits for its AES.  All sizes are fixed, so that the
 * blocks stay in registers.
 */
static __attribute__((noinline)) void gcm_group(struct gcm *g, const unsigned char *in,
						unsigned char *out, const unsigned char *before)
{
	const block none = { 0 };
	struct products p = { none, none, none };
	block b[8], key, sum = g->sum;
	int i, r;

#pragma GCC unroll 8
	for (i = 0; i < 8; i++)
		b[i] = aes_start(block_turned((block)(g->counter + (words){ (uint32_t)i })),
				 g->keys);
	for (r = 1; r < g->rounds; r++) {
		key = aes_key(g->keys, r);
#pragma GCC unroll 8
		for (i = 0; i < 8; i++)
			b[i] = aes_round(b[i], key);
		if (r > 8)
			continue;
		sum ^= block_turned(block_get(before + 16 * (r - 1)));
		p = products_add(p, sum, g->powers[8 - r]);
		sum = none;
	}
#pragma GCC unroll 8
	for (i = 0; i < 8; i++)
		block_put(out + 16 * i, block_get(in + 16 * i) ^ aes_end(b[i], g->keys, r));
	g->sum = products_reduced(p);
	g->counter += (words){ 8 };
}

/* There is at least one group, and at most one of additional data. */
static void gcm_encrypt(struct gcm *g, const unsigned char *aad, size_t aad_len,
			const unsigned char *in, unsigned char *out, size_t len)
{
	const uint64_t bits[2] = { (uint64_t)len * 8, (uint64_t)aad_len * 8 };
	const unsigned char *before = g->pad;
	size_t i;

	/* Blocks of zeros in front of all others change nothing. */
	if (aad_len > 0)
		memcpy(g->pad + (GCM_GROUP - aad_len) / 16 * 16, aad, aad_len);
	for (; len >= GCM_GROUP; in += GCM_GROUP, out += GCM_GROUP, len -= GCM_GROUP) {
		gcm_group(g, in, out, before);
		before = out;
	}
	memcpy(g->pad, in, len);
	gcm_group(g, g->pad, g->pad, before);
	memcpy(out, g->pad, len);
	memset(g->pad + len, 0, sizeof(g->pad) - len);
	len = (len + 15) / 16 * 16;
	block_put(g->pad + len, block_turned(block_get(bits)));
	for (i = 0; i <= len; i += 16)
		g->sum = block_times(g->sum ^ block_turned(block_get(g->pad + i)), g->powers[0]);
}

/* The context's AES key, or NULL if it has none. */
static mbedtls_aes_context *gcm_aes(mbedtls_gcm_context *ctx)
{
	switch (mbedtls_cipher_get_type(&ctx->cipher_ctx)) {
	case MBEDTLS_CIPHER_AES_128_ECB:
	case MBEDTLS_CIPHER_AES_192_ECB:
	case MBEDTLS_CIPHER_AES_256_ECB:
		return ctx->cipher_ctx.cipher_ctx;
	default:
		return NULL;
	}
}

int mbedtls_gcm_crypt_and_tag(mbedtls_gcm_context *ctx, int mode, size_t len,
			      const unsigned char *iv, size_t iv_len, const unsigned char *aad,
			      size_t aad_len, const unsigned char *in, unsigned char *out,
			      size_t tag_len, unsigned char *tag)
{
	unsigned char first[16] = { [15] = 1 };
	mbedtls_aes_context *aes = gcm_aes(ctx);
	struct gcm g;
	int failed;
	size_t i;

	if (!aes || !gcm_possible() || mode != MBEDTLS_GCM_ENCRYPT || iv_len != 12 ||
	    len < GCM_GROUP || len > GCM_MAX || aad_len > GCM_GROUP || tag_len < 4 ||
	    tag_len > 16 || (out > in && (size_t)(out - in) < len))
		return hoist_plain_gcm_crypt_and_tag(ctx, mode, len, iv, iv_len, aad, aad_len, in,
						     out, tag_len, tag);
	memset(&g, 0, sizeof(g));
	g.keys = (const unsigned char *)(aes->buf + aes->rk_offset);
	g.rounds = aes->nr;
	memcpy(first, iv, 12);
	g.counter = (words)block_turned(block_get(first)) + (words){ 1 };
	g.powers[0] = block_halved(block_turned(block_get(ctx->H[MBEDTLS_GCM_HTABLE_SIZE / 2])));
	for (i = 1; i < 8; i++)
		g.powers[i] = block_times(g.powers[(i - 1) / 2], g.powers[i / 2]);
	gcm_encrypt(&g, aad, aad_len, in, out, len);
	block_put(g.pad, block_turned(g.sum));
	failed = mbedtls_aes_crypt_ecb(aes, MBEDTLS_AES_ENCRYPT, first, first);
	for (i = 0; i < tag_len && !failed; i++)
		tag[i] = g.pad[i] ^ first[i];
	mbedtls_platform_zeroize(first, sizeof(first));
	mbedtls_platform_zeroize(&g, sizeof(g));
	return failed;
}

#endif
