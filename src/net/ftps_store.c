/* What goes over an FTP data connection: an upload, and the names in a directory. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "net/ftps.h"
#include "net/ftps_io.h"

/* One upload while it runs. */
struct pump {
	struct ftps *f;
	struct ftps_upload *u;
	struct err *e;
	int64_t began_ms;
	int64_t moved_ms; /* when bytes last left this machine */
	uint64_t unsent;  /* how many had not by then */
	uint64_t counted; /* u->sent at that time */
	unsigned marks;   /* replies of 1yz that have come */
	bool replied;     /* the server has spoken: its last word */
};

/* Replies of 1yz beyond the first are passed over, but not so many. */
#define MARKS_MAX 10

/*
 * The transfer is over when the server says so; while it runs that can only be
 * a refusal, or nonsense.  Returns 0 while nothing was said.
 */
static int hear(struct pump *p)
{
	int whole;

	while ((whole = ftps_take(p->f, p->e)) > 0 && p->f->code / 100 == 1 &&
	       ++p->marks <= MARKS_MAX) {
		p->f->code = 0;
		p->f->reply_len = 0;
	}
	p->replied = whole > 0;
	return whole;
}

/* How long nothing has left, not counting time that the chain took. */
static int check_stall(struct pump *p)
{
	long waiting = link_unsent(&p->f->data);
	uint64_t unsent = waiting > 0 ? (uint64_t)waiting : 0;
	int64_t now = clock_ms(), limit = p->f->config->stall_ms;

	/* What was added since then, less what is there now more than then, has left. */
	if (p->u->sent - p->counted + p->unsent > unsent) {
		p->moved_ms = now;
		p->unsent = unsent;
		p->counted = p->u->sent;
	}
	if (limit == 0 || now - p->moved_ms <= limit)
		return 0;
	err_set(p->e, ERR_NETWORK, "%s: nothing has moved for %lld s", p->f->shown,
		(long long)limit / 1000);
	return err_retry(p->e);
}

/*
 * What the server sends on the data connection is of no use, but it has to be
 * read: TLS 1.3's sessions, or its end.  How that connection ends, the control
 * connection tells.
 */
static void drain(struct ftps *f)
{
	struct err none = ERR_INIT;
	unsigned char junk[512];

	if (link_read(&f->data, junk, sizeof(junk), &none) < 0)
		f->data.ended = true;
}

/* Until the data connection takes more, the server speaks, or nothing has moved for too long. */
static int wait_for_room(struct pump *p)
{
	struct ftps *f = p->f;
	int found = link_poll(&f->data, true, &f->control, 1000, p->e);

	if (found < 0 || check_stall(p) < 0)
		return -1;
	return found & LINK_OTHER ? hear(p) : 0;
}

/* --limit-rate: sleep until what was sent is not too much for the time. */
static int keep_rate(struct pump *p)
{
	uint64_t rate = p->f->config->limit_rate;
	int64_t due;

	if (rate == 0)
		return 0;
	due = p->began_ms + (int64_t)(p->u->sent * 1000 / rate) - clock_ms();
	p->moved_ms += due > 0 ? due : 0;
	return due > 0 ? stop_sleep(due, p->e) : 0;
}

static int write_block(struct pump *p, size_t len)
{
	size_t at = 0;
	ssize_t n;

	while (at < len && !p->replied) {
		n = link_write(&p->f->data, p->f->block + at, len - at, p->e);
		if (n < 0 || (n == 0 && wait_for_room(p) < 0))
			return -1;
		at += (size_t)n;
		p->u->sent += (size_t)n;
	}
	return 0;
}

/* The image, to its end. */
static int pump(struct pump *p, struct stage *body)
{
	struct ftps *f = p->f;
	size_t cap = sizeof(f->block);
	int64_t began;
	ssize_t n;
	int found;

	/* A low rate in small pieces, so that it is even. */
	if (f->config->limit_rate > 0 && f->config->limit_rate / 4 < cap)
		cap = f->config->limit_rate < 4096 ? 1024 : (size_t)f->config->limit_rate / 4;
	for (;;) {
		began = clock_ms();
		n = stage_pull(body, f->block, cap, p->e);
		p->moved_ms += clock_ms() - began;
		if (n <= 0)
			return (int)n;
		if (write_block(p, (size_t)n) < 0 || keep_rate(p) < 0)
			return -1;
		/* A refusal may come although the data connection takes everything. */
		found = link_poll(&f->data, false, &f->control, 0, p->e);
		if (found < 0 || (!p->replied && (found & LINK_OTHER) && hear(p) < 0))
			return -1;
		if (p->replied)
			return 0;
	}
}

