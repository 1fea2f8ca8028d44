/* The options of hoist ionos and of ionosctl. */
#ifndef CLOUD_IONOS_OPTIONS_H
#define CLOUD_IONOS_OPTIONS_H

#include "base/err.h"
#include "cloud/options.h"

/* hoist's own command takes the first two tables, ionosctl's the first and the last. */
extern const struct opt ionos_options_shared[];
extern const struct opt ionos_options_own[];
extern const struct opt ionos_options_ionosctl[];

/*
 * What is wrong with the options whatever the images are: words that the API
 * does not know, --confidential, --rename for another number of images.  Warns
 * of what is only odd, so it is called once.
 */
int ionos_options_check(const struct options *o, struct err *e) MUST_CHECK;

#endif
