/*
 * A presigned URL of an S3 storage: the PUT to it, what its answers mean, and what
 * of it nobody may see.  S3's, as Ceph's radosgw 18.2 answers it.
 */
#include "cloud/presigned.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fit.h"
#include "base/hide.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/secret.h"
#include "base/text.h"
#include "cloud/api.h"
#include "cloud/proof.h"
#include "net/retry.h"

int presigned_check(const char *url, bool plain_allowed, struct err *e)
{
	size_t host = strcspn(url, ":");

	if (!text_is_word(url))
		return err_set(e, ERR_USAGE, "the upload URL holds a space or a control character");
	host += strspn(url + host, ":/");
	if (memchr(url + host, '@', strcspn(url + host, "/?#")))
		return err_set(e, ERR_USAGE, "the upload URL holds a user name or a password");
	if (strncasecmp(url, "https://", 8) == 0)
		return 0;
	if (plain_allowed && strncasecmp(url, "http://", 7) == 0) {
		log_warn("the upload goes by http: nothing of it is encrypted");
		return 0;
	}
	return err_set(e, ERR_USAGE, "the upload URL does not begin with https://%s",
		       plain_allowed ? " or http://" : "");
}

int presigned_read(char *url, const char *from, const char *variable, struct err *e)
{
	struct secret secret = { .given = false };
	int result = -1;

	if (strstr(from, "://"))
		err_set(e, ERR_USAGE,
			"an upload URL is a secret and must not be an argument: put it into %s, and give env in its place",
			variable);
	else if (secret_from(&secret, from, variable, e) < 0)
		;
	else if (!secret.given || secret.value[0] == '\0')
		err_set(e, ERR_USAGE, "%s holds no upload URL",
			secret.given ? secret.from : variable);
	else if (fit_copy(url, URL_BYTES, secret.value, "the upload URL", e) == 0)
		result = presigned_check(url, true, e);
	text_wipe(&secret, sizeof(secret));
	return result;
}

/* "Name: value", and not what says how much is sent, and where. */
static int check_header(const char *line, struct err *e)
{
	/* RFC 9110, 5.6.2 */
	static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char *const kept[] = { "Content-Length", "Transfer-Encoding", "Host",
					    "Expect" };
	size_t i, len = strspn(line, token);

	if (len == 0 || line[len] != ':' || !text_is_line(line) ||
	    line[len + 1 + strspn(line + len + 1, " \t")] == '\0')
		return err_set(e, ERR_USAGE, "a line is no header of the form NAME: VALUE");
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (strlen(kept[i]) == len && strncasecmp(line, kept[i], len) == 0)
			return err_set(e, ERR_USAGE, "%s is hoist's own header", kept[i]);
	return 0;
}

