/*
 * hoist openstack: a record, its data, and the proof that Glance has exactly
 * those.  The record's id is ours, so that a lost answer can be resolved.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "cloud/openstack/openstack.h"
#include "net/retry.h"

/* How long a record may stay in "saving" after a connection broke. */
#define SAVING_MS 30000

/* ... and longer when it had got all: what stores them takes this many bytes in a ms at least. */
#define COMMIT_BYTES 4096

/* Between two looks after an upload that failed. */
#define LOOK_MS 500

/* A record that does not change over so many looks waits for data. */
#define STILL_LOOKS 3

int openstack_prepare(struct task *t, struct err *e)
{
	struct os_settings *s = os_settings_of(t);
	struct work *w = t->work;

	_Static_assert(sizeof(w->request) >= sizeof(w->answer), "one size is for both");
	if (os_settings_load(s, t->provider == &otc_provider, t->options, w->answer, w->request,
			     sizeof(w->answer), e) < 0)
		return -1;
	t->vouch[SIDE_API].cacert = s->value[OS_CACERT];
	t->vouch[SIDE_API].cert = s->value[OS_CERT];
	t->vouch[SIDE_API].key = s->value[OS_KEY];
	if (s->value[OS_KEY] && !s->value[OS_CERT])
		return err_set(e, ERR_USAGE, "OS_KEY is set, but not the certificate, OS_CERT");
	s->insecure = s->insecure || t->options->insecure;
	t->vouch[SIDE_API].anyone = s->insecure;
	if (s->insecure)
		log_warn(
			"certificates are not checked: anyone in between can read the password and change the image");
	return 0;
}

/* How the clouds differ. */
struct flavour {
	int (*check_room)(struct task *t, struct err *e);
	int (*create)(struct task *t, struct err *e);
};

static const struct flavour *flavour_of(const struct task *t)
{
	static const struct flavour glance = { glance_check_room, glance_create };
	static const struct flavour otc = { otc_check_room, otc_create };

	return os_settings_of(t)->otc ? &otc : &glance;
}

/* --- From the record to the proof --------------------------------------------------- */

/* --image-id: a record that somebody made has to wait for data. */
static int adopt(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);

	snprintf(t->id, sizeof(t->id), "%s", t->options->image_id);
	if (glance_look(t, e) < 0)
		return -1;
	if (strcmp(t->status, "queued") != 0)
		return err_set(e, ERR_FAILED,
			       "the image %s is %s, and takes no data: that is for one that is queued",
			       t->id, t->status);
	json_show(&t->work->json, "disk_format", w->format, sizeof(w->format));
	/* Of a raw pipe only the end tells. */
	if (!w->format[0] || t->options->no_check ||
	    (!t->image.size_known && t->image.format == FORMAT_RAW))
		return 0;
	return t->provider->agrees(t, t->image.format, e);
}

int openstack_begin(struct task *t, struct err *e)
{
	if (keystone_authenticate(t, e) < 0 || flavour_of(t)->check_room(t, e) < 0)
		return -1;
	/* A second begin() resolves what became of the first. */
	return t->options->image_id ? adopt(t, e) : flavour_of(t)->create(t, e);
}

/* The record was deleted: another one takes its place. */
static int make_another(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);

	log_warn("image %s was stuck in %s, and is deleted: another one takes its place", t->id,
		 t->status);
	w->ours = w->maybe = w->dropped = w->begun = w->whole = w->contested = false;
	t->sent_all = false;
	t->id[0] = '\0';
	return flavour_of(t)->create(t, e);
}

/* A record that does not come out of "saving" takes no data any more. */
static int start_anew(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);
	struct err why = ERR_INIT;

	if (w->contested)
		return err_set(e, ERR_FAILED,
			       "the image %s is still %s, with data that may be somebody else's",
			       t->id, t->status);
	if (!w->ours)
		return err_set(e, ERR_FAILED,
			       "the image %s is stuck in %s: it has to be deleted and made again",
			       t->id, t->status);
	if (t->options->new_id)
		return err_set(e, ERR_FAILED,
			       "the image %s is stuck in %s, and Glance would not take its id once more: choose another --id",
			       t->id, t->status);
	w->dropped = true;
	if (glance_delete(t, &why) == 0)
		return make_another(t, e);
	if (why.code == ERR_STOPPED) {
		*e = why;
		return -1;
	}
	err_set(e, why.retry || why.code == ERR_BUSY ? ERR_BUSY : ERR_FAILED,
		"the image %s is stuck in %s, and could not be deleted (%s)", t->id, t->status,
		why.text);
	return why.retry ? err_retry(e) : -1;
}

/* Are data there, for an import?  Glance names no size until all are. */
static bool is_staged(const struct task *t)
{
	struct err none = ERR_INIT;
	uint64_t size;

	return t->options->import && strcmp(t->status, "uploading") == 0 &&
	       json_u64(&t->work->json, "size", &size, &none) == 0 && size > 0;
}

