/* A YAML file; the first byte is the size of the store that it is read into. */
#include "base/mem.h"
#include "cloud/yaml.h"
#include "fuzz/fuzz.h"

/* A text in the store, and nothing behind it. */
static void check_text(const char *s, const char *store, size_t cap)
{
	if (!s)
		return;
	REQUIRE(s > store && s < store + cap);
	REQUIRE(memchr(s, '\0', (size_t)(store + cap - s)) != NULL);
}

/* Each place on its own: with aliases, the tree may be larger than the universe. */
static void check_place(const struct yaml *y, unsigned at, const char *store, size_t cap)
{
	unsigned child, n = 0;

	check_text(yaml_text(y, at), store, cap);
	check_text(yaml_key(y, at), store, cap);
	REQUIRE((yaml_kind(y, at) == YAML_KIND_SCALAR) == (yaml_text(y, at) != NULL));
	REQUIRE(yaml_line(y, at) > 0);
	for (child = yaml_first(y, at); child != YAML_NONE; child = yaml_next(y, child)) {
		REQUIRE(child < y->count && n < y->count);
		REQUIRE((yaml_key(y, child) != NULL) == (yaml_kind(y, at) == YAML_KIND_MAPPING));
		if (yaml_key(y, child) && n < 8)
			REQUIRE(yaml_member(y, at, yaml_key(y, child)) == child);
		n++;
	}
	REQUIRE(n == yaml_count(y, at));
	REQUIRE(yaml_member(y, at, "no such key, not even here") == YAML_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cap = (size_t)64 << (fuzz_byte(&data, &size) % 13), now = mem_use().now;
	char *text = fuzz_string(data, size), *store = malloc(cap);
	struct err e = ERR_INIT;
	struct yaml y;
	unsigned at;
	int result;

	REQUIRE(store != NULL);
	result = yaml_load(&y, store, cap, text, size, "x", &e);
	fuzz_err(result, &e);
	REQUIRE(mem_use().now == now);
	REQUIRE(result == 0 || e.code == ERR_USAGE || e.code == ERR_LIMIT);
	for (at = YAML_ROOT; result == 0 && at < y.count; at++)
		check_place(&y, at, store, cap);
	free(text);
	free(store);
	return 0;
}
