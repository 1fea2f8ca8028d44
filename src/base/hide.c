/* Secrets in the texts of others are found in all their spellings, and stars put in their place. */
#include "base/hide.h"

#include <string.h>

#include "base/json_text.h"
#include "base/parse.h"

/* So much of a long secret is as good as all of it, wherever in it that is. */
#define PART_BYTES 20

/* A part of a shorter secret may be an ordinary word. */
#define LONG_BYTES 16

static bool is_common(const char *secret)
{
	static const char *const words[] = {
		"password", "passwort", "wrong",  "incorrect", "invalid", "login",
		"user",     "denied",   "failed", "error",     "access",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_same(secret, words[i]))
			return true;
	return false;
}

/* How long the JSON escape at s is; 0 if there is none. */
static size_t escape_length(const char *s)
{
	size_t i;

	if (s[0] != '\\' || s[1] == '\0' || !strchr("\"\\/bfnrtu", s[1]))
		return 0;
	if (s[1] != 'u')
		return 2;
	for (i = 2; i < 6; i++)
		if (parse_hex(s[i]) < 0)
			return 0;
	/* The first half of a surrogate pair. */
	if (parse_hex(s[2]) == 0xd && parse_hex(s[3]) >= 8 && parse_hex(s[3]) < 0xc &&
	    escape_length(s + 6) == 6)
		return 12;
	return 6;
}

/* How many bytes at s stand for the first of the secret's; *len is how many of its they are. */
static size_t step(const char *s, const char *secret, size_t *len)
{
	char b[16] = "";
	struct text one;
	size_t n = escape_length(s);

	text_init(&one, b, sizeof(b));
	if (n > 0) {
		json_unescape(&one, s, n);
	} else if (s[0] == '%' && parse_hex(s[1]) >= 0 && parse_hex(s[2]) >= 0) {
		b[0] = (char)(parse_hex(s[1]) * 16 + parse_hex(s[2]));
		one.len = 1;
		n = 3;
	} else {
		n = text_put_entity(&one, s);
	}
	*len = one.len;
	/* A NUL, of the text's end or escaped, is no part of any secret. */
	if (n > 0 && b[0] && strncmp(secret, b, one.len) == 0)
		return n;
	*len = 1;
	return *s && *s == *secret ? 1 : 0;
}

/* How many bytes at s are enough of the secret's first ones, or more; 0 if there are fewer. */
static size_t part_at(const char *s, const char *secret, size_t enough)
{
	size_t at = 0, got = 0, n, len;

	while (secret[got] && (n = step(s + at, secret + got, &len)) > 0) {
		at += n;
		got += len;
	}
	return got >= enough ? at : 0;
}

/* How many bytes at s are the secret, or so much of it that nothing may be shown; 0 if none. */
static size_t secret_at(const char *s, const char *secret)
{
	size_t all = strlen(secret), enough = all, best, n;
	const char *from = secret;

	if (strncmp(s, secret, all) == 0)
		return all;
	if (all >= LONG_BYTES)
		enough = all < PART_BYTES ? all - all / 4 : PART_BYTES;
	best = part_at(s, secret, enough);
	/* Its front may be cut off. */
	while (enough < all && *s && (from = strchr(from + 1, *s)) &&
	       from <= secret + all - enough) {
		n = part_at(s, from, enough);
		best = n > best ? n : best;
	}
	return best;
}

static size_t longest_at(const char *s, const char *const *secrets, size_t count)
{
	size_t best = 0, len, i;

	for (i = 0; i < count; i++) {
		len = secrets[i][0] && !is_common(secrets[i]) ? secret_at(s, secrets[i]) : 0;
		if (len > best)
			best = len;
	}
	return best;
}

void hide_secrets(char *s, const char *const *secrets, size_t count)
{
	size_t len;

	for (; *s; s += len > 0 ? len : 1) {
		len = longest_at(s, secrets, count);
		memset(s, '*', len);
	}
}

void hide_put(struct text *t, const char *s, const char *const *secrets, size_t count)
{
	size_t len;

	for (; *s && !t->full; s += len > 0 ? len : 1) {
		len = longest_at(s, secrets, count);
		text_put_n(t, len > 0 ? "***" : s, len > 0 ? 3 : 1);
	}
}
