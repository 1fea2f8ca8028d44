/* libcurl makes the connection, and nothing else. */
#include "net/dial.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/stop.h"
#include "base/text.h"
#include "net/config.h"
#include "net/proxy.h"
#include "net/resolve.h"
#include "net/shortage.h"
#include "net/url.h"

/* A control connection is silent while an image is sent: routers must not forget it. */
#define KEEPALIVE_S 45L

/* "the proxy HOST:PORT (VARIABLE)" without its password, or "" if none is used. */
static void name_proxy(CURL *curl, const char *scheme, char *out, size_t cap)
{
	const char *variable, *value = proxy_find(scheme, &variable);
	char url[200];
	long used = 0;

	out[0] = '\0';
	curl_easy_getinfo(curl, CURLINFO_USED_PROXY, &used);
	if (!used || !*value)
		return;
	url_show(value, url, sizeof(url));
	snprintf(out, cap, "the proxy %s (%s)", url, variable);
}

/* What a proxy answered to CONNECT. */
static int explain_proxy(const char *proxy, long status, const char *host, struct err *e)
{
	if (status < 500 && status != 408 && status != 429)
		return err_set(e, ERR_USAGE, "%s refuses the way to %s (%ld)", proxy, host, status);
	err_set(e, ERR_NETWORK, "%s does not get through to %s (%ld)", proxy, host, status);
	return err_retry(e);
}

/* No name server, or none that knows. */
static void explain_name(const char *detail, struct err *e)
{
	char asked[120];

	resolve_asked(asked, sizeof(asked));
	if (asked[0])
		err_set(e, ERR_NETWORK, "%s (asked: %s, from /etc/resolv.conf)", detail, asked);
	else
		err_set(e, ERR_NETWORK, "%s (is a name server set in /etc/resolv.conf?)", detail);
}

/* All that may pass. */
static void explain_code(CURL *curl, CURLcode code, const char *host, const char *proxy,
			 const char *detail, struct err *e)
{
	char why[96] = "";
	long os = 0;

	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		explain_name(detail, e);
		break;
	case CURLE_COULDNT_RESOLVE_PROXY:
		explain_name(detail, e);
		(void)err_at(e, proxy);
		break;
	case CURLE_COULDNT_CONNECT:
		/* The errno of the address that was tried last; later it is another one. */
		curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &os);
		if (os != 0 && strerror_r((int)os, why, sizeof(why)) != 0)
			why[0] = '\0';
		err_set(e, ERR_NETWORK, "cannot connect to %s%s%s", *proxy ? proxy : host,
			*why ? ": " : "", why);
		break;
	case CURLE_OPERATION_TIMEDOUT:
		err_set(e, ERR_NETWORK, "%s does not answer", host);
		break;
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_SSL_CONNECT_ERROR:
		err_set(e, ERR_NETWORK, "the connection to %s broke%s%s", host, *detail ? ": " : "",
			detail);
		break;
	default:
		err_set(e, ERR_NETWORK, "%s: %s", host, *detail ? detail : "failed");
		break;
	}
	if (*proxy && !strstr(e->text, proxy)) {
		char through[300];

		snprintf(through, sizeof(through), "through %s", proxy);
		(void)err_at(e, through);
	}
	(void)err_retry(e);
}

int dial_explain(CURL *curl, CURLcode code, const char *scheme, const char *host,
		 const char *detail, struct err *e)
{
	char proxy[256];
	long status = 0;

	name_proxy(curl, scheme, proxy, sizeof(proxy));
	curl_easy_getinfo(curl, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status >= 300)
		return explain_proxy(*proxy ? proxy : "the proxy", status, host, e);
	if (strncmp(detail, "Unsupported proxy", 17) == 0)
		return err_set(e, ERR_USAGE,
			       "the proxy that the environment names (https_proxy, http_proxy, ftp_proxy, all_proxy) is no URL that can be used");
	if (code == CURLE_OUT_OF_MEMORY)
		return shortage_resources(e);
	/* libcurl repeats a proxy's URL, with the password in it. */
	explain_code(curl, code, host, proxy, strstr(detail, "://") ? "" : detail, e);
	return -1;
}

