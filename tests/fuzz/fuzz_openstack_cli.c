/*
 * What openstackclient's and glanceclient's grammars print of a record: the first
 * byte chooses the form, the first line is --column, the rest the record.  JSON is
 * parsed again, and has what the record has.
 */
#include "base/text.h"
#include "cli.h"
#include "cloud/openstack/openstack.h"
#include "fuzz/fuzz.h"
#include "cloud/openstack/own.h"

static char printed[1 << 20];

static const char *print(const struct grammar *g, struct task *t)
{
	FILE *f = fmemopen(printed, sizeof(printed), "w");

	REQUIRE(f != NULL);
	setbuf(f, NULL);
	printed[0] = '\0';
	g->print(f, t, 1);
	REQUIRE(ferror(f) == 0);
	fclose(f);
	return printed;
}

/* Nothing that a terminal would obey, or that is not UTF-8. */
static void check_text(const char *s)
{
	size_t n;

	for (; *s; s += n) {
		n = text_utf8(s, strlen(s));
		REQUIRE(n > 0);
		REQUIRE(n > 1 || *s == '\n' || (*s >= 0x20 && *s != 0x7f));
	}
}

/* All lines of a table are as wide as the first. */
static void check_box(const char *s)
{
	size_t width = strcspn(s, "\n"), len, chars, i;

	for (; *s; s += len + 1) {
		len = strcspn(s, "\n");
		REQUIRE(s[len] == '\n' && (*s == '|' || *s == '+'));
		for (i = 0, chars = 0; i < len; i++)
			chars += ((unsigned char)s[i] & 0xc0) != 0x80;
		REQUIRE(chars == width);
	}
}

static void check_json(const char *s)
{
	static jsmntok_t tokens[4 * OBJECT_TOKENS_MAX];
	struct err e = ERR_INIT;
	struct json j;

	REQUIRE(json_parse(&j, s, strlen(s), tokens, 4 * OBJECT_TOKENS_MAX, &e) == 0 ||
		e.code == ERR_LIMIT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = { "table", "json", "value", "yaml", "shell" };
	static struct options o;
	static struct task task;
	unsigned choice = fuzz_byte(&data, &size);
	char *column = fuzz_line(&data, &size);

	cli_defaults(&o);
	memset(&task, 0, sizeof(task));
	task.options = &o;
	task.label = column;
	strcpy(task.id, "1-2");
	strcpy(task.status, "active");
	os_own_set(&o)->format = formats[choice % 5];
	os_own_set(&o)->single_line = choice & 64;
	if (choice & 128) {
		os_own_set(&o)->column_names.at[0] = column;
		os_own_set(&o)->column_names.count = 1;
	}
	memcpy(task.object, data, size < OBJECT_BYTES ? size : OBJECT_BYTES - 1);
	check_text(print(&openstack_grammar, &task));
	if (choice % 5 == 0)
		check_box(printed);
	if (choice % 5 == 1)
		check_json(printed);
	check_text(print(&glance_grammar, &task));
	check_box(printed);
	free(column);
	return 0;
}
