/* The commands of hoist ionos, and one upload's way through this room. */
#include "cloud/ionos/ionos.h"

#include <stdio.h>
#include <string.h>

#include "base/fit.h"
#include "base/log.h"
#include "base/text.h"
#include "cloud/ionos/abandon.h"
#include "cloud/ionos/absent.h"
#include "cloud/ionos/columns.h"
#include "cloud/ionos/images.h"
#include "cloud/ionos/options.h"
#include "cloud/ionos/own.h"
#include "cloud/ionos/state.h"
#include "cloud/ionos/target.h"
#include "cloud/ionos/upload.h"
#include "cloud/ionos/whoami.h"

/* ionosctl's defaults, where ours are others. */
static void ionos_defaults(struct options *o)
{
	o->timeout_ms = 1200000;
	o->poll_ms = 10000;
}

/* In the API an image has a name and a location: two that share both cannot be told apart. */
static int check_distinct(const struct ionos *s, struct err *e)
{
	const struct ionos_target *a, *b, *end = s->targets + s->target_count;

	for (a = s->targets; a < end; a++)
		for (b = a + 1; b < end; b++)
			if (strcmp(a->location, b->location) == 0)
				return err_set(e, ERR_USAGE,
					       "%s:%u/%s and %s:%u/%s have one location: the API cannot tell their images apart; use --skip-update",
					       a->host, a->port, a->prefix, b->host, b->port,
					       b->prefix);
	return 0;
}

static int ionos_plan(const struct options *o, void *settings, unsigned *targets, struct err *e)
{
	struct ionos *s = settings;

	if (ionos_options_check(o, e) < 0 ||
	    ionos_target_list(o, s->targets, TARGETS_MAX, &s->target_count, e) < 0)
		return -1;
	*targets = s->target_count;
	return ionos_own(o)->skip_update ? 0 : check_distinct(s, e);
}

/* Whom the API and the FTP servers are trusted by. */
static void vouch(struct task *t)
{
	const struct ionos_settings *s = &ionos_of(t)->settings;

	t->vouch[SIDE_API] = (struct vouch){
		.cacert = s->certificates[0] ? s->certificates : NULL,
		.leaf = s->pinned ? s->pin : NULL,
		.only_leaf = s->pinned,
		.anyone = s->api_skip_verify,
	};
	/* The fingerprint is the API's: an FTP server that has it too needs no other proof. */
	t->vouch[SIDE_STORE] = (struct vouch){
		.only_here = ionos_own(t->options)->crt_path,
		.leaf = s->pinned ? s->pin : NULL,
		.anyone = ionos_own(t->options)->skip_verify,
	};
}

/* By http there is nothing that a fingerprint could be held against. */
static int check_plain(const struct options *o, const struct ionos_settings *s, struct err *e)
{
	if (o->pins.count > 0 || s->pinned)
		return err_set(e, ERR_USAGE, "%s: %s has no certificate",
			       s->pinned ? "IONOS_PINNED_CERT" : "--pin", s->api_url);
	log_warn("%s: credentials travel unencrypted to %s", s->api_url_from, s->api_url);
	return 0;
}

static int ionos_prepare(struct task *t, struct err *e)
{
	const struct options *o = t->options;
	struct ionos_settings *s = &ionos_of(t)->settings;

	if (ionos_settings_load(s, ionos_own(o)->config, ionos_own(o)->api_url, t->work->scratch,
				REPLY_MAX, e) < 0 ||
	    ionos_settings_need_ftp(s, e) < 0)
		return -1;
	if (!ionos_own(o)->skip_update && ionos_settings_need_api(s, e) < 0)
		return -1;
	if (!ionos_own(o)->skip_update && strncmp(s->api_url, "http://", 7) == 0 &&
	    check_plain(o, s, e) < 0)
		return -1;
	vouch(t);
	if (ionos_own(o)->skip_verify)
		log_warn(
			"--skip-verify: anyone in between can read the password and change the image");
	return 0;
}

/* IONOS makes a CD-ROM of each .img, and nobody but its support can delete one. */
static int check_cdrom(const struct task *t, enum format have, struct err *e)
{
	if (have == FORMAT_ISO || ionos_own(t->options)->extension)
		return 0;
	if (!t->options->foreign)
		return err_set(e, ERR_USAGE,
			       "is a disk, but IONOS makes a CD-ROM of what is called .img: --format raw sends it as a disk, --format img as a CD-ROM");
	log_warn("%s: is a disk, but IONOS makes a CD-ROM of what is called .img (call it .raw)",
		 task_name(t));
	return 0;
}

