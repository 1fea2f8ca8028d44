/*
 * glanceclient's "image-create", "image-upload" and "image-create-via-import": the
 * same options, and its table (python-glanceclient 4.1 to 4.8).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/object.h"
#include "cloud/openstack/openstack.h"
#include "cloud/openstack/openstack_cli.h"
#include "cloud/openstack/options.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/python.h"
#include "cloud/openstack/settings.h"

/* The client leaves these out. */
static bool is_left_out(const char *name)
{
	return strcmp(name, "self") == 0 || strcmp(name, "access") == 0 ||
	       strcmp(name, "file") == 0 || strcmp(name, "schema") == 0;
}

/* What is printed of, and the row that was asked for last, by its key. */
struct shown {
	struct object object;
	char made[OBJECT_BYTES]; /* where the task has none */
	int row;
	struct json key;
};

static bool find_row(struct shown *s, int row, char *name, size_t cap)
{
	if (row < s->row) {
		s->key.root = 0;
		s->row = -1;
	}
	while (s->row < row) {
		do {
			if (!json_next_sorted(&s->object.json, "", &s->key))
				return false;
			json_show(&s->key, "", name, cap);
		} while (is_left_out(name));
		s->row++;
	}
	json_show(&s->key, "", name, cap);
	return true;
}

/* struct table's cell. */
static bool put_cell(void *arg, int row, unsigned column, struct text *cell)
{
	struct shown *s = arg;
	char name[OBJECT_BYTES];
	struct json value;

	if (row == TABLE_TITLES) {
		text_put(cell, column == 0 ? "Property" : "Value");
		return true;
	}
	if (!find_row(s, row, name, sizeof(name)))
		return false;
	value = json_member(&s->key);
	if (column == 0)
		text_put(cell, name);
	else if (json_kind(&value, "") == JSON_NULL && strcmp(name, "virtual_size") == 0)
		text_put(cell, "Not available");
	else if (json_is_compound(&value, ""))
		json_put(cell, &value, &python_json, 0);
	else
		python_put_str(cell, &value);
	return true;
}

/* image-upload prints nothing. */
static void glance_cli_print(FILE *out, struct task *tasks, unsigned count)
{
	struct shown s = { .row = -1 };
	const struct table table = {
		.shape = &pretty_table_80, .columns = 2, .titles = true, .cell = put_cell, .arg = &s
	};

	if (count != 1 || tasks->err.code != ERR_NONE || os_own(tasks->options)->image_id)
		return;
	object_of_any(&s.object, tasks, s.made, sizeof(s.made));
	table_print(out, &table);
}

/* --- The command line --------------------------------------------------------------------- */

