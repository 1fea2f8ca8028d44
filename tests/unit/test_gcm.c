/*
 * AES-GCM as TLS uses it, in one call, against known answers and against mbedTLS's
 * functions for parts, which src/crypto/gcm_*.c leave alone.
 */
#include "unit/unit.h"

#include <mbedtls/gcm.h>

#include "unit/edge.h"

enum {
	LONGEST = 16384 + 1,
	AAD_LONGEST = 300
};

static const unsigned key_bits[] = { 128, 192, 256 };

static unsigned char text[LONGEST], aad_text[AAD_LONGEST], expected[LONGEST];
static struct edge in_edge, out_edge, aad_edge, iv_edge, tag_edge;

static int setup(void **state)
{
	(void)state;
	fill_random(text, sizeof(text), 1);
	fill_random(aad_text, sizeof(aad_text), 2);
	edge_open(&in_edge, LONGEST);
	edge_open(&out_edge, LONGEST);
	edge_open(&aad_edge, AAD_LONGEST);
	edge_open(&iv_edge, 64);
	edge_open(&tag_edge, 16);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	edge_close(&in_edge);
	edge_close(&out_edge);
	edge_close(&aad_edge);
	edge_close(&iv_edge);
	edge_close(&tag_edge);
	return 0;
}

/* The cases 1 to 4 and 13 to 16 of McGrew and Viega's paper, and three long ones. */
static const char key_feff[] = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
static const char iv_cafe[] = "cafebabefacedbaddecaf888";
static const char plain_d931[] = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
				 "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";

static const struct {
	unsigned bits;
	const char *key, *iv, *plain;
	size_t len;
	const char *aad, *cipher, *tag;
} vectors[] = {
	{ 128, zeros, zeros, "", 0, "", "", "58e2fccefa7e3061367f1d57a4e7455a" },
	{ 128, zeros, zeros, zeros, 16, "", "0388dace60b6a392f328c2b971b2fe78",
	  "ab6e47d42cec13bdf53a67b21257bddf" },
	{ 128, key_feff, iv_cafe, plain_d931, 64, "",
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
	  "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
	  "4d5c2af327cd64a62cf35abd2ba6fab4" },
	{ 128, key_feff, iv_cafe, plain_d931, 60, "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
	  "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
	  "5bc94fbc3221a5db94fae95ae7121a47" },
	{ 256, zeros, zeros, "", 0, "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
	{ 256, zeros, zeros, zeros, 16, "", "cea7403d4d606b6e074ec5d3baf39d18",
	  "d0d1c8a799996bf0265b98b5d48ab919" },
	{ 256, key_feff, iv_cafe, plain_d931, 64, "",
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	  "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
	  "b094dac5d93471bdec1a502270e3cc6c" },
	{ 256, key_feff, iv_cafe, plain_d931, 60, "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	  "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
	  "76fc6ece0f4e1768cddf8853bb2d551b" },
};

static unsigned hex_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Returns how many bytes. */
static size_t unhex(const char *hex, unsigned char *out)
{
	size_t n;

	for (n = 0; hex[2 * n]; n++)
		out[n] = (unsigned char)(hex_digit(hex[2 * n]) << 4 | hex_digit(hex[2 * n + 1]));
	return n;
}

static void known_answers(void **state)
{
	unsigned char key[32], iv[32], plain[64], cipher[64], aad[32], tag[16], out[64], got[16];
	mbedtls_gcm_context gcm;
	size_t i, aad_len;

	(void)state;
	for (i = 0; i < COUNT(vectors); i++) {
		unhex(vectors[i].key, key);
		unhex(vectors[i].iv, iv);
		unhex(vectors[i].plain, plain);
		unhex(vectors[i].tag, tag);
		aad_len = unhex(vectors[i].aad, aad);
		assert_int_equal(unhex(vectors[i].cipher, cipher), vectors[i].len);
		mbedtls_gcm_init(&gcm);
		assert_int_equal(mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key,
						    vectors[i].bits),
				 0);
		assert_int_equal(mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT,
							   vectors[i].len, iv, 12, aad, aad_len,
							   plain, out, 16, got),
				 0);
		CHECK(memcmp(out, cipher, vectors[i].len) == 0, "vector %zu", i);
		CHECK(memcmp(got, tag, 16) == 0, "vector %zu", i);
		mbedtls_gcm_free(&gcm);
	}
}

/* Texts long enough for the fast way; a tag depends on all.  Made with OpenSSL 3. */
static const struct {
	unsigned bits;
	size_t len;
	const char *tag;
} long_texts[] = {
	{ 128, 128, "6ec56feb133ce982c170a2faf0e2f073" },
	{ 128, 1000, "6f59babd426a14b8beef4dc39867fc58" },
	{ 128, 16385, "a11a9362ee01648369445648f0aba166" },
	{ 256, 128, "2b255625f2263956d7a2d6c8152aaa03" },
	{ 256, 1000, "b421694ad687365ebae5b1d063e77de5" },
	{ 256, 16385, "aa4620afcdf55e910a84a32371422f51" },
};

