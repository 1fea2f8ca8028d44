/* The record is fetched, and whether it is gone is told from its status. */
#include "cloud/openstack/look.h"

#include <stdio.h>
#include <string.h>

#include "cloud/object.h"
#include "cloud/openstack/glance.h"

int os_look(struct task *t, struct err *e)
{
	char path[96];
	const char *c;

	snprintf(path, sizeof(path), "/v2/images/%s", t->id);
	if (glance_call(t, "GET", path, NULL, e) < 0) {
		if (t->work->reply.status != 404 || glance_gone(t))
			return -1;
		err_clear(e);
		err_set(e, ERR_BUSY,
			"a look at the image %s was answered 404, but not by Glance: is %s right?",
			t->id, os_work(t)->base);
		return err_retry(e);
	}
	if (!json_is(&t->work->json, "id", t->id))
		return err_set(e, ERR_REPLY, "the answer to a look at the image %s is not about it",
			       t->id);
	if (json_str(&t->work->json, "status", t->status, sizeof(t->status), e) < 0)
		return -1;
	for (c = t->status; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz_", *c))
			return err_set(e, ERR_REPLY, "the image %s has a status that is none",
				       t->id);
	(void)object_keep(t, &t->work->json);
	return 0;
}

int os_look_exists(struct task *t, struct err *e)
{
	if (os_look(t, e) == 0)
		return 1;
	if (!glance_gone(t))
		return -1;
	err_clear(e);
	return 0;
}

bool os_look_failed(const struct task *t)
{
	return strcmp(t->status, "killed") == 0 || strcmp(t->status, "deleted") == 0 ||
	       strcmp(t->status, "pending_delete") == 0;
}
