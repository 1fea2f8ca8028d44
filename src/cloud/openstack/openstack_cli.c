/*
 * openstackclient's "image create": the same options, and its output: a table,
 * JSON, YAML, values or shell variables (python-openstackclient 6.0 to 9,
 * cliff 4.9).
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cloud/openstack/fields.h"
#include "cloud/openstack/openstack.h"

/* What is not one of these is a property, and some are left out. */
static const char *const names[] = {
	"checksum",   "container_format", "created_at",   "disk_format", "file",
	"id",         "min_disk",         "min_ram",      "name",        "owner",
	"properties", "protected",        "schema",       "size",        "status",
	"tags",       "updated_at",       "virtual_size", "visibility",
};

#define NAMES ((int)(sizeof(names) / sizeof(names[0])))

static bool is_name(const char *word)
{
	int i;

	for (i = 0; i < NAMES && strcmp(names[i], word) != 0; i++)
		;
	return i < NAMES;
}

/* "Disk Format" is disk_format. */
static bool same_column(const char *given, const char *name)
{
	char clean[64], *c;
	struct text t;

	text_init(&t, clean, sizeof(clean));
	text_put(&t, given + strspn(given, " "));
	text_clean(clean);
	for (c = clean; *c; c++)
		if (*c == ' ')
			*c = '_';
	return !t.full && text_same(clean, name);
}

static bool is_chosen(const struct options *o, const char *name)
{
	unsigned i;

	for (i = 0; i < o->column_names.count; i++)
		if (same_column(o->column_names.at[i], name))
			return true;
	return o->column_names.count == 0;
}

/* --- Properties ----------------------------------------------------------------------- */

static bool is_property(const struct fields *f, int key)
{
	char name[FIELD_NAME_BYTES];
	struct text t;

	text_init(&t, name, sizeof(name));
	fields_put_name(f, key, &t);
	return !is_name(name) && strcmp(name, "self") != 0 && strcmp(name, "location") != 0 &&
	       !fields_is_null(f, key);
}

static int next_property(const struct fields *f, int last)
{
	do
		last = fields_next(f, last);
	while (last > 0 && !is_property(f, last));
	return last;
}

static int next_sorted_property(const struct fields *f, int last)
{
	do
		last = fields_next_sorted(f, last);
	while (last > 0 && !is_property(f, last));
	return last;
}

/* For a person: the names sorted, each with its value in quotes. */
static void put_pairs(const struct fields *f, struct text *t)
{
	int i, n = 0;

	for (i = next_sorted_property(f, 0); i > 0; i = next_sorted_property(f, i)) {
		text_put(t, n++ > 0 ? ", " : "");
		fields_put_name(f, i, t);
		text_put(t, "='");
		fields_put_str(f, i, t);
		text_put(t, "'");
	}
}

/* As Python's repr() of a dict. */
static void put_dict(const struct fields *f, struct text *t)
{
	int i, n = 0;

	text_put(t, "{");
	for (i = next_property(f, 0); i > 0; i = next_property(f, i)) {
		text_put(t, n++ > 0 ? ", " : "");
		fields_put_repr_name(f, i, t);
		text_put(t, ": ");
		fields_put_repr(f, i, t);
	}
	text_put(t, "}");
}

static void put_json_properties(const struct fields *f, bool lines, struct text *t)
{
	int i, n = 0;

	text_put(t, "{");
	for (i = next_property(f, 0); i > 0; i = next_property(f, i)) {
		text_put(t, n++ == 0 ? "" : lines ? "," : ", ");
		text_put(t, lines ? "\n    " : "");
		fields_put_json_name(f, i, t);
		text_put(t, ": ");
		if (lines)
			fields_put_json_lines(f, i, 2, t);
		else
			fields_put_json(f, i, t);
	}
	text_put(t, lines ? "\n  }" : "}");
}

/* --- Fields ----------------------------------------------------------------------------- */

/* The field behind last that is there, and is wanted. */
static int next_field(const struct fields *f, const struct options *o, int last)
{
	int i, key;

	for (i = last + 1; i < NAMES; i++) {
		if (!is_chosen(o, names[i]))
			continue;
		key = fields_find(f, names[i]);
		if (strcmp(names[i], "properties") == 0 ? next_property(f, 0) > 0 :
							  key > 0 && !fields_is_null(f, key))
			return i;
	}
	return -1;
}

