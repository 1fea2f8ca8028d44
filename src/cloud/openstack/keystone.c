/* Keystone: POST /v3/auth/tokens, and where its catalog says that Glance is. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "cloud/openstack/catalog.h"
#include "cloud/openstack/openstack.h"
#include "net/proxy.h"
#include "net/retry.h"

/* JSON values in one service of the catalog, to know it by; one with more is kept unseen. */
#define SERVICE_TOKENS 1024

static void put_member(struct text *t, const char *name, const char *value)
{
	text_printf(t, "\"%s\": ", name);
	text_put_json(t, value);
}

/* By its id or, in its domain, by its name. */
static void put_named(struct text *t, const char *const *value, enum os_key id, enum os_key name,
		      enum os_key domain_id, enum os_key domain_name)
{
	if (value[id]) {
		put_member(t, "id", value[id]);
		return;
	}
	put_member(t, "name", value[name]);
	text_put(t, ", \"domain\": {");
	put_member(t, value[domain_id] ? "id" : "name",
		   value[domain_id] ? value[domain_id] : value[domain_name]);
	text_put(t, "}");
}

static void put_user(struct text *t, const char *const *value)
{
	text_put(t, "\"user\": {");
	put_named(t, value, OS_USER_ID, OS_USERNAME, OS_USER_DOMAIN_ID, OS_USER_DOMAIN_NAME);
}

static void put_scope(struct text *t, const char *const *value)
{
	text_put(t, ", \"scope\": {");
	if (value[OS_PROJECT_ID] || value[OS_PROJECT_NAME]) {
		text_put(t, "\"project\": {");
		put_named(t, value, OS_PROJECT_ID, OS_PROJECT_NAME, OS_PROJECT_DOMAIN_ID,
			  OS_PROJECT_DOMAIN_NAME);
	} else if (value[OS_SYSTEM_SCOPE]) {
		text_put(t, "\"system\": {\"all\": true");
	} else {
		text_put(t, "\"domain\": {");
		put_member(t, value[OS_DOMAIN_ID] ? "id" : "name",
			   value[OS_DOMAIN_ID] ? value[OS_DOMAIN_ID] : value[OS_DOMAIN_NAME]);
	}
	text_put(t, "}}");
}

static int make_request(const struct os_settings *s, char *out, size_t cap, struct err *e)
{
	struct text t;

	text_init(&t, out, cap);
	text_put(&t, "{\"auth\": {\"identity\": {\"methods\": [");
	switch (s->auth) {
	case OS_AUTH_APPCRED:
		text_put(&t, "\"application_credential\"], \"application_credential\": {");
		if (s->value[OS_APPCRED_ID]) {
			put_member(&t, "id", s->value[OS_APPCRED_ID]);
		} else {
			put_member(&t, "name", s->value[OS_APPCRED_NAME]);
			text_put(&t, ", ");
			put_user(&t, s->value);
			text_put(&t, "}");
		}
		text_put(&t, ", ");
		put_member(&t, "secret", s->secret.value);
		break;
	case OS_AUTH_TOKEN:
		text_put(&t, "\"token\"], \"token\": {");
		put_member(&t, "id", s->secret.value);
		break;
	default:
		text_put(&t, "\"password\"], \"password\": {");
		put_user(&t, s->value);
		text_put(&t, ", ");
		put_member(&t, "password", s->secret.value);
		text_put(&t, "}");
		break;
	}
	text_put(&t, "}}");
	/* "Application credentials cannot request a scope." */
	if (s->auth != OS_AUTH_APPCRED)
		put_scope(&t, s->value);
	text_put(&t, "}}");
	return text_done(&t, "the request to Keystone", e);
}

/* auth_url with /v3, whether that is in it or not. */
static int make_url(const struct os_settings *s, char *out, size_t cap, struct err *e)
{
	const char *url = s->value[OS_AUTH_URL];
	size_t len = strlen(url);
	struct text t;

	/* Without a scheme, libcurl would send the password in the clear. */
	if (os_check_url(url, "auth_url (OS_AUTH_URL)", e) < 0)
		return -1;
	while (len > 0 && url[len - 1] == '/')
		len--;
	/* As some documents have it. */
	if (len >= 12 && strncmp(url + len - 12, "/auth/tokens", 12) == 0)
		len -= 12;
	text_init(&t, out, cap);
	if (len >= 5 && strncmp(url + len - 5, "/v2.0", 5) == 0)
		len -= 5;
	text_put_n(&t, url, len);
	text_printf(&t, "%s/auth/tokens%s", text_ends(out, "/v3") ? "" : "/v3",
		    s->value[OS_IMAGE_ENDPOINT] ? "?nocatalog=true" : "");
	return text_done(&t, "the URL", e);
}

