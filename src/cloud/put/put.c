/* The whole of hoist put. */
#include "cloud/put/put.h"

#include <stdio.h>
#include <string.h>

#include "base/fit.h"
#include "base/hide.h"
#include "base/text.h"
#include "cloud/presigned.h"
#include "cloud/proof.h"

/* HEADERS_MAX of a request without those that hoist sends itself. */
#define LINES_MAX 6

/* struct options' own. */
struct put_own {
	const char *to, *headers;
	uint64_t status; /* 0: none is named */
};

/* struct task's settings. */
struct put {
	char url[URL_BYTES];
	char text[8192]; /* of the headers, cut into lines */
	const char *lines[LINES_MAX + 1];
	struct presigned how;
};

static const struct put_own *own(const struct options *o)
{
	_Static_assert(sizeof(struct put_own) <= OPTIONS_OWN_BYTES, "there is room for it");
	return (const struct put_own *)(const void *)o->own;
}

/*
 * Authorization, most of the time: nobody may see what stands in a header, nor what
 * follows its first word ("Bearer").
 */
static void hide(const struct task *t, char *s)
{
	const struct put *p = t->settings;
	const char *secrets[2 * LINES_MAX], *value;
	size_t i, n = 0;

	for (i = 0; p->lines[i]; i++) {
		value = strchr(p->lines[i], ':') + 1;
		value += strspn(value, " \t");
		secrets[n++] = value;
		value += strcspn(value, " \t");
		secrets[n++] = value + strspn(value, " \t");
	}
	presigned_hide(t, s);
	hide_secrets(s, secrets, n);
}

static int put_plan(const struct options *o, void *settings, unsigned *targets, struct err *e)
{
	struct put *p = settings;

	_Static_assert(sizeof(*p) <= SETTINGS_BYTES, "there is room for it");
	*targets = 1;
	p->how = (struct presigned){ p->lines, (long)own(o)->status, hide };
	if (!own(o)->to)
		return err_set(e, ERR_USAGE,
			       "--to is needed: it says where the URL is, as in --to env");
	if (own(o)->status != 0 && (own(o)->status < 200 || own(o)->status > 204))
		return err_set(e, ERR_USAGE, "--expect-status takes 200 to 204");
	if (presigned_read(p->url, own(o)->to, "HOIST_PUT_TO", e) < 0)
		return -1;
	return own(o)->headers ? presigned_headers(own(o)->headers, p->text, sizeof(p->text),
						   p->lines, LINES_MAX, e) :
				 0;
}

/* The URL of a directory gets the file's name. */
static int put_check(struct task *t, struct err *e)
{
	const struct put *p = t->settings;
	size_t path = strcspn(p->url, "?#");
	bool directory = path > 0 && p->url[path - 1] == '/';
	struct text url;
	unsigned i;

	t->label = text_base_name(t->file);
	if (!directory && t->options->file_count > 1)
		return err_set(e, ERR_USAGE, "several images need a URL that ends in /");
	if (directory && strcmp(t->file, "-") == 0)
		return err_set(e, ERR_USAGE, "standard input has no name for a URL that ends in /");
	for (i = 0; i < t->image_index; i++)
		if (strcmp(text_base_name(t->options->files[i]), t->label) == 0)
			return err_set(e, ERR_USAGE, "%s would take its place: both are %s there",
				       t->file, t->label);
	text_init(&url, t->upload_to, sizeof(t->upload_to));
	text_put_n(&url, p->url, path);
	if (directory)
		text_put_segment(&url, t->label);
	text_put(&url, p->url + path);
	return fit_done(&url, "the upload URL", e);
}

static int put_send(struct task *t, struct stage *body, struct err *e)
{
	char why[80];

	if (presigned_put(t, body, &((const struct put *)t->settings)->how, e) < 0)
		return -1;
	snprintf(t->status, sizeof(t->status), "stored");
	if (t->bytes == BYTES_PROVEN)
		return 0;
	if (own(t->options)->status == 0)
		return presigned_unproven(t, e);
	text_say(why, sizeof(why), "sent whole, but the answer is %ld, --expect-status says %u",
		 t->work->reply.status, (unsigned)own(t->options)->status);
	return proof_missing(t, why, e);
}

static void put_abandon(struct task *t)
{
	long status = t->work->reply.status;

	if (t->bytes == BYTES_SENT) {
		snprintf(t->status, sizeof(t->status), "sent");
		proof_doubt(t);
		text_say(t->left, sizeof(t->left),
			 "the image may be there whole: look, or send it again");
	} else if (status >= 200 && status <= 204) {
		text_say(t->left, sizeof(t->left),
			 "what was stored is not the image: send it again, or delete it");
	}
}

static const struct opt options[] = {
	{ OPT_TEXT, 0, "to", "FROM", OPT_OWN(struct put_own, to),
	  "where the URL is: env (HOIST_PUT_TO), fd:N, - or a file" },
	{ OPT_TEXT, 0, "headers", "FILE", OPT_OWN(struct put_own, headers),
	  "more headers, a line for each" },
	{ OPT_COUNT, 0, "expect-status", "N", OPT_OWN(struct put_own, status),
	  "the answer that proves it; if not given: S3's MD5, 201, 204" },
	{ OPT_FLAG, 0, "unproven-ok", NULL, OPT_AT(unproven_ok),
	  "be content when nothing proves it" },
	{ OPT_FLAG, 0, "no-check", NULL, OPT_AT(no_check), "send also a disk that is damaged" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct takes takes = { .who = "the server",
				    .length = true,
				    .no_pipe = "give a file or a device" };

const struct provider put_provider = {
	.name = "put",
	.summary = "upload images to any URL that takes a PUT: S3, WebDAV, and so on",
	.operands = "--to FROM FILE...",
	.options = options,
	.columns = "status,size,md5,file",
	.fields = "file,status,size,md5,exit,error",
	.needs = NEED_MD5 | NEED_NET | NEED_WHOLE,
	.takes = &takes,
	.plan = put_plan,
	.check = put_check,
	.send = put_send,
	.abandon = put_abandon,
};
