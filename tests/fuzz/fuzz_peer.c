/* peer.h: certificates as a server may send them, the last ones of which are trusted. */
#include <mbedtls/ssl.h>
#include <peer.h>

#include "fuzz/fuzz.h"
#include "net/trust.h"

struct seen {
	const mbedtls_x509_crt *leaf;
	int next; /* depth */
};

static int judge(void *arg, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct seen *seen = arg;
	mbedtls_x509_buf oid;

	REQUIRE(seen->next < 0 || depth == seen->next);
	seen->next = depth - 1;
	REQUIRE((depth == 0) == (crt == seen->leaf) || depth > 0);
	REQUIRE(!peer_unknown(crt, &oid) || (*flags & PEER_BADCERT_EXTENSION));
	return 0;
}

/* The certificates one after the other: how many were readable. */
static unsigned parse(mbedtls_x509_crt *list, const uint8_t *data, size_t size, unsigned most)
{
	unsigned n = 0;
	size_t len;

	while (size >= 4 && n < most) {
		len = 4 + ((size_t)data[2] << 8 | data[3]);
		if (len > size)
			len = size;
		if (peer_parse_der(list, data, len) == 0)
			n++;
		data += len;
		size -= len;
	}
	return n;
}

static unsigned count(const mbedtls_x509_crt *c)
{
	unsigned n = 0;

	for (; c && c->version != 0; c = c->next)
		n++;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "127.0.0.1", "localhost", "::1", "a.example.org" };
	unsigned choice = fuzz_byte(&data, &size);
	mbedtls_x509_crt chain, roots;
	struct seen seen = { &chain, -1 };
	uint32_t flags = 0;
	unsigned before;
	int code;

	mbedtls_x509_crt_init(&chain);
	mbedtls_x509_crt_init(&roots);
	(void)parse(&chain, data, size, 12);
	/* Or nobody is trusted. */
	if (choice & 4)
		(void)mbedtls_x509_crt_parse_der(&roots, data, size);
	before = count(&chain);
	if (before > 0) {
		code = peer_verify(&chain, &roots, NULL, &mbedtls_x509_crt_profile_default,
				   names[choice & 3], &flags, judge, &seen, NULL);
		REQUIRE(count(&chain) == before);
		REQUIRE(code != 0 || (choice & 4));
		REQUIRE((code == 0) == (flags == 0));
	}
	mbedtls_x509_crt_free(&roots);
	mbedtls_x509_crt_free(&chain);
	return 0;
}
