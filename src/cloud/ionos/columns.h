/* Columns of ionosctl's table, which hoist's own has, too. */
#ifndef CLOUD_IONOS_COLUMNS_H
#define CLOUD_IONOS_COLUMNS_H

#include "cloud/provider.h"

extern const struct object_column ionos_columns[];

#endif
