/*
 * Requests to a cloud's API, which answers in JSON most of the time, and what refusals mean.
 * A cloud describes its API once (struct api); all else is the same for all.
 */
#ifndef CLOUD_API_H
#define CLOUD_API_H

#include "base/text.h"
#include "cloud/provider.h"

/* The reason for a refusal, in an error's text beside our own words. */
#define API_REASON_BYTES (ERR_TEXT_MAX - 64)

/* Headers of an answer that api_http() takes beside its own. */
#define API_FIELDS_MAX 2

/* One request. */
struct api_request {
	const char *method;
	const char *path;   /* behind the API's URL: "/v2/images" */
	const char *body;   /* a text, or NULL */
	const char *type;   /* its Content-Type header, or NULL for that of JSON */
	const char *header; /* one more, "X-Filter: {}", or NULL */
	int64_t limit_ms;   /* as in struct http_request */
	bool grace;         /* a GET, too, goes on for GRACE_MS after a signal */
	bool loose;         /* an answer that is no JSON counts as an empty one */
};

/* What differs from one API to the other.  put_url and authorize are for api_call() only. */
struct api {
	const char *name; /* as messages call it: "Linode's API" */
	const char *
		doing; /* what was asked for, behind a status: " to the upload"; NULL for nothing */
	const char *
		id_header; /* of an answer's own id, for t->work->request_id; NULL if it has none */
	/* Append its URL, without a slash at the end. */
	void (*put_url)(const struct task *t, struct text *url);
	/* What the user has to check after a redirect: a URL, "the API host". */
	const char *(*where)(const struct task *t);
	/* Add to q->headers what tells who asks; q is complete. */
	int (*authorize)(struct task *t, struct http_request *q, struct err *e);
	/* Put '*' in the place of each secret in s, a text of the API's. */
	void (*hide)(const struct task *t, char *s);
	/*
	 * Put the reason for a refusal into out, or "": from t->work->json, or from
	 * t->work->answer where that is none.  Both are clear of secrets.
	 */
	void (*reason)(struct task *t, char *out, size_t cap);
	/*
	 * Has this refusal a meaning of its own?  Then say it: -1.  Otherwise 0.  q is
	 * NULL after api_http().  NULL: none has.
	 */
	int (*special)(struct task *t, const struct api *a, const struct api_request *q,
		       const char *reason, struct err *e);
	short settings_to_blame[4]; /* statuses that mean ERR_USAGE; 0 ends them */
	enum err_code otherwise;    /* all other refusals; ERR_NONE stands for ERR_FAILED */
	bool always_json;           /* an empty answer is an error */
};

/* Add a header to those that q has.  It must outlive the request. */
void api_add_header(struct http_request *q, const char *header);

/*
 * Make a request.  The answer's text is left in t->work->answer, its JSON in
 * t->work->json, which is empty if there is none.  Blocks.  Returns 0 for a status
 * from 200 to 204, otherwise -1 with the errors of api_refused() and http_call(),
 * and with ERR_REPLY for what is no JSON.
 */
int api_call(struct task *t, const struct api *a, const struct api_request *q,
	     struct err *e) MUST_CHECK;

/*
 * A request that api_call() cannot make (an upload, an answer that is not kept whole):
 * http_call() with a clean t->work->reply, json and wait_ms.  Headers of the answer
 * go to t->work->date and request_id, and to at most API_FIELDS_MAX of q->fields.
 */
int api_http(struct task *t, const struct api *a, struct http_request *q, struct err *e) MUST_CHECK;

/*
 * Say what the status in t->work->reply means, with the API's own reason.  The
 * answer's JSON is in t->work->json.  -1 with
 *   ERR_REPLY   3xx: redirects are not followed
 *   ERR_BUSY    408, 425, 429, 5xx (not 501 and 505); see api_busy()
 *   ERR_USAGE   one of a->settings_to_blame
 *   ERR_FAILED  all else, or a->otherwise
 * or what a->special() says.
 */
int api_refused(struct task *t, const struct api *a, const struct api_request *q, struct err *e);

/* The reason of the API itself for the answer in t->work: one line, or "". */
void api_reason(struct task *t, const struct api *a, char *out, size_t cap);

/* ERR_BUSY, with retry unless a pause over RETRY_ASKED_MAX is asked for.  Returns -1. */
int api_busy(struct task *t, const struct api *a, const char *reason, struct err *e);

#endif
