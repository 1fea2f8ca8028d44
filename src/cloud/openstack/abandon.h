/* What becomes of a record after its task has failed: it is deleted, or named as left. */
#ifndef CLOUD_OPENSTACK_ABANDON_H
#define CLOUD_OPENSTACK_ABANDON_H

#include "cloud/provider.h"

/* struct provider's abandon. */
void os_abandon(struct task *t);

#endif
