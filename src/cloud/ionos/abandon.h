/* What becomes of a file after its task has failed. */
#ifndef CLOUD_IONOS_ABANDON_H
#define CLOUD_IONOS_ABANDON_H

#include "cloud/provider.h"

/* struct provider's abandon: remove what this run has put there, say what is left. */
void ionos_abandon(struct task *t);

#endif
