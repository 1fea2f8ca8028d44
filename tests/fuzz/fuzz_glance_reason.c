/*
 * What is shown of an answer that refuses.  The first two lines are the password
 * and the token; the byte behind them is how much room there is.
 */
#include <ctype.h>

#include "base/text.h"
#include "cloud/openstack/glance.h"
#include "cloud/openstack/openstack.h"
#include "fuzz/fuzz.h"

static struct os_settings settings;
static struct options options;
static struct work work;
static struct task task = {
	.provider = &openstack_provider,
	.options = &options,
	.settings = &settings,
	.work = &work,
};

/* A secret that nothing else than itself becomes, and no word: letters and digits, some of them. */
static bool is_plain(const char *s)
{
	const char *c;
	bool digit = false;

	for (c = s; *c; c++) {
		if (!isalnum((unsigned char)*c))
			return false;
		digit = digit || isdigit((unsigned char)*c);
	}
	return c - s >= 8 && digit;
}

/* One line that can be shown. */
static void check_line(const char *s)
{
	size_t len = strlen(s), n;

	for (; len > 0; s += n, len -= n) {
		n = text_utf8(s, len);
		REQUIRE(n > 0 && (unsigned char)*s >= 0x20 && *s != 0x7f);
		REQUIRE(n != 2 || (unsigned char)s[0] != 0xc2 || (unsigned char)s[1] >= 0xa0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *secret = fuzz_line(&data, &size), *token = fuzz_line(&data, &size);
	size_t cap = 1 + fuzz_byte(&data, &size) % ERR_TEXT_MAX;
	char *out = malloc(cap);

	REQUIRE(out != NULL);
	if (size > sizeof(work.answer) - 1)
		size = sizeof(work.answer) - 1;
	if (size > 0)
		memcpy(work.answer, data, size);
	work.answer[size] = '\0';
	work.reply.len = size;
	snprintf(settings.secret.value, sizeof(settings.secret.value), "%s", secret);
	snprintf(work.auth, sizeof(work.auth), "X-Auth-Token: %s", token);
	snprintf(work.request_id, sizeof(work.request_id), "%s", size % 2 ? "req-7" : "");
	memset(out, 'Z', cap);
	api_reason(&task, &glance, out, cap);
	REQUIRE(memchr(out, '\0', cap) != NULL);
	check_line(out);
	REQUIRE(!is_plain(secret) || !strstr(out, secret));
	REQUIRE(!is_plain(token) || !strstr(out, token));
	/* A short secret may be a part of it. */
	REQUIRE(size % 2 == 0 || cap < 20 || !is_plain(secret) || !is_plain(token) ||
		strstr(out, "[req-7]"));
	free(out);
	free(token);
	free(secret);
	return 0;
}
