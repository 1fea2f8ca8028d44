/* What stands between the quotes of JSON. */
#include "base/json_text.h"

#include <string.h>

#include "base/parse.h"

static int hex4(const char *s)
{
	int i, v = 0;

	for (i = 0; i < 4; i++)
		v = v * 16 + parse_hex(s[i]);
	return v;
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
		text_put_utf8(t, (unsigned long)hi);
		return 5;
	}
	if (hi < 0xdc00 && len >= 11 && s[5] == '\\' && s[6] == 'u') {
		lo = hex4(s + 7);
		if (lo >= 0xdc00 && lo <= 0xdfff) {
			text_put_utf8(t, 0x10000ul + ((unsigned long)(hi - 0xd800) << 10) +
						 (unsigned long)(lo - 0xdc00));
			return 11;
		}
	}
	text_put_utf8(t, 0xfffd); /* half of a surrogate pair */
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
