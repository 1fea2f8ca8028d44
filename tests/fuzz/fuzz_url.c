/* http_show_url(): what it shows is short, clean, and without credentials or a query. */
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "net/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cap = 1 + fuzz_byte(&data, &size);
	char *url = fuzz_string(data, size);
	char *out = malloc(cap), *whole = malloc(size + 4), *again = malloc(size + 4), *host;

	REQUIRE(out && whole && again);
	http_show_url(url, out, cap);
	REQUIRE(strlen(out) < cap);
	http_show_url(url, whole, size + 4);
	REQUIRE(strlen(whole) <= strlen(url));
	/* What is fit to be shown needs no more cleaning. */
	strcpy(again, whole);
	text_clean(again);
	REQUIRE(strcmp(again, whole) == 0);
	/* Between "://" and the path there is a host only. */
	host = strstr(whole, "://");
	if (host && host == whole + strcspn(whole, ":"))
		REQUIRE(!memchr(host + 3, '@', strcspn(host + 3, "/")));
	free(again);
	free(whole);
	free(out);
	free(url);
	return 0;
}
