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

	if (place < w->at || place - w->at >= w->len) {
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
	left = d->size - x->at;
	x->len = left < unit ? left : unit;
}

/* The same of all that comes after it. */
static int unknown(struct extent *x)
{
	x->kind = EXTENT_UNKNOWN;
	return 0;
}

static int unknown_to_the_end(const struct disk *d, struct extent *x)
{
	x->len = d->size - x->at;
	return unknown(x);
}

/* The table of the second level that this one of the first speaks of is entered. */
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
	/* Each place belongs to one table, so all of them fit into the file. */
	m->seen += bytes;
	return m->seen > d->v->size ? disk_bad(e, "it has more tables than there is room for") : 0;
}

static int two_levels(struct disk *d, uint64_t at, struct extent *x, struct err *e)
{
	const struct disk_map *m = &d->map;
	uint64_t index = at / m->unit, top = index / m->below, table;
	const unsigned char *entry;
	int result;

	whole(d, top, m->below * m->unit, x);
	if (top >= d->walk_max / m->width)
		return unknown_to_the_end(d, x);
	result = look_up(d, &d->first, m->at, m->count, m->width, top, &entry, e);
	if (result <= 0)
		return result < 0 ? -1 : unknown_to_the_end(d, x);
	table = d->format->branch(entry);
	if (table == 0)
		return 0;
	if (enter(d, top, table, e) < 0)
		return -1;
	if (m->seen > d->walk_max)
		return unknown(x);
	result = look_up(d, &d->second, table, m->below, m->below_width, index % m->below, &entry,
			 e);
	if (result <= 0)
		return result < 0 ? -1 : unknown(x);
	whole(d, index, m->unit, x);
	return d->format->leaf(d, entry, at, x, e);
}

static int one_level(struct disk *d, uint64_t at, struct extent *x, struct err *e)
{
	const struct disk_map *m = &d->map;
	uint64_t index = at / m->unit, place = index + (m->stride ? index / m->stride : 0);
	const unsigned char *entry;
	int result;

	whole(d, index, m->unit, x);
	if (place >= d->walk_max / m->width)
		return unknown_to_the_end(d, x);
	result = look_up(d, &d->first, m->at, m->count, m->width, place, &entry, e);
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
