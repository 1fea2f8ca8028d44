/* A session with an FTP server: login, directory, sizes, and its end. */
#include "net/ftps.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/stop.h"
#include "base/text.h"
#include "net/ftps_io.h"

/*
 * ftp-srv says 234 and begins to listen for TLS a moment later: what comes sooner
 * is a command to it, which it does not know.
 */
#define RACE_MS 50

void ftps_init(struct ftps *f, const struct net_config *config, const struct ftps_server *server)
{
	bool six = strchr(server->host, ':') != NULL;

	f->config = config;
	f->server = server;
	f->open = f->no_epsv = f->hasty = false;
	f->stop_ms = 0;
	f->code = 0;
	f->text[0] = '\0';
	snprintf(f->shown, sizeof(f->shown), "%s%s%s:%u", six ? "[" : "", server->host,
		 six ? "]" : "", server->port);
}

static int secure_control(struct ftps *f, struct err *e)
{
	int64_t deadline = ftps_patience(f);
	int done;

	if (link_start_tls(&f->control, f->server->host, e) < 0)
		return -1;
	while ((done = link_handshake(&f->control, f->shown, e)) == 0) {
		if (clock_ms() >= deadline)
			return ftps_silent(f, "TLS", e);
		if (link_poll(&f->control, false, NULL, deadline - clock_ms(), e) < 0)
			return -1;
	}
	if (done < 0)
		return -1;
	/* TLS 1.2 has its session now, 1.3 sends it when it likes. */
	link_keep_session(&f->control);
	return 0;
}

/* AUTH TLS; what a man in the middle put behind the reply must not count as encrypted. */
static int upgrade(struct ftps *f, struct err *e)
{
	int code;

	if (ftps_command(f, e, "AUTH TLS") < 0)
		return -1;
	if (f->code != 234)
		return ftps_refused(f, "AUTH TLS, which encrypts the connection, is", e);
	if (f->line_len > 0)
		return err_set(e, ERR_REPLY, "%s sent something in clear after AUTH TLS", f->shown);
	if (f->hasty && stop_sleep(RACE_MS, e) < 0)
		return -1;
	if (secure_control(f, e) == 0)
		return 0;
	code = f->tls.verdict.end.code;
	f->hasty = code == MBEDTLS_ERR_SSL_INVALID_RECORD || code == MBEDTLS_ERR_SSL_CONN_EOF;
	return -1;
}

static int authenticate(struct ftps *f, struct err *e)
{
	if (ftps_command(f, e, "USER %s", f->server->user) < 0)
		return -1;
	if (f->code == 331 && ftps_command(f, e, "PASS %s", f->server->password) < 0)
		return -1;
	if (f->code == 230 || f->code == 202)
		return 0;
	if (f->code != 530 && f->code != 332 && f->code != 331)
		return ftps_refused(f, "the login is", e);
	/* One code for both, too. */
	if (text_finds(f->text, "too many") || text_finds(f->text, "maximum")) {
		err_set(e, ERR_BUSY, "%s refuses the login: %d %s", f->shown, f->code, f->text);
		return err_retry(e);
	}
	return err_set(e, ERR_USAGE, "%s refuses the login: check user name and password (%d %s)",
		       f->shown, f->code, f->text);
}

/* One of several commands that have to be answered by 2xx. */
static int demand(struct ftps *f, const char *command, const char *what, struct err *e)
{
	if (ftps_command(f, e, "%s", command) < 0)
		return -1;
	return f->code / 100 == 2 ? 0 : ftps_refused(f, what, e);
}

/* "120 Service ready in nnn minutes" comes before 220 (RFC 959, section 5.4). */
static int welcome(struct ftps *f, struct err *e)
{
	int i;

	for (i = 0; i < 10; i++) {
		if (ftps_reply(f, f->config->stall_ms, e) < 0)
			return -1;
		if (f->code != 120)
			break;
	}
	return f->code / 100 == 2 ? 0 : ftps_refused(f, "the connection is", e);
}

static int login(struct ftps *f, struct err *e)
{
	f->line_len = 0;
	f->control.dial.curl = f->data.dial.curl = NULL;
	f->control.dial.stop_ms = f->data.dial.stop_ms = f->stop_ms;
	f->open = true;
	mbedtls_ssl_init(&f->control.ssl);
	mbedtls_ssl_init(&f->data.ssl);
	if (link_tls_open(&f->tls, &f->config->trust, e) < 0 ||
	    link_open(&f->control, &f->tls, f->server->host, f->server->port, e) < 0)
		return -1;
	if (f->server->implicit && secure_control(f, e) < 0)
		return -1;
	if (welcome(f, e) < 0)
		return -1;
	if (!f->server->implicit && upgrade(f, e) < 0)
		return -1;
	if (authenticate(f, e) < 0)
		return -1;
	if (demand(f, "PBSZ 0", "PBSZ 0 is", e) < 0 ||
	    demand(f, "PROT P", "PROT P, which encrypts the image, is", e) < 0)
		return -1;
	return demand(f, "TYPE I", "TYPE I is", e);
}

int ftps_login(struct ftps *f, struct err *e)
{
	bool hasty = f->hasty;

	if (login(f, e) == 0)
		return 0;
	/* Once more, at once, and not so fast. */
	if (hasty || !f->hasty)
		return -1;
	ftps_close(f);
	err_clear(e);
	return login(f, e);
}

int ftps_enter(struct ftps *f, const char *dir, struct err *e)
{
	if (ftps_command(f, e, "CWD %s", dir) < 0)
		return -1;
	if (f->code / 100 == 2)
		return 0;
	if (f->code == 550)
		return err_set(e, ERR_FAILED, "%s has no directory %s (550 %s)", f->shown, dir,
			       f->text);
	return ftps_refused(f, "the directory is", e);
}

int ftps_size(struct ftps *f, const char *name, enum ftps_file *file, uint64_t *size, struct err *e)
{
	*file = FTPS_UNKNOWN;
	*size = 0;
	if (ftps_command(f, e, "SIZE %s", name) < 0)
		return -1;
	if (f->code == 213) {
		if (parse_number(f->numbers, UINT64_MAX / 2, size) < 0)
			return err_set(e, ERR_REPLY, "%s names a size that is none", f->shown);
		*file = FTPS_PRESENT;
	} else if (f->code == 550 && ftps_missing(f, name)) {
		*file = FTPS_ABSENT;
	} else if (f->code / 100 != 5) {
		return ftps_refused(f, "SIZE is", e);
	}
	return 0;
}

int ftps_delete(struct ftps *f, const char *name, struct err *e)
{
	if (ftps_command(f, e, "DELE %s", name) < 0)
		return -1;
	return f->code / 100 == 2 ? 0 : ftps_refused(f, "DELE is", e);
}

void ftps_close(struct ftps *f)
{
	struct err none = ERR_INIT;

	if (!f->open)
		return;
	link_close(&f->data);
	/* Politeness: its answer is not waited for. */
	if (f->control.dial.curl && !f->control.ended && ftps_say(f, &none, "QUIT") == 0 &&
	    link_finish(&f->control, &none) < 0)
		log_debug("%s: %s", f->shown, none.text);
	link_close(&f->control);
	link_tls_close(&f->tls);
	f->open = false;
}