int presigned_headers(const char *path, char *text, size_t cap, const char **lines, unsigned max,
		      struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	unsigned all = max;
	ssize_t len;
	char *end;

	if (fd < 0)
		return err_errno(e, ERR_USAGE, "cannot open %s", path);
	len = secret_read(fd, text, cap, path, e);
	if (len >= 0)
		secret_guard(fd, path, true);
	(void)close(fd);
	if (len < 0)
		return -1;
	if (strlen(text) != (size_t)len)
		return err_set(e, ERR_USAGE, "%s holds a zero byte", path);
	for (; *text; text = end) {
		end = text + strcspn(text, "\r\n");
		while (*end == '\r' || *end == '\n')
			*end++ = '\0';
		if (!*text)
			continue;
		if (max-- == 0)
			return err_set(e, ERR_USAGE, "%s has more than %u headers", path, all);
		if (check_header(text, e) < 0)
			return err_at(e, path);
		*lines++ = text;
	}
	*lines = NULL;
	return 0;
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

/*
 * What of an upload URL nobody may see: its query, and each longer value in it.  Numbers
 * and dates are none, and would be found where they are not meant.
 */
#define SECRET_LEAST 16
#define URL_SECRETS (1 + URL_BYTES / (SECRET_LEAST + 2))

/* Decode the value at s, up to the next parameter, into room.  Returns where it ends. */
static const char *decode(const char *s, char **room)
{
	for (; *s && *s != '&'; s++) {
		if (*s == '%' && parse_hex(s[1]) >= 0 && parse_hex(s[2]) >= 0) {
			*(*room)++ = (char)(parse_hex(s[1]) * 16 + parse_hex(s[2]));
			s += 2;
		} else {
			*(*room)++ = *s;
		}
	}
	*(*room)++ = '\0';
	return s;
}

/* The values are decoded into room, which is as large as the URL. */
static size_t list_secrets(const char *url, char *room, const char *list[URL_SECRETS])
{
	const char *s = strchr(url, '?');
	size_t count = 0;

	if (!s || !s[1])
		return 0;
	list[count++] = ++s;
	while (*s && count < URL_SECRETS) {
		s += strcspn(s, "=&");
		if (*s == '=') {
			list[count] = room;
			s = decode(s + 1, &room);
			count += strlen(list[count]) >= SECRET_LEAST;
		}
		s += *s == '&';
	}
	return count;
}

void presigned_hide(const struct task *t, char *s)
{
	const char *list[URL_SECRETS];
	char room[URL_BYTES];

	hide_secrets(s, list, list_secrets(t->upload_to, room, list));
	text_wipe(room, sizeof(room));
}

/* "AccessDenied: Access Denied." */
static void get_reason(struct task *t, char *out, size_t cap)
{
	char code[64], message[160];

	xml_text(t->work->answer, "Code", code, sizeof(code));
	xml_text(t->work->answer, "Message", message, sizeof(message));
	text_say(out, cap, "%s%s%s", code, *code && *message ? ": " : "", message);
}

static bool is_code(const char *reason, const char *code)
{
	size_t len = strlen(code);

	return strncmp(reason, code, len) == 0 && (reason[len] == ':' || reason[len] == '\0');
}

static int special(struct task *t, const struct api *a, const struct api_request *q,
		   const char *reason, struct err *e)
{
	(void)q;
	if (is_code(reason, "EntityTooLarge") || t->work->reply.status == 413)
		return err_set(e, ERR_IMAGE, "the image is too large for the storage (%ld)%s%s",
			       t->work->reply.status, *reason ? ": " : "", reason);
	return is_code(reason, "RequestTimeout") ? api_busy(t, a, reason, e) : 0;
}

static const char *where(const struct task *t)
{
	(void)t;
	return "the upload URL";
}

static const struct api storage = {
	.name = "the storage",
	.doing = " to the upload",
	.where = where,
	.hide = presigned_hide,
	.reason = get_reason,
	.special = special,
};

/*
 * What a storage says of the object: a single PUT's ETag is the MD5 of what was
 * stored (S3); 201 and 204 say that it was stored (RFC 9110, section 9.3.4).  A
 * 200 alone may as well be some proxy's login page.
 */
static int confirm(struct task *t, const struct presigned *how, struct err *e)
{
	const struct http_reply *r = &t->work->reply;
	const char *etag = r->etag, *md5 = t->payload.sums[HASH_MD5];
	size_t quote = etag[0] == '"';

	proof_landed(t);
	if (how && how->status != 0) {
		if (r->status == how->status)
			proof_proven(t);
		return 0;
	}
	if (strspn(etag + quote, "0123456789abcdefABCDEF") != strlen(md5) ||
	    strlen(etag) != strlen(md5) + 2 * quote) {
		if (r->status == 201 || r->status == 204)
			proof_proven(t);
		else if (!how)
			log_warn("%s: the storage names no MD5 of what it stored", t->file);
		return 0;
	}
	if (strncasecmp(etag + quote, md5, strlen(md5)) == 0) {
		proof_proven(t);
		return 0;
	}
	proof_none(t);
	return err_set(e, ERR_FAILED,
		       "the storage has other bytes than were sent: its MD5 is %s, ours %s", etag,
		       md5);
}

int presigned_unproven(struct task *t, struct err *e)
{
	return proof_missing(t,
			     "sent whole, but the storage did not answer with the MD5 that S3 gives: that it was stored is not proven",
			     e);
}

/* The moment in the URL after which the storage refuses it; 0 if it has none. */
static int64_t expires(const char *url)
{
	const char *at = strstr(url, "Expires=");

	return at && (at[-1] == '?' || at[-1] == '&') ? strtoll(at + 8, NULL, 10) : 0;
}

int presigned_put(struct task *t, struct stage *body, const struct presigned *how, struct err *e)
{
	struct api api = storage;
	struct http_reply *r = &t->work->reply;
	struct http_request q = {
		.method = "PUT",
		.url = t->upload_to,
		/* The signature covers the type: exactly this one, and no Authorization. */
		.headers = { "Content-Type: application/octet-stream", "Expect: 100-continue" },
		.upload = body,
		.upload_len = t->payload.len,
	};
	bool sent_before = t->bytes >= BYTES_SENT;
	int64_t until = expires(t->upload_to);
	const char *const *header;
	int result;

	for (header = how ? how->headers : NULL; header && *header; header++)
		if (strncasecmp(*header, "Content-Type:", 13) == 0)
			q.headers[0] = *header;
		else
			api_add_header(&q, *header);
	if (how && how->hide)
		api.hide = how->hide;
	if (t->attempt > 0 && until != 0 && clock_wall() > until)
		return err_set(e, ERR_FAILED, "the upload URL has expired: start again");
	result = api_http(t, &api, &q, e);
	if (r->sent_all)
		proof_sent(t);
	if (result < 0)
		return -1;
	if (r->status >= 200 && r->status <= 204)
		return confirm(t, how, e);
	(void)api_refused(t, &api, NULL, e);
	/*
	 * The storage's own refusal has a code; a gateway may have passed the image on.  And
	 * a refusal says nothing of an attempt before.
	 */
	if (!e->retry && !sent_before && (strstr(r->body, "<Code>") || e->code == ERR_IMAGE))
		proof_none(t);
	return -1;
}
