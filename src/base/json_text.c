/* What stands between the quotes of JSON. */
#include "base/json_text.h"

#include <string.h>

static int hex4(const char *s)
{
	int i, v = 0;

	for (i = 0; i < 4; i++)
		v = v * 16 + text_hex(s[i]);
	return v;
}

static void put_utf8(struct text *t, unsigned long c)
{
	char b[4];
	size_t n = 0;

	if (c < 0x80) {
		b[n++] = (char)c;
	} else if (c < 0x800) {
		b[n++] = (char)(0xc0 | c >> 6);
		b[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		b[n++] = (char)(0xe0 | c >> 12);
		b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		b[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		b[n++] = (char)(0xf0 | c >> 18);
		b[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		b[n++] = (char)(0x80 | (c & 0x3f));
	}
	text_put_n(t, b, n);
}

/* The escape at s (behind the backslash); returns how long it is. */
static size_t put_escape(struct text *t, const char *s, size_t len)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char plain[] = "\"\\/\b\f\n\r\t";
	int hi, lo;

	if (*s != 'u') {
		text_put_n(t, &plain[strchr(letters, *s) - letters], 1);
		return 1;
	}
	hi = hex4(s + 1);
	if (hi < 0xd800 || hi > 0xdfff) {
		put_utf8(t, (unsigned long)hi);
		return 5;
	}
	if (hi < 0xdc00 && len >= 11 && s[5] == '\\' && s[6] == 'u') {
		lo = hex4(s + 7);
		if (lo >= 0xdc00 && lo <= 0xdfff) {
			put_utf8(t, 0x10000ul + ((unsigned long)(hi - 0xd800) << 10) +
					    (unsigned long)(lo - 0xdc00));
			return 11;
		}
	}
	put_utf8(t, 0xfffd); /* half of a surrogate pair */
	return 5;
}

void json_unescape(struct text *t, const char *s, size_t len)
{
	size_t n;

	for (; len > 0 && !t->full; s += n, len -= n) {
		if (*s == '\\') {
			n = 1 + put_escape(t, s + 1, len - 1);
		} else {
			const char *back = memchr(s, '\\', len);

			n = back ? (size_t)(back - s) : len;
			text_put_n(t, s, n);
		}
	}
}

static bool is_escape(const char *s)
{
	int i;

	if (*s != 'u')
		return *s && strchr("\"\\/bfnrt", *s);
	for (i = 1; i <= 4; i++)
		if (text_hex(s[i]) < 0)
			return false;
	return true;
}

/* How many bytes at s are the secret, as it is or as JSON may write it; 0 if none. */
static size_t secret_at(const char *s, const char *secret)
{
	size_t len = strlen(secret), n, at = 0;
	struct text one;
	char b[8];

	if (strncmp(s, secret, len) == 0)
		return len;
	while (*secret) {
		text_init(&one, b, sizeof(b));
		if (s[at] == '\\' && is_escape(s + at + 1)) {
			n = 1 + put_escape(&one, s + at + 1, strnlen(s + at + 1, 11));
		} else {
			text_put_n(&one, s + at, 1);
			n = 1;
		}
		/* A NUL, of the text's end or escaped, is no part of any secret. */
		if (strncmp(secret, one.at, one.len) != 0)
			return 0;
		secret += one.len;
		at += n;
	}
	return at;
}

static size_t longest_at(const char *s, const char *const *secrets, size_t count)
{
	size_t best = 0, len, i;

	for (i = 0; i < count; i++) {
		len = secrets[i][0] ? secret_at(s, secrets[i]) : 0;
		if (len > best)
			best = len;
	}
	return best;
}

void json_hide(char *s, const char *const *secrets, size_t count)
{
	size_t len;

	for (; *s; s += len > 0 ? len : 1) {
		len = longest_at(s, secrets, count);
		memset(s, '*', len);
	}
}

void json_put_hiding(struct text *t, const char *s, const char *const *secrets, size_t count)
{
	size_t len;

	for (; *s && !t->full; s += len > 0 ? len : 1) {
		len = longest_at(s, secrets, count);
		text_put_n(t, len > 0 ? "***" : s, len > 0 ? 3 : 1);
	}
}
