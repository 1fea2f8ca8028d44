/*
 * The presigned PUT: what an upload URL takes, what its answers mean, and the
 * command that uploads to one without knowing anything else.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/hide.h"
#include "base/log.h"
#include "base/text.h"
#include "cloud/linode/linode.h"
#include "net/retry.h"

/* "Maximum file size is 5 GB" means this, inclusive: radosgw takes it, and not one byte more. */
#define LINODE_SIZE_MAX (UINT64_C(5) << 30)

/* Above this an account needs a limit raised by Linode's support: a warning. */
#define LINODE_UNPACKED_USUAL UINT64_C(6000000000)

int linode_takes(const struct image *im, struct err *e)
{
	char size[16];
	struct text t;

	if (im->format == FORMAT_EMPTY)
		return err_set(e, ERR_IMAGE, "is empty");
	if (im->format != FORMAT_GZIP && im->format != FORMAT_RAW && im->format != FORMAT_ISO)
		return err_set(e, ERR_IMAGE, "is %s; Linode takes a raw disk compressed with gzip",
			       format_phrase(im->format));
	if (im->format != FORMAT_GZIP)
		return err_set(e, ERR_IMAGE,
			       "is not compressed; Linode takes gzip: compress it with gzip first");
	if (im->holds != FORMAT_RAW && im->holds != FORMAT_ISO && im->holds != FORMAT_EMPTY)
		return err_set(e, ERR_IMAGE, "holds %s; Linode takes only a raw disk in the gzip%s",
			       format_phrase(im->holds),
			       im->holds >= FORMAT_QCOW && im->holds <= FORMAT_PARALLELS ?
				       ": qemu-img convert -O raw makes one" :
				       "");
	text_init(&t, size, sizeof(size));
	text_put_size(&t, im->size);
	if (im->size > LINODE_SIZE_MAX)
		return err_set(e, ERR_IMAGE, "has %s; Linode takes at most 5 GiB compressed", size);
	return 0;
}

int linode_check_url(struct task *t, bool plain_allowed, struct err *e)
{
	const char *url = t->upload_to;
	const char *c;

	for (c = url; *c; c++)
		if (!isgraph((unsigned char)*c))
			return err_set(e, ERR_USAGE,
				       "the upload URL holds a space or a control character");
	if (strncasecmp(url, "https://", 8) == 0)
		return 0;
	if (plain_allowed && strncasecmp(url, "http://", 7) == 0) {
		log_warn("the upload goes by http: the image travels unencrypted");
		return 0;
	}
	return err_set(e, ERR_USAGE, "the upload URL does not begin with https://");
}

/* The text of an XML element without attributes or nesting, as S3's errors have them. */
static void xml_text(const char *xml, const char *name, char *out, size_t cap)
{
	char tag[32];
	const char *from;
	size_t n;
	struct text t;

	text_init(&t, out, cap);
	snprintf(tag, sizeof(tag), "<%s>", name);
	from = strstr(xml, tag);
	if (!from || !strstr(from, "</"))
		return;
	for (from += strlen(tag); *from != '<' && !t.full; from += n > 0 ? n : 1) {
		n = text_put_entity(&t, from);
		if (n == 0)
			text_put_n(&t, from, 1);
	}
	text_ellipsis(&t);
}

/* What of an upload URL nobody may see: its query, and each longer value in it. */
#define URL_SECRETS 12

/* The values are decoded into room, which is as large as the URL. */
static size_t list_secrets(const char *url, char *room, const char *list[URL_SECRETS])
{
	const char *s = strchr(url, '?');
	size_t count = 0;
	bool value = false;

	for (s = s ? s + 1 : ""; *s && count < URL_SECRETS; s++) {
		if (count == 0)
			list[count++] = s;
		if (*s == '=' && !value) {
			value = true;
			list[count++] = room;
		} else if (*s == '&') {
			value = false;
			*room++ = '\0';
		} else if (value && *s == '%' && text_hex(s[1]) >= 0 && text_hex(s[2]) >= 0) {
			*room++ = (char)(text_hex(s[1]) * 16 + text_hex(s[2]));
			s += 2;
		} else if (value) {
			*room++ = *s;
		}
	}
	*room = '\0';
	return count;
}

/* Some storages repeat what they were asked. */
static void hide_url(const char *url, char *answer)
{
	const char *list[URL_SECRETS];
	char room[URL_BYTES];
	size_t i, n = list_secrets(url, room, list);

	/* Numbers and dates are none, and would be found where they are not meant. */
	for (i = 0; i < n; i++)
		if (strlen(list[i]) < 16)
			list[i] = "";
	hide_secrets(answer, list, n);
	text_wipe(room, sizeof(room));
}

/*
 * What a storage says of the object: a single PUT's ETag is the MD5 of what was
 * stored (S3); 201 and 204 say that it was stored (RFC 9110, section 9.3.4).  A
 * 200 alone may as well be some proxy's login page.
 */
static int confirm(struct task *t, struct err *e)
{
	const struct http_reply *r = &t->work->reply;
	const char *etag = r->etag, *md5 = t->sums[HASH_MD5];
	size_t quote = etag[0] == '"';

	t->landed = true;
	if (strspn(etag + quote, "0123456789abcdefABCDEF") != strlen(md5) ||
	    strlen(etag) != strlen(md5) + 2 * quote) {
		t->confirmed = r->status == 201 || r->status == 204;
		log_warn("%s: the storage names no MD5 of what it stored", t->file);
		return 0;
	}
	t->confirmed = strncasecmp(etag + quote, md5, strlen(md5)) == 0;
	if (t->confirmed)
		return 0;
	t->landed = false;
	return err_set(e, ERR_FAILED,
		       "the storage has other bytes than were sent: its MD5 is %s, ours %s", etag,
		       md5);
}

