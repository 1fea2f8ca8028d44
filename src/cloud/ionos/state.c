/* The only place where the state of an upload changes. */
#include "cloud/ionos/state.h"

struct ionos *ionos_of(const struct task *t)
{
	_Static_assert(sizeof(struct ionos) <= SETTINGS_BYTES, "there is room for it");
	return t->settings;
}

struct ionos_work *ionos_work(const struct task *t)
{
	_Static_assert(sizeof(struct ionos_work) <= WORK_CLOUD_BYTES, "struct work has room");
	return (struct ionos_work *)(void *)t->work->cloud;
}

void ionos_state_looked(struct task *t, enum ftps_file file)
{
	struct ionos_work *w = ionos_work(t);

	w->was_absent = file == FTPS_ABSENT;
	if (w->was_absent && w->stored == FILE_ASKED)
		w->stored = FILE_NONE;
}

void ionos_state_transferred(struct task *t, bool broke)
{
	struct ionos_work *w = ionos_work(t);

	if (w->last.accepted)
		w->stored = FILE_OURS;
	else if (w->last.asked && w->stored != FILE_OURS)
		w->stored = t->work->ftps.code == 0 ? FILE_ASKED : FILE_NONE;
	w->end = w->last.answered ? END_CONFIRMED : broke ? END_BROKE : END_OPEN;
}

void ionos_state_cut(struct task *t)
{
	ionos_work(t)->end = END_OPEN;
}

void ionos_state_lost(struct task *t)
{
	ionos_work(t)->stored = FILE_NONE;
}
