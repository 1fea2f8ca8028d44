/*
 * hoist openstack: a record, its data, and the proof that Glance has exactly
 * those.
 */
#include "cloud/openstack/openstack.h"

#include "cloud/openstack/abandon.h"
#include "cloud/openstack/attempt.h"
#include "cloud/openstack/check.h"
#include "cloud/openstack/compare.h"
#include "cloud/openstack/options.h"
#include "cloud/openstack/prepare.h"
#include "cloud/openstack/record.h"
#include "cloud/openstack/room.h"
#include "cloud/openstack/wait.h"

const struct os_flavour openstack_flavour = {
	.endpoint = OS_ENDPOINT,
	.check_room = os_room_check,
	.create = os_record_create,
	.compare = os_compare,
	.protect = os_record_protect,
	.digests = true,
	.announces = true,
};

static const struct takes takes = {
	.who = "Glance",
	.route = "HTTPS, to Glance",
	.words = "raw, iso, qcow2, vdi, vhd, vhdx and vmdk images",
	.instead = "zcat FILE | hoist openstack - ...",
	.formats = FORMAT_BIT(FORMAT_RAW) | FORMAT_BIT(FORMAT_ISO) | FORMAT_BIT(FORMAT_QCOW2) |
		   FORMAT_BIT(FORMAT_VDI) | FORMAT_BIT(FORMAT_VHD) | FORMAT_BIT(FORMAT_VHDX) |
		   FORMAT_BIT(FORMAT_VMDK) | FORMAT_BIT(FORMAT_PARALLELS) | FORMAT_BIT(FORMAT_UDF),
};

static int openstack_prepare(struct task *t, struct err *e)
{
	return os_prepare(t, &openstack_flavour, e);
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
	.options = os_options,
	.more_options = os_options_auth,
	.columns = "id,name,status,size,file",
	.fields = "file,id,label,status,size,sha512,exit,error",
	.object_columns = columns,
	.needs = NEED_NET | NEED_WHOLE | NEED_SHA512,
	.defaults = os_options_defaults,
	.takes = &takes,
	.agrees = os_check_agrees,
	.opaque = os_check_opaque,
	.check = os_check,
	.prepare = openstack_prepare,
	.begin = os_attempt_begin,
	.send = os_attempt_send,
	.finish = os_wait,
	.abandon = os_abandon,
};