int linode_unconfirmed(struct task *t, struct err *e)
{
	return proof_missing(t,
			     "sent whole, but the storage did not answer with the MD5 that S3 gives: that it was stored is not proven",
			     e);
}

void linode_warn_of_size(const struct task *t)
{
	if (t->unpacked > LINODE_UNPACKED_USUAL)
		log_warn("%s: holds %llu bytes uncompressed; above 6 GB Linode takes it only where the account's limit was raised",
			 t->file, (unsigned long long)t->unpacked);
}

static int put_result(struct task *t, struct err *e)
{
	struct http_reply *r = &t->work->reply;
	char code[64], message[160];

	if (r->status >= 200 && r->status <= 204) {
		linode_of(t)->maybe = false;
		return confirm(t, e);
	}
	t->wait_ms = r->retry_after_ms;
	hide_url(t->upload_to, r->body);
	xml_text(r->body, "Code", code, sizeof(code));
	xml_text(r->body, "Message", message, sizeof(message));
	if (strcmp(code, "EntityTooLarge") == 0 || r->status == 413) {
		linode_of(t)->maybe = false;
		return err_set(e, ERR_IMAGE, "the image is too large for the storage (%ld %s)",
			       r->status, code);
	}
	err_set(e, ERR_FAILED, "the upload was refused: %ld%s%s%s%s", r->status, *code ? " " : "",
		code, *message ? ": " : "", message);
	if (retry_status(r->status) || strcmp(code, "RequestTimeout") == 0) {
		e->code = ERR_BUSY;
		return t->wait_ms > RETRY_ASKED_MAX ? -1 : err_retry(e);
	}
	/* The storage's own refusal has a code; a gateway may have passed the image on. */
	linode_of(t)->maybe = linode_of(t)->maybe && *code == '\0';
	return -1;
}

/* The moment in the URL after which the storage refuses it; 0 if it has none. */
static int64_t expires(const char *url)
{
	const char *at = strstr(url, "Expires=");

	return at && (at[-1] == '?' || at[-1] == '&') ? strtoll(at + 8, NULL, 10) : 0;
}

int linode_put(struct task *t, struct stage *body, struct err *e)
{
	struct work *w = t->work;
	struct http_request q = {
		.method = "PUT",
		.url = t->upload_to,
		/* The signature covers the type: exactly this one, and no Authorization. */
		.headers = { "Content-Type: application/octet-stream", "Expect: 100-continue" },
		.upload = body,
		.upload_len = t->image.size,
	};
	int64_t until = expires(t->upload_to);
	int result;

	if (t->attempt > 0 && until != 0 && clock_wall() > until)
		return err_set(e, ERR_FAILED, "the upload URL has expired: start again");
	w->reply.body = w->answer;
	w->reply.cap = sizeof(w->answer);
	t->wait_ms = 0;
	result = http_call(&w->http, &q, &w->reply, e);
	t->sent_all = t->sent_all || w->reply.sent_all;
	linode_of(t)->maybe = w->reply.sent_all;
	return result < 0 ? -1 : put_result(t, e);
}

static int put_check(struct task *t, struct err *e)
{
	struct secret url = { .given = false };
	const char *from = t->options->upload_to;
	int result = -1;

	t->label = text_base_name(t->file);
	t->vouch[SIDE_API].cacert = getenv("LINODE_CLI_CA");
	if (strstr(from, "://"))
		err_set(e, ERR_USAGE,
			"an upload URL is a secret and must not be an argument: put it into HOIST_UPLOAD_TO and say --upload-to env");
	else if (secret_from(&url, from, "HOIST_UPLOAD_TO", e) < 0)
		;
	else if (!url.given || url.value[0] == '\0')
		err_set(e, ERR_USAGE, "%s holds no upload URL",
			url.given ? url.from : "HOIST_UPLOAD_TO");
	else if (text_copy(t->upload_to, sizeof(t->upload_to), url.value, "the upload URL", e) == 0)
		result = linode_check_url(t, true, e);
	text_wipe(&url, sizeof(url));
	return result;
}

static int put_send(struct task *t, struct stage *body, struct err *e)
{
	if (linode_put(t, body, e) < 0)
		return -1;
	snprintf(t->status, sizeof(t->status), "uploaded");
	return t->confirmed ? 0 : linode_unconfirmed(t, e);
}

static int put_finish(struct task *t, struct err *e)
{
	(void)e;
	linode_warn_of_size(t);
	return 0;
}

/* The other side of it: no token, no record, only the bytes. */
const struct provider linode_put_provider = {
	.name = "linode",
	.columns = "status,size,uncompressed,md5,file",
	.fields = "file,status,size,uncompressed,md5,exit,error",
	.needs = NEED_SIZE | NEED_GZIP | NEED_MD5 | NEED_NET | NEED_ONE_FILE | NEED_WHOLE,
	.takes = linode_takes,
	.check = put_check,
	.send = put_send,
	.finish = put_finish,
};
