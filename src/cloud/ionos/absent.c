/* Before the upload: a server that has a file of this name is not written to. */
#include "cloud/ionos/absent.h"

#include "base/text.h"
#include "cloud/ionos/server.h"

static int exists(struct task *t, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	char other[IONOS_NAME_BYTES + 40];

	ionos_server_suggest(t, other, sizeof(other));
	text_say(t->left, sizeof(t->left), "%suse %s, or ask %s to remove it",
		 w->stored == FILE_ASKED ?
			 "it may be the empty file of the try before, whose answer was lost; " :
			 "",
		 other, ionos_server_operator(w));
	return err_set(e, ERR_FAILED, "%s has a file %s/%s already, and it is not overwritten",
		       t->work->ftps.shown, w->dir, w->name.file);
}

/* Where a size is not told, a list of names is asked for. */
static int check_list(struct task *t, struct err *e)
{
	const char *name = ionos_work(t)->name.file;
	struct ftps *f = &t->work->ftps;
	bool listed;

	if (name[0] == '.')
		return err_set(e, ERR_FAILED,
			       "%s tells no sizes, and its list may hide a name that begins with a dot: whether it has such a file already cannot be known",
			       f->shown);
	if (ftps_listed(f, name, &listed, e) == 0)
		return listed ? exists(t, e) : 0;
	if (f->code == 0 || (e->code != ERR_FAILED && f->code != 450))
		return -1;
	err_clear(e);
	return err_set(e, ERR_FAILED,
		       "%s tells neither sizes nor names (NLST: %d %s): whether it has such a file already cannot be known",
		       f->shown, f->code, f->text);
}

int ionos_absent_check(struct task *t, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	enum ftps_file file;
	uint64_t size;

	if (ftps_size(&t->work->ftps, w->name.file, &file, &size, e) < 0)
		return -1;
	ionos_state_looked(t, file);
	if (file == FTPS_UNKNOWN)
		return check_list(t, e);
	return file == FTPS_PRESENT ? exists(t, e) : 0;
}

int ionos_absent_connect(struct task *t, struct err *e)
{
	return ionos_server_enter(t, e) < 0 ? -1 : ionos_absent_check(t, e);
}
