/* The headers by which the cloud knows who asks. */
#ifndef CLOUD_OPENSTACK_AUTHORIZE_H
#define CLOUD_OPENSTACK_AUTHORIZE_H

#include "cloud/openstack/state.h"

/*
 * Add the headers that authorize q, whose url and body are set: the token, or a
 * signature.  body is the SHA-256 of what is uploaded, NULL for q->body.  They
 * are in t->work, until the next call.
 */
int os_authorize(struct task *t, struct http_request *q, const char *body,
		 struct err *e) MUST_CHECK;

/* What the headers say was refused (401), for this reason of the cloud's.  -1 with ERR_USAGE. */
int os_authorize_refused(struct task *t, const char *reason, struct err *e);

#endif
