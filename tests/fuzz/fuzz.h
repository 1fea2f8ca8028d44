/*
 * What the fuzz targets share.  Each is one LLVMFuzzerTestOneInput(), linked
 * with libFuzzer (make fuzz TARGET=host-fuzz) or, for ordinary runs, with
 * replay.c.  What must hold is a REQUIRE: it ends the process.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);  \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* A copy with a NUL behind it, of exactly that size; free() it. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1);

	REQUIRE(s != NULL);
	if (size > 0)
		memcpy(s, data, size);
	s[size] = '\0';
	return s;
}

/* Cut the first line off: returns it as a string of its own, and moves data behind it. */
static inline char *fuzz_line(const uint8_t **data, size_t *size)
{
	const uint8_t *end = *size > 0 ? memchr(*data, '\n', *size) : NULL;
	size_t len = end ? (size_t)(end - *data) : *size;
	char *line = fuzz_string(*data, len);

	*data += len + (end != NULL);
	*size -= len + (end != NULL);
	return line;
}

/* The first byte, as a choice; 0 when there is none. */
static inline unsigned fuzz_byte(const uint8_t **data, size_t *size)
{
	if (*size == 0)
		return 0;
	--*size;
	return *(*data)++;
}

/* err.h's promises for a function that returned result. */
static inline void fuzz_err(int result, const struct err *e)
{
	const char *c;

	REQUIRE((result < 0) == (e->code != ERR_NONE));
	if (result >= 0)
		return;
	REQUIRE(e->text[0] != '\0' && strlen(e->text) < ERR_TEXT_MAX);
	for (c = e->text; *c; c++)
		REQUIRE((unsigned char)*c >= 0x20 && *c != 0x7f);
}

#endif
