/* The settings of a run. */
#ifndef CLOUD_OPENSTACK_PREPARE_H
#define CLOUD_OPENSTACK_PREPARE_H

#include "cloud/openstack/flavour.h"

/* struct provider's prepare, for a flavour. */
int os_prepare(struct task *t, const struct os_flavour *flavour, struct err *e) MUST_CHECK;

#endif
