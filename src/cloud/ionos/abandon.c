#include "cloud/ionos/abandon.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "cloud/ionos/server.h"

/* The pause between two logins. */
#define AGAIN_MS 2000

/* What the report says behind the error. */
static void ERR_PRINTF(2, 3) leave(struct task *t, const char *fmt, ...)
{
	struct text left;
	va_list ap;

	text_init(&left, t->left, sizeof(t->left));
	va_start(ap, fmt);
	text_vprintf(&left, fmt, ap);
	va_end(ap);
	text_ellipsis(&left);
}

static void may_be_left(struct task *t, const struct err *why)
{
	struct ionos_work *w = ionos_work(t);

	leave(t, "%s as %s/%s on %s (%s)",
	      w->end == END_BROKE ? "all of it was sent, and may be there whole," :
				    "a part of it may be left",
	      w->dir, w->name.file, w->server.host, why->text);
}

/* The part that a failed upload left, and that was not deleted. */
static void tell_left(struct task *t, struct err *why)
{
	struct ionos_work *w = ionos_work(t);
	struct ftps *f = &t->work->ftps;
	enum ftps_file file = FTPS_UNKNOWN;
	uint64_t size = 0;
	char other[IONOS_NAME_BYTES + 40], part[40] = "a part of it is";

	if ((w->was_absent && f->code == 0) || ftps_size(f, w->name.file, &file, &size, why) < 0) {
		may_be_left(t, why);
		return;
	}
	if (file == FTPS_ABSENT)
		return;
	if (file == FTPS_PRESENT)
		snprintf(part, sizeof(part), "%llu bytes of it are", (unsigned long long)size);
	ionos_server_suggest(t, other, sizeof(other));
	leave(t, "%s left as %s/%s on %s, which %s: use %s, or ask %s to remove it", part, w->dir,
	      w->name.file, w->server.host,
	      w->was_absent ? "does not delete it" :
			      "could not tell by SIZE that the name was free, so it is not deleted",
	      other, ionos_server_operator(w));
}

void ionos_abandon(struct task *t)
{
	struct ionos_work *w = ionos_work(t);
	struct ftps *f = &t->work->ftps;
	struct err why = ERR_INIT;

	if (t->bytes >= BYTES_LANDED) {
		leave(t, "it was uploaded whole, as %s/%s; its properties are not set", w->dir,
		      w->name.file);
		return;
	}
	if (w->stored != FILE_OURS) {
		if (w->stored == FILE_ASKED && !t->left[0])
			leave(t, "an empty file %s/%s may be left on %s", w->dir, w->name.file,
			      w->server.host);
		return;
	}
	if (t->options->keep) {
		leave(t, "what was sent is kept as %s/%s on %s", w->dir, w->name.file,
		      w->server.host);
		return;
	}
	f->stop_ms = clock_ms() + GRACE_MS;
	while (ionos_server_enter(t, &why) < 0) {
		if (!why.retry || clock_ms() + AGAIN_MS > f->stop_ms) {
			may_be_left(t, &why);
			return;
		}
		err_clear(&why);
		/* A signal does not shorten it: what it asks for is this. */
		(void)poll(NULL, 0, AGAIN_MS);
	}
	if (w->was_absent && ftps_delete(f, w->name.file, &why) == 0)
		leave(t, "the part that was sent was deleted");
	else
		tell_left(t, &why);
}
