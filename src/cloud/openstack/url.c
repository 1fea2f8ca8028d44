/* Endpoints are checked, and freed from the version at their end. */
#include "cloud/openstack/url.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "net/proxy.h"

int os_url_check(const char *url, const char *what, struct err *e)
{
	const char *host = strstr(url, "://");
	bool http = strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;

	if (!http || !host[3] || strchr("/?#:", host[3]))
		return err_set(e, ERR_USAGE, "%s is not https:// and a host", what);
	host += 3;
	if (memchr(host, '@', strcspn(host, "/?#")))
		return err_set(e, ERR_USAGE, "%s has a user name in it: that is not for here",
			       what);
	if (!text_is_line(host) || strpbrk(host, " ?#\\") || strstr(host, "/../"))
		return err_set(e, ERR_USAGE, "%s is more than a host and a path", what);
	return 0;
}

/* "localhost", 127.x.y.z in full, ::1: what is longer may be anywhere. */
static bool is_loopback(const char *host)
{
	unsigned char address[4];

	return text_same(host, "localhost") || strcmp(host, "::1") == 0 ||
	       (inet_pton(AF_INET, host, address) == 1 && address[0] == 127);
}

/* Does all that is sent to host stay on this machine?  A warning too many does no harm. */
static bool stays_here(const char *host)
{
	const char *variable;

	return is_loopback(host) && (!*proxy_find("http", &variable) || proxy_spares(host));
}

/* Nobody is in between where all stays on this machine. */
void os_url_warn(struct os_work *w, const char *url)
{
	char host[64]; /* what is cut is no loopback */
	const char *at = url + strlen("http://"), *end;
	size_t len, bracket;

	if (w->warned || strncmp(url, "http://", 7) != 0)
		return;
	bracket = at[0] == '[';
	len = strcspn(at + bracket, bracket ? "]" : ":/");
	snprintf(host, sizeof(host), "%.*s", (int)len, at + bracket);
	end = at + bracket + len;
	end += *end == ']';
	if (strchr(":/", *end) && stays_here(host))
		return;
	w->warned = true;
	log_warn("%.80s is asked by http: the token and the image travel unencrypted", url);
}

/* Is s[0..len) "/v2", "/v1" or "/v2.0"? */
static bool is_version(const char *s, size_t len)
{
	size_t slashes = strspn(s, "/");

	s += slashes;
	return slashes > 0 && len >= slashes + 2 && s[0] == 'v' && s[1] >= '1' && s[1] <= '9' &&
	       strspn(s + 1, "0123456789.") >= len - slashes - 1;
}

/* How long s[0..len) is without its last segment and the slashes around that. */
static size_t without_last(const char *s, size_t len)
{
	while (len > 0 && s[len - 1] != '/')
		len--;
	while (len > 0 && s[len - 1] == '/')
		len--;
	return len;
}

/* Without "/v2" and, behind that, the project: as openstacksdk takes them off. */
static size_t base_length(const char *url)
{
	const char *scheme = strstr(url, "://"), *host = scheme ? scheme + 3 : url;
	size_t len = strlen(url), least = (size_t)(host - url) + strcspn(host, "/"), above, two;

	while (len > least && url[len - 1] == '/')
		len--;
	above = without_last(url, len);
	two = without_last(url, above);
	if (above >= least && is_version(url + above, len - above))
		return above;
	if (two >= least && above > least && is_version(url + two, above - two))
		return two;
	return len;
}

int os_url_keep(struct os_work *w, const char *url, struct err *e)
{
	size_t len = base_length(url);

	if (len >= sizeof(w->base))
		return err_set(e, ERR_LIMIT, "Glance's URL is longer than %zu bytes",
			       sizeof(w->base) - 1);
	memcpy(w->base, url, len);
	w->base[len] = '\0';
	if (os_url_check(w->base, "Glance's URL", e) < 0)
		return -1;
	os_url_warn(w, w->base);
	return 0;
}
