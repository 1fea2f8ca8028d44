/* The Images API: https://api.ionos.com/docs/cloud/v6. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hide.h"
#include "base/log.h"
#include "base/text.h"
#include "cloud/ionos/ionos.h"
#include "net/retry.h"

/* A PATCH that is under way is allowed this long after a signal. */
#define GRACE_MS 10000

/* So long after --timeout the last look has to be over, and the change of what it has found. */
#define LAST_LOOK_MS 10000
#define LAST_CHANGE_MS 60000

static int64_t limit(struct task *t, const char *body)
{
	int64_t end = ionos_work(t)->until + (body ? LAST_CHANGE_MS : LAST_LOOK_MS);

	if (ionos_work(t)->until == 0)
		return 0;
	return end > clock_ms() ? end - clock_ms() : 1;
}

/* An error is an object whose "messages" have an errorCode and a message each. */
static void get_reason(struct work *w, char *out, size_t cap)
{
	struct err none = ERR_INIT;
	struct json j;

	out[0] = '\0';
	if (json_parse(&j, w->answer, w->reply.len, w->tokens, JSON_TOKENS_MAX, &none) == 0)
		json_show(&j, "messages.0.message", out, cap);
}

/* An answer may repeat what it was asked with. */
#define SECRETS 3

static void list_secrets(const struct task *t, const char *secrets[SECRETS])
{
	const struct ionos_settings *s = &ionos_of(t)->settings;
	const char *word = strrchr(t->work->auth, ' ');

	secrets[0] = s->token.value;
	secrets[1] = s->login.password;
	secrets[2] = word ? word + 1 : "";
}

static void trace(const struct task *t)
{
	const char *secrets[SECRETS];
	char shown[PATH_BYTES];
	struct text text;

	list_secrets(t, secrets);
	text_init(&text, shown, sizeof(shown));
	hide_put(&text, t->work->answer, secrets, SECRETS);
	text_ellipsis(&text);
	log_trace("%s", shown);
}

static int refused(struct task *t, struct err *e)
{
	struct http_reply *r = &t->work->reply;
	const struct ionos_settings *s = &ionos_of(t)->settings;
	const char *secrets[SECRETS];
	char reason[1024];

	list_secrets(t, secrets);
	hide_secrets(t->work->answer, secrets, SECRETS);
	get_reason(t->work, reason, sizeof(reason));
	t->wait_ms = r->retry_after_ms;
	if (r->status == 401)
		return err_set(e, ERR_USAGE,
			       "IONOS's API does not accept the credentials from %s (401%s%s)",
			       s->auth == IONOS_AUTH_TOKEN ? s->token_from : s->login_from,
			       *reason ? ": " : "", reason);
	if (r->status == 403)
		return err_set(e, ERR_USAGE, "the user may not do this (403%s%s)",
			       *reason ? ": " : "", reason);
	if (r->status >= 300 && r->status < 400)
		return err_set(e, ERR_REPLY,
			       "IONOS's API answered with a redirect (%ld), which is not followed: is %s right?",
			       r->status, s->api_url);
	if (!retry_status(r->status))
		return err_set(e, r->status == 400 || r->status == 422 ? ERR_USAGE : ERR_FAILED,
			       "IONOS's API answered %ld%s%s", r->status, *reason ? ": " : "",
			       reason);
	err_set(e, ERR_BUSY, "IONOS's API answered %ld%s%s", r->status, *reason ? ": " : "",
		reason);
	return t->wait_ms > RETRY_ASKED_MAX ? -1 : err_retry(e);
}

static int authorize(struct task *t, struct err *e)
{
	const struct ionos_settings *s = &ionos_of(t)->settings;
	char pair[2 * LOGIN_MAX];
	struct text auth, login;
	int result;

	text_init(&auth, t->work->auth, sizeof(t->work->auth));
	text_init(&login, pair, sizeof(pair));
	if (s->auth == IONOS_AUTH_TOKEN) {
		text_printf(&auth, "Authorization: Bearer %s", s->token.value);
	} else {
		text_printf(&login, "%s:%s", s->login.user, s->login.password);
		text_put(&auth, "Authorization: Basic ");
		text_put_base64(&auth, pair, login.len);
	}
	result = text_done(&auth, "the credentials", e);
	text_wipe(pair, sizeof(pair));
	return result;
}

int ionos_api(struct task *t, const char *method, const char *path, const char *body, struct err *e)
{
	const struct ionos_settings *s = &ionos_of(t)->settings;
	struct work *w = t->work;
	struct http_request q = {
		.method = method,
		.url = w->url,
		.headers = { w->auth, "Accept: application/json" },
		.body = body,
		.grace_ms = body ? GRACE_MS : 0,
		.limit_ms = limit(t, body),
	};
	char contract[64], date[48] = "";
	const struct http_field fields[] = { { "Date", date, sizeof(date), true },
					     { NULL, NULL, 0, false } };
	size_t n = 2;
	struct text url;

	text_init(&url, w->url, sizeof(w->url));
	text_printf(&url, "%s/cloudapi/v6/images%s", s->api_url, path);
	if (text_done(&url, "the URL", e) < 0 || authorize(t, e) < 0)
		return -1;
	if (s->contract[0]) {
		snprintf(contract, sizeof(contract), "X-Contract-Number: %s", s->contract);
		q.headers[n++] = contract;
	}
	if (body)
		q.headers[n++] = "Content-Type: application/json";
	w->reply.body = w->answer;
	w->reply.cap = sizeof(w->answer);
	t->wait_ms = 0;
	q.fields = fields;
	if (http_call(&w->http, &q, &w->reply, e) < 0)
		return -1;
	ionos_note_clock(t, date);
	trace(t);
	if (w->reply.status != 204 && (w->reply.status < 200 || w->reply.status > 202))
		return refused(t, e);
	w->json.count = 0;
	if (json_parse(&w->json, w->answer, w->reply.len, w->tokens, JSON_TOKENS_MAX, e) == 0)
		return 0;
	/* A PATCH is done, whatever words it is answered with. */
	if (body) {
		w->json.count = 0;
		err_clear(e);
		return 0;
	}
	return err_at(e, "IONOS's API");
}
