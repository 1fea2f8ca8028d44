#include "unit/unit.h"

#include "base/hash.h"
#include "unit/edge.h"

/* RFC 1321 A.5, FIPS 180-4's examples. */
static const struct {
	enum hash_alg alg;
	const char *text;
	const char *hex;
} vectors[] = {
	{ HASH_MD5, "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ HASH_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ HASH_MD5,
	  "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
	  "57edf4a22be3c955ac49da2e2107b67a" },
	{ HASH_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ HASH_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ HASH_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ HASH_SHA384, "",
	  "38b060a751ac96384cd9327eb1b1e36a21fdb71114be0743"
	  "4c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b" },
	{ HASH_SHA384, "abc",
	  "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"
	  "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7" },
	{ HASH_SHA384,
	  "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	  "09330c33f71147e83d192fc782cd1b4753111b173b3b05d2"
	  "2fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039" },
	{ HASH_SHA512, "",
	  "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
	  "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
	{ HASH_SHA512, "abc",
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
};

static void known_digests(void **state)
{
	char hex[HASH_HEX_BYTES];
	struct hash h;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(vectors); i++) {
		hash_init(&h, vectors[i].alg);
		hash_update(&h, vectors[i].text, strlen(vectors[i].text));
		hash_hex(&h, hex);
		assert_string_equal(hex, vectors[i].hex);
	}
}

/* In two parts, cut at every place, and used again afterwards. */
static void parts_make_the_whole(void **state)
{
	char hex[HASH_HEX_BYTES];
	struct hash h;
	size_t i, cut, len;

	(void)state;
	for (i = 0; i < COUNT(vectors); i++) {
		len = strlen(vectors[i].text);
		for (cut = 0; cut <= len; cut++) {
			hash_init(&h, vectors[i].alg);
			hash_update(&h, vectors[i].text, cut);
			hash_update(&h, vectors[i].text + cut, len - cut);
			hash_hex(&h, hex);
			assert_string_equal(hex, vectors[i].hex);
		}
	}
}

/* A million times "a": FIPS 180-4's third example, and MD5's of that. */
static void long_texts(void **state)
{
	static char text[1000000];
	static const struct {
		enum hash_alg alg;
		const char *hex;
	} expected[] = {
		{ HASH_MD5, "7707d6ae4e027c70eea2a935c2296f21" },
		{ HASH_SHA256, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
		{ HASH_SHA384, "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b"
			       "07b8b3dc38ecc4ebae97ddd87f3d8985" },
		{ HASH_SHA512, "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
			       "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b" },
	};
	char hex[HASH_HEX_BYTES];
	struct hash h;
	size_t i;

	(void)state;
	memset(text, 'a', sizeof(text));
	for (i = 0; i < COUNT(expected); i++) {
		hash_init(&h, expected[i].alg);
		hash_update(&h, text, sizeof(text));
		hash_hex(&h, hex);
		assert_string_equal(hex, expected[i].hex);
	}
}

/*
 * Four blocks at a time (third_party/mbedtls/sha512_*.c) are what single bytes are,
 * wherever they begin.
 */
static void groups_of_blocks(void **state)
{
	static const enum hash_alg algs[] = { HASH_SHA512, HASH_SHA384 };
	static unsigned char text[2000];
	static struct edge edge;
	char hex[HASH_HEX_BYTES], by_bytes[HASH_HEX_BYTES];
	struct hash h;
	size_t begun, len, i, n = 0;

	(void)state;
	fill_random(text, sizeof(text), 1);
	edge_open(&edge, sizeof(text));
	for (begun = 0; begun <= 256; begun += 1 + (begun % 31)) {
		for (len = 500; len <= sizeof(text) - begun; len += 1 + (len % 53)) {
			const char *p = edge_put(&edge, text + begun, len);
			enum hash_alg alg = algs[n++ & 1];

			hash_init(&h, alg);
			hash_update(&h, text, begun);
			hash_update(&h, p, len);
			hash_hex(&h, hex);
			hash_init(&h, alg);
			for (i = 0; i < begun + len; i++)
				hash_update(&h, text + i, 1);
			hash_hex(&h, by_bytes);
			assert_string_equal(hex, by_bytes);
		}
	}
	edge_close(&edge);
}

static void names(void **state)
{
	unsigned alg;

	(void)state;
	for (alg = 0; alg < HASH_ALGS; alg++)
		assert_int_equal(hash_find(hash_name((enum hash_alg)alg)), alg);
	assert_string_equal(hash_name(HASH_SHA384), "sha384");
	assert_string_equal(hash_name(HASH_SHA512), "sha512");
	assert_int_equal(hash_find("sha1"), HASH_ALGS);
	assert_int_equal(hash_find(""), HASH_ALGS);
	assert_int_equal(hash_find("md5 "), HASH_ALGS);
	assert_int_equal(hash_find("sha"), HASH_ALGS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_digests), cmocka_unit_test(parts_make_the_whole),
		cmocka_unit_test(long_texts),    cmocka_unit_test(groups_of_blocks),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
