/* What stands between the quotes of JSON. */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include <stddef.h>

#include "base/text.h"

/* Append s[0..len) without its escapes, which have been checked: they are complete. */
void json_unescape(struct text *t, const char *s, size_t len);

#endif
