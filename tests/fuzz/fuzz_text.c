/* Sizes, spans of time, UTF-8, cleaning and quoting of any text. */
#include "base/json.h"
#include "base/parse.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

static bool all_utf8(const char *s)
{
	size_t len = strlen(s), n;

	for (; len > 0; s += n, len -= n) {
		n = text_utf8(s, len);
		if (n == 0)
			return false;
	}
	return true;
}

static void parsing(const char *s)
{
	uint64_t bytes = 0, number = 0;
	int64_t ms = -1;
	char back[32];
	struct text t;

	if (parse_number(s, UINT64_MAX, &number) == 0) {
		/* A plain number is a size as well, and the same one. */
		REQUIRE(parse_size(s, &bytes) == 0 && bytes == number);
		REQUIRE(strtoull(s, NULL, 10) == number);
	}
	if (parse_size(s, &bytes) == 0) {
		REQUIRE(s[0] >= '0' && s[0] <= '9');
		text_init(&t, back, sizeof(back));
		text_put_size(&t, bytes);
		REQUIRE(!t.full && t.len <= 15);
	}
	if (parse_duration(s, &ms) == 0)
		REQUIRE(ms >= 0 && s[0] >= '0' && s[0] <= '9');
}

static void cleaning(const char *s, size_t size)
{
	char *clean = fuzz_string((const uint8_t *)s, size);
	char *again;
	const char *c;

	text_clean(clean);
	REQUIRE(strlen(clean) <= strlen(s) && all_utf8(clean));
	for (c = clean; *c; c++)
		REQUIRE((unsigned char)*c >= 0x20 && *c != 0x7f);
	again = fuzz_string((const uint8_t *)clean, strlen(clean));
	text_clean(again);
	REQUIRE(strcmp(again, clean) == 0);
	REQUIRE(text_chars(clean) <= strlen(clean));
	free(again);
	free(clean);
}

/* A quoted text is JSON, and UTF-8 comes back from it as it was. */
static void quoting(const char *s, size_t size)
{
	size_t cap = 6 * size + 16;
	char *quoted = malloc(cap), *back = malloc(cap);
	struct err e = ERR_INIT;
	jsmntok_t tokens[4];
	struct json j;
	struct text t;

	REQUIRE(quoted && back);
	text_init(&t, quoted, cap);
	text_put(&t, "[");
	text_put_json(&t, s);
	text_put(&t, "]");
	REQUIRE(!t.full && all_utf8(quoted));
	REQUIRE(json_parse(&j, quoted, t.len, tokens, 4, &e) == 0);
	REQUIRE(json_str(&j, "0", back, cap, &e) >= 0);
	REQUIRE(!all_utf8(s) || strcmp(back, s) == 0);
	/* Cut off anywhere, it is still a string. */
	text_init(&t, quoted, size / 2 + 1);
	text_put_json(&t, s);
	REQUIRE(strlen(quoted) == t.len && t.len <= size / 2);
	free(back);
	free(quoted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *secret = fuzz_line(&data, &size);
	char *s = fuzz_string(data, size);
	char *hidden = fuzz_string(data, size);

	parsing(s);
	cleaning(s, size);
	quoting(s, size);
	text_redact(hidden, secret);
	REQUIRE(strlen(hidden) == strlen(s));
	REQUIRE(!*secret || strspn(secret, "*") > 0 || !strstr(hidden, secret) ||
		strchr(secret, '*'));
	free(hidden);
	free(s);
	free(secret);
	return 0;
}
