/* clouds.yaml and secure.yaml. */
#ifndef CLOUD_OPENSTACK_CLOUDS_H
#define CLOUD_OPENSTACK_CLOUDS_H

#include "cloud/openstack/settings.h"

/*
 * The part of it that reads files: what the cloud name says goes to s, as far as
 * it is not there yet.  name is NULL for the only one that there is, if any: then
 * s->cloud tells which.
 */
int os_clouds_load(struct os_settings *s, const char *name, char *a, char *b, size_t cap,
		   struct err *e) MUST_CHECK;

#endif
