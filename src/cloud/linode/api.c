/* Linode's API: https://techdocs.akamai.com/linode-api, as of 2026-09. */
#include <string.h>

#include "base/hide.h"
#include "base/text.h"
#include "cloud/api.h"
#include "cloud/linode/linode.h"
#include "net/retry.h"

struct linode *linode_of(struct task *t)
{
	_Static_assert(sizeof(struct linode) <= WORK_CLOUD_BYTES, "struct work has room for it");
	return (struct linode *)(void *)t->work->cloud;
}

struct linode_settings *linode_settings_of(const struct task *t)
{
	_Static_assert(sizeof(struct linode_settings) <= SETTINGS_BYTES, "there is room for it");
	return t->settings;
}

static void put_url(const struct task *t, struct text *url)
{
	const struct linode_settings *s = linode_settings_of(t);

	text_printf(url, "%s://%s/%s", s->scheme, s->host, s->version);
}

static const char *where(const struct task *t)
{
	(void)t;
	return "the API host";
}

static int authorize(struct task *t, struct http_request *q, struct err *e)
{
	(void)e;
	/* The list of regions is public. */
	if (t->work->auth[0])
		api_add_header(q, t->work->auth);
	return 0;
}

static void hide(const struct task *t, char *s)
{
	const char *token = linode_settings_of(t)->token.value;

	hide_secrets(s, &token, 1);
}

/* The reasons in {"errors":[...]}, "label: Image labels cannot ..."; "" if there are none. */
static void get_reason(struct task *t, char *out, size_t cap)
{
	struct json one = { 0 };
	char part[ERR_TEXT_MAX];
	struct text text;

	text_init(&text, out, cap);
	while (!text.full && json_next(&t->work->json, "errors", &one)) {
		json_show(&one, "field", part, sizeof(part));
		text_printf(&text, "%s%s%s", text.len > 0 ? "; " : "", part, *part ? ": " : "");
		json_show(&one, "reason", part, sizeof(part));
		text_put(&text, part);
	}
	text_ellipsis(&text);
}

/* Nobody has acted on the request: sending it once more is safe, whatever it was. */
static bool untouched(const struct http_reply *r, const char *reason)
{
	if (r->status == 400)
		return strcmp(reason, "Linode busy.") == 0 || r->body[0] == '<';
	return r->status == 408 || r->status == 429 || r->status == 503;
}

/* What only Linode says, or says in another way. */
static int special(struct task *t, const struct api *a, const struct api_request *q,
		   const char *reason, struct err *e)
{
	const struct http_reply *r = &t->work->reply;
	bool safe = strcmp(q->method, "POST") != 0, idle = untouched(r, reason);

	linode_of(t)->gone = r->status == 404 && *reason;
	if (r->status == 503 && r->maintenance)
		return err_set(e, ERR_BUSY, "Linode's API is in maintenance mode: try again later");
	if (idle || retry_status(r->status)) {
		(void)api_busy(t, a, reason, e);
		e->retry = e->retry && (safe || idle);
		return -1;
	}
	/* Some gateway's: it says nothing of what was asked for. */
	if (r->status == 404 && !*reason && safe) {
		err_set(e, ERR_BUSY,
			"404 was answered, but not by Linode's API: is the API host right?");
		return err_retry(e);
	}
	if (r->status == 401)
		return err_set(e, ERR_USAGE,
			       "Linode does not accept the token from %s (401%s%s); it needs the scope images:read_write",
			       linode_settings_of(t)->token.from, *reason ? ": " : "", reason);
	if (r->status == 403)
		return err_set(e, ERR_USAGE,
			       "the token may not do this (403%s%s): it needs the scope images:read_write, its user the permission upload_image",
			       *reason ? ": " : "", reason);
	return 0;
}

static const struct api api = {
	.name = "Linode's API",
	.put_url = put_url,
	.where = where,
	.authorize = authorize,
	.hide = hide,
	.reason = get_reason,
	.special = special,
	.settings_to_blame = { 400 },
	.always_json = true,
};

int linode_api(struct task *t, const char *method, const char *path, const char *body,
	       const char *filter, struct err *e)
{
	const struct api_request q = {
		.method = method, .path = path, .body = body, .header = filter
	};

	linode_of(t)->gone = false;
	return api_call(t, &api, &q, e);
}
