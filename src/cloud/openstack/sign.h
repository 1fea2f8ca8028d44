/*
 * Requests signed with an access key and its secret key: SDK-HMAC-SHA256, as
 * Huawei's API gateway and Open Telekom Cloud's check it ("Signing guide", API
 * Gateway, as of 2026-11).
 */
#ifndef CLOUD_OPENSTACK_SIGN_H
#define CLOUD_OPENSTACK_SIGN_H

#include <stddef.h>

#include "base/err.h"

/* "20200608T023900Z" */
#define SIGN_DATE_BYTES 17

/* The digest of a request without a body. */
#define SIGN_EMPTY_BODY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* A header: its name in lower case. */
struct sign_header {
	const char *name, *value;
};

struct sign_request {
	const char *method;
	const char *path;  /* as it is sent, percent-encoded or not, without the query */
	const char *query; /* what follows '?', or "" */
	/* Sorted by their names, host and x-sdk-date among them; one without a name ends them. */
	const struct sign_header *headers;
	const char *body; /* its SHA-256 in hexadecimal */
};

/*
 * Write the value of the Authorization header.  Returns 0, or -1 with ERR_LIMIT
 * when it, or a query with more than 16 members, does not fit.
 */
int sign_request(const struct sign_request *q, const char *access_key, const char *secret_key,
		 char *out, size_t cap, struct err *e) MUST_CHECK;

/* The canonical form of a query: members encoded and sorted. */
int sign_query(const char *query, char *out, size_t cap, struct err *e) MUST_CHECK;

/* The time in seconds since 1970 as X-Sdk-Date has it. */
void sign_date(long long at, char out[SIGN_DATE_BYTES]);

#endif