/* Is the record taking data, or, on Open Telekom Cloud, converting them? */
static bool is_busy(const struct task *t)
{
	return strcmp(t->status, t->options->import ? "uploading" : "saving") == 0;
}

/* How long that may last. */
static int64_t patience(struct task *t)
{
	int64_t most = SAVING_MS + (int64_t)(os_work(t)->sent / COMMIT_BYTES);

	if (!os_work(t)->whole)
		return SAVING_MS;
	if (os_settings_of(t)->otc || most > t->options->timeout_ms)
		return t->options->timeout_ms;
	return most;
}

/* It has been busy for too long. */
static int stuck(struct task *t, struct err *e)
{
	if (os_settings_of(t)->otc && os_work(t)->whole)
		return err_set(e, ERR_BUSY,
			       "after %lld s the image %s is still %s, and whether all of it has arrived is not known",
			       (long long)t->options->timeout_ms / 1000, t->id, t->status);
	return start_anew(t, e);
}

bool os_has_failed(const struct task *t)
{
	return strcmp(t->status, "killed") == 0 || strcmp(t->status, "deleted") == 0 ||
	       strcmp(t->status, "pending_delete") == 0;
}

/*
 * An image that may have all its data is not there, or in a state in which it
 * cannot be.  0 to look again, -1 when that has been so for a while.
 */
static int lost(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);
	bool maybe = w->whole && !w->contested && (glance_gone(t) || !os_has_failed(t));

	if (maybe && !proof_holds(&w->odd))
		return 0;
	if (glance_gone(t))
		return err_set(e, maybe ? ERR_UNFINISHED : ERR_FAILED,
			       "the image %s is not there any more", t->id);
	return err_set(e, maybe ? ERR_UNFINISHED : ERR_FAILED, "the image %s has become %s", t->id,
		       t->status);
}

/*
 * What became of the attempt before?  1 when Glance has it all, 0 when it waits for
 * the data from the first byte on.
 */
static int ask(struct task *t, struct err *e)
{
	/* The making of another one in its place may have failed. */
	if (!t->options->image_id && flavour_of(t)->create(t, e) < 0)
		return -1;
	for (;;) {
		if (glance_look(t, e) < 0) {
			if (!glance_gone(t))
				return -1;
			err_clear(e);
			if (os_work(t)->dropped) {
				if (make_another(t, e) < 0)
					return -1;
				continue;
			}
			if (lost(t, e) < 0)
				return -1;
		} else if (os_work(t)->dropped) {
			/* It may still be carried out. */
			return start_anew(t, e);
		} else if (strcmp(t->status, "queued") == 0) {
			os_work(t)->until = 0;
			return 0;
		} else if (strcmp(t->status, "active") == 0 || is_staged(t)) {
			return 1;
		} else if (!is_busy(t)) {
			if (lost(t, e) < 0)
				return -1;
		} else if (clock_ms() >= os_work(t)->until) {
			return stuck(t, e);
		}
		if (stop_sleep(LOOK_MS, e) < 0)
			return -1;
	}
}

/*
 * The last byte has left, but the answer was lost, or is not Glance's: it may have
 * taken all, also of a pipe, of which there is no other attempt.  0 if so.
 */
static int look_after(struct task *t, struct err *e)
{
	int64_t wait_ms = t->wait_ms;
	struct err why, stopped = ERR_INIT;
	unsigned still = 0;
	bool seen;

	do {
		why = ERR_INIT;
		seen = glance_look(t, &why) == 0;
		if (seen && (strcmp(t->status, "active") == 0 || is_staged(t))) {
			log_note("image %s: there are data, though the answer was lost", t->id);
			err_clear(e);
			return 0;
		}
		/* One look alone may be an old one. */
		still = (seen ? is_busy(t) : why.retry) ? 0 : still + 1;
	} while (still < STILL_LOOKS && clock_ms() < os_work(t)->until &&
		 stop_sleep(LOOK_MS, &stopped) == 0);
	if (why.code == ERR_STOPPED || stopped.code == ERR_STOPPED)
		*e = stopped.code == ERR_STOPPED ? stopped : why;
	t->wait_ms = wait_ms;
	return -1;
}

void os_disown(struct task *t)
{
	os_work(t)->ours = os_work(t)->maybe = false;
	snprintf(t->left, sizeof(t->left),
		 "the image %s is left, because its data may be somebody else's", t->id);
}

