#include "net/dial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/stop.h"
#include "base/text.h"
#include "net/config.h"

/* A control connection is silent while an image is sent: routers must not forget it. */
#define KEEPALIVE_S 45L

int dial_explain(CURL *curl, CURLcode code, const char *host, const char *detail, struct err *e)
{
	char why[96] = "";
	long os = 0, proxy = 0;

	curl_easy_getinfo(curl, CURLINFO_HTTP_CONNECTCODE, &proxy);
	if (proxy == 403 || proxy == 407)
		return err_set(e, ERR_USAGE, "the proxy refuses the way to %s (%ld)", host, proxy);
	if (strncmp(detail, "Unsupported proxy", 17) == 0)
		return err_set(e, ERR_USAGE,
			       "the proxy that the environment names (https_proxy, ftp_proxy, all_proxy) is no URL that can be used");
	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &os);
	if (os != 0 && strerror_r((int)os, why, sizeof(why)) != 0)
		why[0] = '\0';
	/* libcurl repeats a proxy's URL, with the password in it. */
	if (strstr(detail, "://"))
		detail = "";
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		err_set(e, ERR_NETWORK, "%s (is a name server set in /etc/resolv.conf?)", detail);
		break;
	case CURLE_COULDNT_CONNECT:
		err_set(e, ERR_NETWORK, "cannot connect to %s%s%s", host, *why ? ": " : "", why);
		break;
	case CURLE_OPERATION_TIMEDOUT:
		err_set(e, ERR_NETWORK, "%s does not answer", host);
		break;
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		err_set(e, ERR_NETWORK, "the connection to %s broke%s%s", host,
			*why    ? ": " :
			*detail ? ": " :
				  "",
			*why ? why : detail);
		break;
	case CURLE_OUT_OF_MEMORY:
		return err_set(e, ERR_FAILED, "out of memory");
	default:
		err_set(e, ERR_NETWORK, "%s: %s", host, *detail ? detail : "failed");
		break;
	}
	return err_retry(e);
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

/* The proxy for FTP, as curl and wget know it; "" for none, which also overrules http_proxy. */
static const char *proxy(void)
{
	static const char *const names[] = { "ftp_proxy", "FTP_PROXY", "all_proxy", "ALL_PROXY" };
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = getenv(names[i]);
		if (value && *value)
			return value;
	}
	return "";
}

int dial_open(struct dial *d, const char *host, unsigned port, struct err *e)
{
	char url[320], name[300], detail[CURL_ERROR_SIZE] = "";
	bool six = strchr(host, ':') != NULL;
	curl_socket_t fd = CURL_SOCKET_BAD;
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
	curl_easy_setopt(d->curl, CURLOPT_PROXY, proxy());
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
		return dial_explain(d->curl, code, name, detail, e);
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
