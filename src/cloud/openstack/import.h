/*
 * The interoperable image import (api-ref/image/v2, "Interoperable image import"):
 * the data are staged, then Glance takes them into its stores by itself.  It does
 * not say so in the status when that fails.
 */
#ifndef CLOUD_OPENSTACK_IMPORT_H
#define CLOUD_OPENSTACK_IMPORT_H

#include "cloud/openstack/state.h"

/* Does this Glance import in the way that --import wants, if any? */
int os_import_check(struct task *t, struct err *e) MUST_CHECK;

/*
 * With --import, after the data were staged and os_look() has seen the record:
 * 1 it is imported, 0 not yet (look again), -1 it failed, or could not be asked for
 * (then perhaps with retry).
 */
int os_import(struct task *t, struct err *e) MUST_CHECK;

#endif
