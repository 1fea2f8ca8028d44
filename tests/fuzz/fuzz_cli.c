/* The command line: each line of the input is an argument, the first byte chooses the command. */
#include "cli.h"
#include "cloud/grammar.h"
#include "fuzz/fuzz.h"
#include "local.h"

#define ARGS_MAX 200

/* A text that an option took is one of the arguments, or a part of one. */
static bool within(const char *s, char *const argv[], int argc)
{
	int i;

	for (i = 0; i < argc; i++)
		if (s >= argv[i] && s <= argv[i] + strlen(argv[i]))
			return true;
	return false;
}

static void check(const struct options *o, char *const argv[], int argc)
{
	unsigned i;

	REQUIRE(o->file_count <= TASKS_MAX && o->tags.count <= LIST_MAX &&
		o->pins.count <= LIST_MAX);
	for (i = 0; i < o->file_count; i++)
		REQUIRE(within(o->files[i], argv, argc));
	for (i = 0; i < o->tags.count; i++)
		REQUIRE(within(o->tags.at[i], argv, argc));
	REQUIRE(!o->label || within(o->label, argv, argc));
	REQUIRE(!o->region || within(o->region, argv, argc));
	REQUIRE(strcmp(o->output, "text") == 0 || strcmp(o->output, "json") == 0);
	REQUIRE(o->timeout_ms >= 0 && o->retry_delay_ms >= 0 && o->stall_ms >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned choice = fuzz_byte(&data, &size);
	const struct provider *p = choice & 1 ? providers[0] : local_commands[choice / 4 % 2];
	const struct opt *own[CLI_TABLES] = { p->options, cli_common, cli_network };
	const struct opt *const *tables =
		choice & 2 ? grammars[0]->verbs[choice / 4 % 2].options : own;
	static struct options o;
	struct err e = ERR_INIT;
	char *argv[ARGS_MAX];
	int argc = 0, i, result;

	while (size > 0 && argc < ARGS_MAX)
		argv[argc++] = fuzz_line(&data, &size);
	cli_defaults(&o);
	result = cli_parse(tables, argc, argv, choice & 2, &o, &e);
	fuzz_err(result, &e);
	if (result == 0)
		check(&o, argv, argc);
	else
		REQUIRE(e.code == ERR_USAGE);
	for (i = 0; i < argc; i++)
		free(argv[i]);
	return 0;
}
