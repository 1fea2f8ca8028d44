/*
 * Keystone's answer to a login as it arrives: large clouds have catalogs of
 * hundreds of KiB, of which one service is wanted (Identity API v3, "Password
 * authentication with scoped authorization": token.catalog[].type).
 */
#ifndef CLOUD_OPENSTACK_CATALOG_H
#define CLOUD_OPENSTACK_CATALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"

struct catalog {
	jsmntok_t *tokens; /* the caller's, to read one service with */
	unsigned token_count;
	uint64_t total;   /* bytes that came */
	bool full;        /* they did not fit */
	unsigned depth;   /* open brackets */
	unsigned catalog; /* the depth of the catalog's elements; 0 outside of it */
	size_t from;      /* where in the text the service began that comes */
	bool quoted, escaped;
	char word[8]; /* the last string at the depth of token's members */
	unsigned word_len;
};

/* tokens[count] must live as long as c is used. */
void catalog_init(struct catalog *c, jsmntok_t *tokens, unsigned count);

/*
 * Append the next len bytes to text[*have], which has room for cap, and take away
 * each service that is complete and no image service.  What remains is the same
 * JSON, if it was some.  Returns 0, or -1 with c->full when more came than fits,
 * or than CATALOG_MAX.
 */
int catalog_take(struct catalog *c, const char *p, size_t len, char *text, size_t *have,
		 size_t cap);

#endif
