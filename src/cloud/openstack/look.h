/* A look at the task's record. */
#ifndef CLOUD_OPENSTACK_LOOK_H
#define CLOUD_OPENSTACK_LOOK_H

#include "cloud/openstack/state.h"

/*
 * GET the record: t->status and t->object are its.  -1 with the errors of
 * glance_call(), and with ERR_BUSY and retry for a 404 that is not glance_gone().
 */
int os_look(struct task *t, struct err *e) MUST_CHECK;

/* Is there a record t->id?  1, 0, or -1 when the cloud does not tell. */
int os_look_exists(struct task *t, struct err *e) MUST_CHECK;

/* Does the status that was seen last say that the cloud has thrown the data away? */
bool os_look_failed(const struct task *t);

#endif
