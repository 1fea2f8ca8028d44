/*
 * The one way in which a failure travels: a function returns -1, and the
 * struct err that it was given says why.  Nobody prints it but report.c.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/attr.h"
#include "base/bounds.h"

enum err_code {
	ERR_NONE = 0,
	ERR_FAILED,     /* refused, and it will be refused again */
	ERR_REPLY,      /* an answer that breaks its protocol */
	ERR_LIMIT,      /* longer than base/bounds.h allows */
	ERR_OUTPUT,     /* standard output could not be written */
	ERR_USAGE,      /* command line, settings, credentials, a file that is not there */
	ERR_TRUST,      /* a certificate was refused, or the clock cannot be right */
	ERR_IMAGE,      /* the image is damaged, or not what the cloud takes */
	ERR_NETWORK,    /* no connection, a broken one, or one that stalls */
	ERR_BUSY,       /* the cloud is overloaded, in maintenance, or limits the rate */
	ERR_UNFINISHED, /* the bytes have arrived, a later step has not been seen to end */
	ERR_STOPPED,    /* SIGINT, SIGTERM or SIGHUP */
	ERR_CODES
};

struct err {
	enum err_code code;
	bool retry;              /* trying again later may succeed */
	char text[ERR_TEXT_MAX]; /* holds no secret and no control character */
};

#define ERR_INIT ((struct err){ .code = ERR_NONE })

/*
 * Note what went wrong: lower case, no full stop, and what to do about it.
 * The first error wins; later ones are ignored until err_clear().  A text that
 * is too long ends in "...".  Always returns -1.
 */
int err_set(struct err *e, enum err_code code, const char *fmt, ...) ERR_PRINTF(3, 4);

/* Like err_set(), with ": " and strerror(errno) behind the text. */
int err_errno(struct err *e, enum err_code code, const char *fmt, ...) ERR_PRINTF(3, 4);

/* Put "what: " in front of the text.  Always returns -1. */
int err_at(struct err *e, const char *what);

/* Mark as worth another try.  Always returns -1. */
int err_retry(struct err *e);

/* Forget the error, so that the struct can take another one. */
void err_clear(struct err *e);

/* The exit status for a code: the table in hoist(1).  0 for ERR_NONE. */
int err_status(enum err_code code);

#endif
