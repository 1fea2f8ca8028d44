/* What the kernel still has of a connection's data.  Linux. */
#ifndef NET_OUTQ_H
#define NET_OUTQ_H

/*
 * How many bytes were written to the socket and are not yet acknowledged by
 * the other side (tcp(7), SIOCOUTQ); 0 if that cannot be told.
 */
long outq_bytes(int fd);

#endif
