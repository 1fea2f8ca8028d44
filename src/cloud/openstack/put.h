/* The upload itself: PUT /v2/images/ID/file, or stage. */
#ifndef CLOUD_OPENSTACK_PUT_H
#define CLOUD_OPENSTACK_PUT_H

#include "cloud/openstack/state.h"

/* One attempt of PUT .../file, to the record t->id. */
int os_put(struct task *t, struct stage *body, struct err *e) MUST_CHECK;

/* It failed.  Is it worth a look whether the data have all arrived, this time or before? */
bool os_put_may_be_there(const struct task *t);

#endif
