/* Lines go to an FTP server and replies come back, with their limits of time and length. */
#include "net/ftps_io.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fit.h"
#include "base/hide.h"
#include "base/log.h"
#include "base/text.h"

int ftps_silent(struct ftps *f, const char *what, struct err *e)
{
	err_set(e, ERR_NETWORK, "%s does not answer (%s)", f->shown, what);
	return err_retry(e);
}

int ftps_refused(struct ftps *f, const char *what, struct err *e)
{
	/* 4yz: "the command was not accepted, but the condition is temporary" */
	if (f->code / 100 == 4) {
		err_set(e, ERR_BUSY, "%s: %s refused: %d %s", f->shown, what, f->code, f->text);
		return err_retry(e);
	}
	if (f->code / 100 == 5)
		return err_set(e, ERR_FAILED, "%s: %s refused: %d %s", f->shown, what, f->code,
			       f->text);
	return err_set(e, ERR_REPLY, "%s: %s answered by %d %s", f->shown, what, f->code, f->text);
}

bool ftps_missing(const struct ftps *f, const char *name)
{
	/* The last two are vsftpd's and Pure-FTPd's, who have asked stat(2). */
	static const char *const words[] = {
		"no such",
		"not found",
		"not exist",
		"n't exist",
		"cannot find",
		"can't find",
		"could not get file size",
		"check for file existence",
	};
	char said[sizeof(f->text)];
	size_t i;

	snprintf(said, sizeof(said), "%s", f->text);
	text_redact(said, name);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_finds(said, words[i]))
			return true;
	return false;
}

static int closed(struct ftps *f, struct err *e)
{
	if (e->code == ERR_NONE)
		err_set(e, ERR_NETWORK, "%s closed the connection", f->shown);
	else if (e->code == ERR_NETWORK)
		err_at(e, f->shown);
	return e->code == ERR_NETWORK ? err_retry(e) : -1;
}

/* What a server says may repeat what we said: that is hidden while it is still as we said it. */
static void clean(struct ftps *f, char *s)
{
	hide_secrets(s, &f->server->password, 1);
	text_clean(s);
}

int64_t ftps_patience(const struct ftps *f)
{
	int64_t stall = f->config->stall_ms;

	return clock_ms() + (stall != 0 && stall < CONNECT_MS ? stall : CONNECT_MS);
}

static int wait_to_say(struct ftps *f, int64_t deadline, struct err *e)
{
	if (clock_ms() >= deadline)
		return ftps_silent(f, "it takes no commands", e);
	return link_poll(&f->control, true, NULL, 1000, e) < 0 ? -1 : 0;
}

/* One record, which is taken as a whole or not at all. */
static int send_line(struct ftps *f, const char *line, size_t len, struct err *e)
{
	int64_t deadline = ftps_patience(f);
	ssize_t n;
	int done = 0;

	while ((n = link_write(&f->control, line, len, e)) == 0)
		if (wait_to_say(f, deadline, e) < 0)
			return -1;
	while (n > 0 && (done = link_flush(&f->control, e)) == 0)
		if (wait_to_say(f, deadline, e) < 0)
			return -1;
	if (strncmp(line, "PASS ", 5) == 0)
		log_debug("%s < PASS ...", f->shown);
	else
		log_debug("%s < %.*s", f->shown, (int)len - 2, line);
	return n < 0 || done < 0 ? closed(f, e) : 0;
}

static int vsay(struct ftps *f, struct err *e, const char *fmt, va_list ap)
{
	char line[FTP_LINE_MAX];
	struct text t;
	int result;

	/* It would count as the answer to this command; 421 may come at any time. */
	if (memchr(f->line, '\n', f->line_len) && strncmp(f->line, "421", 3) != 0) {
		err_set(e, ERR_REPLY, "%s says more than it was asked", f->shown);
		return err_retry(e);
	}
	text_init(&t, line, sizeof(line));
	text_vprintf(&t, fmt, ap);
	text_put(&t, "\r\n");
	result = fit_done(&t, "an FTP command", e);
	if (result == 0)
		result = send_line(f, line, t.len, e);
	/* It may have been the password. */
	text_wipe(line, sizeof(line));
	return result;
}

int ftps_say(struct ftps *f, struct err *e, const char *fmt, ...)
{
	va_list ap;
	int result;

	va_start(ap, fmt);
	result = vsay(f, e, fmt, ap);
	va_end(ap);
	return result;
}

int ftps_command(struct ftps *f, struct err *e, const char *fmt, ...)
{
	va_list ap;
	int result;

	va_start(ap, fmt);
	result = vsay(f, e, fmt, ap);
	va_end(ap);
	return result < 0 ? -1 : ftps_reply(f, f->config->stall_ms, e);
}

static bool is_code(const char *s, size_t len)
{
	return len >= 3 && s[0] >= '1' && s[0] <= '5' && isdigit((unsigned char)s[1]) &&
	       isdigit((unsigned char)s[2]) && (len == 3 || s[3] == ' ' || s[3] == '-');
}

