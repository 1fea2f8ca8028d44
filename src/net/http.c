/* libcurl is told of one request, and its answer and errors are read. */
#include "net/http.h"

#include <mbedtls/platform.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/fit.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/stop.h"
#include "base/text.h"
#include "net/blame.h"
#include "net/body.h"
#include "net/dial.h"
#include "net/outq.h"
#include "net/retry.h"
#include "net/shortage.h"
#include "net/url.h"

/* After the last byte a server may digest the image for a while. */
#define ANSWER_STALLS 5

/* libcurl's own bounds on CURLOPT_UPLOAD_BUFFERSIZE */
#define UPLOAD_BUFFER_MIN 16384

/* What libcurl's callbacks share during one call. */
struct call {
	struct http *h;
	const struct http_request *q;
	struct http_reply *r;
	struct body body;
	struct err *e;
	uint64_t failed;    /* allocations before it */
	int64_t stopped_at; /* when the signal was first seen, or 0 */
	int64_t moved_at;   /* when a byte last went or came */
	int64_t moved_pull; /* body.pull_ms at that moment */
	curl_off_t moved;   /* bytes until then */
};

int http_global_init(struct err *e)
{
	unsigned char b;

	/* Before it is a failure of TLS that nobody understands. */
	if (random_fill(&b, 1) < 0)
		return err_errno(e, ERR_USAGE,
				 "there are no random numbers, which TLS needs: neither getrandom(2) works nor /dev/urandom");
	if (mbedtls_platform_set_calloc_free(mem_calloc, mem_free) != 0 ||
	    curl_global_init_mem(CURL_GLOBAL_DEFAULT, mem_malloc, mem_free, mem_realloc, mem_strdup,
				 mem_calloc) != CURLE_OK)
		return err_set(e, ERR_FAILED, "libcurl does not start: out of memory");
	return 0;
}

int http_open(struct http *h, const struct net_config *config, struct err *e)
{
	h->config = config;
	h->fd = -1;
	h->until_ms = 0;
	h->plain = false;
	h->verdict.trust = &config->trust;
	h->curl = curl_easy_init();
	if (!h->curl)
		return err_set(e, ERR_FAILED, "out of memory");
	return 0;
}

void http_close(struct http *h)
{
	if (h->curl)
		curl_easy_cleanup(h->curl);
	h->curl = NULL;
}

/* The host with its port, for messages. */
static void show_host(const char *url, char *out, size_t cap)
{
	char shown[URL_BYTES];
	const char *host;
	struct text t;

	url_show(url, shown, sizeof(shown));
	host = shown + url_authority(shown);
	text_init(&t, out, cap);
	text_put_n(&t, host, strcspn(host, "/"));
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct call *c = arg;
	size_t len = size * n, room = c->r->cap - 1 - c->r->len;
	long status = 0;

	curl_easy_getinfo(c->h->curl, CURLINFO_RESPONSE_CODE, &status);
	if (c->q->take && status < 300) {
		if (c->q->take(c->q->take_arg, c->r, p, len) == 0)
			return len;
		err_set(c->e, ERR_REPLY, "the answer is too long");
		return 0;
	}
	if (len > room) {
		/* An error's page may be cut off: what fits is enough. */
		if (status < 400)
			err_set(c->e, ERR_REPLY, "the answer is longer than %zu bytes",
				c->r->cap - 1);
		len = room;
	}
	memcpy(c->r->body + c->r->len, p, len);
	c->r->len += len;
	c->r->body[c->r->len] = '\0';
	return len; /* less than was given ends the transfer */
}

static int on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct call *c = arg;

	(void)purpose;
	c->h->fd = fd;
	return CURL_SOCKOPT_OK;
}

/*
 * How long nothing has moved, not counting the time that we spent on the image.
 * What waits in the socket has not moved: libcurl goes on filling its buffer,
 * a little every second, long after the other side has stopped reading.
 */
static int64_t idle_ms(struct call *c, curl_off_t moved)
{
	int64_t now = clock_ms();

	moved -= outq_bytes(c->h->fd);
	/* TLS adds its own bytes to what waits: less than before is no movement either. */
	if (moved > c->moved) {
		c->moved = moved;
		c->moved_at = now;
		c->moved_pull = c->body.pull_ms;
	}
	return now - c->moved_at - (c->body.pull_ms - c->moved_pull);
}

