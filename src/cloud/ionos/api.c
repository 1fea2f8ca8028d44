/* What is particular to the Images API: its URL, who asks, and its reasons. */
#include "cloud/ionos/api.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fit.h"
#include "base/hide.h"
#include "base/log.h"
#include "base/text.h"
#include "cloud/api.h"
#include "cloud/ionos/state.h"

/* So long after --timeout a change that has begun has to be over. */
#define LAST_CHANGE_MS 60000

static int64_t limit(struct task *t, const char *body)
{
	int64_t end = t->work->http.until_ms + LAST_CHANGE_MS;

	if (!body)
		return 0;
	return end > clock_ms() ? end - clock_ms() : 1;
}

/* An error is an object whose "messages" have an errorCode and a message each. */
static void get_reason(struct task *t, char *out, size_t cap)
{
	json_show(&t->work->json, "messages.0.message", out, cap);
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

static void hide(const struct task *t, char *s)
{
	const char *secrets[SECRETS];

	list_secrets(t, secrets);
	hide_secrets(s, secrets, SECRETS);
}

static void put_url(const struct task *t, struct text *url)
{
	text_printf(url, "%s/cloudapi/v6/images", ionos_of(t)->settings.api_url);
}

static const char *where(const struct task *t)
{
	return ionos_of(t)->settings.api_url;
}

static int authorize(struct task *t, struct http_request *q, struct err *e)
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
	result = fit_done(&auth, "the credentials", e);
	text_wipe(pair, sizeof(pair));
	api_add_header(q, t->work->auth);
	return result;
}

static int special(struct task *t, const struct api *a, const struct api_request *q,
		   const char *reason, struct err *e)
{
	const struct ionos_settings *s = &ionos_of(t)->settings;

	(void)a;
	(void)q;
	if (t->work->reply.status == 401)
		return err_set(e, ERR_USAGE,
			       "IONOS's API does not accept the credentials from %s (401%s%s)",
			       s->auth == IONOS_AUTH_TOKEN ? s->token_from : s->login_from,
			       *reason ? ": " : "", reason);
	if (t->work->reply.status == 403)
		return err_set(e, ERR_USAGE, "the user may not do this (403%s%s)",
			       *reason ? ": " : "", reason);
	return 0;
}

static const struct api api = {
	.name = "IONOS's API",
	.put_url = put_url,
	.where = where,
	.authorize = authorize,
	.hide = hide,
	.reason = get_reason,
	.special = special,
	.settings_to_blame = { 400, 422 },
};

int ionos_api(struct task *t, const char *method, const char *path, const char *body, struct err *e)
{
	const struct ionos_settings *s = &ionos_of(t)->settings;
	char contract[64] = "";
	const struct api_request q = {
		.method = method,
		.path = path,
		.body = body,
		.header = s->contract[0] ? contract : NULL,
		.limit_ms = limit(t, body),
		/* A PATCH is done, whatever words it is answered with. */
		.loose = body != NULL,
	};
	int result;

	snprintf(contract, sizeof(contract), "X-Contract-Number: %s", s->contract);
	result = api_call(t, &api, &q, e);
	if (t->work->reply.status != 0)
		trace(t);
	return result;
}
