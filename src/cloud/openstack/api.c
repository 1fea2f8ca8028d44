/* Requests to Glance, and what its answers mean. */
#include <stdio.h>
#include <string.h>

#include "base/hide.h"
#include "base/log.h"
#include "base/text.h"
#include "cloud/openstack/openstack.h"
#include "net/retry.h"

struct os_settings *os_settings_of(const struct task *t)
{
	_Static_assert(sizeof(struct os_settings) <= SETTINGS_BYTES, "there is room for it");
	_Static_assert(OS_KEYS == OS_OPTIONS, "each has its option");
	return t->settings;
}

struct os_work *os_work(const struct task *t)
{
	_Static_assert(sizeof(struct os_work) <= WORK_CLOUD_BYTES, "struct work has room for it");
	return (struct os_work *)(void *)t->work->cloud;
}

/* White space at s, as which a "<br />" in a text of Glance's counts: its length. */
static size_t blank(const char *s)
{
	size_t len = 0, n;

	do {
		n = strspn(s + len, " \t\r\n");
		if (strncmp(s + len + n, "<br />", 6) == 0)
			n += 6;
		len += n;
	} while (n > 0);
	return len;
}

/* Append a page's text without its tags, and with characters for their references. */
static void put_page(struct text *t, const char *s)
{
	size_t len;

	while (*s && !t->full) {
		len = *s == '<' ? strcspn(s, ">") : blank(s);
		if (len > 0) {
			s += len + (s[len] == '>' && *s == '<');
			if (t->len > 0 && t->at[t->len - 1] != ' ')
				text_put(t, " ");
			continue;
		}
		len = text_put_entity(t, s);
		if (len == 0)
			text_put_n(t, s, 1);
		s += len > 0 ? len : 1;
	}
}

/* Runs of white space become one space, in place. */
static void squeeze(char *s)
{
	char *to = s;
	size_t len;

	for (s += blank(s); *s; s += len > 0 ? len : 1) {
		len = blank(s);
		*to++ = (char)(len > 0 ? ' ' : *s);
	}
	*to = '\0';
}

void glance_hide(struct task *t, char *s)
{
	const struct os_settings *settings = os_settings_of(t);
	const char *auth = strstr(t->work->auth, ": "),
		   *signature = strstr(t->work->auth, "Signature=");
	const char *secrets[] = { settings->secret.value, settings->security_token,
				  signature ? signature + strlen("Signature=") :
				  auth      ? auth + 2 :
					      "" };

	hide_secrets(s, secrets, sizeof(secrets) / sizeof(secrets[0]));
}

void glance_reason(struct task *t, char *out, size_t cap)
{
	static const char *const paths[] = { "error.message", "message", "error_msg", "title" };
	struct os_work *w = os_work(t);
	struct err none = ERR_INIT;
	struct text text;
	struct json j;
	size_t i, id = strlen(w->request_id), room;

	/* What is cut off is not the request's id. */
	room = id > 0 && cap > 2 * id ? cap - id - 3 : cap;
	glance_hide(t, t->work->answer);
	glance_hide(t, w->request_id);
	text_init(&text, out, room);
	if (json_parse(&j, t->work->answer, t->work->reply.len, t->work->tokens, JSON_TOKENS_MAX,
		       &none) == 0) {
		for (i = 0; i < sizeof(paths) / sizeof(paths[0]) && !out[0]; i++)
			json_show(&j, paths[i], out, room);
		text.len = strlen(out);
	} else {
		put_page(&text, t->work->answer);
	}
	text_ellipsis(&text);
	squeeze(out);
	/* Once more: entities may have hidden one from us. */
	glance_hide(t, out);
	text_clean(out);
	text_init(&text, out + strlen(out), cap - strlen(out));
	if (id > 0)
		text_printf(&text, "%s[%s]", out[0] ? " " : "", w->request_id);
}

bool glance_gone(const struct task *t)
{
	const struct work *w = t->work;
	struct err none = ERR_INIT;
	struct json j;

	if (w->reply.status != 404)
		return false;
	/* All that OpenStack's programs answer has an id; IMS tells a code. */
	return os_work(t)->request_id[0] ||
	       (json_parse(&j, w->answer, w->reply.len, t->work->tokens, JSON_TOKENS_MAX, &none) ==
			0 &&
		(json_kind(&j, "code") == JSON_STRING ||
		 json_kind(&j, "error.code") == JSON_STRING ||
		 json_kind(&j, "error_code") == JSON_STRING));
}

