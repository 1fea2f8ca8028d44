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

/* Polls, from here doubling to there. */
#define LOOK_MS_MIN ((int64_t)250)
#define LOOK_MS_MAX 5000

const char *glance_format(enum format f)
{
	switch (f) {
	case FORMAT_RAW:
	case FORMAT_ISO:
	case FORMAT_QCOW2:
	case FORMAT_VDI:
	case FORMAT_VHD:
	case FORMAT_VHDX:
	case FORMAT_VMDK:
		return format_name(f);
	default:
		return NULL;
	}
}

/* --- Checks ----------------------------------------------------------------------- */

static int openstack_takes(const struct image *im, struct err *e)
{
	if (im->format == FORMAT_EMPTY)
		return err_set(e, ERR_IMAGE, "is empty");
	if (glance_format(im->format))
		return 0;
	return err_set(e, ERR_IMAGE, "is %s; Glance takes %s", format_phrase(im->format),
		       im->format == FORMAT_GZIP ?
			       "no compressed images: zcat FILE | hoist openstack - ..." :
			       "raw, iso, qcow2, vdi, vhd, vhdx and vmdk images");
}

/* The formats whose content is a partition, a kernel, a ramdisk: raw to us. */
static bool is_raw_name(const char *name)
{
	return text_same(name, "raw") || text_same(name, "ami") || text_same(name, "ari") ||
	       text_same(name, "aki") || text_same(name, "ploop");
}

static int openstack_agrees(const struct task *t, enum format have, struct err *e)
{
	const char *wanted = t->options->disk_format, *name = glance_format(have);

	if (!wanted || (name && text_same(wanted, name)) ||
	    (have == FORMAT_RAW && is_raw_name(wanted)))
		return 0;
	return err_set(e, ERR_IMAGE, "--disk-format says %s, but the content is %s", wanted,
		       format_phrase(have));
}

static bool is_uuid(const char *s)
{
	return strlen(s) == OS_ID_BYTES - 1 &&
	       strspn(s, "0123456789abcdefABCDEF-") == OS_ID_BYTES - 1;
}

static int check_id(const char *option, const char *id, struct err *e)
{
	if (!id || is_uuid(id))
		return 0;
	return err_set(e, ERR_USAGE, "--%s %.40s is no UUID", option, id);
}

/* What a record has anyway: a second one would take its place, another id for one. */
static bool is_own(const char *name, size_t len)
{
	static const char *const own[] = {
		"id",       "name",    "disk_format", "container_format", "visibility",
		"min_disk", "min_ram", "protected",   "os_hidden",        "tags"
	};
	size_t i;

	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strlen(own[i]) == len && memcmp(own[i], name, len) == 0)
			return true;
	return false;
}

/* Does one before the property i begin with the same len bytes, its name and '='? */
static bool is_twice(const struct options *o, unsigned i, size_t len)
{
	unsigned k;

	for (k = 0; k < i; k++)
		if (strncmp(o->properties.at[k], o->properties.at[i], len) == 0)
			return true;
	return false;
}

static int check_properties(const struct options *o, struct err *e)
{
	const char *equals;
	unsigned i;

	for (i = 0; i < o->properties.count; i++) {
		equals = strchr(o->properties.at[i], '=');
		if (!equals || equals == o->properties.at[i])
			return err_set(e, ERR_USAGE,
				       "--property %.60s is not of the form NAME=VALUE",
				       o->properties.at[i]);
		if (is_own(o->properties.at[i], (size_t)(equals - o->properties.at[i])))
			return err_set(e, ERR_USAGE,
				       "--property %.60s is no property: there is an option for it",
				       o->properties.at[i]);
		if (is_twice(o, i, (size_t)(equals - o->properties.at[i]) + 1))
			return err_set(e, ERR_USAGE, "--property %.60s: there are two of this name",
				       o->properties.at[i]);
	}
	return 0;
}

