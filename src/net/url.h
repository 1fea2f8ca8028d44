/* URLs, as messages show them. */
#ifndef NET_URL_H
#define NET_URL_H

#include <stddef.h>

/* Put the URL without its query and credentials into out, for messages. */
void url_show(const char *url, char *out, size_t cap);

/* Where the host and what stands before it begin: behind the scheme and any slashes. */
size_t url_authority(const char *url);

#endif
