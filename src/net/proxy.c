/* The variables that name proxies, and those that spare hosts from them. */
#include "net/proxy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *proxy_find(const char *scheme, const char **variable)
{
	static const struct {
		const char *scheme, *variable;
	} rows[] = {
		{ "http", "http_proxy" }, { "https", "https_proxy" }, { "https", "HTTPS_PROXY" },
		{ "ftp", "ftp_proxy" },   { "ftp", "FTP_PROXY" },     { NULL, "all_proxy" },
		{ NULL, "ALL_PROXY" },
	};
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		*variable = rows[i].variable;
		if (rows[i].scheme && strcmp(rows[i].scheme, scheme) != 0)
			continue;
		value = getenv(*variable);
		if (value && *value)
			return value;
	}
	return "";
}

bool proxy_spares(const char *host)
{
	const char *list = getenv("no_proxy");
	size_t host_len = strlen(host), len;

	if (!list || !*list)
		list = getenv("NO_PROXY");
	for (; list && *list; list += len + (list[len] != '\0')) {
		len = strcspn(list, ", ");
		if ((len == 1 && *list == '*') ||
		    (len == host_len && strncasecmp(list, host, len) == 0))
			return true;
	}
	return false;
}
