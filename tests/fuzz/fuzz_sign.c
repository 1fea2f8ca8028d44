/* Signatures: the first line is a path, the second a query, the third a header's value. */
#include "cloud/openstack/sign.h"
#include "fuzz/fuzz.h"

/* What is canonical stays as it is. */
static void check_query(const char *query)
{
	char once[4096], twice[4096];
	struct err e = ERR_INIT;
	int result = sign_query(query, once, sizeof(once), &e);

	fuzz_err(result, &e);
	if (result < 0)
		return;
	REQUIRE(strspn(once, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			     "0123456789-_.~%=&") == strlen(once));
	REQUIRE(sign_query(once, twice, sizeof(twice), &e) == 0);
	REQUIRE(strcmp(once, twice) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *path = fuzz_line(&data, &size), *query = fuzz_line(&data, &size),
	     *value = fuzz_line(&data, &size);
	const struct sign_header headers[] = { { "host", value },
					       { "x-sdk-date", "20200608T023900Z" },
					       { NULL, NULL } };
	struct sign_request q = { "GET", path, query, headers, SIGN_EMPTY_BODY };
	struct err e = ERR_INIT;
	char out[300];
	int result;

	check_query(query);
	result = sign_request(&q, "key", "secret", out, sizeof(out), &e);
	fuzz_err(result, &e);

	REQUIRE(result < 0 || strstr(out, ", SignedHeaders=host;x-sdk-date, Signature="));
	free(path);
	free(query);
	free(value);
	return 0;
}