/* The refusals that mean the same for all requests but the upload. */
static int refused(struct task *t, struct err *e)
{
	long status = t->work->reply.status;
	char reason[OS_REASON_BYTES];

	glance_reason(t, reason, sizeof(reason));
	t->wait_ms = t->work->reply.retry_after_ms;
	if (status == 401 && os_check_clock(t, reason, e) < 0)
		return -1;
	if (status == 401 && os_settings_of(t)->auth == OS_AUTH_AKSK)
		return err_set(e, ERR_USAGE, "the signature is not accepted (401)%s%s",
			       *reason ? ": " : "", reason);
	if (status == 401)
		return err_set(e, ERR_USAGE,
			       "Glance does not accept the token (401): it is wrong, or expired%s%s",
			       *reason ? ": " : "", reason);
	if (status >= 300 && status < 400)
		return err_set(e, ERR_REPLY,
			       "Glance answered with a redirect (%ld), which is not followed: is %s right?",
			       status, os_work(t)->base);
	if (retry_status(status)) {
		err_set(e, ERR_BUSY, "Glance answered %ld%s%s", status, *reason ? ": " : "",
			reason);
		return t->wait_ms > RETRY_ASKED_MAX ? -1 : err_retry(e);
	}
	return err_set(e, status == 400 || status == 403 ? ERR_USAGE : ERR_FAILED,
		       "Glance answered %ld%s%s", status, *reason ? ": " : "", reason);
}

static int call(struct task *t, const char *method, const char *path, const char *body,
		struct err *e)
{
	struct work *w = t->work;
	const struct http_field fields[] = {
		{ "X-Openstack-Request-Id", os_work(t)->request_id, sizeof(os_work(t)->request_id),
		  true },
		{ "Date", os_work(t)->date, sizeof(os_work(t)->date), true },
		{ NULL, NULL, 0, false },
	};
	struct os_headers headers;
	struct http_request q = {
		.method = method,
		.url = w->url,
		.headers = { "Accept: application/json" },
		.body = body,
		.once = strcmp(method, "POST") == 0,
		.grace_ms = strcmp(method, "GET") == 0 && !os_work(t)->leaving ? 0 : GRACE_MS,
		.fields = fields,
	};
	struct text url;
	int result;

	text_init(&url, w->url, sizeof(w->url));
	text_printf(&url, "%s%s", os_work(t)->base, path);
	if (text_done(&url, "the URL", e) < 0)
		return -1;
	if (body)
		q.headers[1] =
			strcmp(method, "PATCH") == 0 ?
				"Content-Type: application/openstack-images-v2.1-json-patch" :
				"Content-Type: application/json";
	if (os_authorize(t, &q, NULL, &headers, e) < 0)
		return -1;
	w->reply.body = w->answer;
	w->reply.cap = sizeof(w->answer);
	w->json.count = 0;
	t->wait_ms = 0;
	result = http_call(&w->http, &q, &w->reply, e);
	text_wipe(&headers, sizeof(headers));
	return result;
}

/* Keystone's answer must not be taken for Glance's. */
static int authenticate(struct task *t, struct err *e)
{
	int result = keystone_authenticate(t, e);

	t->work->reply.status = 0;
	t->work->reply.sent = false;
	return result;
}

int glance_api(struct task *t, const char *method, const char *path, const char *body,
	       struct err *e)
{
	struct work *w = t->work;
	bool renewable = os_settings_of(t)->auth >= OS_AUTH_PASSWORD;

	if (authenticate(t, e) < 0 || call(t, method, path, body, e) < 0)
		return -1;
	if (w->reply.status == 401 && renewable) {
		log_note("the token has expired: another is asked for");
		keystone_forget(t);
		if (authenticate(t, e) < 0 || call(t, method, path, body, e) < 0)
			return -1;
	}
	if (w->reply.status < 200 || w->reply.status > 204)
		return refused(t, e);
	if (w->reply.len > 0 &&
	    json_parse(&w->json, w->answer, w->reply.len, w->tokens, JSON_TOKENS_MAX, e) < 0)
		return err_at(e, "Glance");
	return 0;
}
