#include "unit/unit.h"

#include <mbedtls/ssl.h>

#include "net/ciphers.h"

static bool is_in(const int *list, int suite)
{
	for (; *list; list++)
		if (*list == suite)
			return true;
	return false;
}

/* All that mbedTLS would offer, each once, and nothing else. */
static void the_same_ciphers(void **state)
{
	const int *list = ciphers_list(), *all = mbedtls_ssl_list_ciphersuites(), *p;

	(void)state;
	for (p = all; *p; p++)
		CHECK(is_in(list, *p), "0x%04x is not offered", (unsigned)*p);
	for (p = list; *p; p++) {
		CHECK(is_in(all, *p), "mbedTLS has no 0x%04x", (unsigned)*p);
		CHECK(!is_in(p + 1, *p), "0x%04x is there twice", (unsigned)*p);
	}
	assert_int_equal(p - list, 9);
}

/* Of each protocol's ciphers the first is of the same kind. */
static void one_order_for_both_protocols(void **state)
{
	const int *list = ciphers_list();
	bool aes = list[0] == MBEDTLS_TLS1_3_AES_128_GCM_SHA256;

	(void)state;
	assert_true(aes || list[0] == MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256);
	assert_int_equal(list[3], aes ? MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 :
					MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_ciphers),
		cmocka_unit_test(one_order_for_both_protocols),
	};

	return cmocka_run_group_tests_name("ciphers", tests, NULL, NULL);
}
