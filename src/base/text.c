/* Texts are built in buffers of fixed size, in pieces that are whole. */
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"

void text_init(struct text *t, char *at, size_t cap)
{
	t->at = at;
	t->cap = cap;
	t->len = 0;
	t->full = false;
	at[0] = '\0';
}

void text_put_n(struct text *t, const char *s, size_t len)
{
	size_t room = t->cap - 1 - t->len;

	if (len > room) {
		len = room;
		t->full = true;
	}
	memcpy(t->at + t->len, s, len);
	t->len += len;
	t->at[t->len] = '\0';
}

void text_put(struct text *t, const char *s)
{
	text_put_n(t, s, strlen(s));
}

void text_vprintf(struct text *t, const char *fmt, va_list ap)
{
	size_t room = t->cap - t->len;
	int n = vsnprintf(t->at + t->len, room, fmt, ap);

	if (n < 0 || (size_t)n >= room) {
		t->full = true;
		t->len += strlen(t->at + t->len);
	} else {
		t->len += (size_t)n;
	}
}

void text_printf(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(t, fmt, ap);
	va_end(ap);
}

size_t text_utf8(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t n, i;
	uint32_t c;

	if (len == 0)
		return 0;
	if (u[0] < 0x80)
		return 1;
	if (u[0] >= 0xc2 && u[0] < 0xe0) {
		n = 2;
		c = u[0] & 0x1fu;
	} else if (u[0] >= 0xe0 && u[0] < 0xf0) {
		n = 3;
		c = u[0] & 0x0fu;
	} else if (u[0] >= 0xf0 && u[0] < 0xf5) {
		n = 4;
		c = u[0] & 0x07u;
	} else {
		return 0;
	}
	if (n > len)
		return 0;
	for (i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3fu);
	}
	if ((n == 3 && c < 0x800) || (n == 4 && (c < 0x10000 || c > 0x10ffff)) ||
	    (c >= 0xd800 && c < 0xe000))
		return 0;
	return n;
}

unsigned long text_code(const char *s, size_t n)
{
	unsigned long code = (unsigned char)s[0];
	size_t i;

	if (n > 1)
		code &= 0x7fU >> n;
	for (i = 1; i < n; i++)
		code = code << 6 | ((unsigned char)s[i] & 0x3f);
	return code;
}

/* Is the UTF-8 sequence at s a control character: C0, DEL, or C1, which has two bytes? */
static bool is_control(const char *s, size_t n)
{
	unsigned char c = (unsigned char)s[0];

	return n == 1 ? c < 0x20 || c == 0x7f : n == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0;
}

size_t text_put_shown(struct text *t, const char *s, size_t len)
{
	size_t n = text_utf8(s, len);

	if (n == 0) {
		text_put(t, "\xef\xbf\xbd");
		return 1;
	}
	/* The last byte of a C1 control character is its code. */
	if (is_control(s, n))
		text_printf(t, "\\u%04x", (unsigned)(unsigned char)s[n - 1]);
	else
		text_put_n(t, s, n);
	return n;
}

/* The first character of s in a JSON string; returns its length in s. */
static size_t put_quoted(struct text *t, const char *s, size_t len)
{
	static const char plain[] = "\"\\\b\f\n\r\t";
	static const char letters[] = "\"\\bfnrt";
	const char *hit = strchr(plain, *s);

	if (!hit)
		return text_put_shown(t, s, len);
	text_printf(t, "\\%c", letters[hit - plain]);
	return 1;
}

void text_put_json(struct text *t, const char *s)
{
	size_t len = strlen(s), n;

	text_put(t, "\"");
	for (; len > 0; s += n, len -= n)
		n = put_quoted(t, s, len);
	text_put(t, "\"");
}

void text_print_json(FILE *f, const char *s)
{
	size_t len = strlen(s), n;
	char one[TEXT_JSON_MAX + 1];
	struct text t;

	putc('"', f);
	for (; len > 0; s += n, len -= n) {
		text_init(&t, one, sizeof(one));
		n = put_quoted(&t, s, len);
		fputs(one, f);
	}
	putc('"', f);
}

/* RFC 4648, section 4 */
static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_put_base64(struct text *t, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t three;

	for (; len > 0; p += 3, len = len > 3 ? len - 3 : 0) {
		three = (uint32_t)p[0] << 16 | (len > 1 ? (uint32_t)p[1] << 8 : 0) |
			(len > 2 ? p[2] : 0);
		text_put_n(t, &base64[three >> 18], 1);
		text_put_n(t, &base64[three >> 12 & 63], 1);
		text_put_n(t, len > 1 ? &base64[three >> 6 & 63] : "=", 1);
		text_put_n(t, len > 2 ? &base64[three & 63] : "=", 1);
	}
}

void text_put_from_base64(struct text *t, const char *s)
{
	unsigned bits = 0, n = 0;
	const char *at;
	char c;

	for (; *s && *s != '='; s++) {
		at = strchr(base64, *s);
		if (!at)
			continue;
		bits = (bits << 6 | (unsigned)(at - base64)) & 0xffff;
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		c = (char)(bits >> n & 0xff);
		text_put_n(t, &c, 1);
	}
}

