/* Options that contradict each other, or the image, are refused. */
#include "cloud/openstack/check.h"

#include <string.h>

#include "base/text.h"
#include "cloud/openstack/format.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/state.h"

int os_check_agrees(const struct task *t, enum format have, struct err *e)
{
	const char *wanted =
		os_work(t)->format[0] ? os_work(t)->format : os_own(t->options)->disk_format;

	/* What Parallels and Virtuozzo boot, others do not. */
	if (have == FORMAT_PARALLELS && !wanted)
		return err_set(e, ERR_IMAGE,
			       "is a Parallels image; --disk-format ploop sends it to a cloud that runs Virtuozzo");
	/* At the end of a pipe it may be another than the record says. */
	if (!wanted)
		wanted = os_format_name(t->image.format);
	return !wanted || os_format_agrees(wanted, have) ? 0 :
							   os_format_disagree(t, wanted, have, e);
}

/* A kernel, a ramdisk */
bool os_check_opaque(const struct task *t)
{
	const char *format = os_own(t->options)->disk_format;

	return format && os_format_is_raw(format) && !text_same(format, "raw");
}

static int check_id(const char *option, const char *id, struct err *e)
{
	if (!id || text_is_uuid(id))
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
		{ "id", os_own(o)->new_id != NULL },
		{ "name", o->name != NULL },
		{ "disk-format", os_own(o)->disk_format != NULL },
		{ "container-format", os_own(o)->container_format != NULL },
		{ "visibility", os_own(o)->visibility != NULL },
		{ "min-disk", os_own(o)->min_disk > 0 },
		{ "min-ram", os_own(o)->min_ram > 0 },
		{ "property", o->properties.count > 0 },
		{ "tag", o->tags.count > 0 },
		{ "protected", os_own(o)->protect },
		{ "hidden", os_own(o)->hidden },
		{ "os-version", os_own(o)->os_version != NULL },
		{ "description", o->description != NULL },
		{ "hw-firmware-type", os_own(o)->firmware != NULL },
		{ "enterprise-project", os_own(o)->enterprise_project != NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].given)
			return err_set(e, ERR_USAGE,
				       "--%s is for a new image, and --image-id for one that is there",
				       others[i].name);
	return 0;
}

/* The option that names one image or record, or NULL. */
static const char *for_one_image(const struct options *o)
{
	if (o->name)
		return "--name";
	if (os_own(o)->new_id)
		return "--id";
	return os_own(o)->image_id ? "--image-id" : NULL;
}

/* What only an import can do, of what was asked for, or NULL. */
static const char *for_import(const struct options *o)
{
	if (os_own(o)->all_stores)
		return "--all-stores";
	if (os_own(o)->allow_failure)
		return "--allow-failure";
	return os_own(o)->stores.count > 1 ? "more than one --store" : NULL;
}

int os_check(struct task *t, struct err *e)
{
	const struct options *o = t->options;

	if (check_id("image-id", os_own(o)->image_id, e) < 0 ||
	    check_id("id", os_own(o)->new_id, e) < 0 || check_properties(o, e) < 0)
		return -1;
	if (for_one_image(o) && o->file_count > 1)
		return err_set(e, ERR_USAGE, "%s is for one image, but %u are given",
			       for_one_image(o), o->file_count);
	if (os_own(o)->image_id && check_existing(o, e) < 0)
		return -1;
	if (!os_own(o)->import && for_import(o))
		return err_set(e, ERR_USAGE, "%s is for imports: it needs --import glance-direct",
			       for_import(o));
	if (!o->name && !os_own(o)->image_id && strcmp(t->file, "-") == 0)
		return err_set(e, ERR_USAGE, "standard input has no name: give one with --name");
	t->label = o->name ? o->name : text_base_name(t->file);
	return 0;
}
