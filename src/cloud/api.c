/* One request to a cloud's API, from its URL to what its refusal means. */
#include "cloud/api.h"

#include <assert.h>
#include <string.h>

#include "base/fit.h"
#include "net/retry.h"

void api_add_header(struct http_request *q, const char *header)
{
	size_t n = 0;

	while (q->headers[n])
		n++;
	assert(n < HEADERS_MAX);
	q->headers[n] = header;
}

static int parse(struct work *w, struct err *e)
{
	int result = json_parse(&w->json, w->answer, w->reply.len, w->tokens, JSON_TOKENS_MAX, e);

	if (result < 0)
		w->json.count = 0;
	return result;
}

int api_busy(struct task *t, const struct api *a, const char *reason, struct err *e)
{
	err_set(e, ERR_BUSY, "%s answered %ld%s%s%s", a->name, t->work->reply.status,
		a->doing ? a->doing : "", *reason ? ": " : "", reason);
	if (t->wait_ms > RETRY_ASKED_MAX)
		return err_at(e, "a longer pause is asked for than hoist waits");
	return err_retry(e);
}

void api_reason(struct task *t, const struct api *a, char *out, size_t cap)
{
	struct err none = ERR_INIT;

	a->hide(t, t->work->answer);
	(void)parse(t->work, &none);
	out[0] = '\0';
	a->reason(t, out, cap);
}

static enum err_code code_of(const struct api *a, long status)
{
	size_t i;

	for (i = 0; i < sizeof(a->settings_to_blame) / sizeof(a->settings_to_blame[0]); i++)
		if (a->settings_to_blame[i] == status)
			return ERR_USAGE;
	return a->otherwise == ERR_NONE ? ERR_FAILED : a->otherwise;
}

int api_refused(struct task *t, const struct api *a, const struct api_request *q, struct err *e)
{
	struct work *w = t->work;
	long status = w->reply.status;
	char reason[API_REASON_BYTES];

	api_reason(t, a, reason, sizeof(reason));
	t->wait_ms = w->reply.retry_after_ms;
	if (a->special && a->special(t, a, q, reason, e) < 0)
		return -1;
	if (status >= 300 && status < 400)
		return err_set(e, ERR_REPLY,
			       "%s answered with a redirect (%ld), which is not followed: is %s right?",
			       a->name, status, a->where(t));
	if (retry_status(status))
		return api_busy(t, a, reason, e);
	return err_set(e, code_of(a, status), "%s answered %ld%s%s%s", a->name, status,
		       a->doing ? a->doing : "", *reason ? ": " : "", reason);
}

int api_http(struct task *t, const struct api *a, struct http_request *q, struct err *e)
{
	struct work *w = t->work;
	const struct http_field *own = q->fields, *f = own;
	struct http_field fields[API_FIELDS_MAX + 3] = {
		{ "Date", w->date, sizeof(w->date), true },
		{ a->id_header, w->request_id, sizeof(w->request_id), true },
	};
	size_t n = a->id_header ? 2 : 1;
	int result;

	while (f && f->name && n < API_FIELDS_MAX + 2)
		fields[n++] = *f++;
	assert(!f || !f->name);
	q->fields = fields;
	w->reply.body = w->answer;
	w->reply.cap = sizeof(w->answer);
	w->json.count = 0;
	t->wait_ms = 0;
	result = http_call(&w->http, q, &w->reply, e);
	q->fields = own;
	return result;
}

static bool has_succeeded(const struct http_reply *r)
{
	return r->status >= 200 && r->status <= 204;
}

static int take_answer(struct work *w, const struct api *a, bool loose, struct err *e)
{
	if ((w->reply.len == 0 && !a->always_json) || parse(w, e) == 0)
		return 0;
	if (!loose)
		return err_at(e, a->name);
	err_clear(e);
	return 0;
}

int api_call(struct task *t, const struct api *a, const struct api_request *q, struct err *e)
{
	struct work *w = t->work;
	bool reads = strcmp(q->method, "GET") == 0;
	struct http_request request = {
		.method = q->method,
		.url = w->url,
		.headers = { "Accept: application/json" },
		.body = q->body,
		/* Sent twice, it could make a second record that nobody knows of. */
		.once = strcmp(q->method, "POST") == 0,
		.grace_ms = reads && !q->grace ? 0 : GRACE_MS,
		.limit_ms = q->limit_ms,
	};
	size_t n = 1;
	struct text url;

	text_init(&url, w->url, sizeof(w->url));
	a->put_url(t, &url);
	text_put(&url, q->path);
	if (fit_done(&url, "the URL", e) < 0)
		return -1;
	if (q->body)
		request.headers[n++] = q->type ? q->type : "Content-Type: application/json";
	if (q->header)
		request.headers[n++] = q->header;
	if (a->authorize(t, &request, e) < 0 || api_http(t, a, &request, e) < 0)
		return -1;
	return has_succeeded(&w->reply) ? take_answer(w, a, q->loose, e) : api_refused(t, a, q, e);
}
