/* The command line: each line of the input is an argument, the first byte chooses the command. */
#include "cli.h"
#include "cloud/grammar.h"
#include "cloud/ionos/own.h"
#include "fuzz/fuzz.h"
#include "local.h"

#define ARGS_MAX 200

/* The arguments, and where each ended before lists of words were cut. */
static char *argv[ARGS_MAX], *ends[ARGS_MAX];
static int argc;

/* A text that an option took is one of the arguments, or a part of one. */
static bool within(const char *s)
{
	int i;

	for (i = 0; i < argc; i++)
		if (s >= argv[i] && s <= ends[i])
			return true;
	return false;
}

static void check_list(const struct opt_list *list)
{
	unsigned i;

	REQUIRE(list->count <= LIST_MAX);
	for (i = 0; i < list->count; i++)
		REQUIRE(within(list->at[i]));
}

static void check_ionos(const struct ionos_own *o)
{
	check_list(&o->locations);
	check_list(&o->renames);
	check_list(&o->column_names);
	REQUIRE(o->cpu_plug <= ANSWER_YES);
}

static void check(const struct options *o)
{
	unsigned i;

	REQUIRE(o->file_count <= FILES_MAX && o->operand_count <= o->file_count);
	REQUIRE((o->operand != NULL) == (o->operand_count > 0));
	for (i = 0; i < o->file_count; i++)
		REQUIRE(within(o->files[i]));
	check_list(&o->tags);
	check_list(&o->pins);
	REQUIRE(o->verbose <= 1000);
	REQUIRE(!o->label || within(o->label));
	REQUIRE(!o->region || within(o->region));
	REQUIRE(strcmp(o->output, "text") == 0 || strcmp(o->output, "json") == 0 ||
		strcmp(o->output, "api-json") == 0);
	REQUIRE(o->timeout_ms >= 0 && o->retry_delay_ms >= 0 && o->stall_ms >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned choice = fuzz_byte(&data, &size);
	unsigned cloud = choice & 16 ? 1 : 0;
	const struct provider *p = choice & 1 ? providers[cloud] : local_commands[choice / 4 % 2];
	const struct grammar *g = grammars[cloud];
	const struct opt *own[CLI_TABLES];
	const struct opt *const *tables = choice & 2 ? g->verbs[choice / 4 % 2].options : own;
	bool prefixes = choice & 2 && g->prefixes, ionos = cloud == 1 && (choice & 3);
	static struct options o;
	struct err e = ERR_INIT, none = ERR_INIT;
	int i, result;

	for (argc = 0; size > 0 && argc < ARGS_MAX; argc++) {
		argv[argc] = fuzz_line(&data, &size);
		ends[argc] = argv[argc] + strlen(argv[argc]);
	}
	cli_tables(p, own);
	cli_defaults(&o);
	/* Looking for a word changes nothing, and finds one that is none of the options. */
	i = cli_word(tables, argc, argv, 0, prefixes, &none);
	REQUIRE(i >= 0 && i <= argc);
	REQUIRE(i == argc || argv[i][0] != '-' || argv[i][1] == '\0');
	result = cli_parse(tables, argc, argv, prefixes, &o, &e);
	fuzz_err(result, &e);
	if (result == 0 && ionos)
		check_ionos(ionos_own(&o));
	if (result == 0)
		check(&o);
	else
		REQUIRE(e.code == ERR_USAGE);
	for (i = 0; i < argc; i++)
		free(argv[i]);
	return 0;
}
