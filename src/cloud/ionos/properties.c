/* The properties that the options give an image become the body of a request. */
#include "cloud/ionos/properties.h"

#include <string.h>

#include "base/fit.h"
#include "base/text.h"
#include "cloud/ionos/own.h"

/*
 * All of them, in the order of their names, which is ionosctl's.  A text that
 * is "" is not sent; where there is a default, it is.
 */
static const struct member {
	const char *name;
	size_t at;
	const char *text; /* the default; NULL if there is none: then it is sent only if given */
	const char *confidential; /* what it has to be with --confidential */
	bool is_text;
} members[] = {
	{ "applicationType", OPT_OWN(struct ionos_own, application_type), "UNKNOWN", NULL, true },
	{ "cloudInit", OPT_OWN(struct ionos_own, cloud_init_type), "V1", "NONE", true },
	{ "cpuHotPlug", OPT_OWN(struct ionos_own, cpu_plug), "true", "false", false },
	{ "cpuHotUnplug", OPT_OWN(struct ionos_own, cpu_unplug), "false", "false", false },
	{ "description", OPT_AT(description), NULL, NULL, true },
	{ "discScsiHotPlug", OPT_OWN(struct ionos_own, scsi_plug), "true", "false", false },
	{ "discScsiHotUnplug", OPT_OWN(struct ionos_own, scsi_unplug), "false", "false", false },
	{ "discVirtioHotPlug", OPT_OWN(struct ionos_own, virtio_plug), "true", "false", false },
	{ "discVirtioHotUnplug", OPT_OWN(struct ionos_own, virtio_unplug), "false", "false",
	  false },
	{ "exposeSerial", OPT_OWN(struct ionos_own, expose_serial), "false", NULL, false },
	{ "licenceType", OPT_OWN(struct ionos_own, licence_type), "UNKNOWN", NULL, true },
	{ "name", OPT_AT(name), NULL, NULL, true },
	{ "nicHotPlug", OPT_OWN(struct ionos_own, nic_plug), "true", "false", false },
	{ "nicHotUnplug", OPT_OWN(struct ionos_own, nic_unplug), "false", "false", false },
	{ "ramHotPlug", OPT_OWN(struct ionos_own, ram_plug), "true", "false", false },
	{ "ramHotUnplug", OPT_OWN(struct ionos_own, ram_unplug), "false", "false", false },
	{ "requireLegacyBios", OPT_OWN(struct ionos_own, legacy_bios), NULL, "false", false },
};

/* What the command line says of it, or NULL. */
static const char *given(const struct options *o, const struct member *m)
{
	const void *at = (const char *)o + m->at;

	if (m->is_text) {
		const char *text = *(const char *const *)at;

		return text && *text ? text : NULL;
	}
	switch (*(const enum answer *)at) {
	case ANSWER_YES:
		return "true";
	case ANSWER_NO:
		return "false";
	default:
		return NULL;
	}
}

int ionos_properties(const struct options *o, char *out, size_t cap, struct err *e)
{
	const char *value, *glue = "{";
	struct text t;
	size_t i;

	text_init(&t, out, cap);
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const struct member *m = &members[i];

		value = given(o, m);
		if (!value)
			value = m->text;
		if (ionos_own(o)->confidential && m->confidential)
			value = m->confidential;
		if (!value)
			continue;
		text_printf(&t, "%s\"%s\":", glue, m->name);
		if (m->is_text)
			text_put_json(&t, value);
		else
			text_put(&t, value);
		glue = ",";
	}
	text_put(&t, "}");
	return fit_done(&t, "the image's properties", e);
}

/* What --confidential would have to change is refused, if it was asked for. */
int ionos_properties_check(const struct options *o, struct err *e)
{
	const char *value;
	size_t i;

	for (i = 0; ionos_own(o)->confidential && i < sizeof(members) / sizeof(members[0]); i++) {
		value = given(o, &members[i]);
		if (value && members[i].confidential && strcmp(value, members[i].confidential) != 0)
			return err_set(e, ERR_USAGE,
				       "--confidential images have %s %s: do not ask for %s",
				       members[i].name, members[i].confidential, value);
	}
	return 0;
}
