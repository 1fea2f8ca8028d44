#include "unit/unit.h"

#include "image/digest.h"
#include "unit/script.h"

static const struct {
	enum hash_alg alg;
	const char *text;
	const char *hex;
} vectors[] = {
	{ HASH_MD5, "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ HASH_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ HASH_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ HASH_SHA512, "abc",
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
};

/* The digest stage passes everything on and knows the digest at the end, not before. */
static void digest_is_known_at_the_end(void **state)
{
	unsigned char out[128];
	struct digest d;
	struct script s;
	size_t i, came, cap;

	(void)state;
	for (i = 0; i < COUNT(vectors); i++) {
		size_t len = strlen(vectors[i].text);

		for (cap = 1; cap <= len + 1; cap++) {
			struct err e = ERR_INIT;

			script_init(&s, vectors[i].text, len, 0);
			digest_init(&d, &s.stage, vectors[i].alg);
			if (len > 0)
				assert_int_equal(stage_pull(&d.stage, out, 1, &e), 1);
			assert_string_equal(d.hex, "");
			assert_int_equal(stage_rewind(&d.stage, &e), 0);
			assert_int_equal(drain(&d.stage, cap, out, sizeof(out), &came, &e), len);
			assert_memory_equal(out, vectors[i].text, len);
			assert_string_equal(d.hex, vectors[i].hex);
			/* Another 0 after the end changes nothing. */
			assert_int_equal(stage_pull(&d.stage, out, 1, &e), 0);
			assert_string_equal(d.hex, vectors[i].hex);
		}
	}
}

static void no_digest_of_a_failure(void **state)
{
	struct err e = ERR_INIT;
	unsigned char out[64];
	struct digest d;
	struct script s;
	size_t came;

	(void)state;
	script_init(&s, "abcdef", 6, 2);
	s.fail_at = 6;
	digest_init(&d, &s.stage, HASH_MD5);
	assert_int_equal(drain(&d.stage, 4, out, sizeof(out), &came, &e), -1);
	check_err(&e, ERR_IMAGE, "digest");
	assert_int_equal(came, 6);
	assert_string_equal(d.hex, "");
	/* After rewinding it is as new: the digest is not that of both passes. */
	err_clear(&e);
	s.fail_at = NEVER;
	s.len = 3;
	assert_int_equal(stage_rewind(&d.stage, &e), 0);
	assert_int_equal(drain(&d.stage, 4, out, sizeof(out), &came, &e), 3);
	assert_string_equal(d.hex, "900150983cd24fb0d6963f7d28e17f72");
	s.no_rewind = true;
	assert_int_equal(stage_rewind(&d.stage, &e), -1);
	check_err(&e, ERR_IMAGE, "rewind");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digest_is_known_at_the_end),
		cmocka_unit_test(no_digest_of_a_failure),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
