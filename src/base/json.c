/* JSON is looked up by path, and walked, in the tokens that json_parse() has proven. */
#include "base/json.h"

#include <string.h>

#include "base/bounds.h"
#include "base/fit.h"
#include "base/json_text.h"
#include "base/parse.h"
#include "base/text.h"

/* A longer key in a path does not exist. */
#define KEY_MAX 64

static bool key_is(const struct json *j, const jsmntok_t *t, const char *key, size_t len)
{
	char buf[KEY_MAX];
	struct text out;

	text_init(&out, buf, sizeof(buf));
	json_unescape(&out, j->text + t->start, (size_t)(t->end - t->start));
	return !out.full && out.len == len && memcmp(buf, key, len) == 0;
}

/* The value of the key in the object at that token; -1 absent, -2 there twice. */
static int member(const struct json *j, int at, const char *key, size_t len)
{
	int i, hit = -1;

	for (i = at + 1; i < j->count && j->tok[i].start < j->tok[at].end; i++) {
		if (j->tok[i].parent != at || !key_is(j, &j->tok[i], key, len))
			continue;
		if (hit >= 0)
			return -2;
		hit = i + 1;
	}
	return hit;
}

/* The element behind last (at itself: the first) of the array at that token, or -1. */
static int next_element(const struct json *j, int at, int last)
{
	int i = last + 1;

	while (i < j->count && j->tok[i].start < j->tok[at].end && j->tok[i].parent != at)
		i++;
	return i < j->count && j->tok[i].start < j->tok[at].end ? i : -1;
}

