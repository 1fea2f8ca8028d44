/* How this run reaches its servers: whom it trusts, and at what rate. */
#ifndef JOB_REACH_H
#define JOB_REACH_H

#include "cloud/provider.h"

struct reach {
	struct roots roots[SIDES];
	struct identity identity;
	unsigned char keys[LIST_MAX][TRUST_PRINT_BYTES]; /* --pin */
	struct net_config net[SIDES];
};

/*
 * Start the libraries, read the CA certificates and pins.  The options, and what
 * the first task's check() found in the settings, hold for all tasks.  SIDE_STORE
 * is left alone where the provider does not need it.  r lives as long as the run.
 */
int reach_init(struct reach *r, const struct task *first, struct err *e) MUST_CHECK;

#endif
