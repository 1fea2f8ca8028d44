/* What can be said of an image for Open Telekom Cloud before anybody is asked. */
#ifndef CLOUD_OPENSTACK_OTC_CHECK_H
#define CLOUD_OPENSTACK_OTC_CHECK_H

#include "cloud/provider.h"

#define OTC_NAME_MAX 128

extern const struct takes otc_check_takes;

/* Functions of struct provider. */
bool otc_check_opaque(const struct task *t);
int otc_check_agrees(const struct task *t, enum format have, struct err *e) MUST_CHECK;
int otc_check(struct task *t, struct err *e) MUST_CHECK;

/* The name of the image's format that the cloud is told. */
const char *otc_check_format(const struct task *t);

/* GiB of the disk that servers need; 0 if it is not known. */
uint64_t otc_check_min_disk(const struct task *t);

#endif
