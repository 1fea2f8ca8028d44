/* What is the same for all connections of a run to one kind of servers. */
#ifndef NET_CONFIG_H
#define NET_CONFIG_H

#include <stdint.h>

#include "net/trust.h"

/* How long a connection may take to come about, TLS included. */
#define CONNECT_MS 30000L

struct net_config {
	struct trust trust;
	uint64_t limit_rate; /* bytes per second of an upload; 0 for no limit */
	int64_t stall_ms;    /* give up after so long without a byte; 0: never */
};

#endif