/* Before and behind the command. */
static const struct opt global_options[] = {
	{ OPT_TEXT, 0, "os-image-url", "URL", OPT_OWN(struct os_own, os[OS_IMAGE_ENDPOINT]),
	  "Glance, whatever the catalog says" },
	{ OPT_TEXT, 0, "os-endpoint-type", "WORD", OPT_OWN(struct os_own, os[OS_INTERFACE]),
	  "the old name of --os-interface" },
	{ OPT_MORE, 'd', "debug", NULL, OPT_AT(verbose), "the same as --verbose" },
	{ OPT_FLAG, 'f', "force", NULL, OPT_AT(ignored), "accepted: nothing is asked here" },
	{ OPT_FLAG, 0, "get-schema", NULL, OPT_AT(ignored), "accepted, without effect" },
	{ OPT_TEXT, 0, "timeout", "SECONDS", OPT_AT(ignored_text), "accepted, without effect" },
	{ OPT_FLAG, 0, "collect-timing", NULL, OPT_AT(ignored), "accepted, without effect" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt upload_options[] = {
	{ OPT_TEXT, 0, "file", "FILE", OPT_OWN(struct os_own, source),
	  "the image; standard input if not given, which is no terminal then" },
	{ OPT_SIZE, 0, "size", "SIZE", OPT_AT(announced), "how many bytes come through a pipe" },
	{ OPT_TEXT, 0, "store", "NAME", OPT_OWN(struct os_own, store),
	  "where Glance is to store it" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt create_options[] = {
	{ OPT_TEXT, 0, "name", "NAME", OPT_AT(name), "its name; the file's name if not given" },
	{ OPT_LOWER, 0, "disk-format", "FORMAT", OPT_OWN(struct os_own, disk_format),
	  "what the file is; by its content if not given" },
	{ OPT_LOWER, 0, "container-format", "FORMAT", OPT_OWN(struct os_own, container_format),
	  "bare if not given" },
	{ OPT_CHOICE, 0, "visibility", "public|private|shared|community",
	  OPT_OWN(struct os_own, visibility), "who can use it" },
	{ OPT_ASSENT, 0, "protected", "BOOL", OPT_OWN(struct os_own, protect),
	  "it cannot be deleted" },
	{ OPT_ASSENT, 0, "hidden", "BOOL", OPT_OWN(struct os_own, hidden),
	  "it is left out of lists" },
	{ OPT_COUNT, 0, "min-disk", "GIB", OPT_OWN(struct os_own, min_disk),
	  "the disk that servers need; by the image's size if not given" },
	{ OPT_COUNT, 0, "min-ram", "MIB", OPT_OWN(struct os_own, min_ram),
	  "the memory that servers need" },
	{ OPT_TEXT, 0, "id", "UUID", OPT_OWN(struct os_own, new_id), "the id of the new image" },
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
	{ OPT_TEXT, 0, "file", "FILE", OPT_OWN(struct os_own, source),
	  "the image; standard input if not given, which is no terminal then" },
	{ OPT_SIZE, 0, "size", "SIZE", OPT_AT(announced), "how many bytes come through a pipe" },
	{ OPT_TEXT, 0, "store", "NAME", OPT_OWN(struct os_own, store),
	  "where Glance is to store it" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt import_options[] = {
	{ OPT_TEXT, 0, "import-method", "WORD", OPT_OWN(struct os_own, import),
	  "only glance-direct" },
	{ OPT_WORDS, 0, "stores", "NAMES", OPT_OWN(struct os_own, stores),
	  "several stores, joined by commas" },
	{ OPT_ASSENT, 0, "all-stores", "BOOL", OPT_OWN(struct os_own, all_stores),
	  "all stores that there are" },
	{ OPT_TRUTH, 0, "allow-failure", "BOOL", OPT_OWN(struct os_own, partly),
	  "of several stores one that has it is enough, if not given, too" },
	{ OPT_REFUSED, 0, "uri", "URL", 0, "refused: nothing is uploaded there" },
	{ OPT_REFUSED, 0, "remote-region", "NAME", 0, "refused: nothing is uploaded there" },
	{ OPT_REFUSED, 0, "remote-image-id", "UUID", 0, "refused: nothing is uploaded there" },
	{ OPT_REFUSED, 0, "remote-service-interface", "WORD", 0,
	  "refused: nothing is uploaded there" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static int adapt_create(struct options *o, struct err *e)
{
	if (!os_own(o)->store)
		os_own_set(o)->store = text_env("OS_IMAGE_STORE");
	if (os_own(o)->store)
		os_own_set(o)->stores = (struct opt_list){ .at = { os_own(o)->store }, .count = 1 };
	return openstack_cli_adapt(o, e);
}

static int adapt_upload(struct options *o, struct err *e)
{
	if (o->operand_count != 1)
		return err_set(e, ERR_USAGE, "the id of one image is needed");
	os_own_set(o)->image_id = o->operand;
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
		if (os_own(o)->stores.count == LIST_MAX ||
		    o->composed_len + len + 2 > sizeof(o->composed))
			return err_set(e, ERR_USAGE, "OS_IMAGE_STORES is too long");
		text_init(&t, made, len + 1);
		text_put_n(&t, words, len);
		os_own_set(o)->stores.at[os_own_set(o)->stores.count++] = made;
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
	const char *several = text_env("OS_IMAGE_STORES");
	const char *failures = text_env("OS_IMAGE_ALLOW_FAILURE");

	if (!os_own(o)->store && os_own(o)->stores.count == 0 && !os_own(o)->all_stores) {
		os_own_set(o)->store = text_env("OS_IMAGE_STORE");
		if (several && add_stores(o, several, e) < 0)
			return -1;
	}
	if ((os_own(o)->store != NULL) + (os_own(o)->stores.count > 0) + os_own(o)->all_stores > 1)
		return err_set(e, ERR_USAGE,
			       "only one of --store, --stores and --all-stores can be given");
	if (os_own(o)->partly == ANSWER_NONE && failures && is_no(failures))
		os_own_set(o)->partly = ANSWER_NO;
	os_own_set(o)->allow_failure = (os_own(o)->stores.count > 0 || os_own(o)->all_stores) &&
				       os_own(o)->partly != ANSWER_NO;
	if (os_own(o)->store)
		os_own_set(o)->stores = (struct opt_list){ .at = { os_own(o)->store }, .count = 1 };
	return 0;
}

static int adapt_import(struct options *o, struct err *e)
{
	if (!os_own(o)->import)
		os_own_set(o)->import = text_env("OS_IMAGE_IMPORT_METHOD");
	if (!os_own(o)->import)
		os_own_set(o)->import = "glance-direct";
	if (strcmp(os_own(o)->import, "glance-direct") != 0)
		return err_set(e, ERR_USAGE,
			       "--import-method %.40s uploads nothing; here is only glance-direct",
			       os_own(o)->import);
	return choose_stores(o, e) < 0 ? -1 : openstack_cli_adapt(o, e);
}

#define SUMMARY "upload a disk image to OpenStack (Glance)"

static const struct verb verbs[] = {
	{ { "image-create" },
	  &openstack_provider,
	  SUMMARY,
	  "",
	  { create_options, global_options, openstack_cli_options, os_options_auth, NULL },
	  adapt_create },
	{ { "image-create-via-import" },
	  &openstack_provider,
	  SUMMARY ", which imports it",
	  "",
	  { create_options, import_options, global_options, openstack_cli_options, os_options_auth,
	    NULL },
	  adapt_import },
	{ { "image-upload" },
	  &openstack_provider,
	  "upload a disk image to a record that waits for it",
	  "ID",
	  { upload_options, global_options, openstack_cli_options, os_options_auth, NULL },
	  adapt_upload },
	{ .provider = NULL },
};

const struct grammar glance_grammar = {
	.program = "glance",
	.prefixes = true,
	.verbs = verbs,
	.print = glance_cli_print,
};
