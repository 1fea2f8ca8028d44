/* No file is overwritten. */
#ifndef CLOUD_IONOS_ABSENT_H
#define CLOUD_IONOS_ABSENT_H

#include "cloud/provider.h"

/* Log in, go to the directory, and see that the name is free: ERR_FAILED if not. */
int ionos_absent_connect(struct task *t, struct err *e) MUST_CHECK;

/* The same without the login. */
int ionos_absent_check(struct task *t, struct err *e) MUST_CHECK;

#endif
