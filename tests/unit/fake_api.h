/* An API as a cloud has one, behind a server that gives one answer. */
#ifndef UNIT_FAKE_API_H
#define UNIT_FAKE_API_H

#include "cloud/api.h"
#include "unit/openstack_task.h"

/* What the API shall do, and what it was asked for. */
static struct {
	enum err_code login; /* authorize() fails with it */
	enum err_code means; /* special() says it */
	const struct api_request *seen;
	unsigned asked;
	char reason[API_REASON_BYTES]; /* as special() had it */
} fake;

static void put_url(const struct task *t, struct text *to)
{
	assert_ptr_equal(t, &task);
	text_put(to, url);
	text_put(to, "/api");
}

static const char *where(const struct task *t)
{
	assert_ptr_equal(t, &task);
	return "the host's name";
}

static int authorize(struct task *t, struct http_request *q, struct err *e)
{
	if (fake.login)
		return err_set(e, fake.login, "no token");
	snprintf(t->work->auth, sizeof(t->work->auth), "Authorization: Bearer SECRET");
	api_add_header(q, t->work->auth);
	return 0;
}

static void hide(const struct task *t, char *s)
{
	(void)t;
	text_redact(s, "SECRET");
}

static void reason(struct task *t, char *out, size_t cap)
{
	struct text text;

	if (t->work->json.count > 0) {
		json_show(&t->work->json, "why", out, cap);
		return;
	}
	text_init(&text, out, cap);
	text_put(&text, t->work->answer);
	text_ellipsis(&text);
}

static inline int special(struct task *t, const struct api *a, const struct api_request *q,
			  const char *why, struct err *e)
{
	assert_ptr_equal(t, &task);
	fake.asked++;
	fake.seen = q;
	snprintf(fake.reason, sizeof(fake.reason), "%s", why);
	return fake.means ? err_set(e, fake.means, "%s means this", a->name) : 0;
}

static const struct api common = {
	.name = "The API",
	.put_url = put_url,
	.where = where,
	.authorize = authorize,
	.hide = hide,
	.reason = reason,
};

static const struct api_request get = { .method = "GET", .path = "/images" };

static struct api api;
static char answer[40000];

/* A new task, and the API as it mostly is. */
static int begin(void **state)
{
	task_init(state);
	memset(&fake, 0, sizeof(fake));
	api = common;
	net.stall_ms = 30000;
	return 0;
}

/* An answer with headers of its own (each with its line end) and a body. */
static const char *answer_of(long status, const char *headers, const char *body)
{
	snprintf(answer, sizeof(answer), "HTTP/1.1 %ld X\r\n%sContent-Length: %zu\r\n\r\n%s",
		 status, headers, strlen(body), body);
	return answer;
}

static int call(const struct api_request *q, const char *text, struct err *e)
{
	int result;

	task_serve(text);
	result = api_call(&task, &api, q, e);
	task_served();
	return result;
}

#endif
