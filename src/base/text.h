/* Bounded text: building, parsing and cleaning it. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/bounds.h"

/* A text that is being built in a buffer of the caller's.  Always NUL-terminated. */
struct text {
	char *at;
	size_t cap;
	size_t len;
	bool full; /* something did not fit and was left out */
};

/* cap is at least 1. */
void text_init(struct text *t, char *at, size_t cap);

/* Append; what does not fit is cut off, and t->full says so ever after. */
void text_put(struct text *t, const char *s);
void text_put_n(struct text *t, const char *s, size_t len);
void text_printf(struct text *t, const char *fmt, ...) ERR_PRINTF(2, 3);
void text_vprintf(struct text *t, const char *fmt, va_list ap) ERR_PRINTF(2, 0);

/*
 * Append a JSON string with its quotes (RFC 8259, section 7), fit to be shown on a
 * terminal: each byte that is not UTF-8 becomes U+FFFD, and control characters,
 * U+007F to U+009F among them, are escaped.
 */
void text_put_json(struct text *t, const char *s);

/* No byte of s takes more in text_put_json(): the longest is "\u0001". */
#define TEXT_JSON_MAX 6

/* Print the same, whole, however long it is. */
void text_print_json(FILE *f, const char *s);

/*
 * Append the first character of a string in JSON, in which it stands for itself, so
 * that it is fit for a terminal: a byte that is not UTF-8 becomes U+FFFD, control
 * characters are escaped.  Returns how many bytes of s it was; len is not 0.
 */
size_t text_put_shown(struct text *t, const char *s, size_t len);

/* Append in base64 (RFC 4648, section 4). */
void text_put_base64(struct text *t, const char *s, size_t len);

/*
 * Append what s is the base64 of, up to its first '=' or its end; what is no
 * digit (a line end) is skipped, and so are bits at the end that make no byte.
 */
void text_put_from_base64(struct text *t, const char *s);

/* Append as a value in a URL's query: all but letters, digits and "-_.~" as %XX, a space as "+". */
void text_put_query(struct text *t, const char *s);

/* The same as one segment of a URL's path (RFC 3986, section 3.3). */
void text_put_segment(struct text *t, const char *s);

/* Append a code point, which is one of Unicode's and no surrogate. */
void text_put_utf8(struct text *t, unsigned long c);

/*
 * Is there a character reference of XML or HTML at s ("&amp;", "&#39;")?  Append
 * what it stands for.  Returns its length; 0 if there is none that is known.
 */
size_t text_put_entity(struct text *t, const char *s);

/* Append in ASCII capitals. */
void text_put_upper(struct text *t, const char *s);

/*
 * Where something was cut off, show it: the last characters become "...", and no
 * UTF-8 sequence is left in pieces.
 */
void text_ellipsis(struct text *t);

/* Make at[cap] say this, and show where something was cut off. */
void text_say(char *at, size_t cap, const char *fmt, ...) ERR_PRINTF(3, 4);

/*
 * Make s fit to be shown on a terminal: tabs and line ends become spaces, other
 * control characters and bytes that are not UTF-8 '?'; trailing white space goes.
 */
void text_clean(char *s);

/* Replace each occurrence of secret in s by as many '*'; a secret of "" is none. */
void text_redact(char *s, const char *secret);

/* The length in bytes of the UTF-8 sequence at s (RFC 3629), or 0 if there is none. */
size_t text_utf8(const char *s, size_t len);

/* The code point of the character at s, of n bytes, which is UTF-8. */
unsigned long text_code(const char *s, size_t n);

/* How many characters (code points) s has.  A byte that is not UTF-8 counts as one. */
size_t text_chars(const char *s);

/* "1.4 GiB", "512 bytes".  The text is at most 15 bytes. */
void text_put_size(struct text *t, uint64_t bytes);

/* An environment variable; an empty one is none: NULL. */
const char *text_env(const char *name);

/* Can s be one word of a protocol's line: ASCII, no control characters and no spaces? */
bool text_is_word(const char *s);

/* ... or all of a line, in any encoding: no control characters? */
bool text_is_line(const char *s);

/* Is word one of those in list, which separator separates? */
bool text_lists(const char *list, char separator, const char *word);

/* Is s a UUID (RFC 9562) as text? */
bool text_is_uuid(const char *s);

/* What follows the last '/' of a path. */
const char *text_base_name(const char *path);

/* Do a and b match without regard to ASCII case? */
bool text_same(const char *a, const char *b);

/* Is word in s, without regard to ASCII case? */
bool text_finds(const char *s, const char *word);

/* Does s end in tail, without regard to ASCII case? */
bool text_ends(const char *s, const char *tail);

/* Write zeros over a secret, in a way that is not optimised away. */
void text_wipe(void *p, size_t len);

#endif
