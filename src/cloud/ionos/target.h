/* The servers that images go to. */
#ifndef CLOUD_IONOS_TARGET_H
#define CLOUD_IONOS_TARGET_H

#include "cloud/ionos/url.h"
#include "cloud/options.h"

/*
 * The servers that --location, --ftp-url and --ftp-port name, each once, in
 * their order.  Warns of a location that is not known.  Returns 0, or -1 with
 * ERR_USAGE (%s without a location, a location without %s, what is no URL).
 */
int ionos_target_list(const struct options *o, struct ionos_target *targets, unsigned cap,
		      unsigned *count, struct err *e) MUST_CHECK;

#endif
