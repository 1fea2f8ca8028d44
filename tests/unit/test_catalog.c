#include "unit/unit.h"

#include "cloud/openstack/catalog.h"

#define HEAD "{\"token\": {\"expires_at\": \"x\", \"catalog\": ["
#define TAIL "], \"user\": {\"name\": \"catalog\"}}}"
#define IMAGE "{\"endpoints\": [{\"url\": \"http://a/]}\"}], \"type\": \"image\"}"
#define OTHER "{\"type\": \"volume\", \"name\": \"{[\\\"\", \"endpoints\": [{}, {\"a\": [1]}]}"

static jsmntok_t tokens[64];

/* The answer in pieces of this size. */
static int take(const char *answer, size_t piece, char *text, size_t cap, struct catalog *c)
{
	size_t len = strlen(answer), at, have = 0, n;
	int result = 0;

	catalog_init(c, tokens, COUNT(tokens));
	for (at = 0; at < len && result == 0; at += n) {
		n = piece < len - at ? piece : len - at;
		result = catalog_take(c, answer + at, n, text, &have, cap - 1);
	}
	text[have] = '\0';
	return result;
}

static void what_remains(void **state)
{
	static const struct {
		const char *answer, *text;
	} rows[] = {
		{ HEAD TAIL, HEAD TAIL },
		{ HEAD IMAGE TAIL, HEAD IMAGE TAIL },
		{ HEAD OTHER TAIL, HEAD TAIL },
		{ HEAD OTHER "," IMAGE TAIL, HEAD IMAGE TAIL },
		{ HEAD IMAGE ", " OTHER TAIL, HEAD IMAGE TAIL },
		{ HEAD "\n  " OTHER " ,\n  " IMAGE " ,\n  " OTHER ",\n" IMAGE "\n" TAIL,
		  HEAD " \n  " IMAGE " ,\n" IMAGE "\n" TAIL },
		{ HEAD OTHER "," OTHER "," OTHER TAIL, HEAD TAIL },
		/* No catalog, or no JSON, is left as it is. */
		{ "{\"error\": {\"catalog\": \"no\", \"list\": [" OTHER "]}}",
		  "{\"error\": {\"catalog\": \"no\", \"list\": [" OTHER "]}}" },
		{ "{\"catalog\": [" OTHER "]}", "{\"catalog\": [" OTHER "]}" },
		{ "<html>]]]}}}", "<html>]]]}}}" },
		{ HEAD "{\"type\" \"volume\"}" TAIL, HEAD "{\"type\" \"volume\"}" TAIL },
		{ "", "" },
	};
	struct catalog c;
	char text[1024];
	size_t i, piece;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		for (piece = 1; piece < 70; piece++) {
			CHECK(take(rows[i].answer, piece, text, sizeof(text), &c) == 0, "row %zu",
			      i);
			CHECK(strcmp(text, rows[i].text) == 0, "row %zu, %zu: %s", i, piece, text);
		}
}

/* Many services in room for two; and one that does not fit, or never ends. */
static void room(void **state)
{
	char text[sizeof(HEAD IMAGE OTHER) + 8], many[sizeof(OTHER) * 100 + sizeof(HEAD)] = HEAD;
	struct catalog c;
	int i;

	(void)state;
	strcat(many, IMAGE);
	for (i = 0; i < 90; i++)
		strcat(many, "," OTHER);
	assert_int_equal(take(many, 7, text, sizeof(text), &c), 0);
	assert_string_equal(text, HEAD IMAGE);
	assert_int_equal(take(many, 7, text, sizeof(HEAD IMAGE), &c), -1);
	assert_true(c.full);
	catalog_init(&c, tokens, COUNT(tokens));
	c.total = CATALOG_MAX;
	assert_int_equal(catalog_take(&c, " ", 1, text, &(size_t){ 0 }, sizeof(text)), -1);
	assert_true(c.full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_remains),
		cmocka_unit_test(room),
	};

	return cmocka_run_group_tests_name("catalog", tests, NULL, NULL);
}