static int refused(struct task *t, struct err *e)
{
	const struct os_settings *s = os_settings_of(t);
	long status = t->work->reply.status;
	char reason[OS_REASON_BYTES];

	glance_reason(t, reason, sizeof(reason));
	t->wait_ms = t->work->reply.retry_after_ms;
	if (status == 401)
		return err_set(e, ERR_USAGE,
			       "Keystone does not accept the credentials%s%s (401): user, password, project and domains have to be right together%s%s",
			       s->cloud[0] ? " of the cloud " : "", s->cloud, *reason ? ": " : "",
			       reason);
	/* Keystone's word for a token that it does not know any more. */
	if (status == 404 && s->auth == OS_AUTH_TOKEN)
		return err_set(e, ERR_USAGE,
			       "Keystone at %s does not know the token (404): it is wrong, or expired%s%s",
			       s->value[OS_AUTH_URL], *reason ? ": " : "", reason);
	if (status == 300 || status == 404)
		return err_set(e, ERR_USAGE, "there is no Keystone v3 at %s (%ld)",
			       s->value[OS_AUTH_URL], status);
	if (status >= 300 && status < 400)
		return err_set(e, ERR_REPLY,
			       "Keystone answered with a redirect (%ld), which is not followed: is %s right?",
			       status, s->value[OS_AUTH_URL]);
	if (retry_status(status)) {
		err_set(e, ERR_BUSY, "Keystone answered %ld%s%s", status, *reason ? ": " : "",
			reason);
		return t->wait_ms > RETRY_ASKED_MAX ? -1 : err_retry(e);
	}
	return err_set(e, ERR_USAGE, "Keystone answered %ld%s%s", status, *reason ? ": " : "",
		       reason);
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

/* Of what stays on this machine nobody in between can read anything. */
static void warn_plain(struct os_work *w, const char *url)
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

static int keep_base(struct os_work *w, const char *url, struct err *e)
{
	size_t len = base_length(url);

	if (len >= sizeof(w->base))
		return err_set(e, ERR_LIMIT, "Glance's URL is longer than %zu bytes",
			       sizeof(w->base) - 1);
	memcpy(w->base, url, len);
	w->base[len] = '\0';
	if (os_check_url(w->base, "Glance's URL", e) < 0)
		return -1;
	warn_plain(w, w->base);
	return 0;
}

/* Of one service, the endpoint of the interface, in the region if one is wanted. */
static bool endpoint_of(const struct json *service, const char *interface, size_t len,
			const char *region, struct text *url, bool *other_region)
{
	struct json at = { 0 };
	struct err none = ERR_INIT;
	char name[32];

	while (json_next(service, "endpoints", &at)) {
		if (json_str(&at, "interface", name, sizeof(name), &none) < 0 ||
		    strlen(name) != len || strncmp(name, interface, len) != 0)
			continue;
		if (region && !json_is(&at, "region_id", region) &&
		    !json_is(&at, "region", region)) {
			*other_region = true;
			continue;
		}
		if (json_str(&at, "url", url->at, url->cap, &none) > 0)
			return true;
	}
	return false;
}

/* The same for the first interface of several, joined by commas, that has one. */
static bool find_endpoint(const struct json *service, const struct os_settings *s, struct text *url,
			  bool *other_region)
{
	const char *interface = s->value[OS_IMAGE_INTERFACE] ? s->value[OS_IMAGE_INTERFACE] :
				s->value[OS_INTERFACE]       ? s->value[OS_INTERFACE] :
							       "public";
	const char *region =
		s->value[OS_IMAGE_REGION] ? s->value[OS_IMAGE_REGION] : s->value[OS_REGION];
	size_t len, own;

	for (; *interface; interface += len + (interface[len] == ',')) {
		len = strcspn(interface, ",");
		/* Older settings say "publicURL". */
		own = len > 3 && strncmp(interface + len - 3, "URL", 3) == 0 ? len - 3 : len;
		if (endpoint_of(service, interface, own, region, url, other_region))
			return true;
	}
	return false;
}

static int find_glance(struct task *t, struct err *e)
{
	const struct os_settings *s = os_settings_of(t);
	const struct json *j = &t->work->json;
	struct json service = { 0 };
	bool other_region = false;
	char buf[sizeof(os_work(t)->base)];
	struct text url;

	text_init(&url, buf, sizeof(buf));
	if (s->value[OS_IMAGE_ENDPOINT])
		return keep_base(os_work(t), s->value[OS_IMAGE_ENDPOINT], e);
	if (json_kind(j, "token.catalog") != JSON_ARRAY)
		return err_set(e, ERR_USAGE,
			       "Keystone names no services: is the login without a project? (OS_IMAGE_URL names Glance without it)");
	while (json_next(j, "token.catalog", &service))
		if (json_is(&service, "type", "image") &&
		    find_endpoint(&service, s, &url, &other_region))
			return keep_base(os_work(t), buf, e);
	if (other_region)
		return err_set(e, ERR_USAGE,
			       "Keystone's catalog has no image service in the region %s: see OS_REGION_NAME",
			       s->value[OS_IMAGE_REGION] ? s->value[OS_IMAGE_REGION] :
							   s->value[OS_REGION]);
	return err_set(e, ERR_USAGE,
		       "Keystone's catalog has no image service with the interface %s",
		       s->value[OS_INTERFACE] ? s->value[OS_INTERFACE] : "public");
}

static int keep_token(struct task *t, const char *token, struct err *e)
{
	struct text auth;
	const char *c;

	for (c = token; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return err_set(e, ERR_REPLY,
				       "the token holds a space or a control character");
	text_init(&auth, t->work->auth, sizeof(t->work->auth));
	text_printf(&auth, "X-Auth-Token: %s", token);
	return text_done(&auth, "the token", e);
}

int keystone_accept(struct task *t, const char *token, struct err *e)
{
	struct work *w = t->work;

	if (!token[0])
		return err_set(e, ERR_REPLY, "Keystone answered without a token");
	if (json_parse(&w->json, w->answer, w->reply.len, w->tokens, JSON_TOKENS_MAX, e) < 0)
		return err_at(e, "Keystone");
	return keep_token(t, token, e) < 0 ? -1 : find_glance(t, e);
}

/* struct http_request's take: of the catalog only what is wanted is kept. */
static int take(void *arg, struct http_reply *r, const char *p, size_t len)
{
	int result = catalog_take(arg, p, len, r->body, &r->len, r->cap - 1);

	r->body[r->len] = '\0';
	return result;
}

static int too_long(struct err *e)
{
	err_clear(e);
	return err_set(e, ERR_REPLY,
		       "Keystone's answer is too long: set OS_IMAGE_URL, then it is asked for no catalog");
}

static int ask(struct task *t, struct err *e)
{
	struct work *w = t->work;
	struct catalog catalog;
	char token[SECRET_MAX];
	jsmntok_t service[SERVICE_TOKENS];
	/* Another request may be waiting for its token in w->request; these have no use yet. */
	char *request = (char *)w->tokens;
	const struct http_field fields[] = {
		{ "X-Subject-Token", token, sizeof(token), false },
		{ "X-Openstack-Request-Id", os_work(t)->request_id, sizeof(os_work(t)->request_id),
		  true },
		{ NULL, NULL, 0, false },
	};
	struct http_request q = {
		.method = "POST",
		.url = w->url,
		.headers = { "Accept: application/json", "Content-Type: application/json" },
		.body = request,
		/* Without a token nothing can be removed after a signal. */
		.grace_ms = stop_asked() ? GRACE_MS : 0,
		.fields = fields,
		.take = take,
		.take_arg = &catalog,
	};
	int result;

	_Static_assert(sizeof(w->tokens) >= (size_t)SECRET_MAX * TEXT_JSON_MAX + OS_POOL_BYTES,
		       "there is room for a secret, however it is written");
	if (make_url(os_settings_of(t), w->url, sizeof(w->url), e) < 0 ||
	    make_request(os_settings_of(t), request, sizeof(w->tokens), e) < 0)
		return -1;
	warn_plain(os_work(t), w->url);
	w->reply.body = w->answer;
	w->reply.cap = sizeof(w->answer);
	t->wait_ms = 0;
	w->json.count = 0;
	catalog_init(&catalog, service, SERVICE_TOKENS);
	result = http_call(&w->http, &q, &w->reply, e);
	text_wipe(request, strlen(request));
	if (result < 0 && catalog.full)
		result = too_long(e);
	if (result == 0)
		result = w->reply.status == 201 ? keystone_accept(t, token, e) : refused(t, e);
	text_wipe(token, sizeof(token));
	return result;
}

int keystone_authenticate(struct task *t, struct err *e)
{
	const struct os_settings *s = os_settings_of(t);
	struct os_work *w = os_work(t);
	int result = 0;

	if (w->authenticated)
		return 0;
	switch (s->auth) {
	case OS_AUTH_NONE:
	case OS_AUTH_AKSK:
	case OS_AUTH_READY:
		t->work->auth[0] = '\0';
		if (s->auth == OS_AUTH_READY)
			result = keep_token(t, s->secret.value, e);
		if (result == 0)
			result = keep_base(w,
					   s->value[OS_IMAGE_ENDPOINT] ?
						   s->value[OS_IMAGE_ENDPOINT] :
						   s->value[OS_ENDPOINT],
					   e);
		break;
	default:
		result = ask(t, e);
		break;
	}
	w->authenticated = result == 0;
	return result;
}

void keystone_forget(struct task *t)
{
	os_work(t)->authenticated = false;
	text_wipe(t->work->auth, sizeof(t->work->auth));
}
