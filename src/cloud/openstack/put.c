/* The data of an image are sent, and the answer judged. */
#include "cloud/openstack/put.h"

#include <stdio.h>
#include <string.h>

#include "base/fit.h"
#include "base/text.h"
#include "cloud/openstack/authorize.h"
#include "cloud/openstack/flavour.h"
#include "cloud/openstack/format.h"
#include "cloud/openstack/glance.h"
#include "cloud/openstack/keystone.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/reason.h"

/* Glance has looked into the data itself. */
static int not_its_format(const struct task *t, const char *why, struct err *e)
{
	const struct image *im = &t->image;
	const char *said = os_format_name(im->format);

	if (os_work(t)->format[0])
		said = os_work(t)->format;
	else if (os_own(t->options)->disk_format)
		said = os_own(t->options)->disk_format;
	else if (!said)
		said = "raw";

	/* Its inspector knows only dynamic ones; a fixed VHD is a raw disk and 512 bytes. */
	if (im->format == FORMAT_VHD && im->virtual_size + 512 == im->size)
		return err_set(e, ERR_IMAGE,
			       "this Glance does not know fixed VHD images (415): make one that it takes, with qemu-img convert -O qcow2: %s",
			       why);
	return err_set(e, ERR_IMAGE,
		       "to Glance the content is not %s, as the image's disk_format says, or not safe (415): %s",
		       said, why);
}

/*
 * The reference tables' statuses.  Of 5xx and of lost connections only the record
 * tells what came of the upload: the next attempt looks first.
 */
static int special(struct task *t, const struct api *a, const struct api_request *q,
		   const char *why, struct err *e)
{
	long status = t->work->reply.status;

	(void)q;
	switch (status) {
	case 400:
		return err_set(e, ERR_USAGE, "Glance does not take the upload (400): %s", why);
	case 401:
		if (os_settings_of(t)->auth < OS_AUTH_PASSWORD)
			return os_authorize_refused(t, why, e);
		keystone_forget(t);
		err_set(e, ERR_BUSY, "the token expired during the upload (401): %s", why);
		return err_retry(e);
	case 403:
		return err_set(e, ERR_USAGE, "the project may not upload to this image (403): %s",
			       why);
	case 404:
		return err_set(e, ERR_FAILED,
			       "the image %s is not there, or another project's (404): %s", t->id,
			       why);
	case 413:
		return err_set(e, ERR_FAILED,
			       "the image is larger than the cloud or the project's quota takes (413): %s",
			       why);
	case 415:
		return not_its_format(t, why, e);
	case 409:
	case 410:
		/* An answer was lost, or somebody else was faster: the record tells. */
		err_set(e, ERR_FAILED, "the image is not waiting for data (%ld): %s", status, why);
		return err_retry(e);
	default:
		return status >= 500 ? api_busy(t, a, why, e) : 0;
	}
}

static const struct api api = {
	.name = "Glance",
	.doing = " to the upload",
	.id_header = OS_ID_HEADER,
	.where = glance_where,
	.hide = os_reason_hide,
	.reason = os_reason,
	.special = special,
};

bool os_put_may_be_there(const struct task *t)
{
	const struct http_reply *r = &t->work->reply;

	return os_work(t)->data == DATA_WHOLE && (r->sent_all || os_state_is_late(r));
}

int os_put(struct task *t, struct stage *body, struct err *e)
{
	struct work *w = t->work;
	const struct options *o = t->options;
	char store[128] = "", size[64] = "";
	struct http_request q = {
		.method = "PUT",
		.url = w->url,
		.headers = { "Content-Type: application/octet-stream", "Accept: application/json",
			     "Expect: 100-continue" },
		.upload = body,
		.upload_len = t->payload.len_known ? t->payload.len : BODY_UNKNOWN,
	};
	struct text text;
	int result;

	if (keystone_authenticate(t, e) < 0)
		return -1;
	text_init(&text, w->url, sizeof(w->url));
	text_printf(&text, "%s/v2/images/%s/%s", os_work(t)->base, t->id,
		    os_own(o)->import ? "stage" : "file");
	if (fit_done(&text, "the URL", e) < 0)
		return -1;
	if (os_own(o)->stores.count == 1 && !os_own(o)->import) {
		text_init(&text, store, sizeof(store));
		text_printf(&text, "X-Image-Meta-Store: %s", os_own(o)->stores.at[0]);
		if (fit_done(&text, "--store", e) < 0)
			return -1;
		api_add_header(&q, store);
	}
	if (q.upload_len != BODY_UNKNOWN && os_settings_of(t)->flavour->announces) {
		snprintf(size, sizeof(size), "x-openstack-image-size: %llu",
			 (unsigned long long)q.upload_len);
		api_add_header(&q, size);
	}
	if (os_authorize(t, &q, os_work(t)->body, e) < 0)
		return -1;
	result = api_http(t, &api, &q, e);
	/* A proxy may have repeated the request, so Glance may have it all: its digest tells. */
	os_state_sent(t, !os_settings_of(t)->flavour->digests && glance_refused(&w->reply));
	if (result < 0)
		return -1;
	return os_state_is_taken(&w->reply) ? 0 : api_refused(t, &api, NULL, e);
}
