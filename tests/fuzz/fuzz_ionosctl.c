/*
 * ionosctl's command line, each line of the input an argument: what a run would
 * take from it before anything is sent.
 */
#include "base/log.h"
#include "base/text.h"
#include "cli.h"
#include "cloud/ionos/ionos.h"
#include "cloud/ionos/name.h"
#include "cloud/ionos/options.h"
#include "cloud/ionos/properties.h"
#include "cloud/ionos/target.h"
#include "fuzz/fuzz.h"

#define ARGS_MAX 100

static void check_targets(const struct options *o)
{
	static struct ionos_target to[TARGETS_MAX];
	struct err e = ERR_INIT;
	unsigned count = 0, i, k;
	int result = ionos_target_list(o, to, TARGETS_MAX, &count, &e);

	fuzz_err(result, &e);
	REQUIRE(result == 0 ? count > 0 : count == 0 && e.code == ERR_USAGE);
	for (i = 0; i < count; i++) {
		REQUIRE(to[i].host[0] && to[i].port >= 1 && to[i].port <= 65535);
		for (k = 0; k < i; k++)
			REQUIRE(strcmp(to[i].host, to[k].host) != 0 || to[i].port != to[k].port ||
				strcmp(to[i].prefix, to[k].prefix) != 0);
	}
}

static void check_names(const struct options *o)
{
	struct ionos_name name, other;
	unsigned i, k;

	for (i = 0; i < o->file_count; i++) {
		struct err e = ERR_INIT, none = ERR_INIT;
		int result = ionos_name(o, i, &name, &e);

		fuzz_err(result, &e);
		REQUIRE(result == 0 || e.code == ERR_USAGE);
		for (k = 0; result == 0 && k < i; k++)
			REQUIRE(ionos_name(o, k, &other, &none) < 0 ||
				strcmp(name.file, other.file) != 0 ||
				strcmp(name.dir, other.dir) != 0);
	}
}

static void check_properties(const struct options *o)
{
	static char body[65536];
	static jsmntok_t tokens[64];
	struct err e = ERR_INIT;
	struct json j;

	if (ionos_properties(o, body, sizeof(body), &e) < 0) {
		REQUIRE(e.code == ERR_LIMIT);
		return;
	}
	REQUIRE(json_parse(&j, body, strlen(body), tokens, 64, &e) == 0);
	REQUIRE(json_count(&j, "") >= 14 && json_count(&j, "") <= 17);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct verb *v = ionosctl_grammar.verbs;
	static struct options o;
	struct err e = ERR_INIT;
	char *argv[ARGS_MAX];
	int argc = 0, i;

	log_init(LOG_QUIET);
	while (size > 0 && argc < ARGS_MAX)
		argv[argc++] = fuzz_line(&data, &size);
	cli_defaults(&o);
	if (cli_parse(v->options, argc, argv, ionosctl_grammar.prefixes, &o, &e) == 0) {
		REQUIRE(v->adapt(&o, &e) == 0);
		fuzz_err(ionos_options_check(&o, &e), &e);
		check_targets(&o);
		check_names(&o);
		check_properties(&o);
	}
	for (i = 0; i < argc; i++)
		free(argv[i]);
	return 0;
}
