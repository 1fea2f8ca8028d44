/* url_show(): what it shows is short, clean, and without credentials or a query. */
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "net/http.h"
#include "net/url.h"

/* Where the host may begin: behind a scheme and any number of slashes, as libcurl takes them. */
static size_t authority(const char *url)
{
	size_t n = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	return n > 0 && url[n] == ':' && url[n + 1] == '/' ? n + 1 + strspn(url + n + 1, "/") : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cap = 1 + fuzz_byte(&data, &size);
	char *url = fuzz_string(data, size);
	char *out = malloc(cap), *whole = malloc(size + 4), *again = malloc(size + 4);
	const char *host;

	REQUIRE(out && whole && again);
	url_show(url, out, cap);
	REQUIRE(strlen(out) < cap);
	url_show(url, whole, size + 4);
	REQUIRE(strlen(whole) <= strlen(url));
	/* What is fit to be shown needs no more cleaning. */
	strcpy(again, whole);
	text_clean(again);
	REQUIRE(strcmp(again, whole) == 0);
	host = whole + authority(url);
	REQUIRE(host <= whole + strlen(whole));
	REQUIRE(!memchr(host, '@', strcspn(host, "/")));
	free(again);
	free(whole);
	free(out);
	free(url);
	return 0;
}
