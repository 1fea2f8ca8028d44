/* The one service that is wanted is picked from a catalog that does not fit into memory. */
#include "cloud/openstack/catalog.h"

#include <string.h>

/* token's members are this deep, the catalog's services two more. */
#define MEMBERS 2
#define SERVICES 4

void catalog_init(struct catalog *c, jsmntok_t *tokens, unsigned count)
{
	memset(c, 0, sizeof(*c));
	c->tokens = tokens;
	c->token_count = count;
}

/* What is no JSON stays: whoever reads the whole says so. */
static bool is_wanted(const struct catalog *c, const char *text, size_t len)
{
	struct err none = ERR_INIT;
	struct json service;

	return json_parse(&service, text, len, c->tokens, c->token_count, &none) < 0 ||
	       json_is(&service, "type", "image");
}

/* How long text[len] is without the white space at its end. */
static size_t trimmed(const char *text, size_t len)
{
	while (len > 0 && strchr(" \t\r\n", text[len - 1]))
		len--;
	return len;
}

/* A service has ended with the text: it goes, and the comma before it, if it is not wanted. */
static void end_service(struct catalog *c, char *text, size_t *have)
{
	if (is_wanted(c, text + c->from, *have - c->from))
		return;
	*have = trimmed(text, c->from);
	*have -= *have > 0 && text[*have - 1] == ',';
}

static void quoted(struct catalog *c, char byte)
{
	if (c->escaped)
		c->escaped = false;
	else if (byte == '\\')
		c->escaped = true;
	else if (byte == '"')
		c->quoted = false;
	if (c->quoted && c->depth == MEMBERS && c->word_len < sizeof(c->word))
		c->word[c->word_len++] = byte;
}

/* text[*have - 1] is the byte. */
static void plain(struct catalog *c, char byte, char *text, size_t *have)
{
	size_t before;

	switch (byte) {
	case '"':
		c->quoted = true;
		c->word_len = c->depth == MEMBERS ? 0 : c->word_len;
		break;
	case '[':
		if (c->depth == MEMBERS && c->word_len == 7 && memcmp(c->word, "catalog", 7) == 0)
			c->catalog = SERVICES;
		c->depth++;
		break;
	case '{':
		c->depth++;
		if (c->catalog && c->depth == SERVICES)
			c->from = *have - 1;
		break;
	case '}':
		if (c->catalog && c->depth == SERVICES)
			end_service(c, text, have);
		c->depth -= c->depth > 0;
		break;
	case ']':
		c->depth -= c->depth > 0;
		if (c->depth == MEMBERS)
			c->catalog = 0;
		break;
	case ',':
		/* The first service is gone, and with it no comma. */
		before = trimmed(text, *have - 1);
		if (c->catalog && c->depth == SERVICES - 1 && before > 0 && text[before - 1] == '[')
			--*have;
		break;
	default:
		break;
	}
}

int catalog_take(struct catalog *c, const char *p, size_t len, char *text, size_t *have, size_t cap)
{
	size_t i;

	c->total += len;
	for (i = 0; i < len && c->total <= CATALOG_MAX && *have < cap; i++) {
		text[(*have)++] = p[i];
		if (c->quoted)
			quoted(c, p[i]);
		else
			plain(c, p[i], text, have);
	}
	c->full = i < len;
	return c->full ? -1 : 0;
}
