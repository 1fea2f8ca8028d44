/*
 * JSON (RFC 8259) without copies: jsmn cuts the text into tokens, json_parse()
 * proves that they are JSON, which jsmn does not, and the readers look values
 * up by path.
 *
 * A path is keys and array indices joined by '.': "data.0.entity.id".  A key
 * that is looked up and stands twice in its object is refused: two readers
 * could disagree about it.  Each index is counted from the array's beginning:
 * for one element after the other there is json_next().
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define JSMN_STRICT
#define JSMN_PARENT_LINKS /* without them, closing brackets cost quadratic time */
#ifdef JSON_IMPLEMENTATION
#define JSMN_STATIC
#else
#define JSMN_HEADER
#endif
#include <jsmn.h>

#include "base/err.h"

/* A document, or one value in it.  In one whose count is 0 there is nothing. */
struct json {
	const char *text;
	const jsmntok_t *tok;
	int count; /* of tok, always all of the document's */
	int root;  /* the token where paths begin: 0 is the whole document */
};

enum json_kind {
	JSON_ABSENT,
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/*
 * Parse all of text, an object or an array, into tok[cap].  text and tok must live as long as j is
 * read.  Returns 0, or -1 with ERR_REPLY when it is not JSON, and with
 * ERR_LIMIT when it has more than cap values or is nested too deeply.
 */
int json_parse(struct json *j, const char *text, size_t len, jsmntok_t *tok, unsigned cap,
	       struct err *e) MUST_CHECK;

/* What stands at path; JSON_ABSENT also for a key that stands there twice. */
enum json_kind json_kind(const struct json *j, const char *path);

/* The number of elements of an array or members of an object; 0 for all else. */
int json_count(const struct json *j, const char *path);

/*
 * Make item, which is zeroed before the first call, the next element of the array
 * at path: a value like j itself, in which "" is the element.  Returns false, and
 * leaves item alone, when there is no further one or no array.  All elements
 * together cost one pass over the array; path is looked up for the first only.
 *
 *	struct json item = { 0 };
 *
 *	while (json_next(j, "items", &item))
 *		... json_is(&item, "properties.name", name) ...
 */
bool json_next(const struct json *j, const char *path, struct json *item);

/* The same for the members of the object at path: item becomes a key, "" of it its name. */
bool json_next_key(const struct json *j, const char *path, struct json *item);

/* The value of such a key. */
struct json json_member(const struct json *key);

/*
 * The same in the order of their bytes as they stand in the text: an array's
 * elements, or an object's keys.  Of equal ones the one that stands first comes
 * first.  Each takes a pass over all of them.
 */
bool json_next_sorted(const struct json *j, const char *path, struct json *item);

/* Make value what stands at path; false if there is nothing. */
bool json_at(const struct json *j, const char *path, struct json *value);

/* Is the value at path an array or an object? */
bool json_is_compound(const struct json *j, const char *path);

/*
 * Copy the string at path into out, unescaped and NUL-terminated.  Returns its
 * length in bytes.  Returns -1 with ERR_REPLY if it is absent, not a string or
 * holds a NUL, with ERR_LIMIT if it does not fit.
 */
ssize_t json_str(const struct json *j, const char *path, char *out, size_t cap,
		 struct err *e) MUST_CHECK;

/*
 * The string at path, to be shown to a person: what does not fit out[cap] is cut
 * off with "...", and anything that is no string is "".
 */
void json_show(const struct json *j, const char *path, char *out, size_t cap);

/* Is the string at path exactly this?  value has less than 64 bytes. */
bool json_is(const struct json *j, const char *path, const char *value);

/* A non-negative integer, or -1 with ERR_REPLY. */
int json_u64(const struct json *j, const char *path, uint64_t *out, struct err *e) MUST_CHECK;

/*
 * The value at path as it stands in the text, strings with their quotes.
 * Returns its length and stores where it begins; 0 if it is absent.
 */
size_t json_raw(const struct json *j, const char *path, const char **at);

#endif
