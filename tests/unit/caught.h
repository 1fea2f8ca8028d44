/* What is written to a descriptor meanwhile.  The test has files_setup(). */
#ifndef UNIT_CAUGHT_H
#define UNIT_CAUGHT_H

#include "unit/files.h"

/* What was caught last, as text; cut if it is longer. */
static char caught[65536];
static int caught_from, caught_kept, caught_file;

/*
 * Until caught_end(), what is written to fd goes to a file; slot 3 of
 * file_path() is taken for it.  Nothing in between may fail a check: cmocka's
 * message would be caught as well.
 */
static inline void caught_begin(int fd)
{
	fflush(NULL);
	caught_from = fd;
	caught_kept = dup(fd);
	caught_file = open(file_path(3, "caught"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (caught_kept < 0 || caught_file < 0 || dup2(caught_file, fd) != fd)
		abort();
}

/* Returns caught. */
static inline const char *caught_end(void)
{
	ssize_t n;

	fflush(NULL);
	n = pread(caught_file, caught, sizeof(caught) - 1, 0);
	if (n < 0 || dup2(caught_kept, caught_from) != caught_from)
		abort();
	caught[n] = '\0';
	close(caught_kept);
	close(caught_file);
	return caught;
}

#endif
