/* The session with the FTP server of one location. */
#include "cloud/ionos/server.h"

#include <stdio.h>
#include <string.h>

#include "base/stop.h"
#include "base/text.h"

/* A broken session may still be writing: two sizes, so far apart, have to agree. */
#define SETTLE_MS 2000
#define SETTLE_TRIES 30

/* Who can remove a file from the server. */
const char *ionos_server_operator(const struct ionos_work *w)
{
	return text_ends(w->server.host, ".ionos.com") ? "support@cloud.ionos.com" :
							 "whoever runs the server";
}

/* --rename NAME-2 and so on: a name that is free, as far as the server tells. */
void ionos_server_suggest(struct task *t, char *out, size_t cap)
{
	struct ionos_work *w = ionos_work(t);
	int stem = (int)(w->name.extension - w->name.file), i;
	char file[IONOS_NAME_BYTES + 8];
	struct err none = ERR_INIT;
	enum ftps_file found;
	uint64_t size;

	for (i = 2; i < 10; i++) {
		snprintf(file, sizeof(file), "%.*s-%d%s", stem, w->name.file, i, w->name.extension);
		if (ftps_size(&t->work->ftps, file, &found, &size, &none) < 0)
			break;
		if (found == FTPS_PRESENT)
			continue;
		/* To be pasted into a shell. */
		if (strchr(w->name.file, '\''))
			break;
		snprintf(out, cap, "--rename '%.*s-%d'%s", stem, w->name.file, i,
			 found == FTPS_ABSENT ? ", which is free" : "");
		return;
	}
	snprintf(out, cap, "another --rename");
}

int ionos_server_enter(struct task *t, struct err *e)
{
	struct ftps *f = &t->work->ftps;

	ftps_close(f);
	if (ftps_login(f, e) == 0) {
		ionos_work(t)->logged_in = true;
		return ftps_enter(f, ionos_work(t)->dir, e);
	}
	/* What was right before is not wrong now. */
	if (e->code == ERR_USAGE && ionos_work(t)->logged_in) {
		e->code = ERR_BUSY;
		return err_retry(e);
	}
	return -1;
}

int ionos_server_settle(struct task *t, enum ftps_file *file, uint64_t *size, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	struct ftps *f = &t->work->ftps;
	uint64_t before;
	int i;

	if (ftps_size(f, w->name.file, file, size, e) < 0)
		return -1;
	for (i = 0; i < SETTLE_TRIES && *file == FTPS_PRESENT; i++) {
		before = *size;
		if (stop_sleep(SETTLE_MS, e) < 0 || ftps_size(f, w->name.file, file, size, e) < 0)
			return -1;
		if (*size == before)
			return 0;
	}
	if (*file != FTPS_PRESENT)
		return 0;
	err_set(e, ERR_BUSY, "%s is still writing what the broken connection brought", f->shown);
	return err_retry(e);
}