int openstack_check(struct task *t, struct err *e)
{
	const struct options *o = t->options;

	if (check_id("image-id", o->image_id, e) < 0 || check_id("id", o->new_id, e) < 0 ||
	    check_properties(o, e) < 0)
		return -1;
	if ((o->image_id || o->new_id || o->name) && o->file_count > 1)
		return err_set(e, ERR_USAGE, "%s is for one image, but %u are given",
			       o->name   ? "--name" :
			       o->new_id ? "--id" :
					   "--image-id",
			       o->file_count);
	if (!o->import && (o->stores.count > 1 || o->all_stores || o->allow_failure))
		return err_set(e, ERR_USAGE, "%s is for imports: it needs --import glance-direct",
			       o->all_stores    ? "--all-stores" :
			       o->allow_failure ? "--allow-failure" :
						  "more than one --store");
	if (o->announced && t->image.size_known && o->announced != t->image.size)
		return err_set(e, ERR_USAGE, "--size says %llu bytes, but the image has %llu",
			       (unsigned long long)o->announced, (unsigned long long)t->image.size);
	if (!o->name && !o->image_id && strcmp(t->file, "-") == 0)
		return err_set(e, ERR_USAGE, "standard input has no name: give one with --name");
	t->label = o->name ? o->name : text_base_name(t->file);
	return 0;
}

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
	int (*compare)(struct task *t, struct err *e);
};

static const struct flavour *flavour_of(const struct task *t)
{
	static const struct flavour glance = { glance_check_room, glance_create, glance_compare };
	static const struct flavour otc = { otc_check_room, otc_create, otc_compare };

	return os_settings_of(t)->otc ? &otc : &glance;
}

/* --- From the record to the proof --------------------------------------------------- */

/* --image-id: a record that somebody made has to wait for data. */
static int adopt(struct task *t, struct err *e)
{
	snprintf(t->id, sizeof(t->id), "%s", t->options->image_id);
	if (glance_look(t, e) < 0)
		return -1;
	if (strcmp(t->status, "queued") != 0)
		return err_set(e, ERR_FAILED,
			       "the image %s is %s, and takes no data: that is for one that is queued",
			       t->id, t->status);
	return 0;
}

int openstack_begin(struct task *t, struct err *e)
{
	if (keystone_authenticate(t, e) < 0 || flavour_of(t)->check_room(t, e) < 0)
		return -1;
	/* A second begin() resolves what became of the first. */
	return t->options->image_id ? adopt(t, e) : flavour_of(t)->create(t, e);
}

/* A record that does not come out of "saving" takes no data any more. */
static int start_anew(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);

	if (!w->ours)
		return err_set(e, ERR_FAILED,
			       "the image %s is stuck in %s: it has to be deleted and made again",
			       t->id, t->status);
	log_warn("image %s is stuck in %s: it is deleted, and another one made", t->id, t->status);
	if (glance_delete(t, e) < 0)
		return -1;
	w->ours = w->maybe = false;
	t->id[0] = '\0';
	return flavour_of(t)->create(t, e);
}

/*
 * Are data there, though not taken in?  Glance names no size until all are staged;
 * Open Telekom Cloud converts what it has got.
 */
static bool is_staged(const struct task *t)
{
	struct err none = ERR_INIT;
	uint64_t size;

	if (os_settings_of(t)->otc)
		return t->sent_all && strcmp(t->status, "saving") == 0;
	return t->options->import && strcmp(t->status, "uploading") == 0 &&
	       json_u64(&t->work->json, "size", &size, &none) == 0 && size > 0;
}

/*
 * What became of the attempt before?  1 when Glance has it all, 0 when it waits for
 * the data from the first byte on.
 */
static int ask(struct task *t, struct err *e)
{
	int64_t deadline = clock_ms() + SAVING_MS;

	for (;;) {
		if (glance_look(t, e) < 0) {
			if (t->work->reply.status != 404 || !os_work(t)->ours)
				return -1;
			err_clear(e);
			os_work(t)->ours = false;
			t->id[0] = '\0';
			return flavour_of(t)->create(t, e);
		}
		if (strcmp(t->status, "queued") == 0)
			return 0;
		if (strcmp(t->status, "active") == 0 || is_staged(t))
			return 1;
		if (strcmp(t->status, t->options->import ? "uploading" : "saving") != 0)
			return err_set(e, ERR_FAILED, "the image %s has become %s", t->id,
				       t->status);
		if (clock_ms() >= deadline)
			return start_anew(t, e);
		if (stop_sleep(LOOK_MS_MIN * 2, e) < 0)
			return -1;
	}
}

