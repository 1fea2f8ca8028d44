/* Files, environment and children, for the modules that touch the outside. */
#ifndef UNIT_FILES_H
#define UNIT_FILES_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* A directory of this process's own; everything in it goes with files_close(). */
static char files_dir[256];

static inline void files_open(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(files_dir, sizeof(files_dir), "%s/hoist-unit.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(files_dir))
		abort();
}

static inline void files_close(void)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf '%s'", files_dir);
	if (system(command) != 0)
		abort();
}

/* The two as fixtures of cmocka. */
static inline int files_setup(void **state)
{
	(void)state;
	files_open();
	return 0;
}

static inline int files_teardown(void **state)
{
	(void)state;
	files_close();
	return 0;
}

static inline void env_clear(const char *const *names, size_t count)
{
	for (; count > 0; count--)
		unsetenv(*names++);
}

/* Its path; good until the same slot (0 to 3) is used again. */
static inline const char *file_path(unsigned slot, const char *name)
{
	static char paths[4][400];

	snprintf(paths[slot], sizeof(paths[slot]), "%s/%s", files_dir, name);
	return paths[slot];
}

static inline const char *file_make(unsigned slot, const char *name, const void *data, size_t len)
{
	const char *path = file_path(slot, name);
	FILE *f = fopen(path, "wb");

	/* Others cannot read it: a file with a secret gets no warning. */
	if (!f || fwrite(data, 1, len, f) != len || fclose(f) != 0 || chmod(path, 0600) != 0)
		abort();
	return path;
}

/* An old modification time: what changes the file from now on is sure to change this too. */
static inline void file_age(const char *path)
{
	struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };

	if (utimensat(AT_FDCWD, path, old, 0) != 0)
		abort();
}

/* In a child, where cmocka's checks are of no use: end with a status that tells the line. */
#define NEED(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			_exit(__LINE__ % 200 + 1);                                                 \
	} while (0)

/* Run body in a child.  It returns an exit status and must not use cmocka. */
static inline pid_t child_start(int (*body)(void *), void *arg)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		abort();
	if (pid == 0)
		_exit(body(arg));
	return pid;
}

/* Its wait status. */
static inline int child_wait(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		abort();
	return status;
}

static inline int in_child(int (*body)(void *), void *arg)
{
	return child_wait(child_start(body, arg));
}

#endif