/* Announce the end, and see all bytes off. */
static int see_off(struct pump *p)
{
	int done;

	while (!p->replied && (done = link_finish(&p->f->data, p->e)) != 1)
		if (done < 0 || wait_for_room(p) < 0)
			return -1;
	return 0;
}

/*
 * The server's last word: it may be long in coming, when disks are slow or
 * what is on the way is much.  What it still sends on the data connection (TLS
 * 1.3's sessions) has to be read, or closing would destroy what is under way.
 */
static int last_word(struct pump *p, int64_t ms)
{
	struct ftps *f = p->f;
	int64_t deadline = clock_ms() + ms;
	long unsent = link_unsent(&f->data), now;
	int found;

	while (!p->replied) {
		if (clock_ms() >= deadline)
			return ftps_silent(f, "no word on the transfer", p->e);
		found = link_poll(&f->data, false, &f->control, 1000, p->e);
		if (found < 0)
			return -1;
		if (found & LINK_READABLE)
			drain(f);
		now = link_unsent(&f->data);
		if (now < unsent)
			deadline = clock_ms() + ms;
		unsent = now;
		/* What has not left yet must move, as before. */
		if (unsent > 0 && !f->data.ended && check_stall(p) < 0)
			return -1;
		/* Nobody takes it any more: what is left is to say why. */
		if (unsent > 0 && f->data.ended && deadline > clock_ms() + FTPS_REASON_MS)
			deadline = clock_ms() + FTPS_REASON_MS;
		if (hear(p) < 0)
			return -1;
	}
	return 0;
}

/* The data connection broke: the server may tell why. */
static int ask_why(struct pump *p)
{
	struct err why = ERR_INIT;
	struct ftps *f = p->f;

	if (!p->replied && ftps_reply(f, FTPS_REASON_MS, &why) < 0)
		return err_at(p->e, "data connection");
	err_clear(p->e);
	return 0;
}

/*
 * Has the data connection ended well, with nothing left in this machine?  There are
 * servers that say 226 to a transfer that was cut.
 */
static int check_end(struct pump *p)
{
	struct ftps *f = p->f;
	int64_t until = clock_ms() + FTPS_REASON_MS;
	int found;

	do {
		found = link_poll(&f->data, false, NULL, f->data.ended ? 0 : 50, p->e);
		if (found < 0)
			return -1;
		if ((found & LINK_READABLE) && !f->data.ended)
			drain(f);
		/* The end itself may not be acknowledged yet: it counts as one byte. */
	} while (link_unsent(&f->data) > 1 && !f->data.ended && clock_ms() < until);
	if (!f->data.dial.broken && link_unsent(&f->data) <= 1)
		return 0;
	err_set(p->e, ERR_NETWORK, "%s says that it has all, but the data connection broke: %d %s",
		f->shown, f->code, f->text);
	return err_retry(p->e);
}

/* f->code is the server's last word, whenever it came. */
static int judge_transfer(struct pump *p)
{
	struct ftps *f = p->f;

	if (f->code / 100 == 2) {
		if (p->u->sent_all) {
			p->u->answered = check_end(p) == 0;
			return p->u->answered ? 0 : -1;
		}
		err_set(p->e, ERR_NETWORK, "%s ended the transfer before it had all: %d %s",
			f->shown, f->code, f->text);
		return err_retry(p->e);
	}
	/* What it has against us, it says in TLS. */
	if (f->code / 100 == 4 && link_read(&f->data, f->block, 1, p->e) < 0 &&
	    p->e->code != ERR_NONE && !p->e->retry)
		return -1;
	err_clear(p->e);
	/* Connections, not the file: RFC 959, section 4.2.2 */
	if (f->code == 425 || f->code == 426) {
		err_set(p->e, ERR_NETWORK, "%s gave up the transfer: %d %s", f->shown, f->code,
			f->text);
		return err_retry(p->e);
	}
	if (f->code == 552)
		return err_set(p->e, ERR_FAILED, "%s has no room for it: 552 %s", f->shown,
			       f->text);
	return ftps_refused(f, "the transfer is", p->e);
}

static int transfer(struct pump *p, struct stage *body, int64_t final_ms)
{
	struct ftps *f = p->f;
	bool silent;

	f->code = 0;
	f->reply_len = 0;
	/* What came together with the 1yz is no word on what was not sent yet. */
	if (hear(p) < 0)
		return -1;
	if (p->replied)
		return judge_transfer(p);
	if (pump(p, body) == 0 && (p->replied || see_off(p) == 0)) {
		p->u->sent_all = !p->replied;
		return p->replied || last_word(p, final_ms) == 0 ? judge_transfer(p) : -1;
	}
	silent = f->config->stall_ms != 0 && clock_ms() - p->moved_ms > f->config->stall_ms;
	/* The image failed, a signal came, or the server had long enough to say something. */
	if (p->e->code != ERR_NETWORK || silent)
		return -1;
	return ask_why(p) < 0 ? -1 : judge_transfer(p);
}

