/* The image's properties, as the Images API takes them. */
#ifndef CLOUD_IONOS_PROPERTIES_H
#define CLOUD_IONOS_PROPERTIES_H

#include "base/err.h"
#include "cloud/options.h"

/* The body of the PATCH: a JSON object of the properties, keys in alphabetical order. */
int ionos_properties(const struct options *o, char *out, size_t cap, struct err *e) MUST_CHECK;

/* --confidential with what contradicts it: ERR_USAGE. */
int ionos_properties_check(const struct options *o, struct err *e) MUST_CHECK;

#endif