/*
 * One line, without its end.  RFC 959, section 4.2: a reply of several lines
 * begins with "ddd-" and goes on to the line that begins with "ddd ".
 * Returns 1 when that was the last one.
 */
static int take_line(struct ftps *f, const char *s, size_t len, struct err *e)
{
	char shown[FTP_LINE_MAX];
	struct text t;
	int code;

	if (f->code == 0 && !is_code(s, len))
		return err_set(e, ERR_REPLY, "%s does not answer as an FTP server does", f->shown);
	code = is_code(s, len) ? (s[0] - '0') * 100 + (s[1] - '0') * 10 + (s[2] - '0') : 0;
	if (f->code == 0)
		f->code = code;
	if (code != f->code || (len > 3 && s[3] == '-'))
		return 0;
	text_init(&t, shown, sizeof(shown));
	text_put_n(&t, s + (len > 3 ? 4 : 3), len - (len > 3 ? 4 : 3));
	snprintf(f->numbers, sizeof(f->numbers), "%.*s", (int)sizeof(f->numbers) - 1, shown);
	clean(f, shown);
	log_debug("%s > %d %s", f->shown, f->code, shown);
	snprintf(f->text, sizeof(f->text), "%.*s", (int)sizeof(f->text) - 1, shown);
	return 1;
}

/* Use up the lines that have come; what is behind a whole reply stays. */
static int take_lines(struct ftps *f, struct err *e)
{
	size_t len;
	char *end;
	int whole = 0;

	while (whole == 0 && (end = memchr(f->line, '\n', f->line_len)) != NULL) {
		len = (size_t)(end - f->line);
		whole = take_line(f, f->line, len > 0 && end[-1] == '\r' ? len - 1 : len, e);
		f->line_len -= len + 1;
		memmove(f->line, end + 1, f->line_len);
	}
	return whole;
}

int ftps_take(struct ftps *f, struct err *e)
{
	ssize_t n;
	int whole = take_lines(f, e);

	while (whole == 0) {
		if (f->line_len == sizeof(f->line) || f->reply_len > FTP_REPLY_MAX)
			return err_set(e, ERR_REPLY, "%s answers without an end", f->shown);
		n = link_read(&f->control, f->line + f->line_len, sizeof(f->line) - f->line_len, e);
		if (n < 0)
			return closed(f, e);
		if (n == 0)
			return 0;
		f->line_len += (size_t)n;
		f->reply_len += (size_t)n;
		whole = take_lines(f, e);
	}
	return whole;
}

int ftps_reply(struct ftps *f, int64_t ms, struct err *e)
{
	int64_t deadline = clock_ms() + ms;
	int whole;

	f->code = 0;
	f->reply_len = 0;
	while ((whole = ftps_take(f, e)) == 0) {
		if (ms != 0 && clock_ms() >= deadline)
			return ftps_silent(f, "no reply", e);
		if (link_poll(&f->control, false, NULL, ms == 0 ? 1000 : deadline - clock_ms(), e) <
		    0)
			return -1;
	}
	if (whole > 0 && f->code == 421)
		f->control.ended = true;
	return whole < 0 ? -1 : 0;
}

/* "229 Entering Extended Passive Mode (|||6446|)", RFC 2428, section 3 */
static unsigned epsv_port(const char *text)
{
	const char *s = strchr(text, '(');
	unsigned port = 0;
	char d;

	if (!s || !s[1])
		return 0;
	d = s[1];
	if (s[2] != d || s[3] != d)
		return 0;
	for (s += 4; isdigit((unsigned char)*s) && port <= 65535; s++)
		port = port * 10 + (unsigned)(*s - '0');
	return *s == d && port <= 65535 ? port : 0;
}

/*
 * "227 Entering Passive Mode (h1,h2,h3,h4,p1,p2)", parentheses or not.  The
 * address is not used: data go where the control connection goes.
 */
static unsigned pasv_port(const char *text)
{
	unsigned n[6] = { 0 }, count = 0;

	for (; *text && count < 6; text++) {
		if (isdigit((unsigned char)*text)) {
			n[count] = n[count] * 10 + (unsigned)(*text - '0');
			if (n[count] > 255)
				return 0;
		} else if (*text == ',' && isdigit((unsigned char)text[1])) {
			count++;
		} else if (count == 5) {
			break;
		} else {
			memset(n, 0, sizeof(n));
			count = 0;
		}
	}
	return count == 5 ? n[4] * 256 + n[5] : 0;
}

/* Where does the server listen?  EPSV, which IPv6 and address translation need, then PASV. */
static int passive(struct ftps *f, unsigned *port, struct err *e)
{
	*port = 0;
	if (!f->no_epsv) {
		if (ftps_command(f, e, "EPSV") < 0)
			return -1;
		if (f->code == 229)
			*port = epsv_port(f->numbers);
		else if (f->code / 100 != 5)
			return ftps_refused(f, "EPSV is", e);
		f->no_epsv = *port == 0;
	}
	if (*port == 0) {
		if (ftps_command(f, e, "PASV") < 0)
			return -1;
		if (f->code == 227)
			*port = pasv_port(f->numbers);
		else
			return ftps_refused(f, "PASV is", e);
	}
	return *port != 0 ?
		       0 :
		       err_set(e, ERR_REPLY, "%s names no port for data (%d)", f->shown, f->code);
}

