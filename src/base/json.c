#define JSON_IMPLEMENTATION
#include "base/json.h"

#include <string.h>

#include "base/bounds.h"
#include "base/json_text.h"
#include "base/text.h"

/* A longer key in a path does not exist. */
#define KEY_MAX 64

struct walk {
	const struct json *j;
	size_t len;
	size_t pos; /* in the text */
	int next;   /* the next token */
	bool deep;  /* given up because of the nesting */
};

static void skip_space(struct walk *w)
{
	while (w->pos < w->len && w->j->text[w->pos] && strchr(" \t\r\n", w->j->text[w->pos]))
		w->pos++;
}

/* Is the next thing in the text this character?  Moves behind it. */
static bool expect(struct walk *w, char c)
{
	skip_space(w);
	if (w->pos >= w->len || w->j->text[w->pos] != c)
		return false;
	w->pos++;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* RFC 8259, section 6 */
static bool is_number(const char *s, size_t len)
{
	size_t i = 0;

	if (i < len && s[i] == '-')
		i++;
	if (i >= len || !is_digit(s[i]))
		return false;
	if (s[i++] != '0')
		while (i < len && is_digit(s[i]))
			i++;
	if (i < len && s[i] == '.') {
		if (++i >= len || !is_digit(s[i]))
			return false;
		while (i < len && is_digit(s[i]))
			i++;
	}
	if (i < len && (s[i] == 'e' || s[i] == 'E')) {
		i++;
		if (i < len && (s[i] == '+' || s[i] == '-'))
			i++;
		if (i >= len || !is_digit(s[i]))
			return false;
		while (i < len && is_digit(s[i]))
			i++;
	}
	return i == len;
}

static bool same(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

static bool is_primitive(const char *s, size_t len)
{
	return same(s, len, "true") || same(s, len, "false") || same(s, len, "null") ||
	       is_number(s, len);
}

static bool walk_string(struct walk *w, const jsmntok_t *t)
{
	int i;

	if (!expect(w, '"') || w->pos != (size_t)t->start)
		return false;
	for (i = t->start; i < t->end; i++)
		if ((unsigned char)w->j->text[i] < 0x20)
			return false;
	w->pos = (size_t)t->end;
	return expect(w, '"');
}

/* Follow text and tokens side by side: they must tell the same story. */
static bool walk_value(struct walk *w, unsigned depth)
{
	const jsmntok_t *t;
	bool object;
	int i;

	if (w->next >= w->j->count)
		return false;
	t = &w->j->tok[w->next];
	object = t->type == JSMN_OBJECT;
	w->deep = depth > JSON_DEPTH_MAX;
	if (w->deep)
		return false;
	w->next++;
	if (t->type == JSMN_STRING)
		return t->size == 0 && walk_string(w, t);
	if (t->type == JSMN_PRIMITIVE) {
		skip_space(w);
		if (t->size != 0 || w->pos != (size_t)t->start)
			return false;
		w->pos = (size_t)t->end;
		return is_primitive(w->j->text + t->start, (size_t)(t->end - t->start));
	}
	if (!expect(w, object ? '{' : '[') || w->pos != (size_t)t->start + 1)
		return false;
	for (i = 0; i < t->size; i++) {
		if (i > 0 && !expect(w, ','))
			return false;
		if (object) {
			const jsmntok_t *key = &w->j->tok[w->next];

			if (w->next >= w->j->count || key->type != JSMN_STRING || key->size != 1)
				return false;
			w->next++;
			if (!walk_string(w, key) || !expect(w, ':'))
				return false;
		}
		if (!walk_value(w, depth + 1))
			return false;
	}
	return expect(w, object ? '}' : ']') && w->pos == (size_t)t->end;
}

int json_parse(struct json *j, const char *text, size_t len, jsmntok_t *tok, unsigned cap,
	       struct err *e)
{
	struct walk w = { .j = j, .len = len };
	jsmn_parser parser;

	jsmn_init(&parser);
	j->text = text;
	j->tok = tok;
	j->root = 0;
	j->count = jsmn_parse(&parser, text, len, tok, cap);
	if (j->count == JSMN_ERROR_NOMEM)
		return err_set(e, ERR_LIMIT, "the answer has more than %u JSON values", cap);
	if (j->count < 1 || (tok[0].type != JSMN_OBJECT && tok[0].type != JSMN_ARRAY))
		return err_set(e, ERR_REPLY, "the answer is not JSON");
	if (!walk_value(&w, 0) || w.next != j->count) {
		if (w.deep)
			return err_set(e, ERR_LIMIT, "the answer is nested deeper than %d levels",
				       JSON_DEPTH_MAX);
		return err_set(e, ERR_REPLY, "the answer is not valid JSON");
	}
	skip_space(&w);
	if (w.pos != len)
		return err_set(e, ERR_REPLY, "the answer has something behind its JSON");
	return 0;
}

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
		if (!is_digit(s[i]))
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

bool json_next(const struct json *j, const char *path, struct json *item)
{
	/* The document's first token is no element of anything. */
	bool first = item->root == 0;
	int at = first ? lookup(j, path) : j->tok[item->root].parent;
	int i;

	if (at < 0 || j->tok[at].type != JSMN_ARRAY)
		return false;
	i = next_element(j, at, first ? at : item->root);
	if (i < 0)
		return false;
	*item = *j;
	item->root = i;
	return true;
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
	if (text_done(&text, path, e) < 0)
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
	if (text.full || text_number(buf, UINT64_MAX, out) < 0)
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
