#include <stdio.h>
#include <string.h>

#include "base/hide.h"
#include "base/text.h"
#include "cloud/linode/linode.h"
#include "net/retry.h"

/* A DELETE or POST that is under way is allowed this long after a signal: its answer matters. */
#define GRACE_MS 10000

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

/* The reasons in {"errors":[...]}, "label: Image labels cannot ..."; "" if there are none. */
static void get_reason(struct work *w, char *out, size_t cap)
{
	struct err none = ERR_INIT;
	char part[ERR_TEXT_MAX];
	struct json j, one = { 0 };
	struct text t;

	text_init(&t, out, cap);
	if (json_parse(&j, w->answer, w->reply.len, w->tokens, JSON_TOKENS_MAX, &none) < 0)
		return;
	while (!t.full && json_next(&j, "errors", &one)) {
		json_show(&one, "field", part, sizeof(part));
		text_printf(&t, "%s%s%s", t.len > 0 ? "; " : "", part, *part ? ": " : "");
		json_show(&one, "reason", part, sizeof(part));
		text_put(&t, part);
	}
	text_ellipsis(&t);
}

/* Nobody has acted on the request: sending it once more is safe, whatever it was. */
static bool untouched(const struct http_reply *r, const char *reason)
{
	if (r->status == 400)
		return strcmp(reason, "Linode busy.") == 0 || r->body[0] == '<';
	return r->status == 408 || r->status == 429 || r->status == 503;
}

static int refused(struct task *t, const char *method, struct err *e)
{
	struct http_reply *r = &t->work->reply;
	bool safe = strcmp(method, "POST") != 0;
	const char *token = linode_settings_of(t)->token.value;
	char reason[280];

	hide_secrets(t->work->answer, &token, 1);
	get_reason(t->work, reason, sizeof(reason));
	linode_of(t)->gone = r->status == 404 && *reason;
	t->wait_ms = r->retry_after_ms;
	if (r->status == 503 && r->maintenance)
		return err_set(e, ERR_BUSY, "Linode's API is in maintenance mode: try again later");
	if (untouched(r, reason) || retry_status(r->status)) {
		err_set(e, ERR_BUSY, "Linode's API answered %ld%s%s", r->status,
			*reason ? ": " : "", reason);
		if (t->wait_ms > RETRY_ASKED_MAX)
			return err_at(e, "a longer pause is asked for than hoist waits");
		return safe || untouched(r, reason) ? err_retry(e) : -1;
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
	if (r->status >= 300 && r->status < 400)
		return err_set(e, ERR_REPLY,
			       "Linode's API answered with a redirect (%ld), which is not followed: is the API host right?",
			       r->status);
	return err_set(e, r->status == 400 ? ERR_USAGE : ERR_FAILED,
		       "Linode's API answered %ld%s%s", r->status, *reason ? ": " : "", reason);
}

int linode_api(struct task *t, const char *method, const char *path, const char *body,
	       const char *filter, struct err *e)
{
	const struct linode_settings *s = linode_settings_of(t);
	struct work *w = t->work;
	struct http_request q = {
		.method = method,
		.url = w->url,
		.headers = { "Accept: application/json" },
		.body = body,
		.once = strcmp(method, "POST") == 0,
		.grace_ms = strcmp(method, "GET") == 0 ? 0 : GRACE_MS,
	};
	size_t n = 1;
	struct text url;

	text_init(&url, w->url, sizeof(w->url));
	text_printf(&url, "%s://%s/%s%s", s->scheme, s->host, s->version, path);
	if (text_done(&url, "the URL", e) < 0)
		return -1;
	if (w->auth[0])
		q.headers[n++] = w->auth;
	if (body)
		q.headers[n++] = "Content-Type: application/json";
	if (filter)
		q.headers[n++] = filter;
	w->reply.body = w->answer;
	w->reply.cap = sizeof(w->answer);
	t->wait_ms = 0;
	linode_of(t)->gone = false;
	if (http_call(&w->http, &q, &w->reply, e) < 0)
		return -1;
	if (w->reply.status < 200 || w->reply.status > 202)
		return refused(t, method, e);
	if (json_parse(&w->json, w->answer, w->reply.len, w->tokens, JSON_TOKENS_MAX, e) < 0)
		return err_at(e, "Linode's API");
	return 0;
}
