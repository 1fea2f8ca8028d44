/* Bytes go over a TCP connection as they are, or in TLS. */
#include "net/link.h"

#include <errno.h>
#include <mbedtls/psa_util.h>
#include <poll.h>
#include <psa/crypto.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "net/blame.h"
#include "net/outq.h"
#include "net/shortage.h"

/* A TLS record of the largest size, RFC 8446, section 5.2, and RFC 5246, section 6.2.3 */
#define RECORD_BYTES ((size_t)16384 + 2048 + 5)

#define TICKETS_ENABLED MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED

int link_tls_open(struct link_tls *t, const struct trust *trust, struct err *e)
{
	memset(&t->verdict, 0, sizeof(t->verdict));
	t->verdict.trust = trust;
	t->resumable = false;
	mbedtls_ssl_session_init(&t->session);
	mbedtls_ssl_config_init(&t->config);
	if (psa_crypto_init() != PSA_SUCCESS ||
	    mbedtls_ssl_config_defaults(&t->config, MBEDTLS_SSL_IS_CLIENT,
					MBEDTLS_SSL_TRANSPORT_STREAM,
					MBEDTLS_SSL_PRESET_DEFAULT) != 0)
		return err_set(e, ERR_FAILED, "TLS does not start: out of memory");
	mbedtls_ssl_conf_rng(&t->config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	mbedtls_ssl_conf_min_tls_version(&t->config, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(&t->config, TICKETS_ENABLED);
	trust_judge(&t->config, &t->verdict);
	return 0;
}

void link_tls_close(struct link_tls *t)
{
	mbedtls_ssl_session_free(&t->session);
	mbedtls_ssl_config_free(&t->config);
	t->resumable = false;
}

int link_open(struct link *l, struct link_tls *t, const char *host, unsigned port, struct err *e)
{
	l->tls = t;
	l->secure = l->notified = l->ended = l->whole = false;
	l->out_at = l->out_len = 0;
	l->failed = shortage_count();
	mbedtls_ssl_init(&l->ssl);
	return dial_open(&l->dial, host, port, e);
}

/* If the other side has said why before it closed, that is the reason. */
static int broke(struct link *l, struct err *e)
{
	unsigned char junk[64];

	if (shortage_memory(l->failed, e) < 0)
		return -1;
	if (l->secure && l->tls->verdict.end.code == 0)
		(void)mbedtls_ssl_read(&l->ssl, junk, sizeof(junk));
	if (blame_tls(&l->tls->verdict, l->host, e) < 0)
		return -1;
	err_set(e, ERR_NETWORK, "the connection broke");
	return err_retry(e);
}

/* Hand on what waits; -1 when the connection is gone. */
static int push(struct link *l)
{
	ssize_t n;

	while (l->out_at < l->out_len) {
		n = dial_send(&l->dial, l->out + l->out_at, l->out_len - l->out_at);
		if (n <= 0)
			return (int)n;
		l->out_at += (size_t)n;
	}
	l->out_at = l->out_len = 0;
	return 0;
}

/* Make room for len bytes.  Returns 1, 0 if it has to wait, or -1 when the connection is gone. */
static int make_room(struct link *l, size_t len)
{
	if (sizeof(l->out) - l->out_len < len) {
		if (push(l) < 0)
			return -1;
		if (l->out_at > 0) {
			memmove(l->out, l->out + l->out_at, l->out_len - l->out_at);
			l->out_len -= l->out_at;
			l->out_at = 0;
		}
	}
	return sizeof(l->out) - l->out_len >= len;
}

/* Take what there is room for; full buffers are handed on at once. */
static ssize_t collect(struct link *l, const void *p, size_t len)
{
	int fits = make_room(l, len);

	if (fits < 0)
		return -1;
	if (!fits)
		len = sizeof(l->out) - l->out_len;
	memcpy(l->out + l->out_len, p, len);
	l->out_len += len;
	return (ssize_t)len;
}

static int on_send(void *arg, const unsigned char *p, size_t len)
{
	ssize_t n = collect(arg, p, len);

	return n > 0 ? (int)n : n == 0 ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_SSL_CONN_EOF;
}

static int on_recv(void *arg, unsigned char *p, size_t len)
{
	struct link *l = arg;
	ssize_t n = dial_recv(&l->dial, p, len);

	return n > 0 ? (int)n : n == 0 ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_SSL_CONN_EOF;
}

int link_start_tls(struct link *l, const char *name, struct err *e)
{
	memset(&l->tls->verdict.end, 0, sizeof(l->tls->verdict.end));
	if (mbedtls_ssl_setup(&l->ssl, &l->tls->config) != 0 ||
	    mbedtls_ssl_set_hostname(&l->ssl, name) != 0 ||
	    (l->tls->resumable && mbedtls_ssl_set_session(&l->ssl, &l->tls->session) != 0))
		return err_set(e, ERR_FAILED, "TLS does not start: out of memory");
	mbedtls_ssl_set_bio(&l->ssl, l, on_send, on_recv, NULL);
	return 0;
}

int link_handshake(struct link *l, const char *host, struct err *e)
{
	int code = mbedtls_ssl_handshake(&l->ssl);

	l->host = host;
	if (push(l) < 0 && code == 0)
		code = MBEDTLS_ERR_SSL_CONN_EOF;
	if (code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE ||
	    code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
		return 0;
	if (code != 0) {
		l->tls->verdict.end.code = code;
		return shortage_memory(l->failed, e) < 0 ? -1 :
							   blame_tls(&l->tls->verdict, host, e);
	}
	l->secure = true;
	log_debug("%s: %s, %s", host, mbedtls_ssl_get_version(&l->ssl),
		  mbedtls_ssl_get_ciphersuite(&l->ssl));
	return 1;
}

void link_keep_session(struct link *l)
{
	struct link_tls *t = l->tls;

	mbedtls_ssl_session_free(&t->session);
	mbedtls_ssl_session_init(&t->session);
	t->resumable = mbedtls_ssl_get_session(&l->ssl, &t->session) == 0;
}

ssize_t link_read(struct link *l, void *p, size_t cap, struct err *e)
{
	int n;

	if (!l->secure) {
		n = (int)dial_recv(&l->dial, p, cap);
		l->ended = n < 0;
		return n;
	}
	n = mbedtls_ssl_read(&l->ssl, p, cap);
	if (n > 0)
		return n;
	/* With TLS 1.3 sessions come when the server likes, and as many as it likes. */
	if (n == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
		link_keep_session(l);
		return 0;
	}
	if (n == MBEDTLS_ERR_SSL_WANT_READ || n == MBEDTLS_ERR_SSL_WANT_WRITE)
		return 0;
	l->ended = true;
	/* 0 is mbedTLS's word for an end that nobody announced. */
	l->whole = n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY;
	if (n == 0 || n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || n == MBEDTLS_ERR_SSL_CONN_EOF)
		return -1;
	if (shortage_memory(l->failed, e) < 0 || (n == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE &&
						  blame_tls(&l->tls->verdict, l->host, e) < 0))
		return -1;
	return broke(l, e);
}

ssize_t link_write(struct link *l, const void *p, size_t len, struct err *e)
{
	ssize_t n;
	int fits;

	if (l->secure) {
		/*
		 * mbedTLS must never keep a part of a record: if anything was read
		 * before it is called with the same data again, it would send them twice.
		 */
		fits = make_room(l, RECORD_BYTES);
		if (fits <= 0)
			return fits < 0 ? broke(l, e) : 0;
		n = mbedtls_ssl_write(&l->ssl, p, len);
		/* A session whose reading had begun; of the data, nothing was taken. */
		if (n == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
			link_keep_session(l);
			return 0;
		}
		if (n == MBEDTLS_ERR_SSL_WANT_READ || n == MBEDTLS_ERR_SSL_WANT_WRITE)
			return 0;
	} else {
		n = collect(l, p, len);
	}
	return n < 0 ? broke(l, e) : n;
}

int link_flush(struct link *l, struct err *e)
{
	if (push(l) < 0)
		return broke(l, e);
	return l->out_len == 0;
}

int link_finish(struct link *l, struct err *e)
{
	int code, done;

	if (l->secure && !l->notified) {
		done = make_room(l, RECORD_BYTES);
		if (done <= 0)
			return done < 0 ? broke(l, e) : 0;
		code = mbedtls_ssl_close_notify(&l->ssl);
		if (code == MBEDTLS_ERR_SSL_WANT_WRITE || code == MBEDTLS_ERR_SSL_WANT_READ)
			return link_flush(l, e) < 0 ? -1 : 0;
		if (code != 0)
			return broke(l, e);
		l->notified = true;
	}
	done = link_flush(l, e);
	/* A proxy may end both directions with one. */
	if (done == 1 && !l->dial.proxied && shutdown(l->dial.fd, SHUT_WR) != 0)
		return broke(l, e);
	return done;
}

long link_unsent(const struct link *l)
{
	return (long)(l->out_len - l->out_at) + outq_bytes(l->dial.fd);
}

static bool readable(const struct link *l, short events)
{
	return events != 0 || (l->secure && mbedtls_ssl_check_pending(&l->ssl));
}

int link_poll(struct link *l, bool write, struct link *other, int64_t ms, struct err *e)
{
	struct pollfd fds[3] = {
		{ .fd = stop_asked() ? -1 : stop_fd(), .events = POLLIN },
		/*
		 * Who writes does not read: what TLS 1.3 sends beside would keep waking us
		 * up.  A connection that has ended is always readable.
		 */
		{ .fd = l->ended && !write ? -1 : l->dial.fd, .events = write ? POLLOUT : POLLIN },
		{ .fd = other ? other->dial.fd : -1, .events = POLLIN },
	};
	int found = 0;

	if (stop_asked() && clock_ms() >= l->dial.stop_ms)
		return stop_err(e);
	/* mbedTLS may have read ahead. */
	if (readable(l, 0) || (other && readable(other, 0)))
		ms = 0;
	if (poll(fds, 3, ms > 1000 ? 1000 : ms < 0 ? 0 : (int)ms) < 0)
		fds[0].revents = fds[1].revents = fds[2].revents = 0;
	if (stop_asked() && clock_ms() >= l->dial.stop_ms)
		return stop_err(e);
	if (readable(l, (short)(fds[1].revents & (POLLIN | POLLHUP | POLLERR))))
		found |= LINK_READABLE;
	if (fds[1].revents & (POLLOUT | POLLHUP | POLLERR))
		found |= LINK_WRITABLE;
	if (other && readable(other, (short)(fds[2].revents & (POLLIN | POLLHUP | POLLERR))))
		found |= LINK_OTHER;
	return found;
}

void link_close(struct link *l)
{
	mbedtls_ssl_free(&l->ssl);
	dial_close(&l->dial);
	l->secure = false;
}
