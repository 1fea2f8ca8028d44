/*
 * One connection of an FTP session: in clear at first, then with TLS.  Nothing
 * here blocks but the connecting and the handshake; who waits uses link_poll().
 *
 * mbedTLS is used directly, not through libcurl's FTP: that forgets what the
 * server still says when a data connection breaks, which is the reason for the
 * failure ("552 disk full").
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include <mbedtls/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bounds.h"
#include "net/config.h"
#include "net/dial.h"

/*
 * The TLS of one FTP session: its configuration, and the control connection's
 * TLS session, which servers want to see resumed on data connections.
 */
struct link_tls {
	mbedtls_ssl_config config;
	mbedtls_ssl_session session;
	bool resumable; /* session holds one */
	struct verdict verdict;
};

struct link {
	struct dial dial;
	struct link_tls *tls;
	mbedtls_ssl_context ssl;
	bool secure;      /* the handshake has been made */
	bool notified;    /* its end was announced */
	bool ended;       /* the other side has closed */
	const char *host; /* for messages */
	uint64_t failed;  /* allocations before it, see shortage_memory() */
	bool whole;       /* ... and has said before that nothing is missing (close_notify) */
	size_t out_at, out_len;
	unsigned char out[LINK_OUT_BYTES]; /* what waits for the socket */
};

/* Once per session, before its connections; link_tls_close() must follow.  -1: ERR_FAILED. */
int link_tls_open(struct link_tls *t, const struct trust *trust, struct err *e) MUST_CHECK;
void link_tls_close(struct link_tls *t);

/* Connect, in clear; see dial_open().  link_close() must follow in any case. */
int link_open(struct link *l, struct link_tls *t, const char *host, unsigned port,
	      struct err *e) MUST_CHECK;

/*
 * Begin the TLS handshake with the server of this name, resuming the session if
 * there is one.  -1: ERR_FAILED, out of memory.
 */
int link_start_tls(struct link *l, const char *name, struct err *e) MUST_CHECK;

/*
 * Go on with it: 1 when it is made; 0 when it waits, for link_poll(); -1 with
 * ERR_TRUST (host, for the message, is who was not trusted) or ERR_NETWORK.
 */
int link_handshake(struct link *l, const char *host, struct err *e) MUST_CHECK;

/* Keep the connection's TLS session for link_start_tls() of another one. */
void link_keep_session(struct link *l);

/*
 * > 0 bytes; 0: none at present; -1: the other side has closed (l->ended, e is
 * left alone), or ERR_NETWORK with retry.
 */
ssize_t link_read(struct link *l, void *p, size_t cap, struct err *e) MUST_CHECK;

/*
 * Take up to len bytes.  0: not now; call again with the same bytes.  -1 with
 * ERR_NETWORK and retry.
 */
ssize_t link_write(struct link *l, const void *p, size_t len, struct err *e) MUST_CHECK;

/* Hand what was taken to the kernel: 1 when all is there, 0 when some waits, -1 as above. */
int link_flush(struct link *l, struct err *e) MUST_CHECK;

/* Say that nothing more will be written.  To be called again while it returns 0; 1 when done. */
int link_finish(struct link *l, struct err *e) MUST_CHECK;

/* Bytes that the kernel has not delivered yet. */
long link_unsent(const struct link *l);

/* What poll(2) found. */
enum {
	LINK_READABLE = 1,
	LINK_WRITABLE = 2,
	LINK_OTHER = 4
};

/*
 * Wait, for at most ms and never longer than a second: until l can be read or, if
 * write is set, only until it can be written to; or other (NULL: none) can be read.  Returns
 * LINK_* bits, 0 when the time is over; -1 with ERR_STOPPED when a signal came
 * and l's dial.stop_ms is over.
 */
int link_poll(struct link *l, bool write, struct link *other, int64_t ms, struct err *e) MUST_CHECK;

void link_close(struct link *l);

#endif
