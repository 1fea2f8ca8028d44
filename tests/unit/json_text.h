/* What both programs that test base/json.h share: a document, and parsing at a memory's edge. */
#ifndef UNIT_JSON_TEXT_H
#define UNIT_JSON_TEXT_H

#include "unit/unit.h"

#include "base/json.h"
#include "unit/edge.h"

#define TOKENS 2048

static jsmntok_t tokens[TOKENS];
static struct edge edge;

static inline int open_edge(void **state)
{
	(void)state;
	edge_open(&edge, 65536);
	return 0;
}

static inline int close_edge(void **state)
{
	(void)state;
	edge_close(&edge);
	return 0;
}

/* Parse text[0..len), placed so that nothing may be read behind it. */
static inline enum err_code parse_n(struct json *j, const char *text, size_t len)
{
	struct err e = ERR_INIT;
	int result = json_parse(j, edge_put(&edge, text, len), len, tokens, TOKENS, &e);

	CHECK((result == 0) == (e.code == ERR_NONE), "%.*s", (int)len, text);
	check_err(&e, e.code, "parse");
	return e.code;
}

static inline enum err_code parse(struct json *j, const char *text)
{
	return parse_n(j, text, strlen(text));
}

static const char document[] =
	"{\"id\": \"private/12\", \"size\": 18446744073709551615,\n"
	" \"tags\": [\"a\\u00e4\", [], {}],\n"
	" \"sub\": {\"on\": true, \"off\": false, \"none\": null, \"real\": -1.5e-3},\n"
	" \"list\": [{\"n\": 0}, {\"n\": 1}, {\"n\": 2}], \"esc\\u0061pe\": \"\\ud83d\\ude00\"}";

#endif
