/* The dialogue on an FTP control connection: for the files of ftps.h only. */
#ifndef NET_FTPS_IO_H
#define NET_FTPS_IO_H

#include "net/ftps_session.h"

/* How long a reason is waited for after the data connection broke. */
#define FTPS_REASON_MS 5000

/* Send one command.  Returns 0 or -1 as in ftps.h. */
int ftps_say(struct ftps *f, struct err *e, const char *fmt, ...) ERR_PRINTF(3, 4) MUST_CHECK;

/* Send one command and wait for its reply: f->code, f->text. */
int ftps_command(struct ftps *f, struct err *e, const char *fmt, ...) ERR_PRINTF(3, 4) MUST_CHECK;

/* Wait for a whole reply, for up to ms (0: for ever). */
int ftps_reply(struct ftps *f, int64_t ms, struct err *e) MUST_CHECK;

/* Take what has come: 1 when a reply is whole, 0 when it is not yet, -1. */
int ftps_take(struct ftps *f, struct err *e) MUST_CHECK;

/* Until when, as clock_ms(), a step of a connection's beginning may take. */
int64_t ftps_patience(const struct ftps *f);

/* Nothing came in time: ERR_NETWORK with retry.  Always returns -1. */
int ftps_silent(struct ftps *f, const char *what, struct err *e);

/* "HOST: WHAT refused: CODE TEXT", with the class of the code.  Always returns -1. */
int ftps_refused(struct ftps *f, const char *what, struct err *e);

/*
 * Does a 550 say that the file name is missing?  RFC 959 has one code for that
 * and for what may not be asked.
 */
bool ftps_missing(const struct ftps *f, const char *name);

/* Open the data connection (EPSV, then PASV), without its TLS. */
int ftps_open_data(struct ftps *f, struct err *e) MUST_CHECK;

/*
 * Then send the command with its argument, if it is not NULL, and wait for the
 * reply: f->code.  TLS on the data connection is begun meanwhile: there are
 * servers that reply when it is made, and not before.
 */
int ftps_begin(struct ftps *f, const char *verb, const char *arg, struct err *e) MUST_CHECK;

/*
 * After 1yz: see TLS on the data connection made.  A reply on the control
 * connection, which can only be a refusal, ends it.
 */
int ftps_secure_data(struct ftps *f, struct err *e) MUST_CHECK;

#endif
