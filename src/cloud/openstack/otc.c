/*
 * hoist otc: Open Telekom Cloud's Image Management Service (IMS, "Native OpenStack
 * API", as of 2026-11), which looks like Glance but converts what it gets, and
 * tells neither digests nor the usual size.  Huawei Cloud's is the same, smaller.
 */
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "cloud/openstack/openstack.h"

#define GIB ((uint64_t)1 << 30)

/* "128 GB"; on Huawei Cloud 2 GB. */
#define SIZE_MAX_OTC (128 * GIB)
#define SIZE_MAX_HUAWEI (2 * GIB)

/* "12 MB" is what the gateway takes of a signed body. */
#define SIGNED_MAX ((uint64_t)12000000)

/* GiB */
#define MIN_DISK_MAX 1024

/* --- Checks ----------------------------------------------------------------------- */

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

static bool is_known(enum format f)
{
	switch (f) {
	case FORMAT_RAW:
	case FORMAT_ISO:
	case FORMAT_QCOW:
	case FORMAT_QCOW2:
	case FORMAT_QED:
	case FORMAT_VDI:
	case FORMAT_VHD:
	case FORMAT_VHDX:
	case FORMAT_VMDK:
	case FORMAT_UDF:
		return true;
	default:
		return false;
	}
}

static int otc_takes(const struct image *im, struct err *e)
{
	if (check_size(im->size, e) < 0 || check_room(gibs(im->virtual_size), ERR_IMAGE, e) < 0)
		return -1;
	if (is_known(im->format))
		return 0;
	if (im->format == FORMAT_EMPTY)
		return err_set(e, ERR_IMAGE, "is empty");
	return err_set(e, ERR_IMAGE, "is %s; Open Telekom Cloud takes %s",
		       format_phrase(im->format),
		       im->format == FORMAT_GZIP ?
			       "no compressed images: zcat FILE | hoist otc - ..." :
			       "raw, qcow2, vmdk, vhd, vhdx, qed, vdi, qcow, zvhd2 and zvhd images");
}

/* Huawei's own formats, whose marks are not published. */
static bool is_zvhd(const char *name)
{
	return text_same(name, "zvhd") || text_same(name, "zvhd2");
}