static int ask_to_store(struct ftps *f, const char *name, bool append, struct ftps_upload *u,
			struct err *e)
{
	if (ftps_open_data(f, e) < 0)
		return -1;
	u->asked = true;
	if (ftps_begin(f, append ? "APPE" : "STOR", name, e) < 0)
		return -1;
	u->accepted = f->code / 100 == 1;
	return u->accepted ? 0 : ftps_refused(f, append ? "APPE is" : "STOR is", e);
}

int ftps_ask(struct ftps *f, const char *name, bool append, struct ftps_upload *u, struct err *e)
{
	memset(u, 0, sizeof(*u));
	if (ask_to_store(f, name, append, u, e) == 0)
		return 0;
	link_close(&f->data);
	return -1;
}

int ftps_send(struct ftps *f, struct stage *body, int64_t final_ms, struct ftps_upload *u,
	      struct err *e)
{
	struct pump p = { .f = f, .u = u, .e = e };
	int result = ftps_secure_data(f, e);

	p.began_ms = p.moved_ms = clock_ms();
	if (result == 0)
		result = transfer(&p, body, final_ms);
	link_close(&f->data);
	return result;
}

/* Compare each line with name, whatever directory it is shown in. */
static void scan(const char *name, struct text *line, const char *p, size_t len, bool *found)
{
	for (; len > 0; p++, len--) {
		if (*p != '\n') {
			text_put_n(line, p, 1);
			continue;
		}
		if (line->len > 0 && line->at[line->len - 1] == '\r')
			line->at[--line->len] = '\0';
		*found = *found || (!line->full && strcmp(text_base_name(line->at), name) == 0);
		text_init(line, line->at, line->cap);
	}
}

static int read_list(struct ftps *f, const char *name, bool *found, struct err *e)
{
	int64_t deadline = clock_ms() + f->config->stall_ms;
	char buf[FTP_LINE_MAX];
	struct text line;
	size_t total = 0;
	ssize_t n;

	text_init(&line, buf, sizeof(buf));
	while ((n = link_read(&f->data, f->block, sizeof(f->block), e)) >= 0) {
		scan(name, &line, (const char *)f->block, (size_t)n, found);
		total += (size_t)n;
		if (total > FTP_LIST_MAX)
			return err_set(e, ERR_LIMIT,
				       "%s: the list of files is longer than %zu bytes", f->shown,
				       FTP_LIST_MAX);
		if (f->config->stall_ms != 0 && clock_ms() >= deadline)
			return ftps_silent(f, "the list of files", e);
		if (n == 0 && link_poll(&f->data, false, NULL, 1000, e) < 0)
			return -1;
	}
	scan(name, &line, "\n", 1, found);
	if (e->code != ERR_NONE)
		return -1;
	/* Somebody in between may have cut it, and with it the name. */
	if (!f->data.whole) {
		err_set(e, ERR_NETWORK, "%s: the list of files was cut", f->shown);
		return err_retry(e);
	}
	return 0;
}

static int list(struct ftps *f, const char *name, bool *found, struct err *e)
{
	if (ftps_open_data(f, e) < 0 || ftps_begin(f, "NLST", NULL, e) < 0)
		return -1;
	/* So many servers say it of an empty directory; but not all who say it mean that. */
	if ((f->code == 450 || f->code == 550) && text_finds(f->text, "no files"))
		return 0;
	if (f->code / 100 != 1)
		return ftps_refused(f, "NLST is", e);
	if (ftps_secure_data(f, e) < 0 || read_list(f, name, found, e) < 0)
		return -1;
	link_close(&f->data);
	if (ftps_reply(f, f->config->stall_ms, e) < 0)
		return -1;
	if (f->code / 100 != 2)
		return ftps_refused(f, "NLST is", e);
	/* vsftpd: "226 Transfer done (but failed to open directory)." */
	if (text_finds(f->text, "fail"))
		return err_set(e, ERR_FAILED, "%s: NLST: %d %s", f->shown, f->code, f->text);
	return 0;
}

int ftps_listed(struct ftps *f, const char *name, bool *found, struct err *e)
{
	int result;

	*found = false;
	result = list(f, name, found, e);
	link_close(&f->data);
	return result;
}
