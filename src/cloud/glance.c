/*
 * hoist openstack: a record, its data, and the proof that Glance has exactly
 * those.  The record's id is ours, so that a lost answer can be resolved.
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "cloud/openstack.h"
#include "net/retry.h"

/* How long a record may stay in "saving" after a connection broke. */
#define SAVING_MS 30000

/* Polls, from here doubling to there. */
#define LOOK_MS_MIN 250
#define LOOK_MS_MAX 5000

#define GIB ((uint64_t)1 << 30)

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
	}
	return 0;
}

static int openstack_check(struct task *t, struct err *e)
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
	if (o->announced && t->image.size_known && o->announced != t->image.size)
		return err_set(e, ERR_USAGE, "--size says %llu bytes, but the image has %llu",
			       (unsigned long long)o->announced, (unsigned long long)t->image.size);
	if (!o->name && !o->image_id && strcmp(t->file, "-") == 0)
		return err_set(e, ERR_USAGE, "standard input has no name: give one with --name");
	t->label = o->name ? o->name : text_base_name(t->file);
	return 0;
}

static int openstack_prepare(struct task *t, struct err *e)
{
	struct os_settings *s = os_settings_of(t);
	struct work *w = t->work;

	_Static_assert(sizeof(w->request) >= sizeof(w->answer), "one size is for both");
	if (os_settings_load(s, t->options, w->answer, w->request, sizeof(w->answer), e) < 0)
		return -1;
	t->vouch[SIDE_API].cacert = s->value[OS_CACERT];
	t->vouch[SIDE_API].anyone = s->insecure;
	if (s->insecure)
		log_warn(
			"certificates are not checked: anyone in between can read the password and change the image");
	return 0;
}

/* --- The record --------------------------------------------------------------------- */

static int make_id(char id[OS_ID_BYTES], struct err *e)
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		return err_set(e, ERR_FAILED, "the kernel gives no random numbers");
	b[6] = (unsigned char)(0x40 | (b[6] & 0x0f));
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
	snprintf(id, OS_ID_BYTES,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		 b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		 b[15]);
	return 0;
}

static void put_string(struct text *b, const char *name, const char *value)
{
	text_put(b, ", ");
	text_put_json(b, name);
	text_put(b, ": ");
	text_put_json(b, value);
}

static void put_property(struct text *b, const char *property)
{
	char name[256];
	const char *equals = strchr(property, '=');
	struct text t;

	text_init(&t, name, sizeof(name));
	text_put_n(&t, property, (size_t)(equals - property));
	if (t.full)
		b->full = true;
	put_string(b, name, equals + 1);
}

static int make_record(struct task *t, struct err *e)
{
	const struct options *o = t->options;
	const char *format = o->disk_format ? o->disk_format : glance_format(t->image.format);
	uint64_t min_disk = o->min_disk;
	struct text b;
	unsigned i;

	/* So that no server is made with a disk that the image does not fit. */
	if (!min_disk && t->image.virtual_size && t->image.format != FORMAT_ISO)
		min_disk = (t->image.virtual_size + GIB - 1) / GIB;
	text_init(&b, t->work->request, sizeof(t->work->request));
	text_put(&b, "{\"id\": ");
	text_put_json(&b, t->id);
	put_string(&b, "name", t->label);
	put_string(&b, "disk_format", format ? format : "raw");
	put_string(&b, "container_format", o->container_format ? o->container_format : "bare");
	if (o->visibility)
		put_string(&b, "visibility", o->visibility);
	if (min_disk)
		text_printf(&b, ", \"min_disk\": %llu", (unsigned long long)min_disk);
	if (o->min_ram)
		text_printf(&b, ", \"min_ram\": %llu", (unsigned long long)o->min_ram);
	if (o->protect)
		text_put(&b, ", \"protected\": true");
	if (o->hidden)
		text_put(&b, ", \"os_hidden\": true");
	for (i = 0; i < o->tags.count; i++) {
		text_put(&b, i == 0 ? ", \"tags\": [" : ", ");
		text_put_json(&b, o->tags.at[i]);
	}
	if (o->tags.count > 0)
		text_put(&b, "]");
	for (i = 0; i < o->properties.count; i++)
		put_property(&b, o->properties.at[i]);
	text_put(&b, "}");
	return text_done(&b, "the request", e);
}

/* The answer to the making was lost, or is about a record of this id. */
static int resolve(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);
	struct err why = ERR_INIT;

	if (glance_look(t, &why) == 0) {
		log_note("image %s was made, though the answer was lost", t->id);
		w->ours = true;
		err_clear(e);
		return 0;
	}
	if (t->work->reply.status == 404)
		w->maybe = false;
	return -1;
}

