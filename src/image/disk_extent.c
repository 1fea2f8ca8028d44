/* The entry for a byte of the disk is looked up in tables of one or two levels. */
#include "image/disk_extent.h"

#include "image/disk_read.h"

/*
 * Point p to the entry with this index of the table at, which has count of them.  Returns
 * 1, or 0 if it is of a pipe and gone, or -1.
 */
static int look_up(const struct disk *d, struct disk_window *w, uint64_t at, uint64_t count,
		   unsigned width, uint64_t index, const unsigned char **p, struct err *e)
{
	uint64_t place = at + index * width, n = sizeof(w->buf) / width;
	int result;

	/* Tables may begin anywhere: all of the entry has to be in the window. */
	if (place < w->at || place - w->at > w->len || w->len - (place - w->at) < width) {
		if (count - index < n)
			n = count - index;
		w->len = 0;
		result = disk_read(d->v, place, w->buf, (size_t)n * width, e);
		if (result <= 0)
			return result;
		w->at = place;
		w->len = (size_t)n * width;
	}
	*p = w->buf + (place - w->at);
	return 1;
}

/* x is the whole of what the entry with this index stands for, each with unit bytes. */
static void whole(const struct disk *d, uint64_t index, uint64_t unit, struct extent *x)
{
	uint64_t left;

	*x = (struct extent){ .kind = EXTENT_ZERO, .at = index * unit };
	left = x->at < d->size ? d->size - x->at : 0;
	x->len = left < unit ? left : unit;
}

/* Of x nothing is known. */
static int unknown(struct extent *x)
{
	x->kind = EXTENT_UNKNOWN;
	return 0;
}

/* ... and nothing of all that comes after it. */
static int unknown_to_the_end(const struct disk *d, struct extent *x)
{
	x->len = d->size - x->at;
	return unknown(x);
}

/* Check the table of the second level that the entry with this index names, and count it. */
static int enter(struct disk *d, uint64_t index, uint64_t at, struct err *e)
{
	struct disk_map *m = &d->map;
	uint64_t bytes = m->below * m->below_width;

	if (at % m->align != 0)
		return disk_bad(e, "a table is not where one can be");
	if (disk_holds(d->v, at, bytes, e) < 0)
		return -1;
	if (index < m->next)
		return 0;
	m->next = index + 1;
	/* Tables do not overlap, so together they are no larger than the file. */
	m->seen += bytes;
	if (m->seen > d->v->size)
		return disk_bad(e, "it has more tables than there is room for");
	return 0;
}

/* The entry of the first table with this index.  1, 0 if it cannot be known, or -1. */
static int first(struct disk *d, uint64_t index, const unsigned char **entry, struct err *e)
{
	const struct disk_map *m = &d->map;

	if (index >= d->walk_max / m->width)
		return 0;
	return look_up(d, &d->first, m->at, m->count, m->width, index, entry, e);
}

/* The same of the table of the second level that entry speaks of.  table is 0 if of none. */
static int second(struct disk *d, uint64_t table, uint64_t index, const unsigned char **entry,
		  struct err *e)
{
	const struct disk_map *m = &d->map;

	if (m->seen > d->walk_max)
		return 0;
	return look_up(d, &d->second, table, m->below, m->below_width, index, entry, e);
}

static int two_levels(struct disk *d, uint64_t at, struct extent *x, struct err *e)
{
	const struct disk_map *m = &d->map;
	uint64_t index = at / m->unit, top = index / m->below, table;
	const unsigned char *entry;
	int result = first(d, top, &entry, e);

	whole(d, top, m->below * m->unit, x);
	if (result <= 0)
		return result < 0 ? -1 : unknown_to_the_end(d, x);
	table = d->format->branch(entry);
	if (table == 0)
		return 0;
	if (enter(d, top, table, e) < 0)
		return -1;
	result = second(d, table, index % m->below, &entry, e);
	if (result <= 0)
		return result < 0 ? -1 : unknown(x);
	whole(d, index, m->unit, x);
	return d->format->leaf(d, entry, at, x, e);
}

static int one_level(struct disk *d, uint64_t at, struct extent *x, struct err *e)
{
	const struct disk_map *m = &d->map;
	uint64_t index = at / m->unit;
	const unsigned char *entry;
	int result = first(d, index + (m->stride ? index / m->stride : 0), &entry, e);

	whole(d, index, m->unit, x);
	if (result <= 0)
		return result < 0 ? -1 : unknown_to_the_end(d, x);
	return d->format->leaf(d, entry, at, x, e);
}

int disk_extent(struct disk *d, uint64_t at, struct extent *x, struct err *e)
{
	if (d->flat) {
		*x = (struct extent){ .kind = EXTENT_DATA, .len = d->size };
		return 0;
	}
	if (d->map.unit == 0) {
		*x = (struct extent){ .len = d->size };
		return unknown(x);
	}
	return d->map.below > 0 ? two_levels(d, at, x, e) : one_level(d, at, x, e);
}

/*
 * The extents of an entry lie in the file in their order: if the last that has data is
 * there, all are.  Behind the end of the disk an entry has one, of no length.
 */
static int walk_entry(struct disk *d, const unsigned char *entry, uint64_t index, struct err *e)
{
	struct extent all, x;
	uint64_t at;

	whole(d, index, d->map.unit, &all);
	at = all.at + all.len;
	do {
		x = all;
		if (d->format->leaf(d, entry, at - 1, &x, e) < 0)
			return -1;
		at = x.at;
	} while (at > all.at && x.kind == EXTENT_ZERO);
	return 0;
}

static int walk_second(struct disk *d, uint64_t top, uint64_t table, struct err *e)
{
	const struct disk_map *m = &d->map;
	const unsigned char *entry;
	uint64_t i;
	int result;

	if (enter(d, top, table, e) < 0)
		return -1;
	for (i = 0; i < m->below; i++) {
		result = second(d, table, i, &entry, e);
		if (result <= 0)
			return result;
		if (walk_entry(d, entry, top * m->below + i, e) < 0)
			return -1;
	}
	return 0;
}

int disk_walk(struct disk *d, struct err *e)
{
	const struct disk_map *m = &d->map;
	const unsigned char *entry;
	uint64_t i, index = 0, table;
	int result;

	if (d->flat || m->unit == 0)
		return 0;
	for (i = 0; i < m->count; i++) {
		if (m->stride && i % (m->stride + 1) == m->stride)
			continue;
		result = first(d, i, &entry, e);
		if (result <= 0)
			return result;
		if (m->below == 0) {
			result = walk_entry(d, entry, index++, e);
		} else {
			table = d->format->branch(entry);
			result = table == 0 ? 0 : walk_second(d, i, table, e);
		}
		if (result < 0)
			return -1;
	}
	return 0;
}
