/* A request gets its token or its signature, and a refusal of these its explanation. */
#include "cloud/openstack/authorize.h"

#include <string.h>

#include "base/clock.h"
#include "base/fit.h"
#include "base/text.h"
#include "cloud/openstack/sign.h"
#include "net/retry.h"

/* "Clock skew": what the gateway takes. */
#define SKEW_S 900

/* A URL's parts; the host with its port, where that is not the scheme's own. */
struct parts {
	char host[300], path[1024];
	const char *query;
};

static int split(const char *url, struct parts *p, struct err *e)
{
	bool tls = strncmp(url, "https://", 8) == 0;
	const char *host = url + (tls ? 8 : 7);
	size_t len = strcspn(host, "/?#");
	const char *path = host + len;
	struct text t;

	text_init(&t, p->host, sizeof(p->host));
	text_put_n(&t, host, len);
	if (fit_done(&t, "the host", e) < 0)
		return -1;
	if (text_ends(p->host, tls ? ":443" : ":80"))
		p->host[len - (tls ? 4 : 3)] = '\0';
	len = strcspn(path, "?#");
	text_init(&t, p->path, sizeof(p->path));
	text_put_n(&t, path, len);
	p->query = path[len] == '?' ? path + len + 1 : "";
	return fit_done(&t, "the path", e);
}

static int check_value(const char *value, const char *what, struct err *e)
{
	return text_is_word(value) ?
		       0 :
		       err_set(e, ERR_USAGE, "%s holds a space or a control character", what);
}

/* "Name: value" in to, and its value among those that are signed. */
static int add(struct http_request *q, char *to, size_t cap, const char *name, const char *value,
	       const char *what, struct err *e)
{
	struct text t;

	text_init(&t, to, cap);
	text_printf(&t, "%s: %s", name, value);
	if (check_value(value, what, e) < 0 || fit_done(&t, what, e) < 0)
		return -1;
	api_add_header(q, to);
	return 0;
}

static int sign(struct task *t, struct http_request *q, const char *body, struct err *e)
{
	struct os_headers *h = &os_work(t)->headers;
	const struct os_settings *s = os_settings_of(t);
	struct sign_header headers[5] = { { NULL, NULL } };
	char hex[HASH_HEX_BYTES], date[SIGN_DATE_BYTES];
	const char *access_key = s->value[OS_ACCESS_KEY], *project = s->value[OS_PROJECT_ID];
	struct sign_request r = { .method = q->method, .headers = headers };
	struct parts parts;
	struct text auth;
	struct hash hash;
	unsigned count = 0;

	if (!body) {
		hash_init(&hash, HASH_SHA256);
		hash_update(&hash, q->body ? q->body : "", q->body ? strlen(q->body) : 0);
		hash_hex(&hash, hex);
	}
	if (split(q->url, &parts, e) < 0)
		return -1;
	r.path = parts.path;
	r.query = parts.query;
	r.body = body ? body : hex;
	sign_date(clock_wall(), date);
	headers[count++] = (struct sign_header){ "host", parts.host };
	if (project) {
		if (add(q, h->project, sizeof(h->project), "X-Project-Id", project,
			"the project's id", e) < 0)
			return -1;
		headers[count++] = (struct sign_header){ "x-project-id", project };
	}
	if (add(q, h->date, sizeof(h->date), "X-Sdk-Date", date, "the date", e) < 0)
		return -1;
	headers[count++] = (struct sign_header){ "x-sdk-date", date };
	if (s->security_token[0]) {
		if (add(q, h->security_token, sizeof(h->security_token), "X-Security-Token",
			s->security_token, "the security token", e) < 0)
			return -1;
		headers[count++] = (struct sign_header){ "x-security-token", s->security_token };
	}
	text_init(&auth, t->work->auth, sizeof(t->work->auth));
	text_put(&auth, "Authorization: ");
	if (check_value(access_key, "the access key", e) < 0 ||
	    sign_request(&r, access_key, s->secret.value, t->work->auth + auth.len,
			 sizeof(t->work->auth) - auth.len, e) < 0)
		return -1;
	api_add_header(q, t->work->auth);
	return 0;
}

int os_authorize(struct task *t, struct http_request *q, const char *body, struct err *e)
{
	if (os_settings_of(t)->auth == OS_AUTH_AKSK)
		return sign(t, q, body, e);
	if (t->work->auth[0])
		api_add_header(q, t->work->auth);
	return 0;
}

/* Signatures are good for a time: is this machine's clock wrong?  Then -1 with ERR_USAGE. */
static int check_clock(const struct task *t, const char *reason, struct err *e)
{
	int64_t theirs = retry_date(t->work->date), off = clock_wall() - theirs;

	if (theirs < 0 || (off <= SKEW_S && off >= -SKEW_S))
		return 0;
	return err_set(e, ERR_USAGE,
		       "this machine's clock is %lld minutes %s the cloud's (%s), and signatures hold for 15: set it%s%s",
		       (long long)(off < 0 ? -off : off) / 60, off < 0 ? "behind" : "before",
		       t->work->date, *reason ? "; " : "", reason);
}

int os_authorize_refused(struct task *t, const char *reason, struct err *e)
{
	bool is_signed = os_settings_of(t)->auth == OS_AUTH_AKSK;

	if (is_signed && check_clock(t, reason, e) < 0)
		return -1;
	return err_set(e, ERR_USAGE, "%s (401)%s%s",
		       is_signed ? "the signature is not accepted" :
				   "Glance does not accept the token: it is wrong, or expired",
		       *reason ? ": " : "", reason);
}
