/* Keystone (Identity API v3): POST /v3/auth/tokens, and where its catalog says that Glance is. */
#ifndef CLOUD_OPENSTACK_KEYSTONE_H
#define CLOUD_OPENSTACK_KEYSTONE_H

#include "cloud/openstack/state.h"

/*
 * Get a token, and learn where Glance is: t->work->auth and os_work's base.  Does
 * nothing when that is known; keystone_forget() makes it be asked again.
 */
int keystone_authenticate(struct task *t, struct err *e) MUST_CHECK;
void keystone_forget(struct task *t);

/* The second half of it: what is done with Keystone's answer in t->work and the token beside it. */
int keystone_accept(struct task *t, const char *token, struct err *e) MUST_CHECK;

#endif
