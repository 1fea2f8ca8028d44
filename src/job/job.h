/*
 * Runs the tasks of one command: checks them all before the first byte of any
 * is sent, builds each one's chain of stages, and owns every retry.
 */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "cloud/provider.h"

/* The tasks of this run, in the order of the command line. */
struct job {
	const struct provider *provider;
	const struct options *options;
	struct task *tasks;
	unsigned count;
};

/*
 * Run everything; each task's err says how it went.  While it runs, draw is
 * called a few times a second (NULL: not at all), and once at the end.
 * Returns 0, or -1 with what kept all tasks from being run.
 */
int job_run(struct job *j, const struct provider *p, const struct options *o,
	    void (*draw)(const struct job *j), struct err *e) MUST_CHECK;

/* Once all is printed: what is left in memory of answers, requests and upload URLs goes. */
void job_wipe(struct job *j);

/* The exit status for all tasks together. */
int job_status(const struct job *j);

#endif
