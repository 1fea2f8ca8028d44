/* What can be said of an image and its options before anybody is asked. */
#include <string.h>

#include "base/text.h"
#include "cloud/openstack/openstack.h"

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
	case FORMAT_PARALLELS:
		return "ploop";
	case FORMAT_UDF:
		return "raw";
	default:
		return NULL;
	}
}

int openstack_takes(const struct image *im, struct err *e)
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

bool glance_agrees(const char *name, enum format have)
{
	const char *own = glance_format(have);

	return (own && text_same(name, own)) || (have == FORMAT_RAW && is_raw_name(name)) ||
	       (have == FORMAT_UDF && text_same(name, "iso"));
}

int os_disagree(const struct task *t, const char *wanted, enum format have, struct err *e)
{
	return err_set(e, ERR_IMAGE, "%s %s, but the content is %s",
		       os_work(t)->format[0]   ? "the image's record says" :
		       t->options->disk_format ? "--disk-format says" :
						 "it began as",
		       wanted, format_phrase(have));
}

int openstack_agrees(const struct task *t, enum format have, struct err *e)
{
	const char *wanted = os_work(t)->format[0] ? os_work(t)->format : t->options->disk_format;

	/* What Parallels and Virtuozzo boot, others do not. */
	if (have == FORMAT_PARALLELS && !wanted)
		return err_set(e, ERR_IMAGE,
			       "is a Parallels image; --disk-format ploop sends it to a cloud that runs Virtuozzo");
	/* At the end of a pipe it may be another than the record says. */
	if (!wanted)
		wanted = glance_format(t->image.format);
	return !wanted || glance_agrees(wanted, have) ? 0 : os_disagree(t, wanted, have, e);
}

/* A kernel, a ramdisk */
bool openstack_opaque(const struct task *t)
{
	const char *format = t->options->disk_format;

	return format && is_raw_name(format) && !text_same(format, "raw");
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

/* What is said of a record that somebody else has made would be of no effect. */
static int check_existing(const struct options *o, struct err *e)
{
	const struct {
		const char *name;
		bool given;
	} others[] = {
		{ "id", o->new_id != NULL },
		{ "name", o->name != NULL },
		{ "disk-format", o->disk_format != NULL },
		{ "container-format", o->container_format != NULL },
		{ "visibility", o->visibility != NULL },
		{ "min-disk", o->min_disk > 0 },
		{ "min-ram", o->min_ram > 0 },
		{ "property", o->properties.count > 0 },
		{ "tag", o->tags.count > 0 },
		{ "protected", o->protect },
		{ "hidden", o->hidden },
		{ "os-version", o->os_version != NULL },
		{ "description", o->description != NULL },
		{ "hw-firmware-type", o->firmware != NULL },
		{ "enterprise-project", o->enterprise_project != NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].given)
			return err_set(e, ERR_USAGE,
				       "--%s is for a new image, and --image-id for one that is there",
				       others[i].name);
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
	if (o->image_id && check_existing(o, e) < 0)
		return -1;
	if (!o->import && (o->stores.count > 1 || o->all_stores || o->allow_failure))
		return err_set(e, ERR_USAGE, "%s is for imports: it needs --import glance-direct",
			       o->all_stores    ? "--all-stores" :
			       o->allow_failure ? "--allow-failure" :
						  "more than one --store");
	if (!o->name && !o->image_id && strcmp(t->file, "-") == 0)
		return err_set(e, ERR_USAGE, "standard input has no name: give one with --name");
	t->label = o->name ? o->name : text_base_name(t->file);
	return 0;
}
