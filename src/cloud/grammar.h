/*
 * Another tool's command line, so that its scripts run unchanged: tables that
 * lead to the same tasks, and the shape of its output.  The exit statuses stay
 * ours.
 */
#ifndef CLOUD_GRAMMAR_H
#define CLOUD_GRAMMAR_H

#include <stdio.h>

#include "cloud/provider.h"

struct verb {
	const char *words[2]; /* "images", "upload"; the second may be NULL */
	const struct provider *provider;
	const char *summary; /* for the help text */
	const char *operands;
	const struct opt *options[3];     /* tables; a NULL ends them */
	void (*adapt)(struct options *o); /* after parsing: this verb's own defaults */
};

struct grammar {
	const char *program;      /* the name of the link, and hoist's first argument */
	const struct verb *verbs; /* ends with a NULL provider */
	/* Print the result of a task that succeeded; its work is still there. */
	void (*print)(FILE *f, struct task *t);
};

/* All of them, ending with a NULL. */
extern const struct grammar *const grammars[];

#endif
