/*
 * Uploads by FTP over TLS: RFC 959, 2228, 2428 (EPSV), 3659 (SIZE), 4217 (FTPS).
 * Nothing but TLS on both connections is ever spoken; passive mode only.
 *
 * All functions block.  Beside what they name they fail with ERR_NETWORK (and
 * retry) when a connection breaks or stalls, ERR_REPLY when what comes is no FTP,
 * ERR_TRUST for a certificate, ERR_STOPPED.  After any failure but a refusal, the
 * session is of no use: ftps_close(), then ftps_login() again.  Refusals are
 *   ERR_BUSY    4xx and 421: another time perhaps; with retry
 *   ERR_FAILED  5xx
 * and leave the reply's code in f->code.  The server's words are in the text.
 */
#ifndef NET_FTPS_H
#define NET_FTPS_H

#include "net/ftps_session.h"

/* config and server must live as long as f. */
void ftps_init(struct ftps *f, const struct net_config *config, const struct ftps_server *server);

/*
 * Connect, authenticate, and make both connections' protection sure.  Wrong
 * credentials are ERR_USAGE.  ftps_close() must follow in any case.
 */
int ftps_login(struct ftps *f, struct err *e) MUST_CHECK;

/* CWD */
int ftps_enter(struct ftps *f, const char *dir, struct err *e) MUST_CHECK;

/* SIZE: is there such a file, and how many bytes has it? */
int ftps_size(struct ftps *f, const char *name, enum ftps_file *file, uint64_t *size,
	      struct err *e) MUST_CHECK;

/*
 * NLST: is the name in the directory?  Names that begin with a dot servers may
 * hide.  ERR_LIMIT when the list is longer than FTP_LIST_MAX.
 */
int ftps_listed(struct ftps *f, const char *name, bool *found, struct err *e) MUST_CHECK;

/* DELE */
int ftps_delete(struct ftps *f, const char *name, struct err *e) MUST_CHECK;

/*
 * STOR or APPE: may a file of this name be written?  A name must hold no control
 * character.  u is always filled in; after 0 ftps_send() must follow.
 */
int ftps_ask(struct ftps *f, const char *name, bool append, struct ftps_upload *u,
	     struct err *e) MUST_CHECK;

/*
 * Send body to its end, and wait for the server's last word for up to final_ms.
 * u is filled in further, whatever is returned.  When body fails, the data
 * connection is cut, and its error is returned.
 */
int ftps_send(struct ftps *f, struct stage *body, int64_t final_ms, struct ftps_upload *u,
	      struct err *e) MUST_CHECK;

/* Say QUIT if that makes sense, and close. */
void ftps_close(struct ftps *f);

#endif