/* The name that the cloud is told. */
const char *otc_format(const struct task *t)
{
	const char *file = t->file ? t->file : "";

	if (t->options->disk_format)
		return t->options->disk_format;
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

static bool otc_opaque(const struct task *t)
{
	return is_zvhd(otc_format(t));
}

static int otc_agrees(const struct task *t, enum format have, struct err *e)
{
	/* At the end of a pipe it may be another than the record says. */
	const char *there = os_work(t)->format, *wanted = *there ? there : otc_format(t);

	if (is_disc(have) && !t->options->disk_format && !t->options->image_id)
		return err_set(e, ERR_IMAGE,
			       "is the image of an optical disc, which is not taken here; --disk-format raw sends it as a disk");
	if (text_same(wanted, format_name(have)) || (have == FORMAT_RAW && is_zvhd(wanted)) ||
	    (is_disc(have) && (text_same(wanted, "raw") || (!t->options->disk_format && !*there))))
		return 0;
	return os_disagree(t, wanted, have, e);
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
uint64_t otc_min_disk(const struct task *t)
{
	uint64_t size = t->image.virtual_size;

	if (t->options->min_disk)
		return t->options->min_disk;
	/* Of zvhd2 the content says nothing. */
	if (is_zvhd(otc_format(t)))
		return 0;
	if (!size && !t->image.size_known && t->image.format == FORMAT_RAW)
		size = t->options->announced;
	return gibs(size);
}

static int check_disk(const struct task *t, struct err *e)
{
	uint64_t gib = otc_min_disk(t);

	if (t->options->image_id)
		return 0;
	if (gib == 0)
		log_warn("%s: how large its disk is is not known: min_disk is not set (--min-disk does it)",
			 task_name(t));
	if (check_room(gib, t->options->min_disk ? ERR_USAGE : ERR_IMAGE, e) < 0)
		return -1;
	if (gib > 0 && t->image.virtual_size > gib * GIB && !is_zvhd(otc_format(t)))
		return err_set(e, ERR_USAGE,
			       "--min-disk %llu is too small for the image's disk of %llu GiB",
			       (unsigned long long)gib,
			       (unsigned long long)gibs(t->image.virtual_size));
	return 0;
}

static uint64_t size_of(const struct task *t)
{
	return t->image.size_known ? t->image.size : t->options->announced;
}

static int otc_check(struct task *t, struct err *e)
{
	if (openstack_check(t, e) < 0 || (!t->options->image_id && check_name(t, e) < 0) ||
	    check_tags(t->options, e) < 0 || check_properties(t->options, e) < 0 ||
	    check_size(t->options->announced, e) < 0)
		return -1;
	if (check_disk(t, e) < 0)
		return -1;
	if (is_zvhd(otc_format(t)))
		log_warn("%s: that it is %s is not checked: how one begins is not published",
			 task_name(t), otc_format(t));
	return 0;
}

static bool is_huawei(const char *base)
{
	const char *host = strstr(base, "://");
	char name[256];
	struct text t;

	host = host ? host + 3 : base;
	text_init(&t, name, sizeof(name));
	text_put_n(&t, host, strcspn(host, ":/"));
	return text_ends(name, ".myhuaweicloud.com") || text_ends(name, ".myhuaweicloud.eu");
}

int otc_check_room(struct task *t, struct err *e)
{
	const struct os_settings *s = os_settings_of(t);
	uint64_t size = size_of(t);

	if (is_huawei(os_work(t)->base) && size >= SIZE_MAX_HUAWEI)
		return err_set(e, ERR_IMAGE,
			       "has %llu bytes; Huawei Cloud takes less than 2 GB here: upload it to OBS, and register it from there",
			       (unsigned long long)size);
	if (s->auth != OS_AUTH_AKSK)
		return 0;
	if (!t->image.size_known)
		return err_set(e, ERR_USAGE,
			       "a pipe cannot be signed with an access key, because the signature comes before it: a token is needed (OS_USERNAME and OS_PASSWORD, or OS_TOKEN)");
	if (size > SIGNED_MAX)
		return err_set(e, ERR_USAGE,
			       "has %llu bytes, and the cloud takes at most 12 MB with an access key: a token is needed (OS_USERNAME and OS_PASSWORD, or OS_TOKEN)",
			       (unsigned long long)size);
	if (os_work(t)->body[0])
		return 0;
	if (t->digest(t, HASH_SHA256, e) < 0)
		return -1;
	return text_copy(os_work(t)->body, sizeof(os_work(t)->body), t->sums[HASH_SHA256],
			 "a digest", e);
}

int otc_compare(struct task *t, struct err *e)
{
	uint64_t size, sent = os_work(t)->sent;
	char text[24];

	json_show(&t->work->json, "__image_size", text, sizeof(text));
	if (!*text || strcmp(text, "0") == 0)
		return 0;
	if (text_number(text, UINT64_MAX, &size) < 0)
		return err_set(e, ERR_UNFINISHED,
			       "sent whole, but the cloud names no size of the active image %s",
			       t->id);
	if (size != sent)
		return err_set(e, ERR_FAILED,
			       "the cloud has %llu bytes of the image, but %llu were sent",
			       (unsigned long long)size, (unsigned long long)sent);
	t->landed = t->confirmed = true;
	if (t->options->protect && !glance_is_protected(t))
		return err_set(e, ERR_UNFINISHED, "the image %s is there, but not protected",
			       t->id);
	return 1;
}

static const struct opt otc_options[] = {
	{ OPT_TEXT, 0, "region", "REGION", OPT_AT(os[OS_REGION]),
	  "eu-de, eu-nl or eu-ch2; by the project's name if not given" },
	{ OPT_TEXT, 0, "name", "NAME", OPT_AT(name), "its name; the file's name if not given" },
	{ OPT_TEXT, 0, "disk-format", "FORMAT", OPT_AT(disk_format),
	  "what the file is; by its content if not given" },
	{ OPT_TEXT, 0, "os-version", "TEXT", OPT_AT(os_version),
	  "the system in it (Other Linux(64 bit))" },
	{ OPT_COUNT, 0, "min-disk", "GIB", OPT_AT(min_disk),
	  "the disk that servers need; by the image's size if not given" },
	{ OPT_COUNT, 0, "min-ram", "MIB", OPT_AT(min_ram), "the memory that servers need" },
	{ OPT_TEXT, 0, "description", "TEXT", OPT_AT(description), "its description" },
	{ OPT_LIST, 0, "property", "NAME=VALUE", OPT_AT(properties),
	  "a property; may be repeated" },
	{ OPT_LIST, 0, "tag", "KEY=VALUE", OPT_AT(tags), "a tag; may be repeated" },
	{ OPT_CHOICE, 0, "hw-firmware-type", "bios|uefi", OPT_AT(firmware), "how it boots" },
	{ OPT_TEXT, 0, "enterprise-project", "ID", OPT_AT(enterprise_project),
	  "whose image it is" },
	{ OPT_FLAG, 0, "protected", NULL, OPT_AT(protect), "it cannot be deleted" },
	{ OPT_TEXT, 0, "image-id", "UUID", OPT_AT(image_id),
	  "upload to this image, which waits for data" },
	{ OPT_SIZE, 0, "size", "SIZE", OPT_AT(announced), "how many bytes come through a pipe" },
	{ OPT_FLAG, 0, "no-check", NULL, OPT_AT(no_check),
	  "send also what is damaged, or not of the format" },
	{ OPT_FLAG, 0, "wait", NULL, OPT_AT(ignored), "accepted: it is waited for anyway" },
	{ OPT_TIME, 0, "timeout", "TIME", OPT_AT(timeout_ms), "how long to wait for it (1h)" },
	{ OPT_FLAG, 0, "keep-on-failure", NULL, OPT_AT(keep),
	  "do not delete the image of a failed upload" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct object_column columns[] = {
	{ "name", "name" },
	{ "disk_format", "disk_format" },
	{ "os_version", "__os_version" },
	{ "min_disk", "min_disk" },
	{ "image_size", "__image_size" },
	{ NULL, NULL },
};

const struct provider otc_provider = {
	.name = "otc",
	.summary = "upload disk images to Open Telekom Cloud (IMS)",
	.operands = "FILE...",
	.options = otc_options,
	.more_options = openstack_auth_options,
	.columns = "id,name,status,size,file",
	.fields = "file,id,label,status,size,exit,error",
	.object_columns = columns,
	.needs = NEED_NET | NEED_WHOLE,
	.defaults = openstack_defaults,
	.takes = otc_takes,
	.agrees = otc_agrees,
	.opaque = otc_opaque,
	.check = otc_check,
	.prepare = openstack_prepare,
	.begin = openstack_begin,
	.send = openstack_send,
	.finish = openstack_finish,
	.abandon = openstack_abandon,
};
