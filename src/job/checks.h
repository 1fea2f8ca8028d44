/* All that can be known of the tasks before anybody is asked. */
#ifndef JOB_CHECKS_H
#define JOB_CHECKS_H

#include "cloud/provider.h"

/* What the checks work with; zeroed at first. */
struct checks {
	struct work work; /* as a running task has one */
	struct gzcheck gzcheck;
	unsigned char head[PROBE_BYTES]; /* the first bytes of an image; kept only for a pipe */
	bool head_kept, stdin_taken;
};

/* Check them all, each into its err.  Is nothing wrong with any?  c lives as long as they. */
bool checks_run(struct checks *c, struct task *tasks, unsigned count);

/* Then, once: what is wrong with the settings is said once, however many tasks there are. */
int checks_prepare(struct checks *c, struct task *first, struct err *e) MUST_CHECK;

#endif