/* Called at least once a second, whatever happens; non-zero ends the transfer. */
static int on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
		       curl_off_t ulnow)
{
	struct call *c = arg;
	int64_t limit = c->h->config->stall_ms;
	char host[300];

	(void)dltotal;
	(void)ultotal;
	if (c->stopped_at == 0 && stop_asked())
		c->stopped_at = clock_ms();
	if (c->stopped_at != 0 && clock_ms() - c->stopped_at >= c->q->grace_ms)
		return stop_err(c->e);
	if (c->body.done)
		limit *= ANSWER_STALLS;
	/* An answer that drips is no progress of an upload. */
	if (limit == 0 || idle_ms(c, c->q->upload ? ulnow : dlnow + ulnow) <= limit)
		return 0;
	show_host(c->q->url, host, sizeof(host));
	err_set(c->e, ERR_NETWORK, "%s: nothing has moved for %lld s", host,
		(long long)limit / 1000);
	return err_retry(c->e);
}

static const char *header(CURL *curl, const char *name)
{
	struct curl_header *hit;

	/* -1: of the last answer, not of a 100 or a proxy's */
	return curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &hit) == CURLHE_OK ? hit->value :
										      NULL;
}

/* What is cut off would be another value: that is refused. */
static int take_fields(struct call *c)
{
	const struct http_field *f;
	const char *value;
	struct text t;

	for (f = c->q->fields; f && f->name; f++) {
		value = header(c->h->curl, f->name);
		text_init(&t, f->to, f->cap);
		text_put(&t, value ? value : "");
		if (f->cut)
			text_ellipsis(&t);
		if (f->cut || fit_done(&t, f->name, c->e) == 0)
			continue;
		c->e->code = ERR_REPLY;
		return -1;
	}
	return 0;
}

static void read_headers(CURL *curl, struct http_reply *r)
{
	const char *etag = header(curl, "ETag");
	long request = 0;
	struct text t;

	curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &request);
	r->sent = request > 0;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &r->status);
	r->retry_after_ms = retry_after(header(curl, "Retry-After"), header(curl, "Date"));
	if (r->status == 429 && r->retry_after_ms == 0)
		r->retry_after_ms =
			retry_reset(header(curl, "X-RateLimit-Reset"), header(curl, "Date"));
	r->maintenance = header(curl, "X-Maintenance-Mode") != NULL;
	text_init(&t, r->etag, sizeof(r->etag));
	if (etag)
		text_put(&t, etag);
}

static bool is_secure(const char *url)
{
	return strncasecmp(url, "https:", 6) == 0;
}

/* Third-party codes are mapped here and in dial.c, and nowhere else. */
static int explain(struct call *c, CURLcode code, const char *detail)
{
	char host[300];

	show_host(c->q->url, host, sizeof(host));
	if (shortage_memory(c->failed, c->e) < 0 || blame_tls(&c->h->verdict, host, c->e) < 0)
		return -1;
	switch (code) {
	case CURLE_UNSUPPORTED_PROTOCOL:
		if (c->r->sent)
			return err_set(c->e, ERR_REPLY, "%s does not answer by HTTP/1", host);
		/* fall through */
	case CURLE_URL_MALFORMAT:
		return err_set(c->e, ERR_USAGE, "%s is not a host that can be reached by HTTP",
			       host);
	case CURLE_OUT_OF_MEMORY:
		return shortage_resources(c->e);
	case CURLE_TOO_LARGE:
		return err_set(c->e, ERR_REPLY, "the answer of %s has too many headers", host);
	default:
		return dial_explain(c->h->curl, code, is_secure(c->q->url) ? "https" : "http", host,
				    detail, c->e);
	}
}

/* In milliseconds for libcurl, where 0 is for ever. */
static long limit_ms(const struct http *h, const struct http_request *q)
{
	int64_t limit = q->limit_ms, left = h->until_ms - clock_ms();
	int64_t stall = h->config->stall_ms;

	if (q->upload && limit == 0)
		return 0;
	if (limit == 0 && stall == 0)
		limit = INT32_MAX;
	else if (limit == 0)
		limit = 2 * stall > HTTP_LIMIT_MS ? 2 * stall : HTTP_LIMIT_MS;
	if (q->limit_ms == 0 && h->until_ms != 0 && left < limit)
		limit = left > HTTP_LIMIT_MS_MIN ? left : HTTP_LIMIT_MS_MIN;
	return (long)(limit < INT32_MAX ? limit : INT32_MAX);
}

