/*
 * From the record to the last byte: each attempt first finds out what became of the one
 * before.
 */
#ifndef CLOUD_OPENSTACK_ATTEMPT_H
#define CLOUD_OPENSTACK_ATTEMPT_H

#include "cloud/provider.h"

/* struct provider's begin and send. */
int os_attempt_begin(struct task *t, struct err *e) MUST_CHECK;
int os_attempt_send(struct task *t, struct stage *body, struct err *e) MUST_CHECK;

#endif