/* An index as it is written, without a sign or zeros before it; -1 if it is none. */
static int read_index(const char *s, size_t len)
{
	size_t i;
	int v = 0;

	/* So many digits fit into v, and there are never as many tokens. */
	if (len == 0 || len > 9 || (len > 1 && s[0] == '0'))
		return -1;
	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

static int element(const struct json *j, int at, const char *step, size_t len)
{
	int index = read_index(step, len), i;

	if (index < 0 || index >= j->tok[at].size)
		return -1;
	for (i = next_element(j, at, at); index > 0; index--)
		i = next_element(j, at, i);
	return i;
}

static int lookup(const struct json *j, const char *path)
{
	int at = j->count > 0 ? j->root : -1;
	size_t len;

	while (*path && at >= 0) {
		len = strcspn(path, ".");
		if (j->tok[at].type == JSMN_OBJECT)
			at = member(j, at, path, len);
		else if (j->tok[at].type == JSMN_ARRAY)
			at = element(j, at, path, len);
		else
			return -1;
		path += len;
		if (*path == '.')
			path++;
	}
	return at;
}

/* The token at path, or NULL with ERR_REPLY. */
static const jsmntok_t *need(const struct json *j, const char *path, const char *kind, bool right,
			     int at, struct err *e)
{
	if (at == -2)
		err_set(e, ERR_REPLY, "the answer has \"%s\" twice", path);
	else if (at < 0)
		err_set(e, ERR_REPLY, "the answer has no \"%s\"", path);
	else if (!right)
		err_set(e, ERR_REPLY, "\"%s\" in the answer is not a %s", path, kind);
	else
		return &j->tok[at];
	return NULL;
}

enum json_kind json_kind(const struct json *j, const char *path)
{
	int at = lookup(j, path);

	if (at < 0)
		return JSON_ABSENT;
	switch (j->tok[at].type) {
	case JSMN_OBJECT:
		return JSON_OBJECT;
	case JSMN_ARRAY:
		return JSON_ARRAY;
	case JSMN_STRING:
		return JSON_STRING;
	default:
		break;
	}
	switch (j->text[j->tok[at].start]) {
	case 'n':
		return JSON_NULL;
	case 't':
	case 'f':
		return JSON_BOOL;
	default:
		return JSON_NUMBER;
	}
}

int json_count(const struct json *j, const char *path)
{
	int at = lookup(j, path);

	if (at < 0 || (j->tok[at].type != JSMN_OBJECT && j->tok[at].type != JSMN_ARRAY))
		return 0;
	return j->tok[at].size;
}

/* What holds item, or will: the document's first token is no child of anything.  -1: nothing. */
static int holder(const struct json *j, const char *path, const struct json *item)
{
	return item->root == 0 ? lookup(j, path) : j->tok[item->root].parent;
}

static bool next_in(const struct json *j, int at, jsmntype_t type, struct json *item)
{
	int i;

	if (at < 0 || j->tok[at].type != type)
		return false;
	i = next_element(j, at, item->root == 0 ? at : item->root);
	if (i < 0)
		return false;
	*item = *j;
	item->root = i;
	return true;
}

bool json_next(const struct json *j, const char *path, struct json *item)
{
	return next_in(j, holder(j, path, item), JSMN_ARRAY, item);
}

bool json_next_key(const struct json *j, const char *path, struct json *item)
{
	return next_in(j, holder(j, path, item), JSMN_OBJECT, item);
}

struct json json_member(const struct json *key)
{
	struct json value = *key;

	value.root++;
	return value;
}

static bool is_before(const struct json *j, int a, int b)
{
	const jsmntok_t *ta = &j->tok[a], *tb = &j->tok[b];
	int a_len = ta->end - ta->start, b_len = tb->end - tb->start;
	int order = memcmp(j->text + ta->start, j->text + tb->start,
			   (size_t)(a_len < b_len ? a_len : b_len));

	if (order != 0 || a_len != b_len)
		return order != 0 ? order < 0 : a_len < b_len;
	return a < b;
}

bool json_next_sorted(const struct json *j, const char *path, struct json *item)
{
	int at = holder(j, path, item), last = item->root, next = 0, i;

	if (at < 0 || (j->tok[at].type != JSMN_ARRAY && j->tok[at].type != JSMN_OBJECT))
		return false;
	for (i = next_element(j, at, at); i > 0; i = next_element(j, at, i))
		if ((last == 0 || is_before(j, last, i)) && (next == 0 || is_before(j, i, next)))
			next = i;
	if (next == 0)
		return false;
	*item = *j;
	item->root = next;
	return true;
}

bool json_at(const struct json *j, const char *path, struct json *value)
{
	int at = lookup(j, path);

	if (at < 0)
		return false;
	*value = *j;
	value->root = at;
	return true;
}

bool json_is_compound(const struct json *j, const char *path)
{
	int at = lookup(j, path);

	return at >= 0 && (j->tok[at].type == JSMN_ARRAY || j->tok[at].type == JSMN_OBJECT);
}

ssize_t json_str(const struct json *j, const char *path, char *out, size_t cap, struct err *e)
{
	int at = lookup(j, path);
	const jsmntok_t *t =
		need(j, path, "string", at >= 0 && j->tok[at].type == JSMN_STRING, at, e);
	struct text text;

	out[0] = '\0';
	if (!t)
		return -1;
	text_init(&text, out, cap);
	json_unescape(&text, j->text + t->start, (size_t)(t->end - t->start));
	if (fit_done(&text, path, e) < 0)
		return -1;
	if (strlen(out) != text.len)
		return err_set(e, ERR_REPLY, "\"%s\" in the answer holds a NUL", path);
	return (ssize_t)text.len;
}

void json_show(const struct json *j, const char *path, char *out, size_t cap)
{
	int at = lookup(j, path);
	struct text text;

	text_init(&text, out, cap);
	if (at >= 0 && j->tok[at].type == JSMN_STRING)
		json_unescape(&text, j->text + j->tok[at].start,
			      (size_t)(j->tok[at].end - j->tok[at].start));
	text_ellipsis(&text);
	text_clean(out);
}

bool json_is(const struct json *j, const char *path, const char *value)
{
	struct err e = ERR_INIT;
	char buf[KEY_MAX];

	return json_str(j, path, buf, sizeof(buf), &e) >= 0 && strcmp(buf, value) == 0;
}

int json_u64(const struct json *j, const char *path, uint64_t *out, struct err *e)
{
	int at = lookup(j, path);
	const jsmntok_t *t =
		need(j, path, "number", at >= 0 && j->tok[at].type == JSMN_PRIMITIVE, at, e);
	char buf[24];
	struct text text;

	if (!t)
		return -1;
	text_init(&text, buf, sizeof(buf));
	text_put_n(&text, j->text + t->start, (size_t)(t->end - t->start));
	if (text.full || parse_number(buf, UINT64_MAX, out) < 0)
		return err_set(e, ERR_REPLY, "\"%s\" in the answer is not a whole number", path);
	return 0;
}

size_t json_raw(const struct json *j, const char *path, const char **at)
{
	int i = lookup(j, path);
	size_t quote;

	if (i < 0)
		return 0;
	quote = j->tok[i].type == JSMN_STRING ? 1 : 0;
	*at = j->text + j->tok[i].start - quote;
	return (size_t)(j->tok[i].end - j->tok[i].start) + 2 * quote;
}