int openstack_send(struct task *t, struct stage *body, struct err *e)
{
	int there = t->attempt > 0 ? ask(t, e) : 0;

	if (there < 0)
		return -1;
	if (there > 0 && !t->sent_all)
		return err_set(e, ERR_FAILED, "the image %s has got data from somebody else",
			       t->id);
	return there > 0 ? 0 : glance_put(t, body, e);
}

/*
 * What a look at the record has shown: 1 Glance has it, 0 not yet, -1 it has not,
 * and never will.
 */
static int judge(struct task *t, struct err *e)
{
	bool begun = os_work(t)->importing || os_work(t)->import_asked;
	int there;

	if (strcmp(t->status, "killed") == 0 || strcmp(t->status, "deleted") == 0 ||
	    (!begun && strcmp(t->status, "queued") == 0))
		return err_set(e, ERR_FAILED, "Glance did not keep the data: the image %s is %s",
			       t->id, t->status);
	if (t->options->import) {
		there = glance_import(t, e);
		if (there <= 0)
			return there;
	}
	return strcmp(t->status, "active") == 0 ? flavour_of(t)->compare(t, e) : 0;
}

/*
 * Looking failed, or what was seen is a failure.  Is there no point in going on?
 * What cannot be seen may be there all the same.
 */
static bool is_final(struct task *t, bool seen, unsigned failures, const struct err *why,
		     struct err *e)
{
	bool again = failures < t->options->retry;

	if (why->code == ERR_STOPPED || (!seen && t->work->reply.status == 404) ||
	    (seen && !(why->retry && again))) {
		*e = *why;
		return true;
	}
	if (seen || ((why->retry || why->code == ERR_REPLY) && again))
		return false;
	err_set(e, ERR_UNFINISHED, "sent whole, but the image %s cannot be looked at: %s", t->id,
		why->text);
	return true;
}

int openstack_finish(struct task *t, struct err *e)
{
	int64_t deadline = clock_ms() + t->options->timeout_ms, pause = LOOK_MS_MIN;
	unsigned failures = 0;
	struct err why;
	bool seen;
	int there;

	for (;;) {
		why = ERR_INIT;
		seen = glance_look(t, &why) == 0;
		there = seen ? judge(t, &why) : -1;
		if (there > 0)
			return 0;
		if (there < 0 && is_final(t, seen, failures, &why, e))
			return -1;
		failures = there < 0 ? failures + 1 : 0;
		if (clock_ms() >= deadline)
			return err_set(e, ERR_UNFINISHED,
				       "sent whole, but after %lld s the image %s is still %s%s",
				       (long long)t->options->timeout_ms / 1000, t->id, t->status,
				       strcmp(t->status, "active") == 0 ? ", without its size" :
									  "");
		if (stop_sleep(pause, e) < 0)
			return -1;
		pause = pause * 2 < LOOK_MS_MAX ? pause * 2 : LOOK_MS_MAX;
	}
}

void openstack_abandon(struct task *t)
{
	struct os_work *w = os_work(t);
	struct err why = ERR_INIT;

	if (t->options->image_id) {
		if (t->id[0])
			snprintf(t->left, sizeof(t->left),
				 "the image %s was not made here, and is left", t->id);
		return;
	}
	if (!w->ours && !w->maybe)
		return;
	if (!t->id[0]) {
		snprintf(t->left, sizeof(t->left),
			 "an image %s, which waits for data, may be left: openstack image list --name NAME shows it",
			 t->label);
		return;
	}
	if (t->options->keep) {
		snprintf(t->left, sizeof(t->left), "the image %s is kept", t->id);
		return;
	}
	if (glance_delete(t, &why) == 0) {
		snprintf(t->left, sizeof(t->left), "the image %s was deleted", t->id);
		t->id[0] = '\0';
		return;
	}
	snprintf(t->left, sizeof(t->left),
		 "the image %s could not be deleted (%s): openstack image delete %s does it", t->id,
		 why.text, t->id);
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
	.check = openstack_check,
	.prepare = openstack_prepare,
	.begin = openstack_begin,
	.send = openstack_send,
	.finish = openstack_finish,
	.abandon = openstack_abandon,
};
