/* The partitions of a disk and the ways to the clouds, as tables and as JSON. */
#include "report_disk.h"

#include <string.h>

#include "cloud/table.h"
#include "job/input.h"
#include "job/judge.h"

#define CELL_MAX 160

static const struct table_shape shape = {
	.left = "", .between = "  ", .right = "", .empty = "-", .longest = CELL_MAX
};

static bool started(const struct task *t)
{
	return t->err.code != ERR_NONE || atomic_load(&t->phase) == PHASE_ENDED;
}

bool report_disk_is_known(const struct task *t)
{
	return (t->provider->needs & NEED_PARTS) && started(t) && t->input->vacant.count > 0;
}

static const char *kind_of(const struct vacant_list *list)
{
	if (list->kind == PARTITION_NONE)
		return NULL;
	return list->kind == PARTITION_GPT ? "GPT" : "MBR";
}

/* What of the two copies of a GPT is not as it should be; NULL if all is. */
static const char *copies_of(const struct vacant_list *list)
{
	if (list->kind != PARTITION_GPT || list->both)
		return NULL;
	return list->second ? "its first copy is damaged" :
			      "no second copy is at the end of the disk";
}

void report_disk_put(const struct task *t, struct text *out)
{
	const struct vacant_list *list = &t->input->vacant;

	if (list->kind != PARTITION_NONE)
		text_printf(out, "%s, sectors of %u bytes", kind_of(list), list->sector);
	if (copies_of(list))
		text_printf(out, ", %s", copies_of(list));
}

/* Bytes, or nothing: what is free is not known of all. */
static void put_known(const struct vacant_part *p, uint64_t bytes, struct text *cell)
{
	if (!p->why)
		text_put_size(cell, bytes);
}

static bool part_cell(void *arg, int row, unsigned column, struct text *cell)
{
	static const char *const titles[] = { "PARTITION", "START", "SIZE",  "HOLDS",
					      "USED",      "FREE",  "IN USE" };
	const struct vacant_list *list = arg;
	const struct vacant_part *p = &list->part[row < 0 ? 0 : row];

	if (row == TABLE_TITLES) {
		text_put(cell, titles[column]);
		return true;
	}
	if (row >= (int)list->count)
		return false;
	if (column == 0 && p->number > 0)
		text_printf(cell, "%u", p->number);
	else if (column == 1)
		text_put_size(cell, p->at);
	else if (column == 2)
		text_put_size(cell, p->len);
	else if (column == 3)
		text_put(cell, p->kind ? p->kind : "");
	else if (column == 4)
		put_known(p, p->len - p->free, cell);
	else if (column == 5)
		put_known(p, p->free, cell);
	else if (column == 6)
		text_put(cell, p->use);
	return true;
}

static const struct provider *choosy(int n)
{
	const struct provider *const *p;

	for (p = providers; *p; p++)
		if (judge_is_choosy(*p) && n-- == 0)
			return *p;
	return NULL;
}

static bool route_cell(void *arg, int row, unsigned column, struct text *cell)
{
	static const char *const titles[] = { "CLOUD", "SENT AS", "PASSES", "HOW" };
	const struct provider *p = choosy(row);
	struct judge_route r;

	if (row == TABLE_TITLES) {
		text_put(cell, titles[column]);
		return true;
	}
	if (!p)
		return false;
	judge_route(p, arg, &r);
	if (column == 0)
		text_put(cell, p->name);
	else if (column == 1 && r.passes > 0)
		text_put(cell, format_name(r.format));
	else if (column == 2 && r.passes > 0)
		text_printf(cell, "%u", r.passes);
	else if (column == 3 && r.passes > 0)
		text_put(cell, p->takes->route);
	else if (column == 3)
		text_printf(cell, "not: it %s", r.why.text);
	return true;
}

static void print_notes(const struct vacant_list *list)
{
	unsigned i;

	for (i = 0; i < list->count; i++) {
		const struct vacant_part *p = &list->part[i];

		if (p->shared)
			printf("partition %u overlaps another one\n", p->number);
		else if (p->kind && p->why && p->number > 0)
			printf("partition %u: what is free is not known: %s\n", p->number, p->why);
		else if (p->kind && p->why)
			printf("what is free is not known: %s\n", p->why);
	}
	if (list->more)
		printf("it has more than %d partitions\n", VACANT_PARTS_MAX);
}

void report_disk_print(const struct task *t)
{
	const struct vacant_list *list = &t->input->vacant;
	const struct table parts = { .shape = &shape,
				     .columns = 7,
				     .titles = true,
				     .cell = part_cell,
				     .arg = (void *)list };
	const struct table routes = {
		.shape = &shape, .columns = 4, .titles = true, .cell = route_cell, .arg = (void *)t
	};
	char line[CELL_MAX], name[PATH_BYTES];
	struct text text;

	text_init(&text, line, sizeof(line));
	report_disk_put(t, &text);
	text_say(name, sizeof(name), "%s", task_name(t));
	text_clean(name);
	printf("\n%s: %s\n", name, line[0] ? line : "no partition table");
	table_print(stdout, &parts);
	print_notes(list);
	putchar('\n');
	table_print(stdout, &routes);
}

static void print_member(const char *name, const char *value)
{
	printf(", \"%s\": ", name);
	if (value && *value)
		text_print_json(stdout, value);
	else
		fputs("null", stdout);
}

static void print_part(const struct vacant_part *p)
{
	printf("{\"number\": %u, \"offset\": %llu, \"size\": %llu", p->number,
	       (unsigned long long)p->at, (unsigned long long)p->len);
	print_member("filesystem", p->kind);
	if (p->why)
		fputs(", \"used\": null, \"free\": null", stdout);
	else
		printf(", \"used\": %llu, \"free\": %llu", (unsigned long long)(p->len - p->free),
		       (unsigned long long)p->free);
	print_member("why", p->why);
	print_member("in_use", p->use);
	printf(", \"overlaps\": %s}", p->shared ? "true" : "false");
}

void report_disk_print_json(const struct task *t)
{
	const struct vacant_list *list = &t->input->vacant;
	unsigned i;

	if (!report_disk_is_known(t)) {
		fputs("null", stdout);
		return;
	}
	fputs("{\"table\": ", stdout);
	if (kind_of(list))
		text_print_json(stdout, kind_of(list));
	else
		fputs("null", stdout);
	printf(", \"sector\": %u", list->sector);
	print_member("damage", copies_of(list));
	fputs(", \"partitions\": [", stdout);
	for (i = 0; i < list->count; i++) {
		fputs(i > 0 ? ", " : "", stdout);
		print_part(&list->part[i]);
	}
	fputs("]}", stdout);
}
