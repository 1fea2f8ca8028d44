/* Signatures with an access key, against published vectors and some of our own. */
#include "unit/unit.h"

#include "cloud/openstack/sign.h"

/* Huawei's signing guide; its SDK's unit tests; the last is of code that passes both. */
static void vectors(void **state)
{
	static const struct sign_header guide[] = {
		{ "content-type", "application/json" },
		{ "host", "service.region.example.com" },
		{ "x-sdk-date", "20191115T033655Z" },
		{ NULL, NULL },
	};
	static const struct sign_header sdk[] = {
		{ "host", "service.endpoint.myhuaweicloud.com" },
		{ "x-sdk-date", "20200608T023900Z" },
		{ NULL, NULL },
	};
	static const struct sign_header put[] = {
		{ "content-type", "application/octet-stream" },
		{ "host", "ims.eu-de.otc.t-systems.com" },
		{ "x-sdk-content-sha256", "UNSIGNED-PAYLOAD" },
		{ "x-sdk-date", "20200608T023900Z" },
		{ NULL, NULL },
	};
	static const struct {
		struct sign_request q;
		const char *ak, *sk, *names, *signature;
	} rows[] = {
		{ { "GET", "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
		    "limit=2&marker=13551d6b-755d-4757-b956-536f674975c0", guide, SIGN_EMPTY_BODY },
		  "QTWAOYTTINDUT2QVKYUC",
		  "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc",
		  "content-type;host;x-sdk-date",
		  "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe" },
		{ { "GET", "/resources", "size=1", sdk, SIGN_EMPTY_BODY },
		  "AccessKey",
		  "SecretKey",
		  "host;x-sdk-date",
		  "cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842" },
		/* The SHA-256 is of {"name":"test","id":1}. */
		{ { "POST", "/resources", "size=1", sdk,
		    "8ed555081b9961769014bc1182c629bb0fe68d7b01c1fc1caab4dc791f377e8c" },
		  "AccessKey",
		  "SecretKey",
		  "host;x-sdk-date",
		  "436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f" },
		{ { "PUT", "/v2/images/84ac7f2b-bf19-4efb-86a0-b5be8771b476/file", "", put,
		    "UNSIGNED-PAYLOAD" },
		  "AccessKey",
		  "SecretKey",
		  "content-type;host;x-sdk-content-sha256;x-sdk-date",
		  "f97b2b80956d396e1e1265d58f1de8df457f3a8f00bc96af996669ec3539cbce" },
	};
	char out[512], want[512];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(want, sizeof(want),
			 "SDK-HMAC-SHA256 Access=%s, SignedHeaders=%s, Signature=%s", rows[i].ak,
			 rows[i].names, rows[i].signature);
		CHECK(sign_request(&rows[i].q, rows[i].ak, rows[i].sk, out, sizeof(out), &e) == 0,
		      "row %zu: %s", i, e.text);
		CHECK(strcmp(out, want) == 0, "row %zu: %s, not %s", i, out, want);
	}
}

static void queries(void **state)
{
	static const struct {
		const char *query, *canonical;
	} rows[] = {
		{ "", "" },
		{ "&&", "" },
		{ "k", "k=" },
		{ "b=2&a=1", "a=1&b=2" },
		{ "a=b=c", "a=b%3Dc" },
		{ "ab=1&a=2&a-b=3", "a=2&a-b=3&ab=1" },
		{ "name=a%20b&status=queued", "name=a%20b&status=queued" },
		{ "name=a b%zz%4", "name=a%20b%25zz%254" },
		{ "limit=1&enable=true&test=\xe4\xb8\x80 (%26=?!#%25.*)&path=/tmp/123&multi=1&multi=2&multi=3",
		  "enable=true&limit=1&multi=1&multi=2&multi=3&path=%2Ftmp%2F123&test=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29" },
	};
	struct err e = ERR_INIT;
	char out[512];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		err_clear(&e);
		CHECK(sign_query(rows[i].query, out, sizeof(out), &e) == 0, "row %zu: %s", i,
		      e.text);
		CHECK(strcmp(out, rows[i].canonical) == 0, "row %zu: %s", i, out);
	}
	assert_int_equal(sign_query("1&2&3&4&5&6&7&8&9&a&b&c&d&e&f&g&h", out, sizeof(out), &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
	err_clear(&e);
	assert_int_equal(sign_query("name=abcdefgh", out, 8, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
}

/* A path is the same, encoded or not; what is trimmed of a header does not count. */
static void canonical(void **state)
{
	static const struct sign_header one[] = { { "host", "h" },
						  { "x-sdk-date", "20200608T023900Z" },
						  { NULL, NULL } };
	static const struct sign_header two[] = { { "host", " h\t" },
						  { "x-sdk-date", "20200608T023900Z" },
						  { NULL, NULL } };
	struct sign_request q = { "GET", "/a%2fb/c d/", "", one, SIGN_EMPTY_BODY };
	struct err e = ERR_INIT;
	char first[512], second[512];

	(void)state;
	assert_int_equal(sign_request(&q, "A", "S", first, sizeof(first), &e), 0);
	q.headers = two;
	q.path = "/a%2Fb/c%20d";
	assert_int_equal(sign_request(&q, "A", "S", second, sizeof(second), &e), 0);
	assert_string_equal(first, second);
	assert_int_equal(sign_request(&q, "A", "S", second, 40, &e), -1);
	assert_int_equal(e.code, ERR_LIMIT);
}

static void dates(void **state)
{
	char out[SIGN_DATE_BYTES];

	(void)state;
	sign_date(1591583940, out);
	assert_string_equal(out, "20200608T023900Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(queries),
		cmocka_unit_test(canonical),
		cmocka_unit_test(dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
