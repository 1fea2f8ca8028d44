/*
 * SHA-512 (FIPS 180-4) with AVX2 and BMI2, four blocks at a time.  The rounds of one
 * block wait for each other, and for those of the block before; the message schedule
 * of four blocks does not, and is half of the work: here it is computed for all four
 * in one register.  mbedTLS's own mbedtls_sha512_update() is compiled under another
 * name (see third_party/rules.mk) and does all that is left: what does not fill four blocks, and
 * processors without the instructions.
 */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <immintrin.h>
#include <mbedtls/sha512.h>
#include <stdbool.h>
#include <stdint.h>

#define BLOCK ((size_t)128)
#define GROUP (4 * BLOCK)
#define ROUNDS 80

#define FAST __attribute__((target("avx2,bmi2")))

/* mbedTLS's own function. */
int hoist_plain_sha512_update(mbedtls_sha512_context *ctx, const unsigned char *in, size_t len);

/* Of one round, the words of four blocks. */
typedef uint64_t four __attribute__((vector_size(32)));

/* FIPS 180-4, 4.2.3. */
static const uint64_t constants[ROUNDS] = {
	0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
	0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
	0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
	0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
	0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
	0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
	0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
	0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
	0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
	0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
	0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
	0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
	0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
	0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
	0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
	0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
	0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
	0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
	0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
	0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

/* 4.1.3, for one word and for four. */
#define RIGHT(x, n) ((x) >> (n) | (x) << (64 - (n)))
#define SUM_0(x) (RIGHT(x, 28) ^ RIGHT(x, 34) ^ RIGHT(x, 39))
#define SUM_1(x) (RIGHT(x, 14) ^ RIGHT(x, 18) ^ RIGHT(x, 41))
#define SIGMA_0(x) (RIGHT(x, 1) ^ RIGHT(x, 8) ^ (x) >> 7)
#define SIGMA_1(x) (RIGHT(x, 19) ^ RIGHT(x, 61) ^ (x) >> 6)
#define CH(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define MAJ(x, y, z) ((y) ^ (((x) ^ (y)) & ((y) ^ (z))))

/* 6.4.2, step 3; the variables are not moved: the next round names them in turn. */
#define ROUND(a, b, c, d, e, f, g, h, w)                                                           \
	do {                                                                                       \
		uint64_t t = (h) + SUM_1(e) + CH(e, f, g) + (w);                                   \
                                                                                                   \
		(d) += t;                                                                          \
		(h) = t + SUM_0(a) + MAJ(a, b, c);                                                 \
	} while (0)

/* Words number at to at + 3 of four blocks, as numbers of this machine. */
static inline FAST void load(four *w, const unsigned char *in, unsigned at)
{
	const __m256i turned = _mm256_set_epi64x(0x08090a0b0c0d0e0f, 0x0001020304050607,
						 0x08090a0b0c0d0e0f, 0x0001020304050607);
	__m256i row[4], even[2], odd[2];
	unsigned i;

	for (i = 0; i < 4; i++)
		row[i] = _mm256_shuffle_epi8(_mm256_loadu_si256(
						     (const void *)(in + i * BLOCK + 8 * at)),
					     turned);
	for (i = 0; i < 2; i++) {
		even[i] = _mm256_unpacklo_epi64(row[2 * i], row[2 * i + 1]);
		odd[i] = _mm256_unpackhi_epi64(row[2 * i], row[2 * i + 1]);
	}
	w[at] = (four)_mm256_permute2x128_si256(even[0], even[1], 0x20);
	w[at + 1] = (four)_mm256_permute2x128_si256(odd[0], odd[1], 0x20);
	w[at + 2] = (four)_mm256_permute2x128_si256(even[0], even[1], 0x31);
	w[at + 3] = (four)_mm256_permute2x128_si256(odd[0], odd[1], 0x31);
}

/* The message schedule, 6.4.2, step 1, with the constants added. */
static inline FAST void schedule(four *all, const unsigned char *in)
{
	four w[16];
	unsigned i, j;

	for (i = 0; i < 16; i += 4)
		load(w, in, i);
	for (i = 0; i < ROUNDS; i += 16) {
#pragma GCC unroll 16
		for (j = 0; j < 16; j++) {
			all[i + j] = w[j] + constants[i + j];
			w[j] += SIGMA_0(w[(j + 1) & 15]) + w[(j + 9) & 15] +
				SIGMA_1(w[(j + 14) & 15]);
		}
	}
}

/* The rounds of one of the blocks. */
static inline FAST void block(uint64_t s[8], const four *w, unsigned n)
{
	uint64_t a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
	unsigned i;

	for (i = 0; i < ROUNDS; i += 8) {
		ROUND(a, b, c, d, e, f, g, h, w[i][n]);
		ROUND(h, a, b, c, d, e, f, g, w[i + 1][n]);
		ROUND(g, h, a, b, c, d, e, f, w[i + 2][n]);
		ROUND(f, g, h, a, b, c, d, e, w[i + 3][n]);
		ROUND(e, f, g, h, a, b, c, d, w[i + 4][n]);
		ROUND(d, e, f, g, h, a, b, c, w[i + 5][n]);
		ROUND(c, d, e, f, g, h, a, b, w[i + 6][n]);
		ROUND(b, c, d, e, f, g, h, a, w[i + 7][n]);
	}
	s[0] += a;
	s[1] += b;
	s[2] += c;
	s[3] += d;
	s[4] += e;
	s[5] += f;
	s[6] += g;
	s[7] += h;
}

static FAST __attribute__((noinline)) void group(uint64_t s[8], const unsigned char *in)
{
	four w[ROUNDS];
	unsigned i;

	schedule(w, in);
	for (i = 0; i < 4; i++)
		block(s, w, i);
}

static bool possible(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}

int mbedtls_sha512_update(mbedtls_sha512_context *ctx, const unsigned char *in, size_t len)
{
	size_t begun = (size_t)(ctx->total[0] & (BLOCK - 1)), rest = (BLOCK - begun) & (BLOCK - 1);
	int failed;

	if (len < rest + GROUP || !possible())
		return hoist_plain_sha512_update(ctx, in, len);
	failed = hoist_plain_sha512_update(ctx, in, rest);
	if (failed)
		return failed;
	for (in += rest, len -= rest; len >= GROUP; in += GROUP, len -= GROUP) {
		group(ctx->state, in);
		ctx->total[0] += GROUP;
		if (ctx->total[0] < GROUP)
			ctx->total[1]++;
	}
	return hoist_plain_sha512_update(ctx, in, len);
}
