/* The table of Glance's names for formats. */
#include "cloud/openstack/format.h"

#include "base/text.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/state.h"

const char *os_format_name(enum format f)
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

/* The formats whose content is a partition, a kernel, a ramdisk: raw to us. */
bool os_format_is_raw(const char *name)
{
	return text_same(name, "raw") || text_same(name, "ami") || text_same(name, "ari") ||
	       text_same(name, "aki") || text_same(name, "ploop");
}

bool os_format_agrees(const char *name, enum format have)
{
	const char *own = os_format_name(have);

	return (own && text_same(name, own)) || (have == FORMAT_RAW && os_format_is_raw(name)) ||
	       (have == FORMAT_UDF && text_same(name, "iso"));
}

int os_format_disagree(const struct task *t, const char *wanted, enum format have, struct err *e)
{
	const char *says = "it began as";

	if (os_work(t)->format[0])
		says = "the image's record says";
	else if (os_own(t->options)->disk_format)
		says = "--disk-format says";
	return err_set(e, ERR_IMAGE, "%s %s, but the content is %s", says, wanted,
		       format_phrase(have));
}
