/* Has Glance what was sent? */
#ifndef CLOUD_OPENSTACK_COMPARE_H
#define CLOUD_OPENSTACK_COMPARE_H

#include "cloud/provider.h"

/* struct os_flavour's compare: by the size, then by os_hash_algo's digest, or checksum (MD5). */
int os_compare(struct task *t, struct err *e) MUST_CHECK;

/* Has who ("Glance") as many bytes as were sent?  -1 with ERR_FAILED if not. */
int os_compare_size(const struct task *t, const char *who, uint64_t size, struct err *e) MUST_CHECK;

#endif
