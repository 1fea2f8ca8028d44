/* hoist ionos --whoami: which credentials are used, and where they are from; nothing of them. */
#ifndef CLOUD_IONOS_WHOAMI_H
#define CLOUD_IONOS_WHOAMI_H

#include "cloud/provider.h"

extern const struct provider ionos_whoami;

#endif
