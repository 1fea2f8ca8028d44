/* clouds.yaml and secure.yaml: where openstacksdk (config/loader.py) finds them. */
#ifndef CLOUD_OPENSTACK_FILE_H
#define CLOUD_OPENSTACK_FILE_H

#include "base/bounds.h"
#include "cloud/yaml.h"

struct os_file {
	struct yaml yaml; /* count 0 if there is none */
	char path[PATH_BYTES];
};

/*
 * Read the first file that there is, by the environment's variable
 * ("OS_CLIENT_CONFIG_FILE") or by its stem ("clouds"), into buf: half of it is the
 * text, half what comes of it.  Returns 1, 0 if there is none, or -1 with ERR_USAGE
 * or ERR_LIMIT.
 */
int os_file_load(struct os_file *f, const char *variable, const char *stem, char *buf, size_t cap,
		 struct err *e) MUST_CHECK;

#endif
