/* A session with an FTP server: what the files of ftps.h share. */
#ifndef NET_FTPS_SESSION_H
#define NET_FTPS_SESSION_H

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

#endif
