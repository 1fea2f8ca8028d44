/*
 * What linode-cli's grammar prints of an API's answer: the first byte holds the
 * options, the first line is --format, the rest the answer.
 */
#include "cloud/grammar.h"
#include "fuzz/fuzz.h"
#include "cloud/linode/own.h"

static FILE *null_file(void)
{
	static FILE *f;

	if (!f)
		f = fopen("/dev/null", "w");
	REQUIRE(f != NULL);
	return f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct work work;
	static struct task task;
	static struct options o;
	struct err e = ERR_INIT;
	unsigned choice = fuzz_byte(&data, &size);
	char *format = fuzz_line(&data, &size);

	task.work = &work;
	task.options = &o;
	linode_own_set(&o)->json = choice & 1;
	linode_own_set(&o)->pretty = choice & 2;
	linode_own_set(&o)->delimited = choice & 4;
	linode_own_set(&o)->all_columns = choice & 8;
	o.no_headers = choice & 16;
	linode_own_set(&o)->url_only = choice & 32;
	linode_own_set(&o)->format = choice & 64 ? format : NULL;
	if (json_parse(&work.json, (const char *)data, size, work.tokens, JSON_TOKENS_MAX, &e) == 0)
		grammars[0]->print(null_file(), &task, 1);
	free(format);
	return 0;
}