static void put_percent(struct text *t, const char *s, const char *blank)
{
	for (; *s; s++) {
		if (isalnum((unsigned char)*s) || strchr("-_.~", *s))
			text_put_n(t, s, 1);
		else if (*s == ' ')
			text_put(t, blank);
		else
			text_printf(t, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

void text_put_query(struct text *t, const char *s)
{
	put_percent(t, s, "+");
}

void text_put_segment(struct text *t, const char *s)
{
	put_percent(t, s, "%20");
}

void text_put_upper(struct text *t, const char *s)
{
	char c;

	for (; *s; s++) {
		c = (char)toupper((unsigned char)*s);
		text_put_n(t, &c, 1);
	}
}

void text_ellipsis(struct text *t)
{
	size_t at, back;

	if (!t->full || t->len < 3)
		return;
	at = t->len - 3;
	for (back = 0; back < 3 && at > 0 && (t->at[at] & 0xc0) == 0x80; back++)
		at--;
	memcpy(t->at + at, "...", 4);
	t->len = at + 3;
}

void text_say(char *at, size_t cap, const char *fmt, ...)
{
	struct text t;
	va_list ap;

	text_init(&t, at, cap);
	va_start(ap, fmt);
	text_vprintf(&t, fmt, ap);
	va_end(ap);
	text_ellipsis(&t);
}

void text_clean(char *s)
{
	char *start = s;
	size_t len = strlen(s), n;

	for (; len > 0; s += n, len -= n) {
		n = text_utf8(s, len);
		if (n == 0) {
			*s = '?';
			n = 1;
		} else if (is_control(s, n)) {
			memset(s, strchr("\n\r\t", *s) ? ' ' : '?', n);
		}
	}
	while (s > start && s[-1] == ' ')
		*--s = '\0';
}

void text_redact(char *s, const char *secret)
{
	size_t len = strlen(secret);

	if (len == 0)
		return;
	while ((s = strstr(s, secret)) != NULL) {
		memset(s, '*', len);
		s += len;
	}
}

size_t text_chars(const char *s)
{
	size_t len = strlen(s), count = 0, n;

	for (; len > 0; s += n, len -= n, count++) {
		n = text_utf8(s, len);
		if (n == 0)
			n = 1;
	}
	return count;
}

void text_put_utf8(struct text *t, unsigned long c)
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

size_t text_put_entity(struct text *t, const char *s)
{
	static const struct {
		const char *name, *text;
	} entities[] = { { "&amp;", "&" },   { "&lt;", "<" },   { "&gt;", ">" },
			 { "&quot;", "\"" }, { "&apos;", "'" }, { "&nbsp;", " " } };
	bool hex = s[0] == '&' && s[1] == '#' && (s[2] == 'x' || s[2] == 'X');
	size_t i, from = hex ? 3 : 2;
	unsigned long c = 0;

	for (i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		if (strncmp(s, entities[i].name, strlen(entities[i].name)) != 0)
			continue;
		text_put(t, entities[i].text);
		return strlen(entities[i].name);
	}
	if (s[0] != '&' || s[1] != '#')
		return 0;
	for (i = from; c <= 0x10ffff && parse_hex(s[i]) >= 0 && parse_hex(s[i]) < (hex ? 16 : 10);
	     i++)
		c = c * (hex ? 16 : 10) + (unsigned long)parse_hex(s[i]);
	if (i == from || s[i] != ';' || c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	text_put_utf8(t, c);
	return i + 1;
}

void text_put_size(struct text *t, uint64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	uint64_t tenths;
	size_t u = 0;

	if (bytes < 1024) {
		text_printf(t, "%u bytes", (unsigned)bytes);
		return;
	}
	while (u < 6 && bytes >> (10 * (u + 1)) != 0)
		u++;
	/* Rounded down, so that what does not fit a limit never looks as if it did. */
	tenths = (bytes >> (10 * (u - 1))) * 10 / 1024;
	text_printf(t, "%llu.%u %s", (unsigned long long)(tenths / 10), (unsigned)(tenths % 10),
		    units[u]);
}

const char *text_env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

bool text_is_word(const char *s)
{
	while (*s > ' ' && *s < 0x7f)
		s++;
	return *s == '\0';
}

bool text_is_line(const char *s)
{
	while ((unsigned char)*s >= ' ' && *s != 0x7f)
		s++;
	return *s == '\0';
}

bool text_lists(const char *list, char separator, const char *word)
{
	const char *end;
	size_t len;

	for (; *list; list += len + (end != NULL)) {
		end = strchr(list, separator);
		len = end ? (size_t)(end - list) : strlen(list);
		if (len == strlen(word) && strncmp(list, word, len) == 0)
			return true;
	}
	return false;
}

bool text_is_uuid(const char *s)
{
	return strlen(s) == 36 && s[strspn(s, "0123456789abcdefABCDEF-")] == '\0';
}

const char *text_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool text_same(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

bool text_finds(const char *s, const char *word)
{
	size_t len = strlen(word);

	for (; *s; s++)
		if (strncasecmp(s, word, len) == 0)
			return true;
	return len == 0;
}

bool text_ends(const char *s, const char *tail)
{
	size_t len = strlen(s), n = strlen(tail);

	return len >= n && strcasecmp(s + len - n, tail) == 0;
}

void text_wipe(void *p, size_t len)
{
	volatile unsigned char *v = p;

	while (len-- > 0)
		*v++ = 0;
}
