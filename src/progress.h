/* How far the uploads are, on standard error: a bar, lines, JSON lines, or nothing. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "job/job.h"

/*
 * Draw what is due; job_run() calls it.  A bar is redrawn each time, a line
 * comes every few seconds, and only once something takes that long.
 */
void progress_draw(const struct job *j);

#endif
