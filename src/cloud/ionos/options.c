/* The table of hoist ionos's options, and what each has to be. */
#include "cloud/ionos/options.h"
#include "cloud/ionos/own.h"

#include <string.h>

#include "base/text.h"
#include "cloud/ionos/name.h"
#include "cloud/ionos/properties.h"

const struct opt ionos_options_shared[] = {
	{ OPT_FILES, 'i', "image", "FILES", OPT_AT(files), "the images, joined by commas" },
	{ OPT_WORDS, 'l', "location", "NAMES", OPT_OWN(struct ionos_own, locations),
	  "where they go, joined by commas: de/fra or fra, de/fra/2, de/txl ..." },
	{ OPT_WORDS, 0, "rename", "NAMES", OPT_OWN(struct ionos_own, renames),
	  "what they are called there, without extensions" },
	{ OPT_LIST, 0, "ftp-url", "URL", OPT_OWN(struct ionos_own, ftp_urls),
	  "servers that are not IONOS's; %s stands for the location; may be repeated" },
	{ OPT_TEXT, 0, "ftp-port", "PORT", OPT_OWN(struct ionos_own, ftp_port),
	  "the port of --ftp-url" },
	{ OPT_TEXT, 0, "crt-path", "FILE", OPT_OWN(struct ionos_own, crt_path),
	  "trust the FTP server that shows a certificate in this PEM file, and no other" },
	{ OPT_SWITCH, 0, "skip-verify", NULL, OPT_OWN(struct ionos_own, skip_verify),
	  "trust any FTP server: anybody may get the image and the password" },
	{ OPT_SWITCH, 0, "skip-update", NULL, OPT_OWN(struct ionos_own, skip_update),
	  "do not wait for the images, and set no properties" },
	{ OPT_TIME, 't', "timeout", "TIME", OPT_AT(timeout_ms),
	  "wait at most so long for the uploaded images (1200s)" },
	{ OPT_SWITCH, 0, "confidential", NULL, OPT_OWN(struct ionos_own, confidential),
	  "images for confidential computing (QCOW2)" },
	{ OPT_TEXT, 'n', "name", "NAME", OPT_AT(name), "the image's name in the API" },
	{ OPT_TEXT, 'd', "description", "TEXT", OPT_AT(description), "its description" },
	{ OPT_TEXT, 0, "licence-type", "TYPE", OPT_OWN(struct ionos_own, licence_type),
	  "LINUX, RHEL, WINDOWS, WINDOWS2016 to 2025, OTHER or UNKNOWN (UNKNOWN)" },
	{ OPT_TEXT, 0, "application-type", "TYPE", OPT_OWN(struct ionos_own, application_type),
	  "MSSQL-2019- or MSSQL-2022- with Web, Standard or Enterprise (UNKNOWN)" },
	{ OPT_TEXT, 0, "cloud-init", "TYPE", OPT_OWN(struct ionos_own, cloud_init_type),
	  "V1 or NONE (V1)" },
	{ OPT_ANSWER, 0, "cpu-hot-plug", NULL, OPT_OWN(struct ionos_own, cpu_plug),
	  "CPUs can be added (true)" },
	{ OPT_ANSWER, 0, "cpu-hot-unplug", NULL, OPT_OWN(struct ionos_own, cpu_unplug),
	  "CPUs can be removed (false)" },
	{ OPT_ANSWER, 0, "ram-hot-plug", NULL, OPT_OWN(struct ionos_own, ram_plug),
	  "memory can be added (true)" },
	{ OPT_ANSWER, 0, "ram-hot-unplug", NULL, OPT_OWN(struct ionos_own, ram_unplug),
	  "memory can be removed (false)" },
	{ OPT_ANSWER, 0, "nic-hot-plug", NULL, OPT_OWN(struct ionos_own, nic_plug),
	  "NICs can be added (true)" },
	{ OPT_ANSWER, 0, "nic-hot-unplug", NULL, OPT_OWN(struct ionos_own, nic_unplug),
	  "NICs can be removed (false)" },
	{ OPT_ANSWER, 0, "disc-virtio-hot-plug", NULL, OPT_OWN(struct ionos_own, virtio_plug),
	  "Virt-IO drives can be added (true)" },
	{ OPT_ANSWER, 0, "disc-virtio-hot-unplug", NULL, OPT_OWN(struct ionos_own, virtio_unplug),
	  "Virt-IO drives can be removed (false)" },
	{ OPT_ANSWER, 0, "disc-scsi-hot-plug", NULL, OPT_OWN(struct ionos_own, scsi_plug),
	  "SCSI drives can be added (true)" },
	{ OPT_ANSWER, 0, "disc-scsi-hot-unplug", NULL, OPT_OWN(struct ionos_own, scsi_unplug),
	  "SCSI drives can be removed (false)" },
	{ OPT_ANSWER, 0, "expose-serial", NULL, OPT_OWN(struct ionos_own, expose_serial),
	  "servers see the serial numbers of their disks (false)" },
	{ OPT_ANSWER, 0, "require-legacy-bios", NULL, OPT_OWN(struct ionos_own, legacy_bios),
	  "needs a legacy BIOS (what the API takes it for)" },
	{ OPT_CHOICE, 'o', "output", "text|json|api-json", OPT_AT(output),
	  "the form of the result" },
	{ OPT_TEXT, 'c', "config", "FILE", OPT_OWN(struct ionos_own, config),
	  "ionosctl's settings ($XDG_CONFIG_HOME/ionosctl/config.yaml)" },
	{ OPT_TEXT, 'u', "api-url", "URL", OPT_OWN(struct ionos_own, api_url),
	  "the API (https://api.ionos.com)" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

const struct opt ionos_options_own[] = {
	{ OPT_TEXT, 0, "format", "EXT", OPT_OWN(struct ionos_own, extension),
	  "what the images are, in place of their extensions: raw, qcow2 ..." },
	{ OPT_SIZE, 0, "size", "SIZE", OPT_AT(announced), "how many bytes come through a pipe" },
	{ OPT_FLAG, 0, "no-check", NULL, OPT_AT(no_check),
	  "send also what is not what its extension says" },
	{ OPT_FLAG, 0, "unproven-ok", NULL, OPT_AT(unproven_ok),
	  "be content when the cloud proves nothing" },
	{ OPT_FLAG, 0, "keep-on-failure", NULL, OPT_AT(keep),
	  "leave what a failed upload has sent" },
	{ OPT_TIME, 0, "poll", "TIME", OPT_AT(poll_ms), "ask so often for the images (10s)" },
	{ OPT_FLAG, 0, "whoami", NULL, OPT_OWN(struct ionos_own, whoami),
	  "show where each credential comes from, and upload nothing" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

const struct opt ionos_options_ionosctl[] = {
	{ OPT_WORDS, 'a', "image-alias", "NAMES", OPT_OWN(struct ionos_own, aliases),
	  "the old name of --rename" },
	{ OPT_WORDS, 0, "cols", "NAMES", OPT_OWN(struct ionos_own, column_names),
	  "the columns, joined by commas; all for all" },
	{ OPT_SWITCH, 0, "no-headers", NULL, OPT_AT(no_headers), "no line of column names" },
	{ OPT_SWITCH, 'q', "quiet", NULL, OPT_AT(quiet), "print no results, and errors only" },
	{ OPT_MORE, 'v', "verbose", NULL, OPT_AT(verbose),
	  "one line for each request; -vv and -vvv tell more" },
	{ OPT_SWITCH, 'f', "force", NULL, OPT_AT(ignored), "accepted: nothing is asked here" },
	{ OPT_SWITCH, 'w', "wait", NULL, OPT_AT(ignored),
	  "accepted: the images are waited for anyway" },
	{ OPT_TEXT, 0, "query", "QUERY", OPT_AT(query), "not supported" },
	{ OPT_TEXT, 'F', "filters", "FILTERS", OPT_AT(ignored_text), "accepted, without effect" },
	{ OPT_TEXT, 0, "order-by", "NAME", OPT_AT(ignored_text), "accepted, without effect" },
	{ OPT_TEXT, 'D', "depth", "N", OPT_AT(ignored_text), "accepted, without effect" },
	{ OPT_TEXT, 0, "limit", "N", OPT_AT(ignored_text), "accepted, without effect" },
	{ OPT_TEXT, 0, "offset", "N", OPT_AT(ignored_text), "accepted, without effect" },
	{ OPT_FLAG, 'h', "help", NULL, OPT_AT(help), "this text" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

/* Words of the API, which are sent as they are given; list ends with a NULL. */
static int check_word(const char *option, const char *word, const char *const *list, struct err *e)
{
	const char *const *w;
	char names[160];
	struct text t;

	if (!word)
		return 0;
	text_init(&t, names, sizeof(names));
	for (w = list; *w; w++) {
		if (strcmp(*w, word) == 0)
			return 0;
		text_printf(&t, "%s%s", w == list ? "" : ", ", *w);
	}
	return err_set(e, ERR_USAGE, "--%s %.30s: one of %s is taken", option,
		       *word ? word : "\"\"", names);
}

/* What is no UTF-8 could not be sent as it is. */
static int check_utf8(const char *option, const char *s, struct err *e)
{
	size_t n;

	for (; s && *s; s += n) {
		n = text_utf8(s, strlen(s));
		if (n == 0)
			return err_set(e, ERR_USAGE, "--%s is not UTF-8", option);
	}
	return 0;
}

int ionos_options_check(const struct options *o, struct err *e)
{
	static const char *const licences[] = { "LINUX",       "RHEL",        "WINDOWS",
						"WINDOWS2016", "WINDOWS2019", "WINDOWS2022",
						"WINDOWS2025", "UNKNOWN",     "OTHER",
						NULL };
	static const char *const applications[] = { "MSSQL-2019-Web",
						    "MSSQL-2019-Standard",
						    "MSSQL-2019-Enterprise",
						    "MSSQL-2022-Web",
						    "MSSQL-2022-Standard",
						    "MSSQL-2022-Enterprise",
						    "UNKNOWN",
						    NULL };
	static const char *const cloud_inits[] = { "V1", "NONE", NULL };

	if (o->query)
		return err_set(e, ERR_USAGE,
			       "--query is not supported: take the result of -o json to jq");
	if (check_word("licence-type", ionos_own(o)->licence_type, licences, e) < 0 ||
	    check_word("application-type", ionos_own(o)->application_type, applications, e) < 0 ||
	    check_word("cloud-init", ionos_own(o)->cloud_init_type, cloud_inits, e) < 0 ||
	    check_utf8("name", o->name, e) < 0 || check_utf8("description", o->description, e) < 0)
		return -1;
	return ionos_properties_check(o, e) < 0 || ionos_name_check(o, e) < 0 ? -1 : 0;
}
