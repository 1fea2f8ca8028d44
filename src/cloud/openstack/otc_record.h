/*
 * Open Telekom Cloud's records.  It chooses their ids, so an answer that is lost
 * leaves a record that nobody can tell from another of the same name.
 */
#ifndef CLOUD_OPENSTACK_OTC_RECORD_H
#define CLOUD_OPENSTACK_OTC_RECORD_H

#include "cloud/provider.h"

/* Functions of struct os_flavour. */
int otc_record_create(struct task *t, struct err *e) MUST_CHECK;
void otc_record_look_back(struct task *t);

#endif