static void known_long_answers(void **state)
{
	static unsigned char plain[LONGEST], out[LONGEST];
	unsigned char key[32], iv[12], aad[13], tag[16], got[16];
	mbedtls_gcm_context gcm;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(plain); i++)
		plain[i] = (unsigned char)(i * 7);
	for (i = 0; i < sizeof(key); i++)
		key[i] = (unsigned char)i;
	for (i = 0; i < sizeof(iv); i++)
		iv[i] = (unsigned char)(100 + i);
	for (i = 0; i < sizeof(aad); i++)
		aad[i] = (unsigned char)(200 + i);
	for (i = 0; i < COUNT(long_texts); i++) {
		mbedtls_gcm_init(&gcm);
		assert_int_equal(mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key,
						    long_texts[i].bits),
				 0);
		assert_int_equal(mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT,
							   long_texts[i].len, iv, sizeof(iv), aad,
							   sizeof(aad), plain, out, 16, got),
				 0);
		unhex(long_texts[i].tag, tag);
		CHECK(memcmp(got, tag, 16) == 0, "text %zu", i);
		mbedtls_gcm_free(&gcm);
	}
}

/* One comparison with the functions for parts. */
struct shape {
	size_t len, aad_len, iv_len, tag_len;
	ptrdiff_t shift; /* of the output against the input, NO_SHIFT: somewhere else */
};

#define NO_SHIFT PTRDIFF_MIN

static void expect(mbedtls_gcm_context *gcm, const struct shape *s, const unsigned char *iv,
		   const unsigned char *aad, unsigned char tag[16])
{
	size_t n;

	assert_int_equal(mbedtls_gcm_starts(gcm, MBEDTLS_GCM_ENCRYPT, iv, s->iv_len), 0);
	assert_int_equal(mbedtls_gcm_update_ad(gcm, aad, s->aad_len), 0);
	assert_int_equal(mbedtls_gcm_update(gcm, text, s->len, expected, s->len, &n), 0);
	assert_int_equal(mbedtls_gcm_finish(gcm, NULL, 0, &n, tag, 16), 0);
}

/* Input, output, additional data, IV and tag each end at an unreadable page. */
static void compare(mbedtls_gcm_context *gcm, const struct shape *s)
{
	unsigned char *in, *out, *aad, *iv, *tag, expected_tag[16], again[16];
	size_t i, before = s->shift < 0 && s->shift != NO_SHIFT ? (size_t)-s->shift : 16;

	fill_random((unsigned char *)iv_edge.end - 64, 64, (uint32_t)(s->len + s->aad_len));
	iv = (unsigned char *)edge_put(&iv_edge, NULL, s->iv_len);
	aad = (unsigned char *)edge_put(&aad_edge, aad_text, s->aad_len);
	in = (unsigned char *)edge_put(&in_edge, text, s->len);
	tag = (unsigned char *)edge_put(&tag_edge, NULL, s->tag_len);
	out = (unsigned char *)edge_put(&out_edge, NULL, s->len);
	if (s->shift != NO_SHIFT)
		out = in + s->shift;
	memset(out - before, 0xa5, before);
	memset(tag - 16, 0xa5, 16 + s->tag_len);
	expect(gcm, s, iv, aad, expected_tag);
	assert_int_equal(mbedtls_gcm_crypt_and_tag(gcm, MBEDTLS_GCM_ENCRYPT, s->len, iv, s->iv_len,
						   aad, s->aad_len, in, out, s->tag_len, tag),
			 0);
#define WHERE                                                                                      \
	"length %zu, additional %zu, IV %zu, tag %zu", s->len, s->aad_len, s->iv_len, s->tag_len
	CHECK(memcmp(out, expected, s->len) == 0, WHERE);
	CHECK(memcmp(tag, expected_tag, s->tag_len) == 0, WHERE);
	for (i = 1; i <= before; i++)
		CHECK(out[-(ptrdiff_t)i] == 0xa5, WHERE);
	for (i = 1; i <= 16; i++)
		CHECK(tag[-(ptrdiff_t)i] == 0xa5, WHERE);
	if (s->shift == NO_SHIFT)
		CHECK(memcmp(in, text, s->len) == 0, WHERE);
	/* And back; from a tag or a text with one wrong bit there is no way. */
	assert_int_equal(mbedtls_gcm_auth_decrypt(gcm, s->len, iv, s->iv_len, aad, s->aad_len, tag,
						  s->tag_len, out, out),
			 0);
	CHECK(memcmp(out, text, s->len) == 0, WHERE);
	memcpy(out, expected, s->len);
	assert_int_equal(mbedtls_gcm_crypt_and_tag(gcm, MBEDTLS_GCM_DECRYPT, s->len, iv, s->iv_len,
						   aad, s->aad_len, out, out, s->tag_len, again),
			 0);
	CHECK(memcmp(out, text, s->len) == 0 && memcmp(again, tag, s->tag_len) == 0, WHERE);
	memcpy(out, expected, s->len);
	i = s->len ? s->len * 5 / 7 : 0;
	if (s->len)
		out[i] ^= 1;
	else
		tag[0] ^= 1;
	assert_int_equal(mbedtls_gcm_auth_decrypt(gcm, s->len, iv, s->iv_len, aad, s->aad_len, tag,
						  s->tag_len, out, out),
			 MBEDTLS_ERR_GCM_AUTH_FAILED);
#undef WHERE
}

