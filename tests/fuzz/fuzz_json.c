/* json_parse() against a second, plain reader of RFC 8259; then every reader of values. */
#include "base/bounds.h"
#include "base/json.h"
#include "base/text.h"
#include "fuzz/fuzz.h"

#define TOKENS 4096

struct reader {
	const uint8_t *p, *end;
	bool deep;
	size_t values;
};

static void space(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\r' || *r->p == '\n'))
		r->p++;
}

static bool take(struct reader *r, char c)
{
	space(r);
	if (r->p == r->end || *r->p != (uint8_t)c)
		return false;
	r->p++;
	return true;
}

static bool hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool read_string(struct reader *r)
{
	int i;

	if (!take(r, '"'))
		return false;
	for (; r->p < r->end && *r->p != '"'; r->p++) {
		if (*r->p < 0x20)
			return false;
		if (*r->p != '\\')
			continue;
		if (++r->p == r->end || *r->p == 0 || !strchr("\"\\/bfnrtu", *r->p))
			return false;
		for (i = 0; *r->p == 'u' && i < 4; i++)
			if (r->end - r->p < 5 || !hex(r->p[1 + i]))
				return false;
	}
	return r->p < r->end && *r->p++ == '"';
}

static size_t digits(struct reader *r)
{
	size_t n = 0;

	for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; n++)
		r->p++;
	return n;
}

static bool read_number(struct reader *r)
{
	bool zero;

	if (*r->p == '-')
		r->p++;
	zero = r->p < r->end && *r->p == '0';
	switch (digits(r)) {
	case 0:
		return false;
	case 1:
		break;
	default:
		if (zero)
			return false;
	}
	if (r->p < r->end && *r->p == '.') {
		r->p++;
		if (digits(r) == 0)
			return false;
	}
	if (r->p < r->end && (*r->p == 'e' || *r->p == 'E')) {
		r->p++;
		if (r->p < r->end && (*r->p == '+' || *r->p == '-'))
			r->p++;
		if (digits(r) == 0)
			return false;
	}
	return true;
}

static bool read_word(struct reader *r, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->p) < len || memcmp(r->p, word, len) != 0)
		return false;
	r->p += len;
	return true;
}

static bool read_value(struct reader *r, unsigned depth)
{
	bool object;
	char close;

	r->values++;
	space(r);
	if (depth > JSON_DEPTH_MAX)
		r->deep = true;
	if (r->p == r->end || depth > 1000)
		return false;
	if (*r->p == '"')
		return read_string(r);
	if (*r->p != '{' && *r->p != '[')
		return *r->p == 't' ? read_word(r, "true") :
		       *r->p == 'f' ? read_word(r, "false") :
		       *r->p == 'n' ? read_word(r, "null") :
				      read_number(r);
	object = *r->p++ == '{';
	close = object ? '}' : ']';
	if (take(r, close))
		return true;
	do {
		if (object && (r->values++, !read_string(r) || !take(r, ':')))
			return false;
		if (!read_value(r, depth + 1))
			return false;
	} while (take(r, ','));
	return take(r, close);
}

static bool is_json(struct reader *r, const uint8_t *data, size_t size)
{
	r->p = data;
	r->end = data + size;
	space(r);
	if (r->p == r->end || (*r->p != '{' && *r->p != '['))
		return false;
	if (!read_value(r, 0))
		return false;
	space(r);
	return r->p == r->end;
}

/* Whatever is asked of a document that was taken, answers are bounded and agree. */
static void ask(const struct json *j, const char *path)
{
	struct err e = ERR_INIT;
	enum json_kind kind = json_kind(j, path);
	const char *raw = NULL;
	char out[48];
	size_t len = json_raw(j, path, &raw);
	uint64_t n;
	ssize_t got = json_str(j, path, out, sizeof(out), &e);

	fuzz_err(got < 0 ? -1 : 0, &e);
	REQUIRE(memchr(out, '\0', sizeof(out)) != NULL);
	REQUIRE(got < 0 || (kind == JSON_STRING && strlen(out) == (size_t)got));
	REQUIRE(got < 0 || json_is(j, path, out));
	REQUIRE((len == 0) == (kind == JSON_ABSENT));
	REQUIRE(kind != JSON_STRING || (raw[0] == '"' && raw[len - 1] == '"' && len >= 2));
	REQUIRE(kind == JSON_OBJECT || kind == JSON_ARRAY || json_count(j, path) == 0);
	json_show(j, path, out, 1 + len % sizeof(out));
	REQUIRE(strlen(out) <= len % sizeof(out) && (kind == JSON_STRING || !*out));
	err_clear(&e);
	REQUIRE(json_u64(j, path, &n, &e) < 0 || kind == JSON_NUMBER);
}

/* One element after the other: as many as are counted, the same as by their indices. */
static void walk(const struct json *j, const char *path)
{
	struct json item = { 0 };
	char by_index[64];
	const char *a = NULL, *b = NULL;
	size_t len;
	int n;

	for (n = 0; json_next(j, path, &item); n++) {
		len = json_raw(&item, "", &a);
		REQUIRE(len > 0);
		if (n >= 64)
			continue;
		snprintf(by_index, sizeof(by_index), "%s%s%d", path,
			 *path && path[strlen(path) - 1] != '.' ? "." : "", n);
		REQUIRE(json_raw(j, by_index, &b) == len && a == b);
		ask(&item, "");
		ask(&item, "a");
		ask(&item, "a.b");
	}
	REQUIRE(n == (json_kind(j, path) == JSON_ARRAY ? json_count(j, path) : 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = { "",
					     "a",
					     "a.b",
					     "0",
					     "0.a",
					     "a.0",
					     "data.0.id",
					     "id",
					     "errors.0.reason",
					     "errors.0.field",
					     "a.b.c.d",
					     ".",
					     "a." };
	static jsmntok_t tokens[TOKENS];
	struct reader r = { .deep = false };
	struct err e = ERR_INIT;
	unsigned few = fuzz_byte(&data, &size);
	unsigned cap = few < 128 ? few + 1 : TOKENS;
	bool good = is_json(&r, data, size);
	struct json j;
	int result;
	size_t i;

	result = json_parse(&j, (const char *)data, size, tokens, cap, &e);
	fuzz_err(result, &e);
	if (good && !r.deep && r.values <= cap)
		REQUIRE(result == 0);
	else
		REQUIRE(result < 0);
	if (good && result < 0)
		REQUIRE(e.code == ERR_LIMIT);
	for (i = 0; result == 0 && i < sizeof(paths) / sizeof(paths[0]); i++) {
		ask(&j, paths[i]);
		walk(&j, paths[i]);
	}
	return 0;
}