static int table_row(const struct fields *f, const struct options *o, int last, struct text *name,
		     struct text *value)
{
	int i = next_field(f, o, last);

	if (i < 0)
		return -1;
	text_put(name, names[i]);
	if (strcmp(names[i], "properties") == 0)
		put_pairs(f, value);
	else if (strcmp(names[i], "tags") == 0)
		fields_put_list(f, fields_find(f, names[i]), value);
	else
		fields_put_str(f, fields_find(f, names[i]), value);
	return i;
}

static const struct fields_table table = { { "Field", "Value" }, 0, table_row };

/* As the machine reads it. */
static void put_value(const struct fields *f, int i, struct text *t)
{
	if (strcmp(names[i], "properties") == 0)
		put_dict(f, t);
	else
		fields_put_str(f, fields_find(f, names[i]), t);
}

static void print_values(FILE *out, const struct fields *f, const struct options *o)
{
	char value[FIELD_BYTES];
	struct text t;
	int i;

	for (i = next_field(f, o, -1); i >= 0; i = next_field(f, o, i)) {
		text_init(&t, value, sizeof(value));
		put_value(f, i, &t);
		fprintf(out, "%s\n", value);
	}
}

/*
 * What a shell would read in double quotes as something else is escaped, and only
 * that; the client itself escapes nothing but the quotes.
 */
static void print_shell(FILE *out, const struct fields *f, const struct options *o)
{
	char value[FIELD_BYTES];
	const char *c;
	struct text t;
	int i;

	for (i = next_field(f, o, -1); i >= 0; i = next_field(f, o, i)) {
		text_init(&t, value, sizeof(value));
		put_value(f, i, &t);
		fprintf(out, "%s%s=\"", o->prefix ? o->prefix : "", names[i]);
		for (c = value; *c; c++) {
			if (strchr("$`\"", *c) || (*c == '\\' && (!c[1] || strchr("$`\"\\", c[1]))))
				putc('\\', out);
			putc(*c, out);
		}
		fputs("\"\n", out);
	}
}

static void print_json(FILE *out, const struct fields *f, const struct options *o)
{
	bool lines = !o->single_line;
	char value[FIELD_BYTES];
	struct text t;
	int i, n = 0;

	putc('{', out);
	for (i = next_field(f, o, -1); i >= 0; i = next_field(f, o, i)) {
		text_init(&t, value, sizeof(value));
		if (strcmp(names[i], "properties") == 0)
			put_json_properties(f, lines, &t);
		else if (lines)
			fields_put_json_lines(f, fields_find(f, names[i]), 1, &t);
		else
			fields_put_json(f, fields_find(f, names[i]), &t);
		fputs(n++ == 0 ? "" : lines ? "," : ", ", out);
		fprintf(out, "%s\"%s\": %s", lines ? "\n  " : "", names[i], value);
	}
	fputs(lines && n > 0 ? "\n}\n" : "}\n", out);
}

static void print_yaml_properties(FILE *out, const struct fields *f)
{
	char line[FIELD_BYTES];
	struct text t;
	int i;

	for (i = next_sorted_property(f, 0); i > 0; i = next_sorted_property(f, i)) {
		text_init(&t, line, sizeof(line));
		fields_put_yaml_name(f, i, &t);
		text_put(&t, ": ");
		fields_put_yaml(f, i, &t);
		fprintf(out, "  %s\n", line);
	}
}

static void print_yaml(FILE *out, const struct fields *f, const struct options *o)
{
	char value[FIELD_BYTES];
	struct text t;
	int i, key;

	for (i = next_field(f, o, -1); i >= 0; i = next_field(f, o, i)) {
		if (strcmp(names[i], "properties") == 0) {
			fprintf(out, "%s:\n", names[i]);
			print_yaml_properties(out, f);
			continue;
		}
		key = fields_find(f, names[i]);
		text_init(&t, value, sizeof(value));
		if (strcmp(names[i], "tags") == 0) {
			fields_put_yaml_list(f, key, &t);
		} else {
			text_put(&t, " ");
			fields_put_yaml(f, key, &t);
		}
		fprintf(out, "%s:%s\n", names[i], value);
	}
}

