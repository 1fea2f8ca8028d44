/* A token and the URL of Glance are asked of Keystone. */
#include "cloud/openstack/keystone.h"

#include <string.h>

#include "base/fit.h"
#include "base/stop.h"
#include "base/text.h"
#include "cloud/openstack/catalog.h"
#include "cloud/openstack/reason.h"
#include "cloud/openstack/url.h"

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
	return fit_done(&t, "the request to Keystone", e);
}

/* auth_url with /v3, whether that is in it or not. */
static int make_url(const struct os_settings *s, char *out, size_t cap, struct err *e)
{
	const char *url = s->value[OS_AUTH_URL];
	size_t len = strlen(url);
	struct text t;

	/* Without a scheme, libcurl would send the password in the clear. */
	if (os_url_check(url, "auth_url (OS_AUTH_URL)", e) < 0)
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
	return fit_done(&t, "the URL", e);
}

static const char *where(const struct task *t)
{
	return os_settings_of(t)->value[OS_AUTH_URL];
}

static int special(struct task *t, const struct api *a, const struct api_request *q,
		   const char *reason, struct err *e)
{
	const struct os_settings *s = os_settings_of(t);
	long status = t->work->reply.status;

	(void)a;
	(void)q;
	if (status == 401)
		return err_set(e, ERR_USAGE,
			       "Keystone does not accept the credentials%s%s (401): user, password, project and domains have to be right together%s%s",
			       s->cloud[0] ? " of the cloud " : "", s->cloud, *reason ? ": " : "",
			       reason);
	/* Keystone's word for a token that it does not know any more. */
	if (status == 404 && s->auth == OS_AUTH_TOKEN)
		return err_set(e, ERR_USAGE,
			       "Keystone at %s does not know the token (404): it is wrong, or expired%s%s",
			       where(t), *reason ? ": " : "", reason);
	if (status == 300 || status == 404)
		return err_set(e, ERR_USAGE, "there is no Keystone v3 at %s (%ld)", where(t),
			       status);
	return 0;
}

static const struct api api = {
	.name = "Keystone",
	.id_header = OS_ID_HEADER,
	.where = where,
	.hide = os_reason_hide,
	.reason = os_reason,
	.special = special,
	.otherwise = ERR_USAGE,
};

/* A service's endpoint of the interface, in the region if one is wanted. */
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
		return os_url_keep(os_work(t), s->value[OS_IMAGE_ENDPOINT], e);
	if (json_kind(j, "token.catalog") != JSON_ARRAY)
		return err_set(e, ERR_USAGE,
			       "Keystone names no services: is the login without a project? (OS_IMAGE_URL names Glance without it)");
	while (json_next(j, "token.catalog", &service))
		if (json_is(&service, "type", "image") &&
		    find_endpoint(&service, s, &url, &other_region))
			return os_url_keep(os_work(t), buf, e);
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

	if (!text_is_word(token))
		return err_set(e, ERR_REPLY, "the token holds a space or a control character");
	text_init(&auth, t->work->auth, sizeof(t->work->auth));
	text_printf(&auth, "X-Auth-Token: %s", token);
	return fit_done(&auth, "the token", e);
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

static int ask_token(struct task *t, struct err *e)
{
	struct work *w = t->work;
	struct catalog catalog;
	char token[SECRET_MAX];
	jsmntok_t service[SERVICE_TOKENS];
	const struct http_field fields[] = {
		{ "X-Subject-Token", token, sizeof(token), false },
		{ NULL, NULL, 0, false },
	};
	struct http_request q = {
		.method = "POST",
		.url = w->url,
		.headers = { "Accept: application/json", "Content-Type: application/json" },
		.body = w->scratch,
		/* Without a token nothing can be removed after a signal. */
		.grace_ms = stop_asked() ? GRACE_MS : 0,
		.fields = fields,
		.take = take,
		.take_arg = &catalog,
	};
	int result;

	/* Another request may be waiting for its token in w->request. */
	_Static_assert(sizeof(w->scratch) >= (size_t)SECRET_MAX * TEXT_JSON_MAX + OS_POOL_BYTES,
		       "there is room for a secret, however it is written");
	if (make_url(os_settings_of(t), w->url, sizeof(w->url), e) < 0 ||
	    make_request(os_settings_of(t), w->scratch, sizeof(w->scratch), e) < 0)
		return -1;
	os_url_warn(os_work(t), w->url);
	catalog_init(&catalog, service, SERVICE_TOKENS);
	result = api_http(t, &api, &q, e);
	text_wipe(w->scratch, strlen(w->scratch));
	if (result < 0 && catalog.full)
		result = too_long(e);
	if (result == 0)
		result = w->reply.status == 201 ? keystone_accept(t, token, e) :
						  api_refused(t, &api, NULL, e);
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
			result = os_url_keep(w,
					     s->value[OS_IMAGE_ENDPOINT] ?
						     s->value[OS_IMAGE_ENDPOINT] :
						     s->value[OS_ENDPOINT],
					     e);
		break;
	default:
		result = ask_token(t, e);
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