int openstack_send(struct task *t, struct stage *body, struct err *e)
{
	struct os_work *w = os_work(t);
	int there = t->attempt > 0 ? ask(t, e) : 0;
	int64_t until;

	if (there < 0)
		return -1;
	if (there > 0 && !t->sent_all && w->begun && !w->contested)
		return err_set(e, ERR_FAILED,
			       "the image %s is %s, but not by a whole upload of this run", t->id,
			       t->status);
	if (there > 0 && !t->sent_all) {
		os_disown(t);
		return err_set(e, ERR_FAILED, "the image %s has got data from somebody else",
			       t->id);
	}
	if (there > 0 || glance_put(t, body, e) == 0)
		return 0;
	/* The one before may still be at work. */
	until = clock_ms() + patience(t);
	w->until = until > w->until ? until : w->until;
	return e->retry && glance_may_have_it(t) ? look_after(t, e) : -1;
}

/* Is there anything in the record that may be somebody else's?  *why is that nobody can look. */
static bool is_doubtful(struct task *t, struct err *why)
{
	struct os_work *w = os_work(t);

	if (!w->contested && (w->ours || !t->options->new_id))
		return false;
	if (glance_look(t, why) < 0)
		return !glance_gone(t);
	return w->ours ? strcmp(t->status, "queued") != 0 : !glance_is_like_ours(t);
}

/*
 * Was all of it sent, and has nobody said what became of it?  Then it is left, unless
 * Glance itself says that it still waits for it, or has no such image.
 */
static bool is_unjudged(struct task *t, struct err *why)
{
	struct os_work *w = os_work(t);
	enum err_code code = t->err.code;

	/* What was staged is no image before it is imported. */
	if (!w->whole || w->contested || w->dropped || t->options->import ||
	    (code != ERR_NETWORK && code != ERR_BUSY && code != ERR_REPLY && code != ERR_USAGE))
		return false;
	if (glance_look(t, why) < 0)
		return !glance_gone(t);
	return strcmp(t->status, "queued") != 0 && !os_has_failed(t);
}

void openstack_abandon(struct task *t)
{
	struct os_work *w = os_work(t);
	struct err why = ERR_INIT;

	w->leaving = true;
	if (t->options->image_id) {
		if (t->status[0])
			snprintf(t->left, sizeof(t->left),
				 "the image %s was not made here, and is left", t->id);
		return;
	}
	if (os_settings_of(t)->otc)
		otc_look_back(t);
	if (!w->ours && !w->maybe) {
		t->id[0] = '\0';
		return;
	}
	if (t->options->keep) {
		snprintf(t->left, sizeof(t->left), "the image %s is kept", t->id);
		return;
	}
	if (is_unjudged(t, &why)) {
		proof_doubt(t);
		snprintf(t->left, sizeof(t->left),
			 "the image %s may be there whole, and is left: openstack image show %s tells, openstack image delete %s removes it",
			 t->id, t->id, t->id);
		return;
	}
	err_clear(&why);
	if (is_doubtful(t, &why)) {
		if (why.code == ERR_NONE)
			os_disown(t);
		else
			snprintf(t->left, sizeof(t->left),
				 "the image %s may be left: it cannot be looked at (%s)", t->id,
				 why.text);
		return;
	}
	if (glance_delete(t, &why) < 0) {
		snprintf(t->left, sizeof(t->left),
			 "the image %s could not be deleted (%s): %sopenstack image delete %s does it",
			 t->id, why.text,
			 os_settings_of(t)->otc && t->options->protect ?
				 "it is protected, and once it is not, " :
				 "",
			 t->id);
		return;
	}
	if (w->ours || !glance_gone(t))
		snprintf(t->left, sizeof(t->left), "the image %s was deleted", t->id);
	else
		snprintf(t->left, sizeof(t->left),
			 "the image %s is not there, but its making was not answered: if it comes, openstack image delete %s removes it",
			 t->id, t->id);
	t->id[0] = '\0';
}

static const struct object_column columns[] = {
	{ "name", "name" },
	{ "checksum", "checksum" },
	{ "disk_format", "disk_format" },
	{ "visibility", "visibility" },
	{ "os_hash_algo", "os_hash_algo" },
	{ "os_hash_value", "os_hash_value" },
	{ "min_disk", "min_disk" },
	{ NULL, NULL },
};

const struct provider openstack_provider = {
	.name = "openstack",
	.summary = "upload disk images to OpenStack (Glance)",
	.operands = "FILE...",
	.options = openstack_options,
	.more_options = openstack_auth_options,
	.columns = "id,name,status,size,file",
	.fields = "file,id,label,status,size,sha512,exit,error",
	.object_columns = columns,
	.needs = NEED_NET | NEED_WHOLE | NEED_SHA512,
	.defaults = openstack_defaults,
	.takes = openstack_takes,
	.agrees = openstack_agrees,
	.opaque = openstack_opaque,
	.check = openstack_check,
	.prepare = openstack_prepare,
	.begin = openstack_begin,
	.send = openstack_send,
	.finish = openstack_finish,
	.abandon = openstack_abandon,
};
