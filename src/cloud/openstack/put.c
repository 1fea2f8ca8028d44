/* The upload itself: PUT /v2/images/ID/file, and what proves it. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "cloud/openstack/openstack.h"
#include "net/retry.h"

/* Glance has looked into the data itself. */
static int not_its_format(const struct task *t, const char *why, struct err *e)
{
	const struct image *im = &t->image;
	const char *said = os_work(t)->format[0]     ? os_work(t)->format :
			   t->options->disk_format   ? t->options->disk_format :
			   glance_format(im->format) ? glance_format(im->format) :
						       "raw";

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
static int refused(struct task *t, struct err *e)
{
	long status = t->work->reply.status;
	char why[OS_REASON_BYTES];

	glance_reason(t, why, sizeof(why));
	t->wait_ms = t->work->reply.retry_after_ms;
	switch (status) {
	case 400:
		return err_set(e, ERR_USAGE, "Glance does not take the upload (400): %s", why);
	case 401:
		if (os_check_clock(t, why, e) < 0)
			return -1;
		if (os_settings_of(t)->auth < OS_AUTH_PASSWORD)
			return err_set(e, ERR_USAGE, "%s (401)%s%s",
				       os_settings_of(t)->auth == OS_AUTH_AKSK ?
					       "the signature is not accepted" :
					       "the token is wrong, or expired",
				       *why ? ": " : "", why);
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
		break;
	}
	if (retry_status(status) || status >= 500) {
		err_set(e, ERR_BUSY, "Glance answered %ld to the upload%s%s", status,
			*why ? ": " : "", why);
		return t->wait_ms > RETRY_ASKED_MAX ? -1 : err_retry(e);
	}
	return err_set(e, ERR_FAILED, "Glance answered %ld to the upload%s%s", status,
		       *why ? ": " : "", why);
}

static bool is_taken(const struct http_reply *r)
{
	return r->status >= 200 && r->status <= 204;
}

/* 409 and 410: the record waits for no data, perhaps because the upload before arrived. */
static bool is_late(const struct http_reply *r)
{
	return r->status == 409 || r->status == 410;
}

/*
 * What is refused has not been taken.  Of Glance that is seen by the digest: a proxy
 * may have repeated the request.
 */
static void note_what_was_sent(struct task *t)
{
	const struct http_reply *r = &t->work->reply;
	struct os_work *w = os_work(t);
	bool whole = r->sent_all && !(os_settings_of(t)->otc && glance_refused(r));

	w->begun = w->begun || r->uploaded > 0 || is_taken(r);
	w->contested = w->contested || is_late(r);
	/* What was not even begun takes nothing back. */
	w->whole = whole || (w->whole && (is_late(r) || (r->uploaded == 0 && !is_taken(r))));
	if (whole) {
		t->sent_all = true;
		w->sent = r->uploaded;
	}
}

bool glance_may_have_it(const struct task *t)
{
	const struct http_reply *r = &t->work->reply;

	return os_work(t)->whole && (r->sent_all || is_late(r));
}

int glance_put(struct task *t, struct stage *body, struct err *e)
{
	struct work *w = t->work;
	const struct options *o = t->options;
	char store[128] = "", size[64] = "";
	const struct http_field fields[] = {
		{ "X-Openstack-Request-Id", os_work(t)->request_id, sizeof(os_work(t)->request_id),
		  true },
		{ "Date", os_work(t)->date, sizeof(os_work(t)->date), true },
		{ NULL, NULL, 0, false },
	};
	struct os_headers headers;
	struct http_request q = {
		.method = "PUT",
		.url = w->url,
		.headers = { "Content-Type: application/octet-stream", "Accept: application/json",
			     "Expect: 100-continue" },
		.upload = body,
		.upload_len = t->image.size_known ? t->image.size :
			      o->announced        ? o->announced :
						    BODY_UNKNOWN,
		.fields = fields,
	};
	size_t n = 3;
	struct text text;
	int result;

	if (keystone_authenticate(t, e) < 0)
		return -1;
	text_init(&text, w->url, sizeof(w->url));
	text_printf(&text, "%s/v2/images/%s/%s", os_work(t)->base, t->id,
		    o->import ? "stage" : "file");
	if (text_done(&text, "the URL", e) < 0)
		return -1;
	if (o->stores.count == 1 && !o->import) {
		text_init(&text, store, sizeof(store));
		text_printf(&text, "X-Image-Meta-Store: %s", o->stores.at[0]);
		if (text_done(&text, "--store", e) < 0)
			return -1;
		q.headers[n++] = store;
	}
	if (q.upload_len != BODY_UNKNOWN && !os_settings_of(t)->otc) {
		snprintf(size, sizeof(size), "x-openstack-image-size: %llu",
			 (unsigned long long)q.upload_len);
		q.headers[n++] = size;
	}
	if (os_authorize(t, &q, os_work(t)->body, &headers, e) < 0)
		return -1;
	w->reply.body = w->answer;
	w->reply.cap = sizeof(w->answer);
	t->wait_ms = 0;
	result = http_call(&w->http, &q, &w->reply, e);
	text_wipe(&headers, sizeof(headers));
	note_what_was_sent(t);
	if (result < 0)
		return -1;
	if (is_taken(&w->reply)) {
		os_work(t)->contested = false;
		return 0;
	}
	return refused(t, e);
}

/* Keep the record for the report. */
void glance_keep(struct task *t)
{
	const char *raw;
	size_t len = json_raw(&t->work->json, "", &raw);

	if (len >= sizeof(t->object)) {
		log_warn("image %s: its record is too long for the report", t->id);
		len = 0;
	}
	memcpy(t->object, raw, len);
	t->object[len] = '\0';
}

int glance_look(struct task *t, struct err *e)
{
	char path[96];
	const char *c;

	snprintf(path, sizeof(path), "/v2/images/%s", t->id);
	if (glance_api(t, "GET", path, NULL, e) < 0) {
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
	glance_keep(t);
	return 0;
}

/* 1 if a digest was compared, 0 if Glance names none that we know, -1 if it is another. */
static int compare_digest(struct task *t, const char *name, const char *theirs, struct err *e)
{
	enum hash_alg alg = hash_find(name);

	if (alg == HASH_ALGS || !*theirs)
		return 0;
	if (!t->sums[alg] && (!t->digest || t->digest(t, alg, e) < 0))
		return e->code == ERR_NONE ? 0 : -1;
	if (strcmp(theirs, t->sums[alg]) == 0)
		return 1;
	return err_set(e, ERR_FAILED,
		       "Glance has other bytes than were sent: its %s is %.16s..., ours %.16s...",
		       name, theirs, t->sums[alg]);
}

/* Is it in each store that was asked for?  A Glance with one only names none. */
static int compare_stores(struct task *t, struct err *e)
{
	const struct options *o = t->options;
	char stores[512];
	unsigned i;

	json_show(&t->work->json, "stores", stores, sizeof(stores));
	for (i = 0; *stores && !o->allow_failure && i < o->stores.count; i++)
		if (!glance_lists(stores, o->stores.at[i]))
			return err_set(e, ERR_FAILED, "Glance has the image in %s, not in %.60s",
				       stores, o->stores.at[i]);
	return 0;
}

int glance_compare(struct task *t, struct err *e)
{
	const struct json *j = &t->work->json;
	char algo[32], value[HASH_HEX_BYTES], checksum[40];
	uint64_t size, sent = os_work(t)->sent;
	struct err none = ERR_INIT;
	int compared;

	if (json_u64(j, "size", &size, &none) < 0)
		return err_set(e, ERR_UNFINISHED,
			       "sent whole, but Glance names no size of the active image %s",
			       t->id);
	if (size != sent)
		return err_set(e, ERR_FAILED,
			       "Glance has %llu bytes of the image, but %llu were sent",
			       (unsigned long long)size, (unsigned long long)sent);
	json_show(j, "os_hash_algo", algo, sizeof(algo));
	json_show(j, "os_hash_value", value, sizeof(value));
	json_show(j, "checksum", checksum, sizeof(checksum));
	compared = compare_digest(t, algo, value, e);
	if (compared == 0)
		compared = compare_digest(t, "md5", checksum, e);
	if (compared < 0 || compare_stores(t, e) < 0)
		return -1;
	t->landed = true;
	t->confirmed = compared > 0;
	return 1;
}
