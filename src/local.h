/* hoist check and hoist cat: the same chain as for an upload, without a cloud at its end. */
#ifndef LOCAL_H
#define LOCAL_H

#include "cloud/provider.h"

/* Both, ending with a NULL. */
extern const struct provider *const local_commands[];

#endif
