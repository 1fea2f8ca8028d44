/* Is there room for the image in Glance's stores? */
#ifndef CLOUD_OPENSTACK_ROOM_H
#define CLOUD_OPENSTACK_ROOM_H

#include "cloud/provider.h"

/* struct os_flavour's check_room: the stores, the import, and what the quota leaves. */
int os_room_check(struct task *t, struct err *e) MUST_CHECK;

#endif
