/*
 * The cloud's object of an image: what is printed of it is the same JSON again,
 * and the table has one line for it.  The first line is a column.
 */
#include "cloud/ionos/ionos.h"
#include "cloud/object.h"
#include "fuzz/fuzz.h"
#include "cloud/ionos/own.h"

static struct options options;
static struct task task;
static char out[1 << 20];

/* What body prints; its length. */
static size_t catch (void (*body)(FILE *f))
{
	static FILE *f;
	size_t n;

	if (!f)
		f = tmpfile();
	REQUIRE(f != NULL);
	rewind(f);
	body(f);
	n = (size_t)ftell(f);
	REQUIRE(n < sizeof(out));
	rewind(f);
	REQUIRE(fread(out, 1, n, f) == n);
	out[n] = '\0';
	return n;
}

static void print_objects(FILE *f)
{
	objects_print(f, &task, 1, true, 0);
}

static void print_result(FILE *f)
{
	ionosctl_grammar.print(f, &task, 1);
}

/* UTF-8, without control characters but ends of lines. */
static bool can_be_shown(const char *s)
{
	size_t len = strlen(s), n;

	for (; len > 0; s += n, len -= n) {
		n = text_utf8(s, len);
		if (n == 0 || ((unsigned char)*s < 0x20 && *s != '\n') || *s == 0x7f ||
		    (n == 2 && (unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0))
			return false;
	}
	return true;
}

/* Of the cloud's object: what is taken over as it stands. */
static bool was_clean(const char *s)
{
	char *copy = fuzz_string((const uint8_t *)s, strlen(s));
	bool clean;
	char *c;

	for (c = copy; *c; c++)
		if (*c == '\t' || *c == '\r')
			*c = ' ';
	clean = can_be_shown(copy);
	free(copy);
	return clean;
}

static void check_json(void)
{
	static jsmntok_t tokens[4 * OBJECT_TOKENS_MAX];
	static struct object o;
	static char once[sizeof(out)];
	struct err e = ERR_INIT;
	struct json j;
	bool clean = was_clean(task.object);
	size_t n = catch (print_objects);

	REQUIRE(n >= 2 && strlen(out) == n);
	if (!object_of(&o, &task)) {
		REQUIRE(strcmp(out, "[]") == 0);
		return;
	}
	/* One level deeper than it was. */
	if (json_parse(&j, out, n, tokens, 4 * OBJECT_TOKENS_MAX, &e) < 0) {
		REQUIRE(e.code == ERR_LIMIT);
		return;
	}
	REQUIRE(json_count(&j, "") == 1);
	REQUIRE(can_be_shown(out));
	/* In order it stays as it is; keys that were mended may have another place. */
	memcpy(once, out, n + 1);
	if (n - 4 >= sizeof(task.object))
		return;
	memcpy(task.object, once + 1, n - 2);
	task.object[n - 2] = '\0';
	catch (print_objects);
	REQUIRE(!clean || strcmp(out, once) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *column = fuzz_line(&data, &size), *object = fuzz_string(data, size);
	size_t n;

	options.output = "text";
	options.no_headers = true;
	ionos_own_set(&options)->column_names.at[0] = column;
	ionos_own_set(&options)->column_names.count = 1;
	task.options = &options;
	snprintf(task.object, sizeof(task.object), "%s", object);
	n = catch (print_result);
	REQUIRE(n == 0 || (out[n - 1] == '\n' && strcspn(out, "\n") == n - 1));
	check_json();
	free(object);
	free(column);
	return 0;
}
