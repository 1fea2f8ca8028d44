/*
 * Standard error: warnings, notes for -v and more, and the progress bar that they must
 * not tear apart.  Errors are not logged: they travel in struct err.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stddef.h>

#include "base/err.h"

enum log_level {
	LOG_QUIET,   /* -q: nothing but errors */
	LOG_NORMAL,  /* warnings and progress */
	LOG_VERBOSE, /* -v: one line per request */
	LOG_DEBUG,   /* -vv: what is sent and answered, too */
	LOG_TRACE,   /* -vvv: and how, step by step */
};

/* Once, before any thread is started. */
void log_init(enum log_level l);

/* "hoist: warning: ..." unless -q was given. */
void log_warn(const char *fmt, ...) ERR_PRINTF(1, 2);

/* "hoist: ..." if -v was given; if -vv was; if -vvv was. */
void log_note(const char *fmt, ...) ERR_PRINTF(1, 2);
void log_debug(const char *fmt, ...) ERR_PRINTF(1, 2);
void log_trace(const char *fmt, ...) ERR_PRINTF(1, 2);

/* "hoist: ..." always: for report.c, which prints the errors. */
void log_error(const char *fmt, ...) ERR_PRINTF(1, 2);

/*
 * Replace the bar in the terminal's last line; "" removes it.  One write(2);
 * any other line first takes the bar away.
 */
void log_bar(const char *s);

/* A line as it is, without "hoist: "; unless -q was given. */
void log_plain(const char *s);

/*
 * The same for a line of any length that is fit to be shown and has its line end:
 * whole, with one write(2).
 */
void log_whole(const char *s, size_t len);

#endif
