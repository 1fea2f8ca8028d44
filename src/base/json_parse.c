/* jsmn accepts what is no JSON: here it is proven, text and tokens side by side. */
#define JSON_IMPLEMENTATION
#include "base/json.h"

#include <string.h>

#include "base/bounds.h"

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
