/* URLs lose their secrets before they are shown. */
#include "net/url.h"

#include <string.h>

#include "base/text.h"

size_t url_authority(const char *url)
{
	size_t colon = strcspn(url, ":/?#@");

	if (url[colon] != ':' || url[colon + 1] != '/')
		return 0;
	return colon + 1 + strspn(url + colon + 1, "/");
}

void url_show(const char *url, char *out, size_t cap)
{
	size_t from = url_authority(url), at;
	struct text t;

	text_init(&t, out, cap);
	text_put_n(&t, url, from);
	/* user:password@, which must not be shown; the password may hold another '@' */
	for (at = from + strcspn(url + from, "/?#"); at > from && url[at - 1] != '@'; at--)
		;
	text_put_n(&t, url + at, strcspn(url + at, "?#"));
	text_ellipsis(&t);
	text_clean(out);
}
