/*
 * glanceclient's "image-create", "image-upload" and "image-create-via-import": the
 * same options, and its table (python-glanceclient 4.1 to 4.8).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/openstack/fields.h"
#include "cloud/openstack/openstack.h"

/* The client leaves these out. */
static bool is_left_out(const char *name)
{
	return strcmp(name, "self") == 0 || strcmp(name, "access") == 0 ||
	       strcmp(name, "file") == 0 || strcmp(name, "schema") == 0;
}

static int table_row(const struct fields *f, const struct options *o, int last, struct text *name,
		     struct text *value)
{
	int key = last > 0 ? last : 0;

	(void)o;
	do {
		key = fields_next_sorted(f, key);
		text_init(name, name->at, name->cap);
		if (key > 0)
			fields_put_name(f, key, name);
	} while (key > 0 && is_left_out(name->at));
	if (key == 0)
		return -1;
	if (fields_is_null(f, key) && strcmp(name->at, "virtual_size") == 0)
		text_put(value, "Not available");
	else if (fields_is_compound(f, key))
		fields_put_json(f, key, value);
	else
		fields_put_str(f, key, value);
	return key;
}

static const struct fields_table table = { { "Property", "Value" }, 80, table_row };

/* image-upload prints nothing. */
static void glance_cli_print(FILE *out, struct task *tasks, unsigned count)
{
	struct fields f;

	if (count != 1 || tasks->err.code != ERR_NONE || tasks->options->image_id)
		return;
	fields_of(&f, tasks);
	fields_table_print(out, &table, &f, tasks->options);
}

/* --- The command line --------------------------------------------------------------------- */

