/*
 * hoist otc: Open Telekom Cloud's Image Management Service (IMS, "Native OpenStack
 * API", as of 2026-11), which looks like Glance but converts what it gets, and
 * tells neither digests nor the usual size.  Huawei Cloud's is the same, smaller.
 */
#include <string.h>

#include "base/fit.h"
#include "base/parse.h"
#include "base/text.h"
#include "cloud/openstack/abandon.h"
#include "cloud/openstack/attempt.h"
#include "cloud/openstack/compare.h"
#include "cloud/openstack/openstack.h"
#include "cloud/openstack/options.h"
#include "cloud/openstack/otc_check.h"
#include "cloud/openstack/otc_record.h"
#include "cloud/openstack/otc_settings.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/prepare.h"
#include "cloud/openstack/record.h"
#include "cloud/openstack/wait.h"
#include "cloud/proof.h"

#define GIB ((uint64_t)1 << 30)

/* "2 GB" */
#define SIZE_MAX_HUAWEI (2 * GIB)

/* "12 MB" is what the gateway takes of a signed body. */
#define SIGNED_MAX ((uint64_t)12000000)

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

static int check_room(struct task *t, struct err *e)
{
	const struct os_settings *s = os_settings_of(t);
	uint64_t size = t->payload.len;

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
	return fit_copy(os_work(t)->body, sizeof(os_work(t)->body), t->payload.sums[HASH_SHA256],
			"a digest", e);
}

/* The signature covers the body.  What is too large for it is refused by begin(). */
static unsigned first(const struct task *t)
{
	bool is_signed = os_settings_of(t)->auth == OS_AUTH_AKSK && t->image.size_known &&
			 t->payload.len <= SIGNED_MAX;

	return is_signed ? 1U << HASH_SHA256 : 0;
}

static int compare(struct task *t, struct err *e)
{
	uint64_t size;
	char text[24];

	json_show(&t->work->json, "__image_size", text, sizeof(text));
	if (!*text || strcmp(text, "0") == 0)
		return 0;
	if (parse_number(text, UINT64_MAX, &size) < 0)
		return err_set(e, ERR_UNFINISHED,
			       "sent whole, but the cloud names no size of the active image %s",
			       t->id);
	if (os_compare_size(t, "the cloud", size, e) < 0)
		return -1;
	proof_proven(t);
	if (os_own(t->options)->protect && !os_record_is_protected(t))
		return err_set(e, ERR_UNFINISHED, "the image %s is there, but not protected",
			       t->id);
	return 1;
}

const struct os_flavour otc_flavour = {
	.find_keys = otc_settings_find_keys,
	.only_keys = otc_settings_only_keys,
	.load_keys = otc_settings_load_keys,
	.check_keys = otc_settings_check_keys,
	.region = otc_settings_region,
	.fill = otc_settings_fill,
	.endpoint = OS_IMAGE_ENDPOINT,
	.check_room = check_room,
	.create = otc_record_create,
	.compare = compare,
	.look_back = otc_record_look_back,
	.converts = true,
};

static int otc_prepare(struct task *t, struct err *e)
{
	return os_prepare(t, &otc_flavour, e);
}

static const struct opt otc_options[] = {
	{ OPT_TEXT, 0, "region", "REGION", OPT_OWN(struct os_own, os[OS_REGION]),
	  "eu-de, eu-nl or eu-ch2; by the project's name if not given" },
	{ OPT_TEXT, 0, "name", "NAME", OPT_AT(name), "its name; the file's name if not given" },
	{ OPT_TEXT, 0, "disk-format", "FORMAT", OPT_OWN(struct os_own, disk_format),
	  "what the file is; by its content if not given" },
	{ OPT_TEXT, 0, "os-version", "TEXT", OPT_OWN(struct os_own, os_version),
	  "the system in it (Other Linux(64 bit))" },
	{ OPT_COUNT, 0, "min-disk", "GIB", OPT_OWN(struct os_own, min_disk),
	  "the disk that servers need; by the image's size if not given" },
	{ OPT_COUNT, 0, "min-ram", "MIB", OPT_OWN(struct os_own, min_ram),
	  "the memory that servers need" },
	{ OPT_TEXT, 0, "description", "TEXT", OPT_AT(description), "its description" },
	{ OPT_LIST, 0, "property", "NAME=VALUE", OPT_AT(properties),
	  "a property; may be repeated" },
	{ OPT_LIST, 0, "tag", "KEY=VALUE", OPT_AT(tags), "a tag; may be repeated" },
	{ OPT_CHOICE, 0, "hw-firmware-type", "bios|uefi", OPT_OWN(struct os_own, firmware),
	  "how it boots" },
	{ OPT_TEXT, 0, "enterprise-project", "ID", OPT_OWN(struct os_own, enterprise_project),
	  "whose image it is" },
	{ OPT_FLAG, 0, "protected", NULL, OPT_OWN(struct os_own, protect), "it cannot be deleted" },
	{ OPT_TEXT, 0, "image-id", "UUID", OPT_OWN(struct os_own, image_id),
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
	.more_options = os_options_auth,
	.columns = "id,name,status,size,file",
	.fields = "file,id,label,status,size,exit,error",
	.object_columns = columns,
	.needs = NEED_NET | NEED_WHOLE,
	.defaults = os_options_defaults,
	.takes = &otc_check_takes,
	.agrees = otc_check_agrees,
	.opaque = otc_check_opaque,
	.check = otc_check,
	.prepare = otc_prepare,
	.first = first,
	.begin = os_attempt_begin,
	.send = os_attempt_send,
	.finish = os_wait,
	.abandon = os_abandon,
};
