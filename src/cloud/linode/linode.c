/* The command hoist linode: an image is announced, sent, and given up if that fails. */
#include "cloud/linode/linode.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fit.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "cloud/linode/own.h"
#include "cloud/object.h"
#include "cloud/presigned.h"
#include "cloud/watch.h"

#define LINODE_LABEL_MAX 50
#define LINODE_DESCRIPTION_MAX 65000
#define LINODE_TAG_MIN 3
#define LINODE_TAG_MAX 50

/* Rules of the Cloud Manager's forms, which the API shares. */
static int check_names(struct task *t, struct err *e)
{
	const struct options *o = t->options;
	const char *c;
	size_t n;
	unsigned i;

	if (!o->label && (!t->file || strcmp(t->file, "-") == 0))
		return err_set(e, ERR_USAGE,
			       "--label is needed, because no file gives the image a name");
	if (o->label && o->file_count > 1)
		return err_set(e, ERR_USAGE, "one --label is given for %u images", o->file_count);
	t->label = o->label ? o->label : text_base_name(t->file);
	n = text_chars(t->label);
	if (n < 1 || n > LINODE_LABEL_MAX)
		return err_set(e, ERR_USAGE,
			       "the label has %zu characters, Linode takes 1 to %d: give another with --label",
			       n, LINODE_LABEL_MAX);
	for (c = t->label; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(",.?-_ '", *c))
			return err_set(e, ERR_USAGE,
				       "the label \"%s\" holds a character that Linode does not take (letters, digits and ,.?-_' are): give another with --label",
				       t->label);
	if (o->description) {
		n = text_chars(o->description);
		if (n > LINODE_DESCRIPTION_MAX)
			return err_set(e, ERR_USAGE,
				       "the description has %zu characters, Linode takes at most %d",
				       n, LINODE_DESCRIPTION_MAX);
	}
	for (i = 0; i < o->tags.count; i++) {
		n = text_chars(o->tags.at[i]);
		if (n < LINODE_TAG_MIN || n > LINODE_TAG_MAX)
			return err_set(e, ERR_USAGE,
				       "the tag \"%s\" has %zu characters, Linode takes %d to %d",
				       o->tags.at[i], n, LINODE_TAG_MIN, LINODE_TAG_MAX);
	}
	return 0;
}

static int check_token(const struct secret *token, struct err *e)
{
	if (!token->given)
		return err_set(e, ERR_USAGE,
			       "there is no token: set LINODE_CLI_TOKEN, or LINODE_CLI_TOKEN_FILE, or run linode-cli configure");
	if (token->value[0] == '\0')
		return err_set(e, ERR_USAGE, "the token from %s is empty", token->from);
	if (!text_is_word(token->value))
		return err_set(e, ERR_USAGE,
			       "the token from %s holds a space or another character that no token has",
			       token->from);
	return 0;
}

static int linode_prepare(struct task *t, struct err *e)
{
	struct linode_settings *s = linode_settings_of(t);

	if (linode_settings_load(s, t->options, t->work->scratch, sizeof(t->work->scratch), e) <
		    0 ||
	    check_token(&s->token, e) < 0)
		return -1;
	if (!t->region[0] && !s->region[0])
		return err_set(e, ERR_USAGE,
			       "no region is given: use --region, us-ord for example, or set one with linode-cli configure");
	t->vouch[SIDE_API].cacert = text_env("LINODE_CLI_CA");
	if (strcmp(s->scheme, "http") == 0 && t->options->pins.count > 0)
		return err_set(e, ERR_USAGE, "--pin: by http the API has no certificate");
	if (strcmp(s->scheme, "http") == 0)
		log_warn("the API is asked by http: the token travels unencrypted");
	return 0;
}

static int authorize(struct task *t, struct err *e)
{
	struct text auth;

	text_init(&auth, t->work->auth, sizeof(t->work->auth));
	text_printf(&auth, "Authorization: Bearer %s", linode_settings_of(t)->token.value);
	return fit_done(&auth, "the token", e);
}

static int linode_check(struct task *t, struct err *e)
{
	const char *region = t->options->region;

	if (check_names(t, e) < 0)
		return -1;
	return fit_copy(t->region, sizeof(t->region), region ? region : "", "--region", e);
}

/* The list of regions is public; what it says is only a warning, because it may be behind. */
static int warn_of_region(struct task *t, struct err *e)
{
	struct json region = { 0 }, word = { 0 };
	struct err why = ERR_INIT;
	bool known = false, storage = false;

	if (linode_api(t, "GET", "/regions?page_size=500", NULL, NULL, &why) < 0) {
		/* Nor will the API be reached for anything else. */
		if (why.code == ERR_STOPPED || (t->work->reply.status == 0 && !why.retry)) {
			*e = why;
			return -1;
		}
		log_note("the regions cannot be listed: %s", why.text);
		return 0;
	}
	while (!known && json_next(&t->work->json, "data", &region))
		known = json_is(&region, "id", t->region);
	while (known && !storage && json_next(&region, "capabilities", &word))
		storage = json_is(&word, "", "Object Storage");
	if (!known)
		log_warn("Linode's list of regions has no %s", t->region);
	else if (!storage)
		log_warn("the region %s has no Object Storage, which the upload needs", t->region);
	return 0;
}

