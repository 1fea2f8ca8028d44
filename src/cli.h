/* The command line: argv into struct options by tables, and the help text from the same tables. */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>

#include "cloud/options.h"
#include "cloud/provider.h"

/* At most so many tables make up what one command takes; a NULL ends them. */
#define CLI_TABLES 6

/* Options of all commands, and those of all that use the network. */
extern const struct opt cli_common[];
extern const struct opt cli_input[];
extern const struct opt cli_network[];

/* Where two options have one name or letter, the first counts: a command's own. */
void cli_tables(const struct provider *p, const struct opt *tables[CLI_TABLES]);

void cli_defaults(struct options *o);

/*
 * Read argv[0..argc) into o; what is no option becomes a file.  With prefixes,
 * the first letters of a long option are enough where only one begins so, as in
 * Python's argparse.  Returns 0, or -1 with ERR_USAGE.  Arguments are not copied,
 * but lists of words are cut where they stand.
 */
int cli_parse(const struct opt *const tables[], int argc, char *const argv[], bool prefixes,
	      struct options *o, struct err *e) MUST_CHECK;

/*
 * The index of the first of argv[from..argc) that is neither an option nor an
 * option's argument.  Returns argc if there is none, or with ERR_USAGE if an
 * option before it is wrong.
 */
int cli_word(const struct opt *const tables[], int argc, char *const argv[], int from,
	     bool prefixes, struct err *e);

/* Print the help of one command, and of the program. */
void cli_help(const char *program, const char *command, const char *operands, const char *summary,
	      const struct opt *const tables[]);
void cli_overview(const struct provider *const local[]);

#endif