static void set_options(struct call *c, struct curl_slist *headers, char *detail)
{
	const struct net_config *config = c->h->config;
	const struct http_request *q = c->q;
	CURL *curl = c->h->curl;
	long buffer = (long)BLOCK_BYTES;

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, q->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, trust_setup);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, &c->h->verdict);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, limit_ms(c->h, q));
	/* To a server in clear as well: a proxy is told a name and nothing else. */
	curl_easy_setopt(curl, CURLOPT_HTTPPROXYTUNNEL, 1L);
	/* libcurl repeats a request by itself on a 417, for ever if the header is ours. */
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 0L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "hoist/" HOIST_VERSION);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, c);
	curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, on_socket);
	curl_easy_setopt(curl, CURLOPT_SOCKOPTDATA, c);
	if (q->upload) {
		if (config->limit_rate > 0) {
			curl_easy_setopt(curl, CURLOPT_MAX_SEND_SPEED_LARGE,
					 (curl_off_t)config->limit_rate);
			if (config->limit_rate < BLOCK_BYTES)
				buffer = UPLOAD_BUFFER_MIN;
		}
		curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		if (q->upload_len != BODY_UNKNOWN)
			curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)q->upload_len);
		curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, buffer);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, body_read);
		curl_easy_setopt(curl, CURLOPT_READDATA, &c->body);
		curl_easy_setopt(curl, CURLOPT_EXPECT_100_TIMEOUT_MS, 1000L);
	} else if (q->body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(q->body));
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, q->body);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, q->method);
	/* libcurl repeats a request on its own when a connection that it kept turns out dead. */
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, q->once || q->upload ? 1L : 0L);
}

static int perform(struct call *c, const char *detail)
{
	CURLcode code = curl_easy_perform(c->h->curl);

	read_headers(c->h->curl, c->r);
	c->r->sent_all = c->q->upload && c->body.done;
	c->r->uploaded = c->q->upload ? c->body.sent : 0;
	if (c->e->code != ERR_NONE)
		return -1;
	/*
	 * A server that refuses early may close while we still send: its answer
	 * says more than the broken connection does.
	 */
	if (code != CURLE_OK && c->r->status < 400)
		return explain(c, code, detail);
	if (take_fields(c) < 0)
		return -1;
	if (c->q->upload && c->r->status < 300 && !c->body.done) {
		char host[300];

		show_host(c->q->url, host, sizeof(host));
		return err_set(c->e, ERR_FAILED,
			       "%s answered %ld without taking the upload: is this its address?",
			       host, c->r->status);
	}
	return 0;
}

/* One request as q says, but for what the server is known not to understand. */
static int once(struct call *c)
{
	const struct http_request *q = c->q;
	struct curl_slist nodes[HEADERS_MAX];
	char detail[CURL_ERROR_SIZE] = "";
	const struct http_field *field;
	size_t n;
	int result;

	/* libcurl only reads the list: no need for its allocating functions. */
	for (n = 0; q->headers[n]; n++) {
		nodes[n].data = (char *)q->headers[n];
		if (c->h->plain && strncmp(q->headers[n], "Expect:", 7) == 0)
			nodes[n].data = (char *)"Expect:";
		nodes[n].next = NULL;
		if (n > 0)
			nodes[n - 1].next = &nodes[n];
	}
	c->failed = shortage_count();
	c->moved_at = clock_ms();
	memset(&c->h->verdict.end, 0, sizeof(c->h->verdict.end));
	c->r->status = 0;
	c->r->len = 0;
	c->r->body[0] = '\0';
	c->r->sent_all = false;
	/* What an answer before has left is not this one's. */
	for (field = q->fields; field && field->name; field++)
		field->to[0] = '\0';
	if (q->upload)
		body_init(&c->body, q->upload, q->upload_len, c->e);
	/* libcurl never asks for the body of an upload that has none. */
	if (q->upload && q->upload_len == 0 && body_read(detail, 1, 1, &c->body) != 0)
		return -1;
	set_options(c, n > 0 ? nodes : NULL, detail);
	result = perform(c, detail);
	if (c->r->len > c->r->most)
		c->r->most = c->r->len;
	return result;
}

/* RFC 9110, section 10.1.1: who answers 417 is asked again without the expectation. */
static int call(struct call *c)
{
	int result = once(c);

	if (c->r->status != 417 || !c->q->upload || c->h->plain || c->e->code != ERR_NONE)
		return result;
	c->h->plain = true;
	if (c->body.sent == 0)
		return once(c);
	err_set(c->e, ERR_NETWORK, "the server answered 417: once more without Expect");
	return err_retry(c->e);
}

int http_call(struct http *h, const struct http_request *q, struct http_reply *r, struct err *e)
{
	struct call c = { .h = h, .q = q, .r = r, .e = e };
	const struct trust *trust = &h->config->trust;
	char shown[URL_BYTES];
	int64_t began = clock_ms();
	int result;

	r->status = 0;
	r->sent = r->sent_all = false;
	url_show(q->url, shown, sizeof(shown));
	if ((trust->key_count > 0 || trust->only_leaf) && !is_secure(q->url))
		return err_set(e, ERR_USAGE, "%s: by http there is no certificate that could be %s",
			       shown, trust->key_count > 0 ? "held against --pin" : "checked");
	result = call(&c);
	log_note("%s %s: %ld (%lld ms)", q->method, shown, r->status,
		 (long long)(clock_ms() - began));
	return result;
}
