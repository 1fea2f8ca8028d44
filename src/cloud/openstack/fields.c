#include "cloud/openstack/fields.h"

#include <string.h>

#include "base/log.h"

/* --- The record ----------------------------------------------------------------------- */

/* What is known of an image without its record.  A name that is too long is left out. */
static void make_short(struct fields *f, const struct task *t)
{
	struct err none = ERR_INIT;
	struct text text;
	size_t before;

	text_init(&text, f->made, sizeof(f->made));
	text_put(&text, "{\"id\": ");
	text_put_json(&text, t->id);
	text_put(&text, ", \"status\": ");
	text_put_json(&text, t->status);
	before = text.len;
	text_put(&text, ", \"name\": ");
	text_put_json(&text, t->label ? t->label : "");
	/* There has to be room for the end. */
	if (text.full || text.len + 2 > sizeof(f->made)) {
		text.len = before;
		text.full = false;
	}
	text_put(&text, "}");
	if (json_parse(&f->object.json, f->made, text.len, f->object.tokens, OBJECT_TOKENS_MAX,
		       &none) < 0)
		f->object.json.count = 0;
}

void fields_of(struct fields *f, const struct task *t)
{
	if (object_of(&f->object, t) && f->object.tokens[0].type == JSMN_OBJECT)
		return;
	if (t->object[0])
		log_warn("image %s: its record has too many values for the report", t->id);
	make_short(f, t);
}

/* The next one of what the object or array at that token holds, behind last (0: the first). */
static int next_child(const struct json *j, int at, int last)
{
	int i;

	for (i = (last > 0 ? last : at) + 1; i < j->count && j->tok[i].start < j->tok[at].end; i++)
		if (j->tok[i].parent == at)
			return i;
	return 0;
}

/* By their bytes; of equal ones the one that stands first. */
static bool is_before(const struct json *j, int a, int b)
{
	size_t a_len = (size_t)(j->tok[a].end - j->tok[a].start);
	size_t b_len = (size_t)(j->tok[b].end - j->tok[b].start);
	int order = memcmp(j->text + j->tok[a].start, j->text + j->tok[b].start,
			   a_len < b_len ? a_len : b_len);

	if (order != 0 || a_len != b_len)
		return order != 0 ? order < 0 : a_len < b_len;
	return a < b;
}

/* The one that is next in that order. */
static int next_sorted(const struct json *j, int at, int last)
{
	int i, next = 0;

	for (i = next_child(j, at, 0); i > 0; i = next_child(j, at, i))
		if ((last == 0 || is_before(j, last, i)) && (next == 0 || is_before(j, i, next)))
			next = i;
	return next;
}

int fields_next(const struct fields *f, int last)
{
	return next_child(&f->object.json, 0, last);
}

int fields_next_sorted(const struct fields *f, int last)
{
	return next_sorted(&f->object.json, 0, last);
}

int fields_find(const struct fields *f, const char *name)
{
	const struct json *j = &f->object.json;
	size_t len = strlen(name);
	int i;

	for (i = fields_next(f, 0); i > 0; i = fields_next(f, i))
		if ((size_t)(j->tok[i].end - j->tok[i].start) == len &&
		    memcmp(j->text + j->tok[i].start, name, len) == 0)
			return i;
	return 0;
}

/* The value at a token, as a document of its own. */
static struct json value_at(const struct json *j, int at)
{
	struct json value = *j;

	value.root = at;
	return value;
}

bool fields_is_null(const struct fields *f, int key)
{
	struct json value = value_at(&f->object.json, key + 1);

	return json_kind(&value, "") == JSON_NULL;
}

bool fields_is_compound(const struct fields *f, int key)
{
	const struct json *j = &f->object.json;

	return j->tok[key + 1].type == JSMN_ARRAY || j->tok[key + 1].type == JSMN_OBJECT;
}

/* --- Values --------------------------------------------------------------------------- */

static void put_string(const struct json *j, int at, struct text *t)
{
	struct json value = value_at(j, at);
	char shown[OBJECT_BYTES];

	json_show(&value, "", shown, sizeof(shown));
	text_put(t, shown);
}

/* In single quotes, or in double ones if that saves an escape. */
static void put_quoted(const struct json *j, int at, struct text *t)
{
	struct json value = value_at(j, at);
	char shown[OBJECT_BYTES], quote, *c;

	json_show(&value, "", shown, sizeof(shown));
	quote = strchr(shown, '\'') && !strchr(shown, '"') ? '"' : '\'';
	text_put_n(t, &quote, 1);
	for (c = shown; *c; c++) {
		if (*c == '\\' || *c == quote)
			text_put(t, "\\");
		text_put_n(t, c, 1);
	}
	text_put_n(t, &quote, 1);
}

