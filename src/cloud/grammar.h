/*
 * Another tool's command line, so that its scripts run unchanged: tables that
 * lead to the same tasks, and the shape of its output.  The exit statuses stay
 * ours.
 */
#ifndef CLOUD_GRAMMAR_H
#define CLOUD_GRAMMAR_H

#include <stdio.h>

#include "cloud/provider.h"

#define VERB_WORDS 3

struct verb {
	/* "images", "upload"; "upload|upl" for either; NULL if it has fewer */
	const char *words[VERB_WORDS];
	const struct provider *provider;
	const char *summary;          /* for the help text */
	const char *operands;         /* "" if files are only taken by options */
	const struct opt *options[6]; /* tables; a NULL ends them */
	/*
	 * After parsing: this verb's own defaults, and what it can do with the
	 * options.  Returns 0, or -1 with ERR_USAGE.
	 */
	int (*adapt)(struct options *o, struct err *e);
};

struct grammar {
	const char *program;      /* the name of the link, and hoist's first argument */
	bool prefixes;            /* the first letters of a long option are enough */
	const struct verb *verbs; /* ends with a NULL provider */
	/* Print the results. */
	void (*print)(FILE *f, struct task *tasks, unsigned count);
};

/* All of them, ending with a NULL. */
extern const struct grammar *const grammars[];

#endif
