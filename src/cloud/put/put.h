/* hoist put: an image to any URL that takes a PUT (RFC 9110, section 9.3.4). */
#ifndef CLOUD_PUT_PUT_H
#define CLOUD_PUT_PUT_H

#include "cloud/provider.h"

extern const struct provider put_provider;

#endif
