/*
 * What becomes of an image after its data were sent: it is looked at until Glance
 * has it all, and compared with what was sent.
 */
#ifndef CLOUD_OPENSTACK_WAIT_H
#define CLOUD_OPENSTACK_WAIT_H

#include "cloud/provider.h"

/* struct provider's finish. */
int os_wait(struct task *t, struct err *e) MUST_CHECK;

#endif
