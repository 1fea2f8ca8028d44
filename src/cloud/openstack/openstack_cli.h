/* What openstackclient's grammar and glanceclient's share. */
#ifndef CLOUD_OPENSTACK_OPENSTACK_CLI_H
#define CLOUD_OPENSTACK_OPENSTACK_CLI_H

#include "cloud/options.h"

extern const struct opt openstack_cli_options[];

/* Check versions, and where the image comes from: --file, or standard input. */
int openstack_cli_adapt(struct options *o, struct err *e) MUST_CHECK;

#endif
