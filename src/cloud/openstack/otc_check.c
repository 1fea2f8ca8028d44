/* Options and images that Open Telekom Cloud would refuse. */
#include "cloud/openstack/otc_check.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "cloud/openstack/check.h"
#include "cloud/openstack/format.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/state.h"

#define GIB ((uint64_t)1 << 30)

/* "128 GB" */
#define SIZE_MAX_OTC (128 * GIB)

/* GiB */
#define MIN_DISK_MAX 1024

/* Rounded up. */
static uint64_t gibs(uint64_t bytes)
{
	return bytes / GIB + (bytes % GIB != 0);
}

static int check_size(uint64_t size, struct err *e)
{
	return size < SIZE_MAX_OTC ?
		       0 :
		       err_set(e, ERR_IMAGE,
			       "has %llu GiB; Open Telekom Cloud takes less than 128 GB here",
			       (unsigned long long)(size / GIB));
}

static int check_room(uint64_t gib, enum err_code code, struct err *e)
{
	return gib <= MIN_DISK_MAX ?
		       0 :
		       err_set(e, code, "a disk of %llu GiB is too large: %d GiB is the most",
			       (unsigned long long)gib, MIN_DISK_MAX);
}

#define KNOWN                                                                                      \
	(FORMAT_BIT(FORMAT_RAW) | FORMAT_BIT(FORMAT_ISO) | FORMAT_BIT(FORMAT_QCOW) |               \
	 FORMAT_BIT(FORMAT_QCOW2) | FORMAT_BIT(FORMAT_QED) | FORMAT_BIT(FORMAT_VDI) |              \
	 FORMAT_BIT(FORMAT_VHD) | FORMAT_BIT(FORMAT_VHDX) | FORMAT_BIT(FORMAT_VMDK) |              \
	 FORMAT_BIT(FORMAT_UDF))

static bool is_known(enum format f)
{
	return KNOWN & FORMAT_BIT(f);
}

const struct takes otc_check_takes = {
	.who = "Open Telekom Cloud",
	.route = "HTTPS, to OBS; the image is made from there",
	.words = "raw, qcow2, vmdk, vhd, vhdx, qed, vdi, qcow, zvhd2 and zvhd images",
	.instead = "zcat FILE | hoist otc - ...",
	.formats = KNOWN,
	.len_max = SIZE_MAX_OTC - 1,
	.len_words = "less than 128 GB here",
	.disk_max = MIN_DISK_MAX * GIB,
};

/* Huawei's own formats, whose marks are not published. */
static bool is_zvhd(const char *name)
{
	return text_same(name, "zvhd") || text_same(name, "zvhd2");
}

/* The name that the cloud is told. */
const char *otc_check_format(const struct task *t)
{
	const char *file = t->file ? t->file : "";

	if (os_own(t->options)->disk_format)
		return os_own(t->options)->disk_format;
	if (t->image.format == FORMAT_RAW && text_ends(file, ".zvhd2"))
		return "zvhd2";
	if (t->image.format == FORMAT_RAW && text_ends(file, ".zvhd"))
		return "zvhd";
	/* What it does not take is sent with --no-check only. */
	return is_known(t->image.format) ? format_name(t->image.format) : "raw";
}

static bool is_disc(enum format f)
{
	return f == FORMAT_ISO || f == FORMAT_UDF;
}

bool otc_check_opaque(const struct task *t)
{
	return is_zvhd(otc_check_format(t));
}

int otc_check_agrees(const struct task *t, enum format have, struct err *e)
{
	/* At the end of a pipe it may be another than the record says. */
	const char *there = os_work(t)->format, *wanted = *there ? there : otc_check_format(t);

	if (is_disc(have) && !os_own(t->options)->disk_format && !os_own(t->options)->image_id)
		return err_set(e, ERR_IMAGE,
			       "is the image of an optical disc, which is not taken here; --disk-format raw sends it as a disk");
	if (text_same(wanted, format_name(have)) || (have == FORMAT_RAW && is_zvhd(wanted)) ||
	    (is_disc(have) &&
	     (text_same(wanted, "raw") || (!os_own(t->options)->disk_format && !*there))))
		return 0;
	return os_format_disagree(t, wanted, have, e);
}

static int check_name(const struct task *t, struct err *e)
{
	const char *name = t->label;
	size_t len = strlen(name);

	if (len >= 1 && len <= OTC_NAME_MAX && name[0] != ' ' && name[len - 1] != ' ' &&
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._ ") ==
		    len)
		return 0;
	return err_set(e, ERR_USAGE,
		       "the name has to be 1 to %d letters, digits, - . _ and spaces, none of them at an end: choose one with --name",
		       OTC_NAME_MAX);
}

/* What an option sets is no property. */
static int check_properties(const struct options *o, struct err *e)
{
	static const char *const own[] = { "__os_version=", "__description=", "hw_firmware_type=",
					   "enterprise_project_id=" };
	unsigned i;
	size_t k;

	for (i = 0; i < o->properties.count; i++)
		for (k = 0; k < sizeof(own) / sizeof(own[0]); k++)
			if (strncmp(o->properties.at[i], own[k], strlen(own[k])) == 0)
				return err_set(e, ERR_USAGE,
					       "--property %.60s: there is an option for it",
					       o->properties.at[i]);
	return 0;
}

static int check_tags(const struct options *o, struct err *e)
{
	unsigned i;

	for (i = 0; i < o->tags.count; i++)
		if (!strchr(o->tags.at[i], '='))
			return err_set(e, ERR_USAGE, "--tag %.60s is not of the form KEY=VALUE",
				       o->tags.at[i]);
	return 0;
}

/* GiB of the disk that servers need, which has to be told; 0 if it is not known. */
uint64_t otc_check_min_disk(const struct task *t)
{
	uint64_t size = t->image.virtual_size;

	if (os_own(t->options)->min_disk)
		return os_own(t->options)->min_disk;
	/* The content of a zvhd2 says nothing that is known here. */
	if (is_zvhd(otc_check_format(t)))
		return 0;
	if (!size && !t->image.size_known && t->image.format == FORMAT_RAW)
		size = t->payload.len;
	return gibs(size);
}

static int check_disk(const struct task *t, struct err *e)
{
	uint64_t gib = otc_check_min_disk(t);

	if (os_own(t->options)->image_id)
		return 0;
	if (gib == 0)
		log_warn("%s: how large its disk is is not known: min_disk is not set (--min-disk does it)",
			 task_name(t));
	if (check_room(gib, os_own(t->options)->min_disk ? ERR_USAGE : ERR_IMAGE, e) < 0)
		return -1;
	if (gib > 0 && t->image.virtual_size > gib * GIB && !is_zvhd(otc_check_format(t)))
		return err_set(e, ERR_USAGE,
			       "--min-disk %llu is too small for the image's disk of %llu GiB",
			       (unsigned long long)gib,
			       (unsigned long long)gibs(t->image.virtual_size));
	return 0;
}

int otc_check(struct task *t, struct err *e)
{
	if (os_check(t, e) < 0 || (!os_own(t->options)->image_id && check_name(t, e) < 0) ||
	    check_tags(t->options, e) < 0 || check_properties(t->options, e) < 0 ||
	    check_size(t->payload.len, e) < 0)
		return -1;
	if (check_disk(t, e) < 0)
		return -1;
	if (is_zvhd(otc_check_format(t)))
		log_warn("%s: that it is %s is not checked: how one begins is not published",
			 task_name(t), otc_check_format(t));
	return 0;
}
