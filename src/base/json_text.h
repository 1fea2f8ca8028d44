/* What stands between the quotes of JSON: escapes, and secrets in their disguise. */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include <stddef.h>

#include "base/text.h"

/* Append s[0..len) without its escapes, which have been checked: they are complete. */
void json_unescape(struct text *t, const char *s, size_t len);

/*
 * What an answer repeats of the secrets (texts; empty ones are passed over),
 * whether it is JSON or not, as they are or with escapes: put '*' in their places,
 * or append s with "***" for each.  Both before anything of s is cut off.
 */
void json_hide(char *s, const char *const *secrets, size_t count);
void json_put_hiding(struct text *t, const char *s, const char *const *secrets, size_t count);

#endif
