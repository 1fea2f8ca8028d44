/* A sorted list of ranges. */
#include "image/unread.h"

#include <string.h>

/* The first that ends behind pos. */
static unsigned find(const struct unread *u, uint64_t pos)
{
	unsigned low = 0, high = u->count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (u->range[middle].at + u->range[middle].len > pos)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

bool unread_add(struct unread *u, uint64_t at, uint64_t len)
{
	unsigned i = find(u, at);
	struct unread_range *next = &u->range[i], *before = i > 0 ? next - 1 : NULL;
	bool joins_next = i < u->count && at + len == next->at;

	if (before && before->at + before->len == at) {
		before->len += joins_next ? len + next->len : len;
		if (joins_next)
			memmove(next, next + 1, (--u->count - i) * sizeof(*next));
	} else if (joins_next) {
		next->at = at;
		next->len += len;
	} else {
		if (u->count == UNREAD_MAX)
			return false;
		memmove(next + 1, next, (u->count++ - i) * sizeof(*next));
		*next = (struct unread_range){ at, len };
	}
	u->bytes += len;
	return true;
}

bool unread_has(const struct unread *u, uint64_t pos, uint64_t *len)
{
	unsigned i = find(u, pos);

	if (i == u->count) {
		*len = UINT64_MAX;
		return false;
	}
	if (pos < u->range[i].at) {
		*len = u->range[i].at - pos;
		return false;
	}
	*len = u->range[i].at + u->range[i].len - pos;
	return true;
}
