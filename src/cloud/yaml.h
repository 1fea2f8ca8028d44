/*
 * YAML settings files, read by libyaml into memory of the caller's: a tree of
 * scalars, sequences and mappings, as texts.
 *
 * Not everything that YAML offers is taken, and what is not taken is refused:
 * several documents, mappings that have a key twice, keys that are no scalars,
 * tags other than !!str, NUL bytes.  An alias stands for its anchor's value
 * without a copy of it, "<<" for the members of another mapping, or of a list of
 * them, so nothing can multiply.
 */
#ifndef CLOUD_YAML_H
#define CLOUD_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum yaml_kind {
	YAML_KIND_NONE, /* not there, or null */
	YAML_KIND_SCALAR,
	YAML_KIND_SEQUENCE,
	YAML_KIND_MAPPING
};

struct yaml_node;

/* All zeros is a file with nothing in it. */
struct yaml {
	struct yaml_node *nodes; /* in the caller's store, upwards */
	unsigned count;
	char *texts; /* in the same store, downwards */
	size_t texts_at;
};

/* Places in the file are numbers; YAML_NONE is one where nothing is. */
#define YAML_NONE 0u
#define YAML_ROOT 1u

/*
 * Read text[len] into store[cap], which y refers to from then on: text is no
 * longer needed.  Returns 0, or -1 with ERR_USAGE and what, the line, the column
 * and the reason, but nothing that the file holds; with ERR_LIMIT where store
 * is too small, or SETTINGS_FILE_MAX or another bound is passed.  An empty file
 * is one with nothing in it.  The caller wipes store.
 */
int yaml_load(struct yaml *y, char *store, size_t cap, const char *text, size_t len,
	      const char *what, struct err *e) MUST_CHECK;

/* What there is at a place. */
enum yaml_kind yaml_kind(const struct yaml *y, unsigned at);

/* The value of the member key of a mapping; YAML_NONE if there is none, or at is no mapping. */
unsigned yaml_member(const struct yaml *y, unsigned at, const char *key);

/* A scalar as a text; NULL for all else, and for "~", "null" or nothing at all. */
const char *yaml_text(const struct yaml *y, unsigned at);

/* The text of a member: both in one. */
const char *yaml_get(const struct yaml *y, unsigned at, const char *key);

/* How many elements a sequence has, or members a mapping, without what "<<" brings. */
unsigned yaml_count(const struct yaml *y, unsigned at);

/*
 * Go through a sequence or a mapping: the first element or member, and the one
 * after it; YAML_NONE at the end.  What "<<" brings is left out.
 */
unsigned yaml_first(const struct yaml *y, unsigned at);
unsigned yaml_next(const struct yaml *y, unsigned at);

/* The key of a member; NULL for what is no member of a mapping. */
const char *yaml_key(const struct yaml *y, unsigned at);

/* The line in which a value begins, from 1, for messages. */
unsigned yaml_line(const struct yaml *y, unsigned at);

#endif
