/* Tasks that begin files of one name on one machine wait for each other. */
#include "cloud/ionos/turn.h"

#include <stdio.h>
#include <string.h>

#include "base/stop.h"
#include "cloud/ionos/state.h"

/* How often is looked whether it is one's turn. */
#define TURN_MS 20

/* True if nobody else is beginning a file of this name on this machine: now we are. */
static bool claim(struct task *t, const char *address)
{
	struct ionos *all = ionos_of(t);
	const struct ionos_work *w = ionos_work(t);
	unsigned i, place = 0;
	bool other = false;

	pthread_mutex_lock(t->turn);
	for (i = 0; i < JOBS_MAX; i++) {
		if (!all->beginning[i].by)
			place = i;
		else if (strcmp(all->beginning[i].address, address) == 0 &&
			 strcmp(all->beginning[i].by->name.file, w->name.file) == 0)
			other = true;
	}
	if (!other) {
		all->beginning[place].by = w;
		snprintf(all->beginning[place].address, sizeof(all->beginning[place].address), "%s",
			 address);
	}
	pthread_mutex_unlock(t->turn);
	return !other;
}

void ionos_turn_end(struct task *t)
{
	struct ionos *all = ionos_of(t);
	unsigned i;

	pthread_mutex_lock(t->turn);
	for (i = 0; i < JOBS_MAX; i++)
		if (all->beginning[i].by == ionos_work(t))
			all->beginning[i].by = NULL;
	pthread_mutex_unlock(t->turn);
}

int ionos_turn_take(struct task *t, struct err *e)
{
	char address[256];

	if (ionos_of(t)->target_count == 1)
		return 0;
	/* Behind a proxy only the name is known. */
	dial_address(&t->work->ftps.control.dial, address, sizeof(address));
	if (address[0] == '\0')
		snprintf(address, sizeof(address), "%s", ionos_work(t)->server.host);
	while (!claim(t, address))
		if (stop_sleep(TURN_MS, e) < 0)
			return -1;
	return 0;
}