/* Before and behind the command. */
static const struct opt global_options[] = {
	{ OPT_TEXT, 0, "os-image-url", "URL", OPT_AT(os[OS_IMAGE_ENDPOINT]),
	  "Glance, whatever the catalog says" },
	{ OPT_TEXT, 0, "os-endpoint-type", "WORD", OPT_AT(os[OS_INTERFACE]),
	  "the old name of --os-interface" },
	{ OPT_MORE, 'd', "debug", NULL, OPT_AT(verbose), "the same as --verbose" },
	{ OPT_FLAG, 'f', "force", NULL, OPT_AT(ignored), "accepted: nothing is asked here" },
	{ OPT_FLAG, 0, "get-schema", NULL, OPT_AT(ignored), "accepted, without effect" },
	{ OPT_TEXT, 0, "timeout", "SECONDS", OPT_AT(ignored_text), "accepted, without effect" },
	{ OPT_FLAG, 0, "collect-timing", NULL, OPT_AT(ignored), "accepted, without effect" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt upload_options[] = {
	{ OPT_TEXT, 0, "file", "FILE", OPT_AT(source),
	  "the image; standard input if not given, which is no terminal then" },
	{ OPT_SIZE, 0, "size", "SIZE", OPT_AT(announced), "how many bytes come through a pipe" },
	{ OPT_TEXT, 0, "store", "NAME", OPT_AT(store), "where Glance is to store it" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt create_options[] = {
	{ OPT_TEXT, 0, "name", "NAME", OPT_AT(name), "its name; the file's name if not given" },
	{ OPT_LOWER, 0, "disk-format", "FORMAT", OPT_AT(disk_format),
	  "what the file is; by its content if not given" },
	{ OPT_LOWER, 0, "container-format", "FORMAT", OPT_AT(container_format),
	  "bare if not given" },
	{ OPT_CHOICE, 0, "visibility", "public|private|shared|community", OPT_AT(visibility),
	  "who can use it" },
	{ OPT_ASSENT, 0, "protected", "BOOL", OPT_AT(protect), "it cannot be deleted" },
	{ OPT_ASSENT, 0, "hidden", "BOOL", OPT_AT(hidden), "it is left out of lists" },
	{ OPT_COUNT, 0, "min-disk", "GIB", OPT_AT(min_disk),
	  "the disk that servers need; by the image's size if not given" },
	{ OPT_COUNT, 0, "min-ram", "MIB", OPT_AT(min_ram), "the memory that servers need" },
	{ OPT_TEXT, 0, "id", "UUID", OPT_AT(new_id), "the id of the new image" },
	{ OPT_MANY, 0, "tags", "TAGS", OPT_AT(tags), "its tags: all words up to the next option" },
	{ OPT_LIST, 0, "property", "NAME=VALUE", OPT_AT(properties),
	  "a property; may be repeated" },
	{ OPT_PROPERTY, 0, "owner", "ID", 0, "the project that it belongs to" },
	{ OPT_PROPERTY, 0, "architecture", "WORD", 0, "the property architecture" },
	{ OPT_PROPERTY, 0, "os-distro", "WORD", 0, "the property os_distro" },
	{ OPT_PROPERTY, 0, "os-version", "TEXT", 0, "the property os_version" },
	{ OPT_PROPERTY, 0, "kernel-id", "UUID", 0, "the property kernel_id" },
	{ OPT_PROPERTY, 0, "ramdisk-id", "UUID", 0, "the property ramdisk_id" },
	{ OPT_PROPERTY, 0, "instance-uuid", "UUID", 0, "the property instance_uuid" },
	{ OPT_TEXT, 0, "file", "FILE", OPT_AT(source),
	  "the image; standard input if not given, which is no terminal then" },
	{ OPT_SIZE, 0, "size", "SIZE", OPT_AT(announced), "how many bytes come through a pipe" },
	{ OPT_TEXT, 0, "store", "NAME", OPT_AT(store), "where Glance is to store it" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt import_options[] = {
	{ OPT_TEXT, 0, "import-method", "WORD", OPT_AT(import), "only glance-direct" },
	{ OPT_WORDS, 0, "stores", "NAMES", OPT_AT(stores), "several stores, joined by commas" },
	{ OPT_ASSENT, 0, "all-stores", "BOOL", OPT_AT(all_stores), "all stores that there are" },
	{ OPT_TRUTH, 0, "allow-failure", "BOOL", OPT_AT(partly),
	  "of several stores one that has it is enough, if not given, too" },
	{ OPT_REFUSED, 0, "uri", "URL", 0, "refused: nothing is uploaded there" },
	{ OPT_REFUSED, 0, "remote-region", "NAME", 0, "refused: nothing is uploaded there" },
	{ OPT_REFUSED, 0, "remote-image-id", "UUID", 0, "refused: nothing is uploaded there" },
	{ OPT_REFUSED, 0, "remote-service-interface", "WORD", 0,
	  "refused: nothing is uploaded there" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

/* An empty variable is none. */
static const char *from(const char *given, const char *variable)
{
	return given ? given : variable && *variable ? variable : NULL;
}

static int adapt_create(struct options *o, struct err *e)
{
	o->store = from(o->store, getenv("OS_IMAGE_STORE"));
	if (o->store)
		o->stores = (struct opt_list){ .at = { o->store }, .count = 1 };
	return openstack_adapt(o, e);
}

static int adapt_upload(struct options *o, struct err *e)
{
	if (o->operand_count != 1)
		return err_set(e, ERR_USAGE, "the id of one image is needed");
	o->image_id = o->operand;
	return adapt_create(o, e);
}

/* The words that commas separate in OS_IMAGE_STORES: they need room of their own. */
static int add_stores(struct options *o, const char *words, struct err *e)
{
	char *made = o->composed + o->composed_len;
	struct text t;
	size_t len;

	for (; *words; words += len + (words[len] == ',')) {
		len = strcspn(words, ",");
		if (o->stores.count == LIST_MAX || o->composed_len + len + 2 > sizeof(o->composed))
			return err_set(e, ERR_USAGE, "OS_IMAGE_STORES is too long");
		text_init(&t, made, len + 1);
		text_put_n(&t, words, len);
		o->stores.at[o->stores.count++] = made;
		o->composed_len += len + 1;
		made += len + 1;
	}
	return 0;
}

static bool is_no(const char *word)
{
	return text_same(word, "0") || text_same(word, "f") || text_same(word, "false") ||
	       text_same(word, "off") || text_same(word, "n") || text_same(word, "no");
}

/* --store, --stores or --all-stores, or the variables in place of the first two. */
static int choose_stores(struct options *o, struct err *e)
{
	const char *several = from(NULL, getenv("OS_IMAGE_STORES"));
	const char *failures = getenv("OS_IMAGE_ALLOW_FAILURE");

	if (!o->store && o->stores.count == 0 && !o->all_stores) {
		o->store = from(NULL, getenv("OS_IMAGE_STORE"));
		if (several && add_stores(o, several, e) < 0)
			return -1;
	}
	if ((o->store != NULL) + (o->stores.count > 0) + o->all_stores > 1)
		return err_set(e, ERR_USAGE,
			       "only one of --store, --stores and --all-stores can be given");
	if (o->partly == ANSWER_NONE && failures && is_no(failures))
		o->partly = ANSWER_NO;
	o->allow_failure = (o->stores.count > 0 || o->all_stores) && o->partly != ANSWER_NO;
	if (o->store)
		o->stores = (struct opt_list){ .at = { o->store }, .count = 1 };
	return 0;
}

static int adapt_import(struct options *o, struct err *e)
{
	o->import = from(o->import, getenv("OS_IMAGE_IMPORT_METHOD"));
	if (!o->import)
		o->import = "glance-direct";
	if (strcmp(o->import, "glance-direct") != 0)
		return err_set(e, ERR_USAGE,
			       "--import-method %.40s uploads nothing; here is only glance-direct",
			       o->import);
	return choose_stores(o, e) < 0 ? -1 : openstack_adapt(o, e);
}

#define SUMMARY "upload a disk image to OpenStack (Glance)"

static const struct verb verbs[] = {
	{ { "image-create" },
	  &openstack_provider,
	  SUMMARY,
	  "",
	  { create_options, global_options, openstack_client_options, openstack_auth_options,
	    NULL },
	  adapt_create },
	{ { "image-create-via-import" },
	  &openstack_provider,
	  SUMMARY ", which imports it",
	  "",
	  { create_options, import_options, global_options, openstack_client_options,
	    openstack_auth_options, NULL },
	  adapt_import },
	{ { "image-upload" },
	  &openstack_provider,
	  "upload a disk image to a record that waits for it",
	  "ID",
	  { upload_options, global_options, openstack_client_options, openstack_auth_options,
	    NULL },
	  adapt_upload },
	{ .provider = NULL },
};

const struct grammar glance_grammar = {
	.program = "glance",
	.prefixes = true,
	.verbs = verbs,
	.print = glance_cli_print,
};
