/* A disk is a list of parts; the file system of one of them is open. */
#include "image/vacant.h"

#include <string.h>

#include "base/stop.h"

static struct vacant_part *add(struct vacant_list *list, unsigned number, uint64_t at, uint64_t len)
{
	if (list->count == VACANT_PARTS_MAX) {
		list->more = true;
		return NULL;
	}
	list->part[list->count] = (struct vacant_part){ .number = number, .at = at, .len = len };
	return &list->part[list->count++];
}

/* Is it meant for swap?  A stale header alone is no reason to believe that. */
static bool is_swap(const struct partition *p)
{
	static const unsigned char guid[16] = { 0x6d, 0xfd, 0x57, 0x06, 0xab, 0xa4, 0xc4, 0x43,
						0x84, 0xe5, 0x09, 0x33, 0xc8, 0x4b, 0x4f, 0x4f };

	return p->type == 0x82 || memcmp(p->guid, guid, sizeof(guid)) == 0;
}

/* What the table tells.  One that tells of more than there is, is in doubt. */
static int add_all(struct vacant_list *list, struct partition_table *table, uint64_t size,
		   struct err *e)
{
	struct vacant_part *part;
	struct partition p;
	int result;

	while ((result = partition_next(table, &p, e)) > 0) {
		if (p.extended)
			continue;
		if (p.at >= size || p.len > size - p.at)
			list->doubt = "a partition reaches beyond the disk";
		part = p.at < size ? add(list, p.number, p.at,
					 p.len < size - p.at ? p.len : size - p.at) :
				     NULL;
		if (part)
			part->swap = is_swap(&p);
	}
	return result;
}

static bool overlap(const struct vacant_part *a, const struct vacant_part *b)
{
	return a->at < b->at + b->len && b->at < a->at + a->len;
}

/* Whose is it, where two have the same place? */
static void find_shared(struct vacant_list *list)
{
	unsigned i, k;

	for (i = 0; i < list->count; i++)
		for (k = i + 1; k < list->count; k++)
			if (overlap(&list->part[i], &list->part[k]))
				list->part[i].shared = list->part[k].shared = true;
}

/* Every partition of a hybrid disk's MBR is one of its GPT. */
static bool is_hybrid(struct vacant *v, const struct vacant_list *list, unsigned sector,
		      unsigned count, struct err *e)
{
	struct partition p;
	unsigned i, found = 0;

	if (count == 0)
		return true;
	if (partition_open_mbr(&v->table, &v->view, sector, e) <= 0)
		return false;
	while (partition_next(&v->table, &p, e) > 0)
		for (i = 0; i < list->count; i++)
			found += list->part[i].at == p.at && list->part[i].len == p.len;
	return found == count;
}

/* The partitions, or all of the disk where there is no table, and never was one. */
static int find_parts(struct vacant *v, struct vacant_list *list, unsigned sector, struct err *e)
{
	struct partition_table *table = &v->table;
	unsigned hybrid;
	int certain;

	if (partition_open(table, &v->view, sector, e) < 0)
		return -1;
	certain = partition_certain(table, &hybrid, e);
	if (certain < 0)
		return -1;
	if (table->kind == PARTITION_NONE)
		(void)add(list, 0, 0, v->view.size);
	else if (add_all(list, table, v->view.size, e) < 0)
		return -1;
	find_shared(list);
	list->kind = table->kind;
	list->sector = table->kind == PARTITION_NONE ? 0 : table->sector;
	list->second = table->second;
	list->both = table->kind == PARTITION_GPT && partition_other_copy(table, e) > 0;
	if (!certain || !is_hybrid(v, list, table->sector, hybrid, e))
		list->doubt = "its partition table is not clear";
	return 0;
}

/* Why it has to be read whole, or NULL. */
static const char *doubt_of(const struct vacant_list *list, const struct vacant_part *p,
			    const struct fs *fs, int opened, bool used)
{
	if (opened < 0)
		return fs->why;
	if (opened == 0)
		return p->kind ? "hoist reads only ext2, ext3, ext4, XFS, FAT, exFAT and swap" :
				 "it has no file system that is known here";
	if (list->doubt)
		return list->doubt;
	if (p->shared || list->more)
		return "partitions overlap, or there are too many";
	return used ? "it is in use" : NULL;
}

static void look_at(struct vacant *v, struct vacant_list *list, struct vacant_part *p, bool used)
{
	int result = fs_open(&v->fs, &v->view, p->at, p->len, p->swap);

	p->kind = v->fs.name;
	p->why = doubt_of(list, p, &v->fs, result, used);
	if (p->why)
		return;
	p->free = v->fs.free;
	list->free += p->free;
}

int vacant_open(struct vacant *v, struct vacant_list *list, const struct disk_view *view,
		unsigned sector, bool (*look)(void *arg, struct vacant_part *part), void *arg,
		struct err *e)
{
	struct err why = ERR_INIT;
	unsigned i;

	v->view = *view;
	v->view.notes = NULL;
	v->list = list;
	memset(list, 0, sizeof(*list));
	if (find_parts(v, list, sector, &why) < 0) {
		list->count = 0;
		if (why.code == ERR_STOPPED) {
			*e = why;
			return -1;
		}
	}
	for (i = 0; i < list->count; i++)
		look_at(v, list, &list->part[i], look(arg, &list->part[i]));
	v->current = list->count;
	return stop_asked() ? stop_err(e) : 0;
}

bool vacant_at(struct vacant *v, uint64_t pos, uint64_t *len)
{
	struct vacant_list *list = v->list;
	struct vacant_part *p;
	unsigned i;
	bool vacant;

	*len = v->view.size - pos;
	for (i = 0; i < list->count; i++) {
		p = &list->part[i];
		if (p->free == 0)
			continue;
		if (pos < p->at && p->at - pos < *len)
			*len = p->at - pos;
		if (pos < p->at || pos - p->at >= p->len)
			continue;
		if (v->current != i) {
			v->current = list->count;
			if (fs_open(&v->fs, &v->view, p->at, p->len, p->swap) <= 0) {
				p->why =
					"it was another one, or could not be read, when it was looked at again";
				*len = p->at + p->len - pos;
				return false;
			}
			v->current = i;
		}
		vacant = fs_vacant(&v->fs, pos - p->at, len);
		if (*len > p->at + p->len - pos)
			*len = p->at + p->len - pos;
		if (vacant) {
			p->left += *len;
			list->left += *len;
		}
		return vacant;
	}
	return false;
}

void vacant_rewind(struct vacant *v)
{
	unsigned i;

	v->list->left = 0;
	for (i = 0; i < v->list->count; i++)
		v->list->part[i].left = 0;
}
