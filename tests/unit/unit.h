/*
 * What every unit test begins with: cmocka, and the few checks that all share.
 * Nothing here may be called in a thread or in a child: a check that fails
 * jumps back into cmocka.
 */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "base/err.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* assert_true(), and a line that says which row of a table it was. */
#define CHECK(condition, ...)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			print_error("case: " __VA_ARGS__);                                         \
			print_error("\n");                                                         \
			fail_msg("not true: %s", #condition);                                      \
		}                                                                                  \
	} while (0)

/* An error of this code, and one that can be shown: err.h's promises. */
static inline void check_err(const struct err *e, enum err_code code, const char *which)
{
	const char *c;

	CHECK(e->code == code, "%s: code %d (\"%s\"), not %d", which, (int)e->code, e->text,
	      (int)code);
	if (code == ERR_NONE)
		return;
	CHECK(e->text[0] != '\0' && strlen(e->text) < ERR_TEXT_MAX, "%s", which);
	for (c = e->text; *c; c++)
		CHECK((unsigned char)*c >= 0x20 && *c != 0x7f, "%s: control character in \"%s\"",
		      which, e->text);
}

/* A small generator of the same numbers everywhere; for data, never for a verdict. */
static inline unsigned random_byte(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 24;
}

static inline void fill_random(unsigned char *p, size_t len, uint32_t seed)
{
	for (; len > 0; len--)
		*p++ = (unsigned char)random_byte(&seed);
}

#endif