static void with_key(mbedtls_gcm_context *gcm, unsigned bits)
{
	unsigned char key[32];

	fill_random(key, sizeof(key), bits);
	mbedtls_gcm_init(gcm);
	assert_int_equal(mbedtls_gcm_setkey(gcm, MBEDTLS_CIPHER_ID_AES, key, bits), 0);
}

static void all_lengths(void **state)
{
	const size_t longer[] = { 1023, 1024, 1025, 4096, 8191, 16383, 16384, 16385 };
	mbedtls_gcm_context gcm;
	struct shape s = { .iv_len = 12, .tag_len = 16 };
	size_t k, i;

	(void)state;
	for (k = 0; k < COUNT(key_bits); k++) {
		with_key(&gcm, key_bits[k]);
		for (i = 0; i < 601 + COUNT(longer); i++) {
			s.len = i < 601 ? i : longer[i - 601];
			s.aad_len = i % 41;
			s.shift = NO_SHIFT;
			compare(&gcm, &s);
			s.shift = 0;
			compare(&gcm, &s);
		}
		mbedtls_gcm_free(&gcm);
	}
}

static void all_additional_lengths(void **state)
{
	const size_t lengths[] = { 0, 127, 128, 129, 144, 255, 256, 300 };
	mbedtls_gcm_context gcm;
	struct shape s = { .iv_len = 12, .tag_len = 16, .shift = NO_SHIFT };
	size_t k, i;

	(void)state;
	for (k = 0; k < COUNT(key_bits); k++) {
		with_key(&gcm, key_bits[k]);
		for (s.aad_len = 0; s.aad_len <= AAD_LONGEST; s.aad_len++) {
			for (i = 0; i < COUNT(lengths); i++) {
				s.len = lengths[i];
				compare(&gcm, &s);
			}
			/* Those of one group and a little: more would take long in an emulator. */
			if (s.aad_len == 140)
				s.aad_len = AAD_LONGEST - 2;
		}
		mbedtls_gcm_free(&gcm);
	}
}

static void other_tags_and_ivs(void **state)
{
	mbedtls_gcm_context gcm;
	struct shape s = { .len = 333, .aad_len = 13, .shift = NO_SHIFT };

	(void)state;
	with_key(&gcm, 128);
	for (s.tag_len = 4; s.tag_len <= 16; s.tag_len++)
		for (s.iv_len = 1; s.iv_len <= 33; s.iv_len++)
			compare(&gcm, &s);
	mbedtls_gcm_free(&gcm);
}

/* An output that begins before its input may overlap it. */
static void output_before_the_input(void **state)
{
	mbedtls_gcm_context gcm;
	struct shape s = { .aad_len = 5, .iv_len = 12, .tag_len = 16 };
	size_t i;

	(void)state;
	with_key(&gcm, 256);
	for (i = 1; i <= 300; i++) {
		s.len = 100 + 2 * i;
		s.shift = -(ptrdiff_t)i;
		compare(&gcm, &s);
	}
	mbedtls_gcm_free(&gcm);
}

/* Errors are those of mbedTLS's own function. */
static void refused(void **state)
{
	unsigned char tag[32], iv[12] = { 0 };
	unsigned char *buf = expected;
	mbedtls_gcm_context gcm;

	(void)state;
	with_key(&gcm, 128);
#define CRYPT(len, iv_len, out, tag_len)                                                           \
	mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, len, iv, iv_len, NULL, 0, buf, out,   \
				  tag_len, tag)
	assert_int_equal(CRYPT(256, 12, buf, 3), MBEDTLS_ERR_GCM_BAD_INPUT);
	assert_int_equal(CRYPT(256, 12, buf, 17), MBEDTLS_ERR_GCM_BAD_INPUT);
	assert_int_equal(CRYPT(256, 0, buf, 16), MBEDTLS_ERR_GCM_BAD_INPUT);
	assert_int_equal(CRYPT(256, 12, buf + 1, 16), MBEDTLS_ERR_GCM_BAD_INPUT);
	assert_int_equal(CRYPT(256, 12, buf + 255, 16), MBEDTLS_ERR_GCM_BAD_INPUT);
	assert_int_equal(CRYPT(256, 12, buf + 256, 16), 0);
#undef CRYPT
	mbedtls_gcm_free(&gcm);
	/* Without a key. */
	mbedtls_gcm_init(&gcm);
	assert_int_not_equal(mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, 256, iv, 12, NULL,
						       0, buf, buf, 16, tag),
			     0);
	mbedtls_gcm_free(&gcm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers),
		cmocka_unit_test(known_long_answers),
		cmocka_unit_test(all_lengths),
		cmocka_unit_test(all_additional_lengths),
		cmocka_unit_test(other_tags_and_ivs),
		cmocka_unit_test(output_before_the_input),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests_name("gcm", tests, setup, teardown);
}
