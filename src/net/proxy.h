/* The proxy that the environment names: as libcurl reads it (curl's manual, "ENVIRONMENT"). */
#ifndef NET_PROXY_H
#define NET_PROXY_H

#include <stdbool.h>

/*
 * The proxy for a scheme, and in *variable the name of what names it; "" if none
 * is named.  Both belong to the environment and the program.  HTTP_PROXY is not
 * looked at: to a CGI program it is a header of a request.
 */
const char *proxy_find(const char *scheme, const char **variable);

/*
 * Does no_proxy take host out?  host is a name, or an address without brackets.
 * Only where it has host itself, or "*"; of domains and networks false is said.
 */
bool proxy_spares(const char *host);

#endif