int ftps_open_data(struct ftps *f, struct err *e)
{
	struct err first = ERR_INIT;
	char host[256];
	unsigned port;
	bool again = false;

	/* A name may stand for several machines: the data go to this one. */
	dial_address(&f->control.dial, host, sizeof(host));
	if (host[0] == '\0')
		snprintf(host, sizeof(host), "%s", f->server->host);
	for (;;) {
		if (passive(f, &port, e) < 0)
			break;
		f->data.dial.stop_ms = f->stop_ms;
		if (link_open(&f->data, &f->tls, host, port, e) == 0)
			return 0;
		/* Firewalls that know FTP may know PASV only, which is for IPv4. */
		if (e->code != ERR_NETWORK || f->no_epsv || strchr(host, ':'))
			break;
		link_close(&f->data);
		f->no_epsv = again = true;
		first = *e;
		err_clear(e);
	}
	/* It was not EPSV's fault. */
	if (again && e->code != ERR_STOPPED) {
		f->no_epsv = false;
		*e = first;
	}
	if (e->code == ERR_NETWORK && (again || port != 0))
		err_at(e, "no data connection (does a firewall let only port 21 through?)");
	return -1;
}

/* One step of the data connection's TLS: 1 when it is made or never will be (f->data_err). */
static int step(struct ftps *f)
{
	if (f->data.secure || f->data_err.code != ERR_NONE)
		return 1;
	return link_handshake(&f->data, f->shown, &f->data_err) != 0;
}

/* Until something comes that step() or ftps_take() can use: as link_poll(). */
static int wait_for_both(struct ftps *f, bool stepped, int64_t deadline, struct err *e)
{
	int64_t ms = deadline - clock_ms();

	if (stepped)
		return link_poll(&f->control, false, NULL, ms, e);
	return link_poll(&f->data, f->data.out_len > 0, &f->control, ms, e);
}

int ftps_begin(struct ftps *f, const char *verb, const char *arg, struct err *e)
{
	int64_t stall = f->config->stall_ms, deadline;
	bool failed = false;
	int whole, done;

	err_clear(&f->data_err);
	if (link_start_tls(&f->data, f->server->host, e) < 0 ||
	    ftps_say(f, e, "%s%s%s", verb, arg ? " " : "", arg ? arg : "") < 0)
		return -1;
	deadline = clock_ms() + (stall != 0 ? stall : INT32_MAX);
	f->code = 0;
	f->reply_len = 0;
	while ((whole = ftps_take(f, e)) == 0) {
		done = step(f);
		/* Then the server has something to say, or never will. */
		if (f->data_err.code != ERR_NONE && !failed) {
			failed = true;
			if (deadline > clock_ms() + FTPS_REASON_MS)
				deadline = clock_ms() + FTPS_REASON_MS;
		}
		if (clock_ms() >= deadline)
			break;
		if (wait_for_both(f, done > 0, deadline, e) < 0)
			return -1;
	}
	if (whole == 0 && !failed)
		return ftps_silent(f, "no reply", e);
	/* What we have against a certificate is not temporary, whatever the server calls it. */
	if (failed && (whole == 0 ||
		       (f->data_err.code != ERR_NETWORK && (whole < 0 || f->code / 100 != 1)))) {
		*e = f->data_err;
		return -1;
	}
	if (whole < 0)
		return -1;
	if (f->code == 421)
		f->control.ended = true;
	return 0;
}

/* It broke: the server's reason is better than ours, and may come a moment later. */
static int ask_reason(struct ftps *f, struct err *e)
{
	struct err why = ERR_INIT;

	if (f->data_err.code != ERR_NETWORK || ftps_reply(f, FTPS_REASON_MS, &why) < 0) {
		*e = f->data_err;
		return -1;
	}
	return ftps_refused(f, "the data connection is", e);
}

int ftps_secure_data(struct ftps *f, struct err *e)
{
	int64_t deadline = ftps_patience(f);
	int found, whole;

	f->code = 0;
	f->reply_len = 0;
	while (!step(f)) {
		if (clock_ms() >= deadline)
			return ftps_silent(f, "TLS of the data connection", e);
		found = wait_for_both(f, false, deadline, e);
		if (found < 0)
			return -1;
		whole = found & LINK_OTHER ? ftps_take(f, e) : 0;
		if (whole > 0 && f->code / 100 == 1) {
			/* A second mark; the deadline bounds how many. */
			f->code = 0;
			f->reply_len = 0;
			continue;
		}
		if (whole != 0)
			return whole < 0 ? -1 : ftps_refused(f, "the data connection is", e);
	}
	return f->data_err.code == ERR_NONE ? 0 : ask_reason(f, e);
}
