/* What OpenStack's programs say of the reason for a refusal, without what is secret. */
#ifndef CLOUD_OPENSTACK_REASON_H
#define CLOUD_OPENSTACK_REASON_H

#include "cloud/openstack/settings.h"

/* All that OpenStack's programs answer has an id in it. */
#define OS_ID_HEADER "X-Openstack-Request-Id"

/* struct api's hide and reason: Keystone's, Glance's, IMS's and gateways' alike. */
void os_reason_hide(const struct task *t, char *s);
void os_reason(struct task *t, char *out, size_t cap);

#endif
