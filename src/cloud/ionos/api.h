/* The Images API: https://api.ionos.com/docs/cloud/v6, as of 2026-11. */
#ifndef CLOUD_IONOS_API_H
#define CLOUD_IONOS_API_H

#include "cloud/provider.h"

/*
 * One request to /cloudapi/v6/images, path being what follows; body is JSON or
 * NULL.  The answer's text is left in t->work->reply, as JSON in t->work->json.
 * -1 with ERR_USAGE (400, 401, 403, 422), ERR_FAILED (other refusals), ERR_BUSY
 * (408, 429, 5xx; with retry), ERR_REPLY, and those of http_call().
 */
int ionos_api(struct task *t, const char *method, const char *path, const char *body,
	      struct err *e) MUST_CHECK;

#endif
