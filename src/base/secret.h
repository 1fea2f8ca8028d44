/* Settings from the environment, and secrets, which files may hold instead. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/bounds.h"
#include "base/err.h"

/* A token, a password, a presigned URL: never shown. */
struct secret {
	bool given; /* it was set, perhaps to nothing */
	char value[SECRET_MAX];
	char from[64]; /* where it was found, for messages */
};

/* Is the environment variable name set, or name_FILE?  What is empty is not set. */
bool secret_is_set(const char *name);

/*
 * Read the secret that the environment variable name holds or, if that is not
 * set, the file that name_FILE names, without the newlines at its end.  Leaves
 * s alone when neither is set.  Returns 0, or -1 with ERR_USAGE or ERR_LIMIT.
 */
int secret_env(struct secret *s, const char *name, struct err *e) MUST_CHECK;

/* Read it from a file; name is what messages call it. */
int secret_file(struct secret *s, const char *path, const char *name, struct err *e) MUST_CHECK;

/*
 * Read a secret from what the user named as its place: "env" (the variable
 * name, as above), "fd:N", "-" (standard input), or a file.
 */
int secret_from(struct secret *s, const char *place, const char *name, struct err *e) MUST_CHECK;

/*
 * Warn of a file that others can write to, or that is somebody else's; and, if it
 * holds a secret, of one that others can read although it could be changed so
 * that they cannot (0444 is how containers mount secrets).
 */
void secret_guard(int fd, const char *path, bool holds_secret);

/*
 * Read all of a descriptor into buf, NUL-terminated.  Returns its length, or
 * -1 with ERR_USAGE, or with ERR_LIMIT for cap bytes and more.
 */
ssize_t secret_read(int fd, char *buf, size_t cap, const char *what, struct err *e) MUST_CHECK;

#endif
