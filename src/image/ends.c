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
	if (s->agree && s->agree(s->arg, f, e) < 0)
		return -1;
	if (disk_check(f, &v, e) == 0)
		return 0;
	return s->what ? err_at(e, s->what) : -1;
}
