/* What can be said of an image and its options before anybody is asked. */
#ifndef CLOUD_OPENSTACK_CHECK_H
#define CLOUD_OPENSTACK_CHECK_H

#include "cloud/provider.h"

/* Functions of struct provider; Open Telekom Cloud shares the last. */
bool os_check_opaque(const struct task *t);
int os_check_agrees(const struct task *t, enum format have, struct err *e) MUST_CHECK;
int os_check(struct task *t, struct err *e) MUST_CHECK;

#endif
