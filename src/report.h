/* What a run says at its end: the results on standard output, the errors on standard error. */
#ifndef REPORT_H
#define REPORT_H

#include "job/job.h"

/* Are the names in --cols columns of this command?  Returns 0, or -1 with ERR_USAGE. */
int report_check(const struct provider *p, const struct options *o, struct err *e) MUST_CHECK;

/* One line per failed task: the only place where errors are printed. */
void report_errors(const struct job *j);

/*
 * The results of all tasks, unless the command has a form of its own, or no
 * columns at all.  As a table;
 * as JSON, an array of objects or, of a cloud with objects of its own, these as
 * "items" and the others as "uploads"; as "api-json", only the cloud's objects.
 */
void report_results(const struct job *j);

/*
 * Did all output reach its place?  Returns 0, or -1 with ERR_OUTPUT.  After
 * this nothing more may be written to standard output.
 */
int report_flush(struct err *e) MUST_CHECK;

#endif
