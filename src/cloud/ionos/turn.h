/* Files of one name on one machine are begun one after the other. */
#ifndef CLOUD_IONOS_TURN_H
#define CLOUD_IONOS_TURN_H

#include "cloud/provider.h"

/*
 * Between these no other task of the run begins a file of the same name on the same
 * machine (by its address, so IPv4 and IPv6 are two).  -1 when a signal came.
 */
int ionos_turn_take(struct task *t, struct err *e) MUST_CHECK;
void ionos_turn_end(struct task *t);

#endif
