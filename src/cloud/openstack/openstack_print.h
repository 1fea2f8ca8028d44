/*
 * openstackclient's output of "image create": a table, JSON, YAML, values or shell
 * variables (python-openstackclient 6.0 to 9, cliff 4.9).
 */
#ifndef CLOUD_OPENSTACK_OPENSTACK_PRINT_H
#define CLOUD_OPENSTACK_OPENSTACK_PRINT_H

#include "cloud/provider.h"

/* struct grammar's print. */
void openstack_print(FILE *out, struct task *tasks, unsigned count);

/* Is this the name of a field that an image has?  "Disk Format" is disk_format. */
bool openstack_print_is_field(const char *given);

#endif
