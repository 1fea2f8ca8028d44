/* After a failure: a part of a file is deleted from the server, or told to be left there. */
#include "cloud/ionos/abandon.h"

#include <poll.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "cloud/ionos/server.h"

/* The pause between two logins. */
#define AGAIN_MS 2000

static void may_be_left(struct task *t, const struct err *why)
{
	struct ionos_work *w = ionos_work(t);

	text_say(t->left, sizeof(t->left), "%s as %s/%s on %s (%s)",
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
	text_say(t->left, sizeof(t->left),
		 "%s left as %s/%s on %s, which %s: use %s, or ask %s to remove it", part, w->dir,
		 w->name.file, w->server.host,
		 w->was_absent ?
			 "does not delete it" :
			 "could not tell by SIZE that the name was free, so it is not deleted",
		 other, ionos_server_operator(w));
}

void ionos_abandon(struct task *t)
{
	struct ionos_work *w = ionos_work(t);
	struct ftps *f = &t->work->ftps;
	struct err why = ERR_INIT;

	if (t->bytes >= BYTES_LANDED) {
		text_say(t->left, sizeof(t->left),
			 "it was uploaded whole, as %s/%s; its properties are not set", w->dir,
			 w->name.file);
		return;
	}
	if (w->stored != FILE_OURS) {
		if (w->stored == FILE_ASKED && !t->left[0])
			text_say(t->left, sizeof(t->left), "an empty file %s/%s may be left on %s",
				 w->dir, w->name.file, w->server.host);
		return;
	}
	if (t->options->keep) {
		text_say(t->left, sizeof(t->left), "what was sent is kept as %s/%s on %s", w->dir,
			 w->name.file, w->server.host);
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
		text_say(t->left, sizeof(t->left), "the part that was sent was deleted");
	else
		tell_left(t, &why);
}
