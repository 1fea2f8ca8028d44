/*
 * openstackclient's "image create": the same options (python-openstackclient 6.0
 * to 9).
 */
#include "cloud/openstack/openstack_cli.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cloud/openstack/openstack.h"
#include "cloud/openstack/openstack_print.h"
#include "cloud/openstack/options.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/settings.h"

/* Options that both clients have, and both must not do. */
const struct opt openstack_cli_options[] = {
	{ OPT_REFUSED, 0, "os-password", "SECRET", 0,
	  "refused, as everybody can read it: set OS_PASSWORD or OS_PASSWORD_FILE" },
	{ OPT_REFUSED, 0, "os-token", "SECRET", 0,
	  "refused, as everybody can read it: set OS_TOKEN or OS_TOKEN_FILE" },
	{ OPT_REFUSED, 0, "os-auth-token", "SECRET", 0,
	  "refused, as everybody can read it: set OS_TOKEN or OS_TOKEN_FILE" },
	{ OPT_REFUSED, 0, "os-application-credential-secret", "SECRET", 0,
	  "refused, as everybody can read it: set OS_APPLICATION_CREDENTIAL_SECRET" },
	{ OPT_REFUSED, 0, "os-passcode", "SECRET", 0,
	  "refused: there is no login with one-time passwords here" },
	{ OPT_TEXT, 0, "os-tenant-name", "NAME", OPT_OWN(struct os_own, os[OS_PROJECT_NAME]),
	  "the old name of --os-project-name" },
	{ OPT_TEXT, 0, "os-tenant-id", "ID", OPT_OWN(struct os_own, os[OS_PROJECT_ID]),
	  "the old name of --os-project-id" },
	{ OPT_TEXT, 0, "os-image-api-version", "N", OPT_OWN(struct os_own, image_api),
	  "only 2, with or without what follows a dot" },
	{ OPT_TEXT, 0, "os-identity-api-version", "N", OPT_OWN(struct os_own, identity_api),
	  "only 3, with or without what follows a dot" },
	{ OPT_FLAG, 0, "progress", NULL, OPT_OWN(struct os_own, show_progress),
	  "show progress on standard error, of pipes, too" },
	{ OPT_MORE, 'v', "verbose", NULL, OPT_AT(verbose), "one line for each request" },
	{ OPT_FLAG, 'h', "help", NULL, OPT_AT(help), "this text" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt create_options[] = {
	{ OPT_TEXT, 0, "file", "FILE", OPT_OWN(struct os_own, source),
	  "the image; standard input if not given, which is no terminal then" },
	{ OPT_TEXT, 0, "id", "UUID", OPT_OWN(struct os_own, new_id), "the id of the new image" },
	{ OPT_LOWER, 0, "container-format", "FORMAT", OPT_OWN(struct os_own, container_format),
	  "bare if not given" },
	{ OPT_LOWER, 0, "disk-format", "FORMAT", OPT_OWN(struct os_own, disk_format),
	  "what the file is; by its content if not given" },
	{ OPT_COUNT, 0, "min-disk", "GIB", OPT_OWN(struct os_own, min_disk),
	  "the disk that servers need; by the image's size if not given" },
	{ OPT_COUNT, 0, "min-ram", "MIB", OPT_OWN(struct os_own, min_ram),
	  "the memory that servers need" },
	{ OPT_SIZE, 0, "size", "SIZE", OPT_AT(announced), "how many bytes come through a pipe" },
	{ OPT_FLAG, 0, "force", NULL, OPT_AT(ignored), "accepted: it is about volumes" },
	{ OPT_FLAG, 0, "protected", NULL, OPT_OWN(struct os_own, protect), "it cannot be deleted" },
	{ OPT_FLAG, 0, "unprotected", NULL, OPT_OWN(struct os_own, unprotected),
	  "it can, as if nothing is said" },
	{ OPT_NAME, 0, "public", NULL, OPT_OWN(struct os_own, visibility),
	  "everybody sees and uses it" },
	{ OPT_NAME, 0, "private", NULL, OPT_OWN(struct os_own, visibility),
	  "only the project uses it" },
	{ OPT_NAME, 0, "community", NULL, OPT_OWN(struct os_own, visibility),
	  "everybody uses it who knows its id" },
	{ OPT_NAME, 0, "shared", NULL, OPT_OWN(struct os_own, visibility),
	  "its members use it, too" },
	{ OPT_LIST, 0, "property", "NAME=VALUE", OPT_AT(properties),
	  "a property; may be repeated" },
	{ OPT_LIST, 0, "tag", "TAG", OPT_AT(tags), "a tag; may be repeated" },
	{ OPT_FLAG, 0, "import", NULL, OPT_OWN(struct os_own, use_import),
	  "stage the data, then let Glance import it" },
	{ OPT_REFUSED, 0, "volume", "VOLUME", 0, "refused: nothing is uploaded there" },
	{ OPT_REFUSED, 0, "sign-key-path", "FILE", 0, "refused: images are not signed here" },
	{ OPT_REFUSED, 0, "sign-cert-id", "UUID", 0, "refused: images are not signed here" },
	{ OPT_REFUSED, 0, "project", "PROJECT", 0,
	  "refused: the image is the project's that is logged in to (--os-project-name)" },
	{ OPT_REFUSED, 0, "project-domain", "DOMAIN", 0,
	  "refused: the image is the project's that is logged in to" },
	{ OPT_CHOICE, 'f', "format", "table|json|value|yaml|shell", OPT_OWN(struct os_own, format),
	  "the form of the result" },
	{ OPT_LIST, 'c', "column", "NAME", OPT_OWN(struct os_own, column_names),
	  "only this field; may be repeated" },
	{ OPT_TEXT, 0, "prefix", "TEXT", OPT_OWN(struct os_own, prefix),
	  "with -f shell: before each name" },
	{ OPT_FLAG, 0, "noindent", NULL, OPT_OWN(struct os_own, single_line),
	  "with -f json: in one line" },
	{ OPT_TEXT, 0, "max-width", "N", OPT_AT(ignored_text),
	  "accepted: nothing is cut off here" },
	{ OPT_FLAG, 0, "fit-width", NULL, OPT_AT(ignored), "accepted: nothing is cut off here" },
	{ OPT_FLAG, 0, "print-empty", NULL, OPT_AT(ignored), "accepted, without effect" },
	{ OPT_FLAG, 'q', "quiet", NULL, OPT_AT(quiet), "nothing on standard error but errors" },
	{ OPT_MORE, 0, "debug", NULL, OPT_AT(verbose), "the same as --verbose" },
	{ OPT_OFF, 0, "verify", NULL, OPT_OWN(struct os_own, insecure),
	  "check certificates, as if nothing is said" },
	{ OPT_FLAG, 0, "timing", NULL, OPT_AT(ignored), "accepted, without effect" },
	{ OPT_REFUSED, 0, "log-file", "FILE", 0, "refused: redirect standard error" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

/* "2" and "2.15" are version 2. */
static int check_version(const char *option, const char *given, char wanted, struct err *e)
{
	if (!given || (given[0] == wanted && (!given[1] || given[1] == '.')))
		return 0;
	return err_set(e, ERR_USAGE, "--%s %.20s: there is only version %c here", option, given,
		       wanted);
}

int openstack_cli_adapt(struct options *o, struct err *e)
{
	struct stat st;

	if (check_version("os-image-api-version", os_own(o)->image_api, '2', e) < 0 ||
	    check_version("os-identity-api-version", os_own(o)->identity_api, '3', e) < 0)
		return -1;
	/* harden_process() puts a directory where there was none. */
	if (!os_own(o)->source && fstat(STDIN_FILENO, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(e, ERR_USAGE,
			       "no image: standard input is closed, or a directory; give --file");
	if (!os_own(o)->source && isatty(STDIN_FILENO))
		return err_set(e, ERR_USAGE,
			       "no image: give --file, or a standard input that is no terminal");
	/* To them "-" is the name of a file. */
	o->files[0] = !os_own(o)->source                  ? "-" :
		      strcmp(os_own(o)->source, "-") == 0 ? "./-" :
							    os_own(o)->source;
	o->file_count = 1;
	o->progress = os_own(o)->show_progress ? "auto" : "none";
	return 0;
}

static int check_columns(const struct options *o, struct err *e)
{
	unsigned i;

	for (i = 0; i < os_own(o)->column_names.count; i++)
		if (openstack_print_is_field(os_own(o)->column_names.at[i]))
			return 0;
	if (i == 0)
		return 0;
	return err_set(e, ERR_USAGE, "--column: an image has no field %.60s",
		       os_own(o)->column_names.at[0]);
}

static int adapt(struct options *o, struct err *e)
{
	if (o->operand_count == 0)
		return err_set(e, ERR_USAGE, "the image's name is missing");
	if (o->operand_count > 1)
		return err_set(e, ERR_USAGE, "one image has one name: %.100s", o->files[1]);
	if (check_columns(o, e) < 0)
		return -1;
	if (os_own(o)->protect && os_own(o)->unprotected)
		return err_set(e, ERR_USAGE, "--unprotected contradicts --protected");
	o->name = o->operand;
	if (os_own(o)->use_import)
		os_own_set(o)->import = "glance-direct";
	os_own_set(o)->default_domain = true;
	return openstack_cli_adapt(o, e);
}

static const struct verb verbs[] = {
	{ { "image", "create" },
	  &openstack_provider,
	  "upload a disk image to OpenStack (Glance)",
	  "NAME",
	  { create_options, openstack_cli_options, os_options_auth, NULL },
	  adapt },
	{ .provider = NULL },
};

const struct grammar openstack_grammar = {
	.program = "openstack",
	.prefixes = true,
	.verbs = verbs,
	.print = openstack_print,
};