/* Extension and content */
static int ionos_agrees(const struct task *t, enum format have, struct err *e)
{
	struct ionos_name name;

	if (ionos_name(t->options, t->image_index, &name, e) < 0)
		return -1;
	if (text_same(name.extension, ".img") && (have == FORMAT_RAW || have == FORMAT_ISO))
		return check_cdrom(t, have, e);
	if (name.format == FORMAT_NONE || name.format == have ||
	    (have == FORMAT_UDF && (name.format == FORMAT_ISO || name.format == FORMAT_RAW)))
		return 0;
	return err_set(e, ERR_IMAGE,
		       "the name says %s, but the content is %s (--format tells another extension, --no-check sends it all the same)",
		       name.extension, format_phrase(have));
}

/* The report needs it even of what is never begun. */
static int note_place(struct task *t, const struct ionos_target *to, const struct ionos_name *name,
		      struct err *e)
{
	bool six = strchr(to->host, ':') != NULL;
	struct text place;

	text_init(&place, t->place, sizeof(t->place));
	text_printf(&place, "%s://%s%s%s", to->implicit ? "ftps" : "ftp", six ? "[" : "", to->host,
		    six ? "]" : "");
	if (to->port != (to->implicit ? 990 : 21))
		text_printf(&place, ":%u", to->port);
	text_printf(&place, "/%s%s/%s", to->prefix, name->dir, name->file);
	if (fit_done(&place, "the place", e) < 0)
		return -1;
	return fit_copy(t->region, sizeof(t->region), to->location, "--location", e);
}

static int ionos_check(struct task *t, struct err *e)
{
	const struct ionos_target *to = &ionos_of(t)->targets[t->target];
	struct ionos_name name;

	if (ionos_name(t->options, t->image_index, &name, e) < 0)
		return -1;
	return note_place(t, to, &name, e);
}

static int ionos_begin(struct task *t, struct err *e)
{
	struct ionos_work *w = ionos_work(t);
	const struct ionos_target *to = &ionos_of(t)->targets[t->target];
	const struct ionos_settings *s = &ionos_of(t)->settings;
	struct text dir;

	memset(w, 0, sizeof(*w));
	if (ionos_name(t->options, t->image_index, &w->name, e) < 0)
		return -1;
	text_init(&dir, w->dir, sizeof(w->dir));
	text_printf(&dir, "%s%s", to->prefix, w->name.dir);
	if (fit_done(&dir, "the directory", e) < 0)
		return -1;
	w->server = (struct ftps_server){
		.host = to->host,
		.port = to->port,
		.implicit = to->implicit,
		.user = s->login.user,
		.password = s->login.password,
	};
	/* Bad credentials, and an API that cannot be reached, show before the upload. */
	if (!ionos_own(t->options)->skip_update && ionos_images_find(t, true, e) < 0)
		return -1;
	ftps_close(&t->work->ftps);
	ftps_init(&t->work->ftps, &t->net[SIDE_STORE], &w->server);
	return ionos_absent_connect(t, e);
}

/* Whatever its name is. */
static const struct takes takes = {
	.who = "IONOS",
	.route = "FTPS",
	.words = "raw, iso, qcow, qcow2, vmdk, vhd, vhdx and vdi images",
	.instead = "zcat FILE | hoist ionos -i - ...",
	.formats = FORMAT_BIT(FORMAT_RAW) | FORMAT_BIT(FORMAT_ISO) | FORMAT_BIT(FORMAT_QCOW) |
		   FORMAT_BIT(FORMAT_QCOW2) | FORMAT_BIT(FORMAT_COW) | FORMAT_BIT(FORMAT_VDI) |
		   FORMAT_BIT(FORMAT_VHD) | FORMAT_BIT(FORMAT_VHDX) | FORMAT_BIT(FORMAT_VMDK) |
		   FORMAT_BIT(FORMAT_UDF),
};

static const struct provider *variant(const struct options *o)
{
	return ionos_own(o)->whoami ? &ionos_whoami : NULL;
}

const struct provider ionos_provider = {
	.name = "ionos",
	.summary = "upload disk images to IONOS by FTPS, and set their properties",
	.operands = "FILE...",
	.options = ionos_options_own,
	.more_options = ionos_options_shared,
	.columns = "file,place,imageid,name,status",
	.fields = "file,location,place,size,id,status,exit,error",
	.object_columns = ionos_columns,
	.needs = NEED_NET | NEED_STORE | NEED_WHOLE,
	.defaults = ionos_defaults,
	.variant = variant,
	.plan = ionos_plan,
	.takes = &takes,
	.agrees = ionos_agrees,
	.check = ionos_check,
	.prepare = ionos_prepare,
	.begin = ionos_begin,
	.send = ionos_upload_send,
	.finish = ionos_images_finish,
	.abandon = ionos_abandon,
};