/* The members that linode-cli sends; an empty description is none, as there. */
static int make_request(struct task *t, struct err *e)
{
	const struct options *o = t->options;
	struct text b;
	unsigned i;

	text_init(&b, t->work->request, sizeof(t->work->request));
	text_put(&b, "{\"label\": ");
	text_put_json(&b, t->label);
	text_put(&b, ", \"region\": ");
	text_put_json(&b, t->region);
	if (o->description && *o->description) {
		text_put(&b, ", \"description\": ");
		text_put_json(&b, o->description);
	}
	if (linode_own(o)->cloud_init)
		text_put(&b, ", \"cloud_init\": true");
	for (i = 0; i < o->tags.count; i++) {
		text_put(&b, i == 0 ? ", \"tags\": [" : ", ");
		text_put_json(&b, o->tags.at[i]);
	}
	text_put(&b, o->tags.count > 0 ? "]}" : "}");
	return fit_done(&b, "the request", e);
}

/* "private/12345": it becomes a part of URLs. */
static bool is_id(const char *id)
{
	size_t n;

	if (strncmp(id, "private/", 8) != 0)
		return false;
	n = strspn(id + 8, "0123456789");
	return n > 0 && id[8 + n] == '\0';
}

/* Once the POST has left, an answer that cannot be read leaves open what it did. */
static int maybe_made(struct task *t, struct err *e)
{
	const struct http_reply *r = &t->work->reply;

	if (!r->sent || r->status == 503 || (r->status >= 300 && r->status < 500))
		return -1;
	e->retry = false;
	text_say(t->left, sizeof(t->left),
		 "a pending image labelled %s may have been made: Linode removes it after 24 hours",
		 t->label);
	return -1;
}

static int linode_begin(struct task *t, struct err *e)
{
	struct linode *l = linode_of(t);
	struct json *j = &t->work->json;

	l->events_denied = false;
	t->work->auth[0] = '\0';
	if (!t->region[0])
		snprintf(t->region, sizeof(t->region), "%s", linode_settings_of(t)->region);
	/* The list of regions is public: it is asked for without the token, and once. */
	if (!l->region_checked && warn_of_region(t, e) < 0)
		return -1;
	l->region_checked = true;
	if (authorize(t, e) < 0 || make_request(t, e) < 0)
		return -1;
	if (linode_api(t, "POST", "/images/upload", t->work->request, NULL, e) < 0 ||
	    json_str(j, "image.id", t->id, sizeof(t->id), e) < 0)
		return maybe_made(t, e);
	if (!is_id(t->id)) {
		t->id[0] = '\0';
		err_set(e, ERR_REPLY, "Linode's API names an image id that is none");
		return maybe_made(t, e);
	}
	log_note("%s: image %s was created", t->label, t->id);
	/* linode-cli prints from it. */
	if (linode_own(t->options)->url_only && t->options->foreign)
		(void)object_keep(t, j);
	if (json_str(j, "upload_to", t->upload_to, sizeof(t->upload_to), e) < 0 ||
	    json_str(j, "image.status", t->status, sizeof(t->status), e) < 0)
		return -1;
	if (presigned_check(t->upload_to, strcmp(linode_settings_of(t)->scheme, "http") == 0, e) <
	    0) {
		e->code = ERR_REPLY;
		return -1;
	}
	return 0;
}

static int linode_send(struct task *t, struct stage *body, struct err *e)
{
	bool arrived = false;

	if (t->attempt > 0 && linode_ask(t, &arrived, e) < 0)
		return -1;
	if (!arrived)
		return presigned_put(t, body, NULL, e);
	log_note("image %s: the upload before was complete", t->id);
	return 0;
}

static void linode_abandon(struct task *t)
{
	struct err why = ERR_INIT;
	bool arrived = false;
	unsigned tries = 0;
	char path[80];

	if (t->id[0] == '\0')
		return;
	if (t->bytes >= BYTES_LANDED && t->err.code == ERR_STOPPED) {
		text_say(t->left, sizeof(t->left),
			 "image %s was uploaded whole and is being processed; linode-cli images delete %s removes it",
			 t->id, t->id);
		return;
	}
	if (t->options->keep) {
		text_say(t->left, sizeof(t->left), "image %s is kept", t->id);
		return;
	}
	if (t->bytes == BYTES_SENT && t->err.code != ERR_STOPPED &&
	    (linode_ask(t, &arrived, &why) == 0 ? arrived : t->bytes == BYTES_SENT)) {
		proof_doubt(t);
		text_say(t->left, sizeof(t->left),
			 "image %s may be there whole, and is left: linode-cli images view %s tells, linode-cli images delete %s removes it",
			 t->id, t->id, t->id);
		return;
	}
	snprintf(path, sizeof(path), "/images/%s", t->id);
	err_clear(&why);
	do {
		if (linode_api(t, "DELETE", path, NULL, NULL, &why) == 0 || linode_of(t)->gone) {
			text_say(t->left, sizeof(t->left), "image %s was deleted", t->id);
			t->id[0] = '\0';
			return;
		}
	} while (watch_retry(t, &tries, &why));
	log_note("image %s cannot be deleted: %s", t->id, why.text);
	text_say(t->left, sizeof(t->left),
		 "image %s could not be deleted: linode-cli images delete %s does it, Linode itself after 24 hours",
		 t->id, t->id);
}

