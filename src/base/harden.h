/* What a process that holds secrets sees to before anything else.  Linux. */
#ifndef BASE_HARDEN_H
#define BASE_HARDEN_H

/*
 * Descriptors 0 to 2 exist afterwards (one that was closed fails when it is
 * used), SIGPIPE is ignored, and no core dump will hold what is in memory.
 */
void harden_process(void);

#endif
