#include "unit/unit.h"

#include <limits.h>

#include "base/mem.h"
#include "net/blame.h"
#include "net/http.h"
#include "net/trust.h"
#include "roots_size.h"
#include "unit/files.h"

/* A self-signed certificate made for this test; its key is thrown away. */
static const char pem[] = "-----BEGIN CERTIFICATE-----\n"
			  "MIIBhjCCASugAwIBAgIUPpgZOQeAo6njJ38AWe13e1/az5YwCgYIKoZIzj0EAwIw\n"
			  "FzEVMBMGA1UEAwwMdW5pdCB0ZXN0IENBMCAXDTI2MTEyMTAyNDMwN1oYDzIxMjYx\n"
			  "MDI4MDI0MzA3WjAXMRUwEwYDVQQDDAx1bml0IHRlc3QgQ0EwWTATBgcqhkjOPQIB\n"
			  "BggqhkjOPQMBBwNCAAQN/uof6mt7Bg2mr7vsLfkTZbxLHhknyhHw+k2MHe3qWKtn\n"
			  "5ajXqZ84DHOk1l02zxVqDxdYWCCEFF1Is7unMW9so1MwUTAdBgNVHQ4EFgQUHXou\n"
			  "V6WjnvlCJbA9ODAzuOfy1RUwHwYDVR0jBBgwFoAUHXouV6WjnvlCJbA9ODAzuOfy\n"
			  "1RUwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAl+ra1Xg1jZVX\n"
			  "J18rQaRobYviNHB76FDO2Dg6YwAu6OkCIQDY48D+YQdcJmd7NE5AxfNw7K3XhDkh\n"
			  "XmXj+jYNlfIlbA==\n"
			  "-----END CERTIFICATE-----\n";

static struct roots roots;
static const struct trust trust = { .roots = &roots };

static int setup(void **state)
{
	(void)state;
	files_open();
	mkdir(file_path(0, "empty"), 0700);
	mkdir(file_path(0, "dir"), 0700);
	file_make(0, "dir/one.pem", pem, sizeof(pem) - 1);
	file_make(0, "ca.pem", pem, sizeof(pem) - 1);
	file_make(0, "garbage.pem", "this is no certificate\n", 23);
	file_make(0, "nothing.pem", "", 0);
	return 0;
}

static int clean_env(void **state)
{
	(void)state;
	unsetenv("SSL_CERT_FILE");
	unsetenv("SSL_CERT_DIR");
	return 0;
}

/* Load, and count the certificates; -1 when that failed. */
static int load(const char *file, struct err *e)
{
	const mbedtls_x509_crt *c;
	int n = 0;

	if (trust_load(&roots, file, e) == 0)
		for (c = &roots.crt; c && c->version != 0; c = c->next)
			n++;
	else
		n = -1;
	mbedtls_x509_crt_free(&roots.crt);
	return n;
}

static void what_is_given_is_the_only_one(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(load(file_path(0, "ca.pem"), &e), 1);
	assert_non_null(strstr(roots.from, "ca.pem"));
	assert_int_equal(load(file_path(0, "dir"), &e), 1);
	/* The option wins over the environment, the file there over the directory. */
	setenv("SSL_CERT_FILE", file_path(1, "dir/one.pem"), 1);
	setenv("SSL_CERT_DIR", "/nonexistent", 1);
	assert_int_equal(load(file_path(0, "ca.pem"), &e), 1);
	assert_non_null(strstr(roots.from, "ca.pem"));
	assert_int_equal(load(NULL, &e), 1);
	assert_non_null(strstr(roots.from, "one.pem"));
	assert_int_equal(load("", &e), 1);
	assert_non_null(strstr(roots.from, "one.pem"));
	unsetenv("SSL_CERT_FILE");
	setenv("SSL_CERT_DIR", file_path(1, "dir"), 1);
	assert_int_equal(load(NULL, &e), 1);
	check_err(&e, ERR_NONE, "given");
}

static void the_built_in_roots(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	/* However the environment is. */
	setenv("SSL_CERT_FILE", file_path(1, "ca.pem"), 1);
	/* All of them, whatever they signed themselves with. */
	assert_int_equal(load(TRUST_BUILTIN, &e), ROOTS_COUNT);
	assert_null(strstr(roots.from, "ca.pem"));
	/* Twice is as good as once. */
	assert_int_equal(load(TRUST_BUILTIN, &e), ROOTS_COUNT);
	check_err(&e, ERR_NONE, "builtin");
}

/* SSL_CERT_DIR is a list, of which not all have to be there. */
static void directories(void **state)
{
	char list[3 * PATH_MAX];
	struct err e = ERR_INIT;

	(void)state;
	snprintf(list, sizeof(list), "/nonexistent:%s:%s:", file_path(0, "empty"),
		 file_path(1, "dir"));
	setenv("SSL_CERT_DIR", list, 1);
	assert_int_equal(load(NULL, &e), 1);
	assert_non_null(strstr(roots.from, "/dir"));
	setenv("SSL_CERT_DIR", "/nonexistent:/nowhere", 1);
	assert_int_equal(load(NULL, &e), -1);
	check_err(&e, ERR_USAGE, "SSL_CERT_DIR");
	assert_non_null(strstr(e.text, "/nonexistent:/nowhere"));
}

