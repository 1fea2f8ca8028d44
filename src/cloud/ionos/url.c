/* The URL of an FTP server is taken apart. */
#include "cloud/ionos/url.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "base/text.h"

static bool is_placeholder(const char *s)
{
	return s[0] == '%' && s[1] == 's';
}

/* The value of "%2F", or -1. */
static int escaped(const char *s)
{
	int high = s[0] == '%' ? parse_hex(s[1]) : -1, low = high < 0 ? -1 : parse_hex(s[2]);

	return low < 0 ? -1 : high * 16 + low;
}

/* Append from[0..len) with the location for each placeholder. */
static void put_filled(struct text *t, const char *from, size_t len, const char *server)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (i + 1 < len && is_placeholder(from + i)) {
			text_put(t, server);
			i++;
		} else {
			text_put_n(t, from + i, 1);
		}
	}
}

static int read_port(const char *s, size_t len, unsigned *port)
{
	char digits[8];
	struct text t;
	uint64_t n = 0;

	text_init(&t, digits, sizeof(digits));
	text_put_n(&t, s, len);
	if (t.full || parse_number(digits, 65535, &n) < 0 || n == 0)
		return -1;
	*port = (unsigned)n;
	return 0;
}

/* The host at s, which is len bytes long and may be an address in brackets. */
static int read_host(const char *url, const char *s, size_t len, const char *server,
		     struct ionos_target *to, struct err *e)
{
	bool address = len >= 2 && s[0] == '[' && s[len - 1] == ']';
	struct text t;
	size_t i;

	text_init(&t, to->host, sizeof(to->host));
	if (address)
		text_put_n(&t, s + 1, len - 2);
	else
		put_filled(&t, s, len, server);
	if (t.full)
		return err_set(e, ERR_USAGE, "--ftp-url: the host has more than %zu characters",
			       sizeof(to->host) - 1);
	for (i = 0; i < t.len; i++) {
		if (address ? !isxdigit((unsigned char)t.at[i]) && !strchr(":.", t.at[i]) :
			      !isalnum((unsigned char)t.at[i]) && !strchr("-._", t.at[i]))
			break;
	}
	if (i < t.len || t.len == 0 || t.at[0] == '-' || (address && !strchr(t.at, ':')))
		return err_set(e, ERR_USAGE,
			       "--ftp-url %s: \"%.*s\" is no host name and no address", url,
			       (int)len, s);
	return 0;
}

/* One directory of the path, decoded: s[0..len).  Nothing that would be more than a name. */
static int read_step(const char *url, const char *s, size_t len, const char *server,
		     struct text *prefix, struct err *e)
{
	const char *step = prefix->at + prefix->len;
	size_t i, n;
	char c;

	for (i = 0; i < len; i++) {
		c = s[i];
		if (is_placeholder(s + i)) {
			text_put(prefix, server);
			i++;
			continue;
		}
		if (c == '%') {
			c = (char)escaped(s + i);
			i += 2;
		}
		if ((unsigned char)c < 0x20 || c == 0x7f || (c == '/' && s[i] != '/'))
			return err_set(e, ERR_USAGE,
				       "--ftp-url %s: a directory holds a control character or a slash",
				       url);
		text_put_n(prefix, &c, 1);
	}
	for (i = 0; step[i]; i += n) {
		n = text_utf8(step + i, strlen(step + i));
		if (n == 0)
			return err_set(e, ERR_USAGE, "--ftp-url %s: the path is not UTF-8", url);
	}
	if (strcmp(step, ".") == 0 || strcmp(step, "..") == 0)
		return err_set(e, ERR_USAGE, "--ftp-url %s: the path may not hold \".\" or \"..\"",
			       url);
	text_put(prefix, "/");
	return 0;
}

static int read_path(const char *url, const char *path, const char *server, struct ionos_target *to,
		     struct err *e)
{
	struct text prefix;
	size_t len;

	text_init(&prefix, to->prefix, sizeof(to->prefix));
	for (; *path; path += len + (path[len] == '/')) {
		len = strcspn(path, "/");
		if (len > 0 && read_step(url, path, len, server, &prefix, e) < 0)
			return -1;
	}
	if (prefix.full)
		return err_set(e, ERR_USAGE, "--ftp-url: the path has more than %zu bytes",
			       sizeof(to->prefix) - 1);
	return 0;
}

/* What can be said without taking the URL apart; nothing of it is shown before this. */
static int check_url(const char *url, struct err *e)
{
	const char *c;

	if (strchr(url, '@'))
		return err_set(e, ERR_USAGE,
			       "--ftp-url may hold no user name and no password: set IONOS_USERNAME and IONOS_PASSWORD (and write @ as %%40)");
	if (strpbrk(url, "?#"))
		return err_set(e, ERR_USAGE, "--ftp-url %s: ? and # have no meaning there", url);
	for (c = url; *c; c++)
		if (*c == '%' && !is_placeholder(c) && escaped(c) < 0)
			return err_set(e, ERR_USAGE,
				       "--ftp-url %s: %%s is the only placeholder, other %% are written %%25",
				       url);
	return 0;
}

/* The scheme decides how TLS begins.  Returns what follows it, or NULL. */
static const char *read_scheme(const char *url, struct ionos_target *to, struct err *e)
{
	const char *sep = strstr(url, "://");
	size_t len = sep ? (size_t)(sep - url) : 0;

	if (sep && len == 4 && strncasecmp(url, "ftps", 4) == 0)
		to->implicit = true;
	else if (sep && (len != 3 || strncasecmp(url, "ftp", 3) != 0))
		err_set(e, ERR_USAGE,
			"--ftp-url %s: ftp:// (TLS begins on demand) and ftps:// (at once) are the ways to upload, not %.*s",
			url, (int)len, url);
	return e->code != ERR_NONE ? NULL : sep ? sep + 3 : url;
}

/* The colon before a port, or NULL; those in brackets belong to an address. */
static const char *find_colon(const char *host, size_t len)
{
	const char *bracket = memchr(host, ']', len);
	size_t skip = bracket ? (size_t)(bracket - host) : 0;

	return memchr(host + skip, ':', len - skip);
}

int ionos_url(const char *url, const char *server, const char *ftp_port, struct ionos_target *to,
	      struct err *e)
{
	const char *host, *colon;
	unsigned given = 0;
	size_t len;

	memset(to, 0, sizeof(*to));
	if (check_url(url, e) < 0)
		return -1;
	host = read_scheme(url, to, e);
	if (!host)
		return -1;
	len = strcspn(host, "/");
	colon = find_colon(host, len);
	to->port = to->implicit ? 990 : 21;
	if (colon && read_port(colon + 1, len - (size_t)(colon + 1 - host), &to->port) < 0)
		return err_set(e, ERR_USAGE, "--ftp-url %s: the port is not one of 1 to 65535",
			       url);
	if (ftp_port && read_port(ftp_port, strlen(ftp_port), &given) < 0)
		return err_set(e, ERR_USAGE, "--ftp-port takes 1 to 65535, not %s", ftp_port);
	if (ftp_port && colon && given != to->port)
		return err_set(e, ERR_USAGE, "--ftp-port %u contradicts --ftp-url %s", given, url);
	if (ftp_port)
		to->port = given;
	if (read_host(url, host, colon ? (size_t)(colon - host) : len, server, to, e) < 0)
		return -1;
	return read_path(url, host + len, server, to, e);
}
