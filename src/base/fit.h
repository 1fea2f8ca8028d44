/* What has to fit into its place: nothing is cut off without a word. */
#ifndef BASE_FIT_H
#define BASE_FIT_H

#include "base/err.h"
#include "base/text.h"

/* 0, or -1 with ERR_LIMIT when something was cut off.  what names the text. */
int fit_done(const struct text *t, const char *what, struct err *e) MUST_CHECK;

/* Copy s whole, or return -1 with ERR_LIMIT. */
int fit_copy(char *to, size_t cap, const char *s, const char *what, struct err *e) MUST_CHECK;

#endif
