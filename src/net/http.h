/*
 * HTTP requests, one at a time on one connection: small ones with the answer
 * in memory, and the upload, whose body is pulled from a stage.
 *
 * Redirects are never followed, so that credentials go nowhere else.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#include "base/bounds.h"
#include "image/stage.h"
#include "net/body.h"
#include "net/config.h"

struct http {
	CURL *curl;
	int fd; /* the connection that was opened last */
	const struct net_config *config;
	struct verdict verdict;
	int64_t until_ms; /* clock_ms() by when requests shall have ended; 0: see HTTP_LIMIT_MS */
	bool plain;       /* a server does not understand Expect: it is left out */
};

/*
 * A small request may take so long with its answer, or twice as long as a stall,
 * which may be for ever; towards until_ms not more than is left, or the shortest.
 */
#define HTTP_LIMIT_MS 120000
#define HTTP_LIMIT_MS_MIN 10000

/* A header of the answer that is wanted: its value goes to to[cap], or "". */
struct http_field {
	const char *name;
	char *to;
	size_t cap;
	bool cut; /* what does not fit is cut off: it is for people */
};

struct http_reply;

struct http_request {
	const char *method;
	const char *url;                      /* what follows '?' is never shown */
	const char *headers[HEADERS_MAX + 1]; /* "Name: value", then NULL */
	const char *body;                     /* a text, or NULL */
	struct stage *upload;                 /* the body instead, of upload_len bytes */
	uint64_t upload_len;                  /* or BODY_UNKNOWN: in chunks, to its end */
	const struct http_field *fields;      /* up to one without a name, or NULL */
	/*
	 * In place of appending a piece of the answer to r->body, with a status below
	 * 300; -1 if it is too long.  NULL: it is appended.
	 */
	int (*take)(void *arg, struct http_reply *r, const char *p, size_t len);
	void *take_arg;
	bool once;        /* never sent again by itself, not even on a dead connection */
	int64_t grace_ms; /* go on for so long after a signal; 0: stop at once */
	int64_t limit_ms; /* all of it may take so long; 0: until_ms, an upload as it moves */
};

struct http_reply {
	long status;
	char *body; /* the caller's buffer, NUL-terminated here */
	size_t cap;
	size_t len;
	size_t most; /* of it that any answer has used: the caller's to wipe */

	bool sent;              /* at least a part of the request has left */
	bool sent_all;          /* the upload's last byte has been handed over */
	uint64_t uploaded;      /* bytes of the upload that were handed over */
	int64_t retry_after_ms; /* 0 if the server did not say */
	bool maintenance;       /* X-Maintenance-Mode */
	char etag[80];
};

/* Once per process, before any thread: libcurl and mbedTLS, with base/mem.h. */
int http_global_init(struct err *e) MUST_CHECK;

/* config must live as long as h.  http_close() must follow, also after -1. */
int http_open(struct http *h, const struct net_config *config, struct err *e) MUST_CHECK;
void http_close(struct http *h);

/*
 * Make one request; r->body and r->cap are set, all else of r is filled in.
 * Blocks.  Returns 0 when an answer came, whatever its status.  Otherwise -1:
 * ERR_NETWORK (with retry), ERR_TRUST, ERR_REPLY (also a body of more than
 * cap - 1 bytes with a status below 400, and a field that does not fit),
 * ERR_STOPPED, ERR_USAGE for a URL that is none, or that has no TLS where a
 * certificate's digest is asked for, ERR_FAILED for a server that does not want
 * the upload or speaks no TLS, or the error of the upload's chain.  r->sent_all
 * is valid then too.
 */
int http_call(struct http *h, const struct http_request *q, struct http_reply *r,
	      struct err *e) MUST_CHECK;

#endif
