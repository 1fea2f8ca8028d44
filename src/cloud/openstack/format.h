/* Formats of files, and what Glance calls them. */
#ifndef CLOUD_OPENSTACK_FORMAT_H
#define CLOUD_OPENSTACK_FORMAT_H

#include "cloud/provider.h"

/* A file format's name in Glance ("qcow2"), or NULL if it has none. */
const char *os_format_name(enum format f);
/* Is this the name of content that is raw to us: a partition, a kernel, a ramdisk? */
bool os_format_is_raw(const char *name);

/* Is this the name of the format, or, of raw data, one that goes with it? */
bool os_format_agrees(const char *name, enum format have);

/* The error for an image that is not what its record says, or will say. */
int os_format_disagree(const struct task *t, const char *wanted, enum format have,
		       struct err *e) MUST_CHECK;

#endif
