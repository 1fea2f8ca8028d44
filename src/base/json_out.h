/* JSON that was parsed, written again: in one line or many, as different tools do it. */
#ifndef BASE_JSON_OUT_H
#define BASE_JSON_OUT_H

#include <stdio.h>

#include "base/json.h"
#include "base/text.h"

struct json_style {
	bool lines;    /* each value on a line of its own, indented by two for each level */
	bool sorted;   /* an object's keys in the order of their bytes */
	bool no_nulls; /* members that are null are left out */
	bool ascii;    /* all beyond it is escaped */
};

/*
 * Print the value, from this level on, without a line end.  It is valid (RFC 8259,
 * section 8.1) and fit for a terminal: a byte that is not UTF-8 becomes U+FFFD,
 * U+007F to U+009F are escaped.
 */
void json_print(FILE *f, const struct json *j, const struct json_style *style, unsigned level);

/* Append the same to a text. */
void json_put(struct text *t, const struct json *j, const struct json_style *style, unsigned level);

/* The line end, and the blanks of that level. */
void json_print_line(FILE *f, unsigned level);

#endif
