/* The last bytes of a stream are kept, and the image judged by them. */
#include "image/ends.h"

#include <string.h>

void ends_reset(struct ends *s)
{
	s->count = 0;
	s->last_len = 0;
	s->notes = (struct disk_notes){ 0 };
}

void ends_add(struct ends *s, const void *p, size_t len)
{
	size_t keep = sizeof(s->last) - len;

	s->count += len;
	if (len >= sizeof(s->last)) {
		memcpy(s->last, (const unsigned char *)p + len - sizeof(s->last), sizeof(s->last));
		s->last_len = sizeof(s->last);
		return;
	}
	if (keep > s->last_len)
		keep = s->last_len;
	memmove(s->last, s->last + s->last_len - keep, keep);
	memcpy(s->last + keep, p, len);
	s->last_len = keep + len;
}

/* "what the gzip holds", "has 1000 bytes" */
static int say(const struct ends *s, struct err *e)
{
	struct err why = *e;

	if (!s->what)
		return -1;
	err_clear(e);
	err_set(e, why.code, "%s %s", s->what, why.text);
	e->retry = why.retry;
	return -1;
}

int ends_check(struct ends *s, enum format by_head, struct err *e)
{
	struct disk_view v = {
		.fd = -1,
		.size = s->count,
		.head = s->head,
		.head_len = s->head_len < s->count ? s->head_len : (size_t)s->count,
		.tail = s->last,
		.tail_len = s->last_len,
		.notes = &s->notes,
	};
	enum format f = disk_format(by_head, &v);

	s->notes = (struct disk_notes){ 0 };
	s->fault = ERR_INIT;
	if ((!s->agree || s->agree(s->arg, f, e) == 0) &&
	    (disk_check(f, &v, e) == 0 || say(s, e) == 0))
		return 0;
	if (!s->overlook || e->code != ERR_IMAGE)
		return -1;
	s->fault = *e;
	err_clear(e);
	return 0;
}