static int create(struct task *t, struct err *e)
{
	struct os_work *w = os_work(t);
	bool again = t->id[0] != '\0';

	if (!again && t->options->new_id)
		snprintf(t->id, sizeof(t->id), "%s", t->options->new_id);
	else if (!again && make_id(t->id, e) < 0)
		return -1;
	/* An attempt before this one may have made it. */
	if (again && w->maybe && resolve(t, e) == 0)
		return 0;
	if (make_record(t, e) < 0)
		return -1;
	if (glance_api(t, "POST", "/v2/images", t->work->request, e) == 0) {
		w->ours = true;
		log_note("image %s was created", t->id);
		return json_is(&t->work->json, "id", t->id) ?
			       0 :
			       err_set(e, ERR_REPLY,
				       "Glance gave the image another id than it was asked for");
	}
	if (e->code != ERR_NETWORK && e->code != ERR_BUSY && e->code != ERR_STOPPED)
		return -1;
	w->maybe = true;
	return resolve(t, e);
}

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

/* The store has to be there; where there is one store only, none can be chosen. */
static int check_store(struct task *t, struct err *e)
{
	struct json store = { 0 };
	char names[120] = "", id[64];
	struct err none = ERR_INIT;
	struct text text;

	if (!t->options->store)
		return 0;
	if (glance_api(t, "GET", "/v2/info/stores", NULL, e) < 0) {
		if (t->work->reply.status != 404)
			return -1;
		err_clear(e);
		return err_set(e, ERR_USAGE, "--store %.60s: this Glance has one store only",
			       t->options->store);
	}
	text_init(&text, names, sizeof(names));
	while (json_next(&t->work->json, "stores", &store)) {
		if (json_str(&store, "id", id, sizeof(id), &none) < 0 ||
		    strncmp(id, "os_glance_", 10) == 0)
			continue;
		if (strcmp(id, t->options->store) == 0)
			return 0;
		text_printf(&text, "%s%s", names[0] ? ", " : "", id);
	}
	return err_set(e, ERR_USAGE, "there is no --store %.60s; there are %s", t->options->store,
		       names);
}

/* What the quota leaves, in MiB; Glance before 2.15 does not tell. */
static int check_quota(struct task *t, struct err *e)
{
	struct err none = ERR_INIT;
	uint64_t limit, usage;

	if (!t->image.size_known)
		return 0;
	if (glance_api(t, "GET", "/v2/info/usage", NULL, &none) < 0) {
		if (none.code == ERR_STOPPED || none.code == ERR_TRUST) {
			*e = none;
			return -1;
		}
		return 0;
	}
	if (json_u64(&t->work->json, "usage.image_size_total.limit", &limit, &none) < 0 ||
	    json_u64(&t->work->json, "usage.image_size_total.usage", &usage, &none) < 0)
		return 0;
	if (usage <= limit && t->image.size >> 20 <= limit - usage)
		return 0;
	return err_set(e, ERR_FAILED, "the project's quota leaves %llu MiB, the image has %llu",
		       (unsigned long long)(usage < limit ? limit - usage : 0),
		       (unsigned long long)(t->image.size >> 20));
}

static int openstack_begin(struct task *t, struct err *e)
{
	/* A second begin() resolves what became of the first. */
	if (t->id[0] == '\0')
		memset(os_work(t), 0, sizeof(*os_work(t)));
	if (keystone_authenticate(t, e) < 0 || check_store(t, e) < 0 || check_quota(t, e) < 0)
		return -1;
	return t->options->image_id ? adopt(t, e) : create(t, e);
}

/* --- The data -------------------------------------------------------------------------- */

static int delete_record(struct task *t, struct err *e)
{
	char path[96];

	snprintf(path, sizeof(path), "/v2/images/%s", t->id);
	if (glance_api(t, "DELETE", path, NULL, e) == 0 || t->work->reply.status == 404) {
		err_clear(e);
		return 0;
	}
	return -1;
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
	if (delete_record(t, e) < 0)
		return -1;
	w->ours = w->maybe = false;
	t->id[0] = '\0';
	return create(t, e);
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
			return create(t, e);
		}
		if (strcmp(t->status, "queued") == 0)
			return 0;
		if (strcmp(t->status, "active") == 0)
			return 1;
		if (strcmp(t->status, "saving") != 0)
			return err_set(e, ERR_FAILED, "the image %s has become %s", t->id,
				       t->status);
		if (clock_ms() >= deadline)
			return start_anew(t, e);
		if (stop_sleep(LOOK_MS_MIN * 2, e) < 0)
			return -1;
	}
}

static int openstack_send(struct task *t, struct stage *body, struct err *e)
{
	int there = t->attempt > 0 ? ask(t, e) : 0;

	if (there < 0)
		return -1;
	if (there > 0 && !t->sent_all)
		return err_set(e, ERR_FAILED, "the image %s has got data from somebody else",
			       t->id);
	return there > 0 ? 0 : glance_put(t, body, e);
}

