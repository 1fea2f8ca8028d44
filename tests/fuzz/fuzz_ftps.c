/*
 * A hostile FTP server: its replies, and the listing that it sends, are the
 * input.  The connections are stand-ins for net/link.c, which is not linked.
 */
#include "base/clock.h"
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "net/ftps.h"

#define PASSWORD "pass-word-of-the-test"

static const uint8_t *script;
static size_t script_len;
static unsigned step;  /* at most so many bytes at once */
static unsigned waits; /* how often nothing was there */
static struct ftps f;

int link_tls_open(struct link_tls *t, const struct trust *trust, struct err *e)
{
	(void)t;
	(void)trust;
	(void)e;
	return 0;
}

void link_tls_close(struct link_tls *t)
{
	(void)t;
}

int link_open(struct link *l, struct link_tls *t, const char *host, unsigned port, struct err *e)
{
	(void)host;
	(void)e;
	REQUIRE(port > 0 && port <= 65535);
	l->tls = t;
	l->ended = l->secure = false;
	return 0;
}

int link_start_tls(struct link *l, const char *name, struct err *e)
{
	(void)l;
	(void)name;
	(void)e;
	return 0;
}

int link_handshake(struct link *l, const char *host, struct err *e)
{
	(void)host;
	(void)e;
	l->secure = true;
	return 1;
}

void link_keep_session(struct link *l)
{
	(void)l;
}

/* The same bytes for both connections, in small pieces, with pauses. */
ssize_t link_read(struct link *l, void *p, size_t cap, struct err *e)
{
	size_t n = 1 + step % 7;

	(void)e;
	REQUIRE(cap > 0);
	if (script_len == 0) {
		l->ended = l->whole = true;
		return -1;
	}
	step++;
	if (step % 5 == 0 && waits++ < 50)
		return 0;
	if (n > cap)
		n = cap;
	if (n > script_len)
		n = script_len;
	memcpy(p, script, n);
	script += n;
	script_len -= n;
	return (ssize_t)n;
}

/* What is said: one line, and the password only encrypted. */
ssize_t link_write(struct link *l, const void *p, size_t len, struct err *e)
{
	const char *s = p;

	(void)e;
	REQUIRE(len > 0);
	if (l != &f.control)
		return (ssize_t)(len > 1000 ? 1000 : len);
	REQUIRE(len >= 2 && memchr(s, '\n', len) == s + len - 1 && s[len - 2] == '\r');
	REQUIRE(l->secure || memcmp(s, "AUTH", 4) == 0 || memcmp(s, "QUIT", 4) == 0);
	return (ssize_t)len;
}

int link_flush(struct link *l, struct err *e)
{
	(void)l;
	(void)e;
	return 1;
}

int link_finish(struct link *l, struct err *e)
{
	(void)l;
	(void)e;
	return 1;
}

long link_unsent(const struct link *l)
{
	(void)l;
	return 0;
}

int link_poll(struct link *l, bool write, struct link *other, int64_t ms, struct err *e)
{
	(void)l;
	(void)ms;
	(void)e;
	return LINK_READABLE | (write ? LINK_WRITABLE : 0) | (other ? LINK_OTHER : 0);
}

void link_close(struct link *l)
{
	l->secure = false;
}

static ssize_t body_pull(struct stage *s, void *buf, size_t cap, struct err *e)
{
	static const char data[] = "an image";

	(void)e;
	if (s->up != NULL)
		return 0;
	s->up = s;
	cap = cap < sizeof(data) ? cap : sizeof(data);
	memcpy(buf, data, cap);
	return (ssize_t)cap;
}

static const struct stage_ops body_ops = { "body", body_pull, NULL, NULL };

static int session(unsigned kind, struct err *e)
{
	struct stage body = { .ops = &body_ops };
	struct ftps_upload u = { .answered = false };
	enum ftps_file file;
	uint64_t size;
	bool found;
	int result;

	if (ftps_login(&f, e) < 0 || ftps_enter(&f, "dir", e) < 0 ||
	    ftps_size(&f, "name", &file, &size, e) < 0)
		return -1;
	if ((kind & 2) && ftps_listed(&f, "name", &found, e) < 0)
		return -1;
	result = ftps_ask(&f, "name", kind & 4, &u, e);
	if (result == 0)
		result = ftps_send(&f, &body, 100, &u, e);
	/* Nothing is done that the server has not accepted and confirmed. */
	REQUIRE(result < 0 || (u.accepted && u.sent_all && u.answered && u.sent == 9));
	return result < 0 ? -1 : ftps_delete(&f, "name", e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct net_config config = { .stall_ms = 100 };
	unsigned kind = fuzz_byte(&data, &size);
	const struct ftps_server server = { .host = "host.example",
					    .port = 21,
					    .implicit = kind & 1,
					    .user = "user",
					    .password = PASSWORD };
	struct err e = ERR_INIT;

	script = data;
	script_len = size;
	step = kind >> 3;
	waits = 0;
	ftps_init(&f, &config, &server);
	fuzz_err(session(kind, &e), &e);
	REQUIRE(strstr(e.text, PASSWORD) == NULL && strstr(f.text, PASSWORD) == NULL);
	ftps_close(&f);
	return 0;
}
