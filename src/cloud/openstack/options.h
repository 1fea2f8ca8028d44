/* The options of hoist openstack, and those of logging in, which other programs take too. */
#ifndef CLOUD_OPENSTACK_OPTIONS_H
#define CLOUD_OPENSTACK_OPTIONS_H

#include "cloud/options.h"

extern const struct opt os_options[], os_options_auth[];

/* struct provider's defaults. */
void os_options_defaults(struct options *o);

#endif
