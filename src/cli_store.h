/* What an option of the command line does with its argument: into struct options. */
#ifndef CLI_STORE_H
#define CLI_STORE_H

#include "base/err.h"
#include "cloud/options.h"

/* Does it take an argument at all, behind '=' for example?  Must it have one? */
bool cli_store_may(const struct opt *opt);
bool cli_store_must(const struct opt *opt);

/* Store arg, which is not copied, but may be cut where it stands.  -1 with ERR_USAGE. */
int cli_store(struct options *o, const struct opt *opt, char *arg, struct err *e) MUST_CHECK;

/* One more for a list. */
int cli_store_list(struct opt_list *list, const struct opt *opt, const char *arg,
		   struct err *e) MUST_CHECK;

/* A word that is no option. */
int cli_store_file(struct options *o, const char *name, struct err *e) MUST_CHECK;

#endif
