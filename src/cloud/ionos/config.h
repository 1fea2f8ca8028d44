/* IONOS: ionosctl's config file. */
#ifndef CLOUD_IONOS_CONFIG_H
#define CLOUD_IONOS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* The current profile, and the API's endpoint in its environment; NULL for what is not set. */
struct ionos_config {
	char path[PATH_BYTES]; /* "" if there is no file */
	const char *profile;   /* as it is shown */
	const char *token;
	const char *user;
	const char *password;
	const char *api_url;
	bool skip_verify;         /* the endpoint's */
	const char *certificates; /* the endpoint's, or the environment's */
};

/*
 * Find and read the file; see ionos_settings_load().  All texts are in
 * scratch[cap], which the caller wipes.  Warns of a file with credentials that
 * others can read.  Returns 0, also when there is none, or -1 with ERR_USAGE or
 * ERR_LIMIT.
 */
int ionos_config_load(struct ionos_config *c, const char *file, char *scratch, size_t cap,
		      struct err *e) MUST_CHECK;

#endif
