/* The signature of a request is computed from its canonical form. */
#include "cloud/openstack/sign.h"

#include <string.h>
#include <time.h>

#include "base/fit.h"
#include "base/hash.h"
#include "base/parse.h"
#include "base/text.h"

#define ALGORITHM "SDK-HMAC-SHA256"

/* What a list of image records is asked by has two. */
#define MEMBERS_MAX 16

/* Append what may be encoded already, encoded as RFC 3986 has it; '/' stays where keep has it. */
static void put_encoded(struct text *t, const char *s, size_t len, const char *keep)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-_.~";
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '%' && i + 2 < len && parse_hex(s[i + 1]) >= 0 &&
		    parse_hex(s[i + 2]) >= 0) {
			c = (unsigned char)(parse_hex(s[i + 1]) << 4 | parse_hex(s[i + 2]));
			i += 2;
		} else if (c && strchr(keep, c)) {
			text_put_n(t, s + i, 1);
			continue;
		}
		if (c && strchr(plain, c))
			text_put_n(t, (const char *)&c, 1);
		else
			text_printf(t, "%%%02X", c);
	}
}

/* One member, of len bytes: "k" is "k=". */
static void put_member(struct text *t, const char *member, size_t len)
{
	size_t key = 0;

	while (key < len && member[key] != '=')
		key++;
	put_encoded(t, member, key, "");
	text_put(t, "=");
	if (key < len)
		put_encoded(t, member + key + 1, len - key - 1, "");
}

int sign_query(const char *query, char *out, size_t cap, struct err *e)
{
	char members[MEMBERS_MAX][512]; /* a name has up to 128 characters, of 3 bytes each */
	unsigned count = 0, i, order[MEMBERS_MAX];
	struct text t;
	size_t len;

	for (; *query; query += len + (query[len] == '&')) {
		len = strcspn(query, "&");
		if (len == 0)
			continue;
		if (count == MEMBERS_MAX)
			return err_set(e, ERR_LIMIT, "the query has more than %d members",
				       MEMBERS_MAX);
		text_init(&t, members[count], sizeof(members[count]));
		put_member(&t, query, len);
		if (fit_done(&t, "a member of the query", e) < 0)
			return -1;
		/* '=' would not come before all that a longer key goes on with: it becomes 1. */
		*strchr(members[count], '=') = '\1';
		for (i = count; i > 0 && strcmp(members[order[i - 1]], members[count]) > 0; i--)
			order[i] = order[i - 1];
		order[i] = count++;
	}
	text_init(&t, out, cap);
	for (i = 0; i < count; i++) {
		*strchr(members[order[i]], '\1') = '=';
		text_printf(&t, "%s%s", i > 0 ? "&" : "", members[order[i]]);
	}
	return fit_done(&t, "the query", e);
}

static void add(struct hash *h, const char *s)
{
	hash_update(h, s, strlen(s));
}

/* Without the white space at both ends. */
static void add_value(struct hash *h, const char *value)
{
	size_t len;

	value += strspn(value, " \t");
	len = strlen(value);
	while (len > 0 && strchr(" \t", value[len - 1]))
		len--;
	hash_update(h, value, len);
}

/* The digest of the canonical request; the names of the headers that are signed go to names. */
static int digest(const struct sign_request *q, struct text *names, char hex[HASH_HEX_BYTES],
		  struct err *e)
{
	const struct sign_header *header;
	char buf[4096];
	struct hash h;
	struct text t;

	hash_init(&h, HASH_SHA256);
	add(&h, q->method);
	add(&h, "\n");
	text_init(&t, buf, sizeof(buf));
	put_encoded(&t, q->path, strlen(q->path), "/");
	/* Which is not sent. */
	if (!text_ends(buf, "/"))
		text_put(&t, "/");
	if (fit_done(&t, "the path", e) < 0)
		return -1;
	add(&h, buf);
	add(&h, "\n");
	if (sign_query(q->query, buf, sizeof(buf), e) < 0)
		return -1;
	add(&h, buf);
	add(&h, "\n");
	for (header = q->headers; header->name; header++) {
		add(&h, header->name);
		add(&h, ":");
		add_value(&h, header->value);
		add(&h, "\n");
		text_printf(names, "%s%s", names->len > 0 ? ";" : "", header->name);
	}
	add(&h, "\n");
	add(&h, names->at);
	add(&h, "\n");
	add(&h, q->body);
	hash_hex(&h, hex);
	return fit_done(names, "the names of the headers", e);
}

int sign_request(const struct sign_request *q, const char *access_key, const char *secret_key,
		 char *out, size_t cap, struct err *e)
{
	char names[256], hex[HASH_HEX_BYTES], line[256];
	const struct sign_header *header = q->headers;
	struct text t;

	text_init(&t, names, sizeof(names));
	if (digest(q, &t, hex, e) < 0)
		return -1;
	while (header->name && strcmp(header->name, "x-sdk-date") != 0)
		header++;
	text_init(&t, line, sizeof(line));
	text_printf(&t, ALGORITHM "\n%s\n%s", header->name ? header->value : "", hex);
	if (fit_done(&t, "the date", e) < 0)
		return -1;
	hash_hmac_sha256(secret_key, line, hex);
	text_init(&t, out, cap);
	text_printf(&t, ALGORITHM " Access=%s, SignedHeaders=%s, Signature=%s", access_key, names,
		    hex);
	return fit_done(&t, "the signature", e);
}

void sign_date(long long at, char out[SIGN_DATE_BYTES])
{
	time_t t = (time_t)at;
	struct tm tm = { 0 };

	(void)gmtime_r(&t, &tm);
	strftime(out, SIGN_DATE_BYTES, "%Y%m%dT%H%M%SZ", &tm);
}
