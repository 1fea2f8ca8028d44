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

#include <stdbool.h>
#include <stdint.h>

#include "image/stage.h"
#include "net/link.h"

/* What one write handles: four TLS records of the largest size that both versions have. */
#define FTPS_BLOCK_BYTES ((size_t)4 * 16383)

struct ftps_server {
	const char *host; /* a name, or an address without brackets */
	unsigned port;
	bool implicit; /* TLS from the first byte */
	const char *user;
	const char *password;
};

struct ftps {
	const struct net_config *config;
	const struct ftps_server *server;
	bool open;
	bool no_epsv; /* the server has refused it */
	bool hasty;   /* it took the beginning of TLS for a command: see RACE_MS */
	struct link control, data;
	struct err data_err; /* why the data connection has no TLS */
	struct link_tls tls;
	char shown[300];         /* host:port, for messages */
	int code;                /* of the last reply; 0: none came */
	char text[160];          /* its last line, for messages */
	char numbers[160];       /* the same as it came: for 213, 227 and 229; not to be shown */
	char line[FTP_LINE_MAX]; /* what was read of the line that comes */
	size_t line_len;
	size_t reply_len; /* bytes of the reply that comes */
	unsigned char block[FTPS_BLOCK_BYTES];
	int64_t stop_ms; /* clock_ms() until when a signal does not end it */
};

/* How an upload went, also after a failure. */
struct ftps_upload {
	bool asked;    /* STOR or APPE was sent */
	bool accepted; /* the server has begun to write a file: 1xx */
	bool sent_all; /* the chain has come to its end, and all of it was written */
	bool answered; /* 226: the server says that it has all */
	uint64_t sent; /* bytes that were encrypted for the data connection */
};

enum ftps_file {
	FTPS_UNKNOWN, /* the server does not tell sizes */
	FTPS_ABSENT,
	FTPS_PRESENT
};

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