/* --- The end ----------------------------------------------------------------------------- */

static int openstack_finish(struct task *t, struct err *e)
{
	int64_t deadline = clock_ms() + t->options->timeout_ms, pause = LOOK_MS_MIN;
	unsigned failures = 0;
	struct err why;

	for (;;) {
		why = ERR_INIT;
		if (glance_look(t, &why) == 0) {
			failures = 0;
			if (strcmp(t->status, "active") == 0)
				return glance_compare(t, e);
			if (strcmp(t->status, "queued") == 0 || strcmp(t->status, "killed") == 0 ||
			    strcmp(t->status, "deleted") == 0)
				return err_set(e, ERR_FAILED,
					       "Glance did not keep the data: the image %s is %s",
					       t->id, t->status);
		} else if (!why.retry || ++failures > t->options->retry) {
			*e = why;
			if (e->code != ERR_STOPPED)
				e->code = ERR_UNFINISHED;
			return err_at(e, "sent whole, but its record cannot be looked at");
		}
		if (clock_ms() >= deadline)
			return err_set(e, ERR_UNFINISHED,
				       "sent whole, but after %lld s the image %s is still %s",
				       (long long)t->options->timeout_ms / 1000, t->id, t->status);
		if (stop_sleep(pause, e) < 0)
			return -1;
		pause = pause * 2 < LOOK_MS_MAX ? pause * 2 : LOOK_MS_MAX;
	}
}

static void openstack_abandon(struct task *t)
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
	if (t->options->keep) {
		snprintf(t->left, sizeof(t->left), "the image %s is kept", t->id);
		return;
	}
	if (delete_record(t, &why) == 0) {
		snprintf(t->left, sizeof(t->left), "the image %s was deleted", t->id);
		t->id[0] = '\0';
		return;
	}
	snprintf(t->left, sizeof(t->left),
		 "the image %s could not be deleted (%s): openstack image delete %s does it", t->id,
		 why.text, t->id);
}

/* openstack_prepare() has the defaults of the rest. */
static void openstack_defaults(struct options *o)
{
	o->timeout_ms = 3600000;
	o->no_check = false;
}

static const struct opt openstack_options[] = {
	{ OPT_TEXT, 0, "name", "NAME", OPT_AT(name), "its name; the file's name if not given" },
	{ OPT_TEXT, 0, "disk-format", "FORMAT", OPT_AT(disk_format),
	  "what the file is; by its content if not given" },
	{ OPT_TEXT, 0, "container-format", "FORMAT", OPT_AT(container_format),
	  "bare if not given" },
	{ OPT_COUNT, 0, "min-disk", "GIB", OPT_AT(min_disk),
	  "the disk that servers need; by the image's size if not given" },
	{ OPT_COUNT, 0, "min-ram", "MIB", OPT_AT(min_ram), "the memory that servers need" },
	{ OPT_LIST, 0, "property", "NAME=VALUE", OPT_AT(properties),
	  "a property; may be repeated" },
	{ OPT_LIST, 0, "tag", "TAG", OPT_AT(tags), "a tag; may be repeated" },
	{ OPT_CHOICE, 0, "visibility", "public|private|shared|community", OPT_AT(visibility),
	  "who can use it" },
	{ OPT_FLAG, 0, "protected", NULL, OPT_AT(protect), "it cannot be deleted" },
	{ OPT_FLAG, 0, "hidden", NULL, OPT_AT(hidden), "it is left out of lists" },
	{ OPT_TEXT, 0, "id", "UUID", OPT_AT(new_id), "the id of the new image" },
	{ OPT_TEXT, 0, "image-id", "UUID", OPT_AT(image_id),
	  "upload to this image, which waits for data" },
	{ OPT_TEXT, 0, "store", "NAME", OPT_AT(store), "where Glance is to store it" },
	{ OPT_SIZE, 0, "size", "SIZE", OPT_AT(announced), "how many bytes come through a pipe" },
	{ OPT_FLAG, 0, "no-check", NULL, OPT_AT(no_check),
	  "send also what is damaged, or not of the format" },
	{ OPT_TIME, 0, "timeout", "TIME", OPT_AT(timeout_ms), "how long to wait for it (1h)" },
	{ OPT_FLAG, 0, "keep-on-failure", NULL, OPT_AT(keep),
	  "do not delete the image of a failed upload" },
	{ OPT_TEXT, 0, "os-cloud", "NAME", OPT_AT(os_cloud), "the cloud of clouds.yaml" },
	{ OPT_TEXT, 0, "os-region-name", "NAME", OPT_AT(os[OS_REGION]), "the region" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

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
