/*
 * Requests to Glance (Image API v2, docs.openstack.org/api-ref/image/v2, as of
 * 2026-11; Glance 25.1 to 33), or to what speaks as it does.
 */
#ifndef CLOUD_OPENSTACK_GLANCE_H
#define CLOUD_OPENSTACK_GLANCE_H

#include "cloud/openstack/state.h"

/*
 * One request to Glance: path is what follows the base ("/v2/images"), body JSON or
 * NULL.  An expired token is renewed, once.  The answer's text is left in
 * t->work->reply, as JSON in t->work->json if it is some.  -1 with
 *   ERR_USAGE   400, 401, 403: a setting, or rights
 *   ERR_FAILED  404 and other refusals
 *   ERR_BUSY    408, 429, 5xx; with retry
 *   ERR_REPLY   no answer of this API
 * and those of http_call().  t->work->reply.status tells which it was.
 */
int glance_call(struct task *t, const char *method, const char *path, const char *body,
		struct err *e) MUST_CHECK;

/* Was the last answer the API's own word that there is no such image, and no gateway's 404? */
bool glance_gone(const struct task *t);

/* Was a request refused, and nothing made? */
bool glance_refused(const struct http_reply *r);

/* Glance, for all but the upload. */
extern const struct api glance;

/* What has to be right when Glance answers with a redirect: its URL. */
const char *glance_where(const struct task *t);

#endif
