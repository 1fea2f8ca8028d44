/*
 * What Linode takes, and the command that uploads to a URL of its own making
 * without knowing anything else (--upload-to).
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "cloud/linode/linode.h"
#include "cloud/linode/own.h"
#include "cloud/presigned.h"

const struct takes linode_takes = {
	.who = "Linode",
	.route = "HTTPS, to a URL that the API gives",
	.words = "a raw disk, compressed with gzip or not",
	.formats = FORMAT_BIT(FORMAT_RAW) | FORMAT_BIT(FORMAT_ISO),
	.gzip = true,
	.length = true,
	.no_pipe = "give a file or a device, or room for a copy (hoist linode --spool DIR)",
	/* "Maximum file size is 5 GB" means this: radosgw takes it, and not one byte more. */
	.len_max = UINT64_C(5) << 30,
	.len_words = "at most 5 GiB compressed",
	.unpacked_usual = UINT64_C(6000000000),
	.unpacked_words = "above 6 GB Linode takes it only where the account's limit was raised",
};

static int put_check(struct task *t, struct err *e)
{
	t->label = text_base_name(t->file);
	t->vouch[SIDE_API].cacert = text_env("LINODE_CLI_CA");
	return presigned_read(t->upload_to, linode_own(t->options)->upload_to, "HOIST_UPLOAD_TO",
			      e);
}

static int put_send(struct task *t, struct stage *body, struct err *e)
{
	if (presigned_put(t, body, NULL, e) < 0)
		return -1;
	snprintf(t->status, sizeof(t->status), "uploaded");
	return t->bytes == BYTES_PROVEN ? 0 : presigned_unproven(t, e);
}

/* The other side of it: no token, no record, only the bytes. */
const struct provider linode_put_provider = {
	.name = "linode",
	.columns = "status,size,uncompressed,md5,file",
	.fields = "file,status,size,uncompressed,md5,exit,error",
	.needs = NEED_GZIP | NEED_MD5 | NEED_NET | NEED_ONE_FILE | NEED_WHOLE,
	.takes = &linode_takes,
	.check = put_check,
	.send = put_send,
};