static const struct opt linode_options[] = {
	{ OPT_TEXT, 0, "region", "REGION", OPT_AT(region), "where the image is stored" },
	{ OPT_TEXT, 0, "label", "LABEL", OPT_AT(label), "its label; the file's name if not given" },
	{ OPT_TEXT, 0, "description", "TEXT", OPT_AT(description), "its description" },
	{ OPT_LIST, 0, "tag", "TAG", OPT_AT(tags), "a tag; may be repeated" },
	{ OPT_FLAG, 0, "cloud-init", NULL, OPT_OWN(struct linode_own, cloud_init),
	  "the image supports cloud-init" },
	{ OPT_TEXT, 0, "as-user", "USER", OPT_OWN(struct linode_own, as_user),
	  "the user in linode-cli's settings" },
	{ OPT_FLAG, 0, "wait", NULL, OPT_AT(wait), "wait until the image is available (default)" },
	{ OPT_OFF, 0, "no-wait", NULL, OPT_AT(wait), "end when the upload is complete" },
	{ OPT_TIME, 0, "timeout", "TIME", OPT_AT(timeout_ms), "how long to wait for it (1h)" },
	{ OPT_TIME, 0, "poll", "TIME", OPT_AT(poll_ms), "how often to ask for it (5s)" },
	{ OPT_COUNT, 0, "level", "N", OPT_AT(level),
	  "compress from 1 (fast) to 9 (small); 1 if not given" },
	{ OPT_COUNT, 0, "threads", "N", OPT_AT(threads),
	  "that compress, at most 8; if not given: the processors there are" },
	{ OPT_TEXT, 0, "spool", "DIR", OPT_AT(spool),
	  "a directory with room for what comes through a pipe" },
	{ OPT_SIZE, 0, "size", "SIZE", OPT_AT(announced), "how many bytes come through a pipe" },
	{ OPT_SIZE, 0, "max-size", "SIZE", OPT_AT(max_size),
	  "refuse an image that is larger uncompressed" },
	{ OPT_FLAG, 0, "unproven-ok", NULL, OPT_AT(unproven_ok),
	  "be content when the cloud proves nothing" },
	{ OPT_FLAG, 0, "no-check", NULL, OPT_AT(no_check),
	  "send also a disk that is damaged, or not of the format" },
	{ OPT_FLAG, 0, "keep-on-failure", NULL, OPT_AT(keep),
	  "do not delete the image of a failed upload" },
	{ OPT_FLAG, 0, "url-only", NULL, OPT_OWN(struct linode_own, url_only),
	  "make the image, print its id and upload URL" },
	{ OPT_TEXT, 0, "upload-to", "FROM", OPT_OWN(struct linode_own, upload_to),
	  "upload to such a URL, without a token; FROM is env, fd:N, - or a file" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

/* linode-cli images upload: the record and its URL, for someone else to send to. */
static const struct provider url_provider = {
	.name = "linode",
	.columns = "id,upload_to",
	.fields = "id,label,region,status,upload_to,exit,error",
	.needs = NEED_NO_FILE | NEED_NET,
	.check = linode_check,
	.prepare = linode_prepare,
	.begin = linode_begin,
	.abandon = linode_abandon,
};

static const struct provider *linode_variant(const struct options *o)
{
	return linode_own(o)->upload_to ? &linode_put_provider :
	       linode_own(o)->url_only  ? &url_provider :
					  NULL;
}

const struct provider linode_provider = {
	.name = "linode",
	.summary = "upload raw disks to Linode (Akamai)",
	.operands = "FILE...",
	.options = linode_options,
	.columns = "id,label,region,status,size,uncompressed,file",
	.fields = "file,id,label,region,status,size,uncompressed,md5,exit,error",
	.needs = NEED_GZIP | NEED_MD5 | NEED_NET | NEED_WHOLE,
	.variant = linode_variant,
	.takes = &linode_takes,
	.check = linode_check,
	.prepare = linode_prepare,
	.begin = linode_begin,
	.send = linode_send,
	.finish = linode_finish,
	.abandon = linode_abandon,
};