/* Not "not signed by" later, nor "holds no certificate". */
static void without_memory(void **state)
{
	struct err e = ERR_INIT;
	void *most;

	(void)state;
	assert_int_equal(http_global_init(&e), 0);
	most = mem_malloc(MEM_CAP_BYTES - 100000);
	assert_non_null(most);
	assert_int_equal(load(TRUST_BUILTIN, &e), -1);
	check_err(&e, ERR_FAILED, "memory");
	assert_string_equal(e.text, "out of memory");
	mem_free(most);
	err_clear(&e);
	assert_int_equal(load(TRUST_BUILTIN, &e), ROOTS_COUNT);
}

/* Something is always trusted, on whatever machine this runs. */
static void nothing_given(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_true(load(NULL, &e) >= 1);
	assert_true(roots.from[0] != '\0');
	check_err(&e, ERR_NONE, "nothing");
}

/* What was given and cannot be used is an error, never a reason to take something else. */
static void what_cannot_be_used(void **state)
{
	static const char *const names[] = { "missing.pem", "garbage.pem", "nothing.pem", "empty",
					     "missing/dir" };
	char *path;
	size_t i, way;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		for (way = 0; way < 3; way++) {
			struct err e = ERR_INIT;

			clean_env(NULL);
			path = (char *)file_path(2, names[i]);
			if (way == 1)
				setenv("SSL_CERT_FILE", path, 1);
			if (way == 2)
				setenv("SSL_CERT_DIR", path, 1);
			CHECK(load(way == 0 ? path : NULL, &e) == -1, "%s, way %zu", names[i], way);
			check_err(&e, ERR_USAGE, names[i]);
			CHECK(strstr(e.text, names[i]), "%s: %s", names[i], e.text);
		}
	}
}

/* Of a bundle with one bad certificate, the others count. */
static void a_bundle(void **state)
{
	char bundle[3 * sizeof(pem)];
	struct err e = ERR_INIT;
	int len;

	(void)state;
	len = snprintf(bundle, sizeof(bundle), "# a comment\n%s\nmore text\n%s", pem, pem);
	/* Somewhere inside the base64 of the first. */
	bundle[100] = '!';
	assert_int_equal(load(file_make(2, "bundle.pem", bundle, (size_t)len), &e), 1);
	bundle[100] = 'A';
	check_err(&e, ERR_NONE, "bundle");
}

/* A settings file may hold the certificate itself. */
static void a_certificate_as_text(void **state)
{
	struct err e = ERR_INIT;
	char text[sizeof(pem)];

	(void)state;
	assert_int_equal(load(pem, &e), 1);
	assert_non_null(strstr(roots.from, "settings"));
	memcpy(text, pem, sizeof(pem));
	text[100] = '!';
	assert_int_equal(load(text, &e), -1);
	check_err(&e, ERR_USAGE, "text");
}

static void pins(void **state)
{
	static const char *const bad[] = {
		"",
		"sha256//",
		"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
		"sha256//AAAAAAAAAAAAAAAAAAAAA;AAAAAAAAAAAAAAAAAAAAA=",
		"sha512//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	};
	unsigned char key[TRUST_PRINT_BYTES];
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	assert_int_equal(trust_pin("sha256//AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/v8=", key, &e),
			 0);
	assert_int_equal(key[0] << 16 | key[1] << 8 | key[2], 0x010203);
	assert_int_equal(key[30] << 8 | key[31], 0xfeff);
	for (i = 0; i < COUNT(bad); i++) {
		err_clear(&e);
		CHECK(trust_pin(bad[i], key, &e) == -1, "%s", bad[i]);
		check_err(&e, ERR_USAGE, bad[i]);
	}
}

static void explanations(void **state)
{
	static const struct {
		uint32_t flags;
		const char *says;
	} rows[] = {
		{ MBEDTLS_X509_BADCERT_NOT_TRUSTED, "--cacert" },
		{ MBEDTLS_X509_BADCERT_CN_MISMATCH, "name" },
		{ MBEDTLS_X509_BADCERT_EXPIRED, "2021-03-04" },
		{ MBEDTLS_X509_BADCERT_FUTURE, "2020-01-02" },
		{ MBEDTLS_X509_BADCERT_BAD_MD, "SHA-1" },
		{ MBEDTLS_X509_BADCERT_BAD_KEY, "weak" },
		{ MBEDTLS_X509_BADCERT_EXT_KEY_USAGE, "servers" },
		{ 0, "refused" },
	};
	struct verdict v = { .trust = &trust,
			     .from = { .year = 2020, .mon = 1, .day = 2 },
			     .to = { .year = 2021, .mon = 3, .day = 4 } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		v.flags = rows[i].flags;
		assert_int_equal(blame_certificate(&v, "host.example", &e), -1);
		check_err(&e, ERR_TRUST, rows[i].says);
		CHECK(strstr(e.text, rows[i].says), "%s: %s", rows[i].says, e.text);
		CHECK(strstr(e.text, "host.example"), "%s", e.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_given_is_the_only_one, clean_env),
		cmocka_unit_test_setup(the_built_in_roots, clean_env),
		cmocka_unit_test_setup(nothing_given, clean_env),
		cmocka_unit_test_setup(what_cannot_be_used, clean_env),
		cmocka_unit_test_setup(a_bundle, clean_env),
		cmocka_unit_test_setup(a_certificate_as_text, clean_env),
		cmocka_unit_test_setup(directories, clean_env),
		cmocka_unit_test_setup(without_memory, clean_env),
		cmocka_unit_test_setup(pins, clean_env),
		cmocka_unit_test_setup(explanations, clean_env),
	};

	return cmocka_run_group_tests_name("trust", tests, setup, files_teardown);
}
