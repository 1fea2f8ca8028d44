/* What is particular to Glance's API: its URL, who asks, and what its statuses mean. */
#include "cloud/openstack/glance.h"

#include <string.h>

#include "base/log.h"
#include "cloud/openstack/authorize.h"
#include "cloud/openstack/keystone.h"
#include "cloud/openstack/reason.h"

bool glance_gone(const struct task *t)
{
	const struct work *w = t->work;

	if (w->reply.status != 404)
		return false;
	/* All that OpenStack's programs answer has an id; IMS tells a code. */
	return w->request_id[0] || json_kind(&w->json, "code") == JSON_STRING ||
	       json_kind(&w->json, "error.code") == JSON_STRING ||
	       json_kind(&w->json, "error_code") == JSON_STRING;
}

bool glance_refused(const struct http_reply *r)
{
	return r->status >= 400 && r->status < 500 && r->status != 408 && r->status != 429;
}

static void put_url(const struct task *t, struct text *url)
{
	text_put(url, os_work(t)->base);
}

const char *glance_where(const struct task *t)
{
	return os_work(t)->base;
}

static int authorize(struct task *t, struct http_request *q, struct err *e)
{
	return os_authorize(t, q, NULL, e);
}

static int special(struct task *t, const struct api *a, const struct api_request *q,
		   const char *reason, struct err *e)
{
	(void)a;
	(void)q;
	if (t->work->reply.status != 401)
		return 0;
	return os_authorize_refused(t, reason, e);
}

const struct api glance = {
	.name = "Glance",
	.id_header = OS_ID_HEADER,
	.put_url = put_url,
	.where = glance_where,
	.authorize = authorize,
	.hide = os_reason_hide,
	.reason = os_reason,
	.special = special,
	.settings_to_blame = { 400, 403 },
};

/* Keystone's answer must not be taken for Glance's. */
static int authenticate(struct task *t, struct err *e)
{
	int result = keystone_authenticate(t, e);

	t->work->reply.status = 0;
	t->work->reply.sent = false;
	return result;
}

int glance_call(struct task *t, const char *method, const char *path, const char *body,
		struct err *e)
{
	const struct api_request q = {
		.method = method,
		.path = path,
		.body = body,
		.type = strcmp(method, "PATCH") == 0 ?
				"Content-Type: application/openstack-images-v2.1-json-patch" :
				NULL,
		.grace = os_work(t)->leaving,
	};
	bool renewable = os_settings_of(t)->auth >= OS_AUTH_PASSWORD;

	if (authenticate(t, e) < 0)
		return -1;
	if (api_call(t, &glance, &q, e) == 0)
		return 0;
	if (t->work->reply.status != 401 || !renewable)
		return -1;
	log_note("the token has expired: another is asked for");
	err_clear(e);
	keystone_forget(t);
	return authenticate(t, e) < 0 ? -1 : api_call(t, &glance, &q, e);
}