/* The nesting is bounded: json_parse() has seen to that. */
static void put_repr(const struct json *j, int at, struct text *t)
{
	struct json value = value_at(j, at);
	enum json_kind kind = json_kind(&value, "");
	const char *raw;
	size_t len;
	int i, n = 0;

	switch (kind) {
	case JSON_STRING:
		put_quoted(j, at, t);
		return;
	case JSON_ABSENT:
	case JSON_NULL:
		text_put(t, "None");
		return;
	case JSON_NUMBER:
	case JSON_BOOL:
		len = json_raw(&value, "", &raw);
		if (kind == JSON_NUMBER)
			text_put_n(t, raw, len);
		else
			text_put(t, *raw == 't' ? "True" : "False");
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	text_put(t, kind == JSON_ARRAY ? "[" : "{");
	for (i = next_child(j, at, 0); i > 0; i = next_child(j, at, i)) {
		text_put(t, n++ > 0 ? ", " : "");
		put_repr(j, i, t);
		if (kind == JSON_ARRAY)
			continue;
		text_put(t, ": ");
		put_repr(j, i + 1, t);
	}
	text_put(t, kind == JSON_ARRAY ? "]" : "}");
}

void fields_put_name(const struct fields *f, int key, struct text *t)
{
	put_string(&f->object.json, key, t);
}

void fields_put_str(const struct fields *f, int key, struct text *t)
{
	const struct json *j = &f->object.json;

	if (j->tok[key + 1].type == JSMN_STRING)
		put_string(j, key + 1, t);
	else
		put_repr(j, key + 1, t);
}

void fields_put_repr(const struct fields *f, int key, struct text *t)
{
	put_repr(&f->object.json, key + 1, t);
}

void fields_put_repr_name(const struct fields *f, int key, struct text *t)
{
	put_repr(&f->object.json, key, t);
}

void fields_put_list(const struct fields *f, int key, struct text *t)
{
	const struct json *j = &f->object.json;
	int i, n = 0;

	for (i = next_sorted(j, key + 1, 0); i > 0; i = next_sorted(j, key + 1, i)) {
		text_put(t, n++ > 0 ? ", " : "");
		put_string(j, i, t);
	}
}

/* --- JSON ------------------------------------------------------------------------------- */

static void put_code(struct text *t, unsigned long code)
{
	if (code >= 0x10000) {
		code -= 0x10000;
		text_printf(t, "\\u%04lx\\u%04lx", 0xd800 + (code >> 10), 0xdc00 + (code & 0x3ff));
		return;
	}
	text_printf(t, "\\u%04lx", code);
}

/* The length in bytes of the character at s. */
static size_t step(const char *s)
{
	size_t n = text_utf8(s, strlen(s));

	return n > 0 ? n : 1;
}

/* What text_utf8() has found to be a character of n bytes. */
static unsigned long decode(const char *s, size_t n)
{
	unsigned long code = (unsigned char)s[0];
	size_t i;

	if (n > 1)
		code &= 0x7fU >> n;
	for (i = 1; i < n; i++)
		code = code << 6 | ((unsigned char)s[i] & 0x3f);
	return code;
}

/* A value as it stands, but in ASCII. */
static void put_ascii(const char *raw, size_t len, struct text *t)
{
	size_t n;

	for (; len > 0; raw += n, len -= n) {
		n = text_utf8(raw, len);
		if (n == 1 && *raw != 0x7f) {
			text_put_n(t, raw, 1);
		} else {
			put_code(t, n > 0 ? decode(raw, n) : 0xfffd);
			n = n > 0 ? n : 1;
		}
	}
}

static void put_ascii_at(const struct json *j, int at, struct text *t)
{
	struct json value = value_at(j, at);
	const char *raw;
	size_t len = json_raw(&value, "", &raw);

	put_ascii(raw, len, t);
}

static void new_line(struct text *t, unsigned level)
{
	text_printf(t, "\n%*s", 2 * (int)level, "");
}

static void put_json(const struct json *j, int at, bool lines, unsigned level, struct text *t)
{
	bool object = j->tok[at].type == JSMN_OBJECT;
	int i, n = 0;

	if (!object && j->tok[at].type != JSMN_ARRAY) {
		put_ascii_at(j, at, t);
		return;
	}
	text_put(t, object ? "{" : "[");
	for (i = next_child(j, at, 0); i > 0; i = next_child(j, at, i)) {
		text_put(t, n++ == 0 ? "" : lines ? "," : ", ");
		if (lines)
			new_line(t, level + 1);
		if (object) {
			put_ascii_at(j, i, t);
			text_put(t, ": ");
		}
		put_json(j, object ? i + 1 : i, lines, level + 1, t);
	}
	if (lines && n > 0)
		new_line(t, level);
	text_put(t, object ? "}" : "]");
}

void fields_put_json(const struct fields *f, int key, struct text *t)
{
	put_json(&f->object.json, key + 1, false, 0, t);
}

void fields_put_json_lines(const struct fields *f, int key, unsigned level, struct text *t)
{
	put_json(&f->object.json, key + 1, true, level, t);
}

void fields_put_json_name(const struct fields *f, int key, struct text *t)
{
	put_json(&f->object.json, key, false, 0, t);
}

/* --- YAML ------------------------------------------------------------------------------- */

/* Could YAML 1.1 or 1.2 take it for a number or a time? */
static bool is_like_number(const char *s)
{
	if (s[0] == '0' && s[1] && strchr("xXbBoO", s[1]))
		return s[2 + strspn(s + 2, "0123456789abcdefABCDEF_")] == '\0';
	return strchr("0123456789+-.", s[0]) && s[strspn(s, "0123456789_.:+-eETtZ ")] == '\0';
}

static bool is_yaml_word(const char *s)
{
	static const char *const words[] = { "y",    "yes",   "n",     "no",  "true", "false",
					     "on",   "off",   "null",  "~",   "=",    "<<",
					     ".inf", "-.inf", "+.inf", ".nan" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_same(words[i], s))
			return true;
	return false;
}

/* May it stand without quotes, in block context (YAML 1.1, 9.1.1)? */
static bool is_plain(const char *s)
{
	const char *c;

	if (!*s || *s == ' ' || is_like_number(s) || is_yaml_word(s) ||
	    strchr("#,[]{}&*!|>'\"%@`", *s) || strncmp(s, "---", 3) == 0 ||
	    (strchr("?:-", *s) && (!s[1] || s[1] == ' ')))
		return false;
	for (c = s; *c; c++)
		if ((*c == ':' && (!c[1] || c[1] == ' ')) || (*c == ' ' && (!c[1] || c[1] == '#')))
			return false;
	return true;
}

static void put_yaml_quoted(const char *s, struct text *t)
{
	size_t n;
	unsigned long code;

	text_put(t, "\"");
	for (; *s; s += n) {
		n = step(s);
		code = decode(s, n);
		if (n == 1)
			text_printf(t, "%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
		else
			text_printf(t,
				    code < 0x100   ? "\\x%02lX" :
				    code < 0x10000 ? "\\u%04lX" :
						     "\\U%08lX",
				    code);
	}
	text_put(t, "\"");
}

/* In ASCII, as PyYAML's safe_dump() has it, but never folded. */
static void put_yaml_string(const char *s, struct text *t)
{
	const char *c;

	for (c = s; *c && (unsigned char)*c < 0x7f; c++)
		;
	if (*c) {
		put_yaml_quoted(s, t);
		return;
	}
	if (is_plain(s)) {
		text_put(t, s);
		return;
	}
	text_put(t, "'");
	for (; *s; s++)
		text_printf(t, "%s%c", *s == '\'' ? "'" : "", *s);
	text_put(t, "'");
}

/* What is no string is the same in JSON. */
static void put_yaml(const struct json *j, int at, struct text *t)
{
	struct json value = value_at(j, at);
	char shown[OBJECT_BYTES];

	if (j->tok[at].type != JSMN_STRING) {
		put_json(j, at, false, 0, t);
		return;
	}
	json_show(&value, "", shown, sizeof(shown));
	put_yaml_string(shown, t);
}

void fields_put_yaml(const struct fields *f, int key, struct text *t)
{
	put_yaml(&f->object.json, key + 1, t);
}

void fields_put_yaml_name(const struct fields *f, int key, struct text *t)
{
	put_yaml(&f->object.json, key, t);
}

void fields_put_yaml_list(const struct fields *f, int key, struct text *t)
{
	const struct json *j = &f->object.json;
	int i;

	for (i = next_child(j, key + 1, 0); i > 0; i = next_child(j, key + 1, i)) {
		text_put(t, "\n- ");
		put_yaml(j, i, t);
	}
	if (next_child(j, key + 1, 0) == 0)
		text_put(t, " []");
}
