/* The size of a file on the server is compared with what was sent. */
#include "cloud/ionos/prove.h"

#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "cloud/ionos/server.h"
#include "cloud/proof.h"
#include "net/retry.h"

/* All of it was sent, but nobody says that it is there whole: ionos_images_finish() tells. */
static int doubted(struct task *t)
{
	proof_landed(t);
	return 0;
}

/* The file is there; has it the right size? */
static int compare(struct task *t, enum ftps_file file, uint64_t size, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	const char *host = t->work->ftps.shown;

	if (file == FTPS_PRESENT && size == w->total) {
		proof_proven(t);
		return 0;
	}
	/* It may have moved the file already. */
	if (file != FTPS_PRESENT && w->end == END_CONFIRMED) {
		text_say(w->unproven, sizeof(w->unproven),
			 "%s has confirmed the transfer, but tells no size of the file: that it is whole is not proven",
			 host);
		return doubted(t);
	}
	/* The cloud takes away what is complete, but servers remove what is not. */
	if (file == FTPS_ABSENT) {
		text_say(w->unproven, sizeof(w->unproven),
			 "all of it was sent, then the connection to %s broke, and the file is not there any more: look whether the cloud has made an image of it before you upload it again",
			 host);
		return doubted(t);
	}
	if (size > w->total) {
		ionos_state_lost(t);
		return err_set(e, ERR_FAILED,
			       "%s has %llu bytes of it, but %llu were sent: somebody else has written to it, and it is left alone",
			       host, (unsigned long long)size, (unsigned long long)w->total);
	}
	if (w->end == END_CONFIRMED)
		return err_set(e, ERR_FAILED, "%s has %llu bytes of it, but %llu were sent", host,
			       (unsigned long long)size, (unsigned long long)w->total);
	if (file == FTPS_UNKNOWN) {
		text_say(w->unproven, sizeof(w->unproven),
			 "all of it was sent, then the connection to %s broke, and it tells no size: whether the image is whole is not known",
			 host);
		return doubted(t);
	}
	ionos_state_cut(t);
	err_set(e, ERR_NETWORK, "the connection broke at the end, %s has %llu of %llu bytes", host,
		(unsigned long long)size, (unsigned long long)w->total);
	return err_retry(e);
}

/* Is nobody to be asked any more?  What was sent whole is not failed by that. */
static int unproven(struct task *t, const struct err *why, struct err *e)
{
	struct ionos_work *w = ionos_work(t);

	/* 226 was said: it is not to be deleted, whatever happens. */
	if (w->end == END_CONFIRMED)
		proof_landed(t);
	if (why->code != ERR_STOPPED) {
		text_say(w->unproven, sizeof(w->unproven),
			 "%s, but its size could not be asked for (%s)",
			 w->end == END_CONFIRMED ? "the server has confirmed the transfer" :
						   "all of it was sent, then the connection broke",
			 why->text);
		return doubted(t);
	}
	*e = *why;
	/* Nothing can be sent again without knowing what is there. */
	e->retry = false;
	return -1;
}

int ionos_prove(struct task *t, bool connected, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	enum ftps_file file;
	unsigned tries = 0;
	struct err why;
	uint64_t size;
	int result;

	for (;;) {
		why = ERR_INIT;
		if (connected && w->end == END_CONFIRMED)
			result = ftps_size(&t->work->ftps, w->name.file, &file, &size, &why);
		else if (connected)
			result = ionos_server_settle(t, &file, &size, &why);
		else
			result = ionos_server_enter(t, &why) < 0 ?
					 -1 :
					 ionos_server_settle(t, &file, &size, &why);
		if (result == 0)
			return compare(t, file, size, e);
		if (!connected && (!why.retry || ++tries > t->options->retry))
			return unproven(t, &why, e);
		connected = false;
		err_clear(&why);
		if (tries > 0 &&
		    stop_sleep(retry_wait(tries, t->options->retry_delay_ms, 0), &why) < 0)
			return unproven(t, &why, e);
	}
}
