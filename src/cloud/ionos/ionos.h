/*
 * IONOS: the commands of this room.
 *
 * Images are uploaded by FTPS, one server per location, and appear in the
 * Images API some time later, where their properties are set.
 * API: https://api.ionos.com/docs/cloud/v6, "Images", as of 2026-11; command
 * line: ionosctl image upload, v6.9.5 and v6.10.3.
 */
#ifndef CLOUD_IONOS_IONOS_H
#define CLOUD_IONOS_IONOS_H

#include "cloud/grammar.h"

extern const struct provider ionos_provider;
extern const struct grammar ionosctl_grammar;

#endif