static void openstack_cli_print(FILE *out, struct task *tasks, unsigned count)
{
	const struct options *o = tasks->options;
	const char *format = o->format ? o->format : "table";
	struct fields f;

	if (count != 1 || tasks->err.code != ERR_NONE)
		return;
	fields_of(&f, tasks);
	if (strcmp(format, "json") == 0)
		print_json(out, &f, o);
	else if (strcmp(format, "yaml") == 0)
		print_yaml(out, &f, o);
	else if (strcmp(format, "value") == 0)
		print_values(out, &f, o);
	else if (strcmp(format, "shell") == 0)
		print_shell(out, &f, o);
	else if (next_field(&f, o, -1) >= 0)
		fields_table_print(out, &table, &f, o);
}

/* --- The command line --------------------------------------------------------------------- */

/* Options that both clients have, and both must not do. */
const struct opt openstack_client_options[] = {
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
	{ OPT_TEXT, 0, "os-tenant-name", "NAME", OPT_AT(os[OS_PROJECT_NAME]),
	  "the old name of --os-project-name" },
	{ OPT_TEXT, 0, "os-tenant-id", "ID", OPT_AT(os[OS_PROJECT_ID]),
	  "the old name of --os-project-id" },
	{ OPT_TEXT, 0, "os-image-api-version", "N", OPT_AT(image_api),
	  "only 2, with or without what follows a dot" },
	{ OPT_TEXT, 0, "os-identity-api-version", "N", OPT_AT(identity_api),
	  "only 3, with or without what follows a dot" },
	{ OPT_FLAG, 0, "progress", NULL, OPT_AT(show_progress),
	  "show progress on standard error, of pipes, too" },
	{ OPT_MORE, 'v', "verbose", NULL, OPT_AT(verbose), "one line for each request" },
	{ OPT_FLAG, 'h', "help", NULL, OPT_AT(help), "this text" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt create_options[] = {
	{ OPT_TEXT, 0, "file", "FILE", OPT_AT(source),
	  "the image; standard input if not given, which is no terminal then" },
	{ OPT_TEXT, 0, "id", "UUID", OPT_AT(new_id), "the id of the new image" },
	{ OPT_LOWER, 0, "container-format", "FORMAT", OPT_AT(container_format),
	  "bare if not given" },
	{ OPT_LOWER, 0, "disk-format", "FORMAT", OPT_AT(disk_format),
	  "what the file is; by its content if not given" },
	{ OPT_COUNT, 0, "min-disk", "GIB", OPT_AT(min_disk),
	  "the disk that servers need; by the image's size if not given" },
	{ OPT_COUNT, 0, "min-ram", "MIB", OPT_AT(min_ram), "the memory that servers need" },
	{ OPT_SIZE, 0, "size", "SIZE", OPT_AT(announced), "how many bytes come through a pipe" },
	{ OPT_FLAG, 0, "force", NULL, OPT_AT(ignored), "accepted: it is about volumes" },
	{ OPT_FLAG, 0, "protected", NULL, OPT_AT(protect), "it cannot be deleted" },
	{ OPT_FLAG, 0, "unprotected", NULL, OPT_AT(unprotected), "it can, as if nothing is said" },
	{ OPT_NAME, 0, "public", NULL, OPT_AT(visibility), "everybody sees and uses it" },
	{ OPT_NAME, 0, "private", NULL, OPT_AT(visibility), "only the project uses it" },
	{ OPT_NAME, 0, "community", NULL, OPT_AT(visibility),
	  "everybody uses it who knows its id" },
	{ OPT_NAME, 0, "shared", NULL, OPT_AT(visibility), "its members use it, too" },
	{ OPT_LIST, 0, "property", "NAME=VALUE", OPT_AT(properties),
	  "a property; may be repeated" },
	{ OPT_LIST, 0, "tag", "TAG", OPT_AT(tags), "a tag; may be repeated" },
	{ OPT_FLAG, 0, "import", NULL, OPT_AT(use_import),
	  "stage the data, then let Glance import it" },
	{ OPT_REFUSED, 0, "volume", "VOLUME", 0, "refused: nothing is uploaded there" },
	{ OPT_REFUSED, 0, "sign-key-path", "FILE", 0, "refused: images are not signed here" },
	{ OPT_REFUSED, 0, "sign-cert-id", "UUID", 0, "refused: images are not signed here" },
	{ OPT_REFUSED, 0, "project", "PROJECT", 0,
	  "refused: the image is the project's that is logged in to (--os-project-name)" },
	{ OPT_REFUSED, 0, "project-domain", "DOMAIN", 0,
	  "refused: the image is the project's that is logged in to" },
	{ OPT_CHOICE, 'f', "format", "table|json|value|yaml|shell", OPT_AT(format),
	  "the form of the result" },
	{ OPT_LIST, 'c', "column", "NAME", OPT_AT(column_names),
	  "only this field; may be repeated" },
	{ OPT_TEXT, 0, "prefix", "TEXT", OPT_AT(prefix), "with -f shell: before each name" },
	{ OPT_FLAG, 0, "noindent", NULL, OPT_AT(single_line), "with -f json: in one line" },
	{ OPT_TEXT, 0, "max-width", "N", OPT_AT(ignored_text),
	  "accepted: nothing is cut off here" },
	{ OPT_FLAG, 0, "fit-width", NULL, OPT_AT(ignored), "accepted: nothing is cut off here" },
	{ OPT_FLAG, 0, "print-empty", NULL, OPT_AT(ignored), "accepted, without effect" },
	{ OPT_FLAG, 'q', "quiet", NULL, OPT_AT(quiet), "nothing on standard error but errors" },
	{ OPT_MORE, 0, "debug", NULL, OPT_AT(verbose), "the same as --verbose" },
	{ OPT_OFF, 0, "verify", NULL, OPT_AT(insecure),
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

int openstack_adapt(struct options *o, struct err *e)
{
	struct stat st;

	if (check_version("os-image-api-version", o->image_api, '2', e) < 0 ||
	    check_version("os-identity-api-version", o->identity_api, '3', e) < 0)
		return -1;
	/* harden_process() puts a directory where there was none. */
	if (!o->source && fstat(STDIN_FILENO, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(e, ERR_USAGE,
			       "no image: standard input is closed, or a directory; give --file");
	if (!o->source && isatty(STDIN_FILENO))
		return err_set(e, ERR_USAGE,
			       "no image: give --file, or a standard input that is no terminal");
	/* To them "-" is the name of a file. */
	o->files[0] = !o->source ? "-" : strcmp(o->source, "-") == 0 ? "./-" : o->source;
	o->file_count = 1;
	o->progress = o->show_progress ? "auto" : "none";
	return 0;
}

static int check_columns(const struct options *o, struct err *e)
{
	unsigned i;
	int n;

	for (i = 0; i < o->column_names.count; i++)
		for (n = 0; n < NAMES; n++)
			if (same_column(o->column_names.at[i], names[n]))
				return 0;
	if (i == 0)
		return 0;
	return err_set(e, ERR_USAGE, "--column: an image has no field %.60s",
		       o->column_names.at[0]);
}

static int adapt(struct options *o, struct err *e)
{
	if (o->operand_count != 1)
		return err_set(e, ERR_USAGE, "%s%.100s",
			       o->operand_count > 1 ? "one image has one name: " :
						      "the image's name is missing",
			       o->operand_count > 1 ? o->files[1] : "");
	if (check_columns(o, e) < 0)
		return -1;
	if (o->protect && o->unprotected)
		return err_set(e, ERR_USAGE, "--unprotected contradicts --protected");
	o->name = o->operand;
	if (o->use_import)
		o->import = "glance-direct";
	o->default_domain = true;
	return openstack_adapt(o, e);
}

static const struct verb verbs[] = {
	{ { "image", "create" },
	  &openstack_provider,
	  "upload a disk image to OpenStack (Glance)",
	  "NAME",
	  { create_options, openstack_client_options, openstack_auth_options, NULL },
	  adapt },
	{ .provider = NULL },
};

const struct grammar openstack_grammar = {
	.program = "openstack",
	.prefixes = true,
	.verbs = verbs,
	.print = openstack_cli_print,
};
