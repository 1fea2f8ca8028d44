/* Where the settings are read from. */
#ifndef CLOUD_OPENSTACK_SETTINGS_LOAD_H
#define CLOUD_OPENSTACK_SETTINGS_LOAD_H

#include "cloud/openstack/flavour.h"

/*
 * Read the options, clouds.yaml with secure.yaml, and the environment, in
 * openstacksdk's order, and that of the flavour.  a[cap] and b[cap] are overwritten,
 * and wiped at the end.  Returns 0, or -1 with ERR_USAGE or
 * ERR_LIMIT.
 */
int os_settings_load(struct os_settings *s, const struct os_flavour *flavour,
		     const struct options *o, char *a, char *b, size_t cap,
		     struct err *e) MUST_CHECK;

#endif
