/* A list of ranges that grows at its end. */
#include "image/unread.h"

#include <stddef.h>

bool unread_add(struct unread *u, uint64_t at, uint64_t len)
{
	struct unread_range *last = u->count > 0 ? &u->range[u->count - 1] : NULL;

	if (last && last->at + last->len == at) {
		last->len += len;
	} else {
		if (u->count == UNREAD_MAX)
			return false;
		u->range[u->count++] = (struct unread_range){ at, len };
	}
	u->bytes += len;
	return true;
}

bool unread_has(const struct unread *u, uint64_t pos, uint64_t *len)
{
	unsigned low = 0, high = u->count, middle;

	/* The first that ends behind pos. */
	while (low < high) {
		middle = (low + high) / 2;
		if (u->range[middle].at + u->range[middle].len > pos)
			high = middle;
		else
			low = middle + 1;
	}
	if (low == u->count) {
		*len = UINT64_MAX;
		return false;
	}
	if (pos < u->range[low].at) {
		*len = u->range[low].at - pos;
		return false;
	}
	*len = u->range[low].at + u->range[low].len - pos;
	return true;
}