/* Called at least once a second; non-zero ends the attempt. */
static int on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
		       curl_off_t ulnow)
{
	struct dial *d = arg;

	(void)dltotal;
	(void)dlnow;
	(void)ultotal;
	(void)ulnow;
	return stop_asked() && clock_ms() >= d->stop_ms ? stop_err(d->e) : 0;
}

int dial_open(struct dial *d, const char *host, unsigned port, struct err *e)
{
	char url[320], name[300], detail[CURL_ERROR_SIZE] = "";
	bool six = strchr(host, ':') != NULL;
	curl_socket_t fd = CURL_SOCKET_BAD;
	uint64_t failed = shortage_count();
	const char *variable;
	long proxied = 0;
	CURLcode code;

	d->e = e;
	d->fd = -1;
	d->broken = false;
	d->curl = curl_easy_init();
	if (!d->curl)
		return err_set(e, ERR_FAILED, "out of memory");
	snprintf(name, sizeof(name), "%s%s%s:%u", six ? "[" : "", host, six ? "]" : "", port);
	/* The scheme stands for nothing here: no HTTP is spoken but to a proxy. */
	snprintf(url, sizeof(url), "http://%s/", name);
	curl_easy_setopt(d->curl, CURLOPT_URL, url);
	curl_easy_setopt(d->curl, CURLOPT_CONNECT_ONLY, 1L);
	/* "" is none, and overrules http_proxy. */
	curl_easy_setopt(d->curl, CURLOPT_PROXY, proxy_find("ftp", &variable));
	curl_easy_setopt(d->curl, CURLOPT_HTTPPROXYTUNNEL, 1L);
	curl_easy_setopt(d->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(d->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(d->curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(d->curl, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_S);
	curl_easy_setopt(d->curl, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_S);
	curl_easy_setopt(d->curl, CURLOPT_ERRORBUFFER, detail);
	curl_easy_setopt(d->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(d->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(d->curl, CURLOPT_XFERINFODATA, d);
	code = curl_easy_perform(d->curl);
	/* Both pointed to this function's own. */
	curl_easy_setopt(d->curl, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(d->curl, CURLOPT_NOPROGRESS, 1L);
	if (e->code != ERR_NONE)
		return -1;
	if (code != CURLE_OK)
		return shortage_memory(failed, e) < 0 ?
			       -1 :
			       dial_explain(d->curl, code, "ftp", name, detail, e);
	curl_easy_getinfo(d->curl, CURLINFO_ACTIVESOCKET, &fd);
	curl_easy_getinfo(d->curl, CURLINFO_USED_PROXY, &proxied);
	d->fd = fd;
	d->proxied = proxied != 0;
	return 0;
}

static ssize_t result(struct dial *d, CURLcode code, size_t n)
{
	if (code == CURLE_AGAIN)
		return 0;
	d->broken = d->broken || code != CURLE_OK;
	return code == CURLE_OK && n > 0 ? (ssize_t)n : -1;
}

ssize_t dial_send(struct dial *d, const void *p, size_t len)
{
	size_t n = 0;
	CURLcode code = curl_easy_send(d->curl, p, len, &n);

	return result(d, code, n);
}

ssize_t dial_recv(struct dial *d, void *p, size_t cap)
{
	size_t n = 0;
	CURLcode code = curl_easy_recv(d->curl, p, cap, &n);

	return result(d, code, n);
}

void dial_address(const struct dial *d, char *out, size_t cap)
{
	const char *address = NULL;
	struct text t;

	text_init(&t, out, cap);
	if (!d->proxied && curl_easy_getinfo(d->curl, CURLINFO_PRIMARY_IP, &address) == CURLE_OK &&
	    address)
		text_put(&t, address);
}

void dial_close(struct dial *d)
{
	if (d->curl)
		curl_easy_cleanup(d->curl);
	d->curl = NULL;
	d->fd = -1;
}
