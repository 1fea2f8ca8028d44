/* URLs of Keystone and Glance. */
#ifndef CLOUD_OPENSTACK_URL_H
#define CLOUD_OPENSTACK_URL_H

#include "cloud/openstack/state.h"

/* Is it http:// or https://, a host and perhaps a path?  -1 with ERR_USAGE, without it. */
int os_url_check(const char *url, const char *what, struct err *e) MUST_CHECK;

/* Warn, once, of a URL by which what is sent can be read in between. */
void os_url_warn(struct os_work *w, const char *url);

/*
 * Keep where Glance is, without "/v2" and what is behind it: w->base.  -1 with
 * ERR_USAGE or ERR_LIMIT.
 */
int os_url_keep(struct os_work *w, const char *url, struct err *e) MUST_CHECK;

#endif
