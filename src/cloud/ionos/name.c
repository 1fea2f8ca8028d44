/* The name of a file on the server is chosen, and checked. */
#include "cloud/ionos/name.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "cloud/ionos/own.h"

/* What FTP servers' file systems take, with some room for what they add. */
#define NAME_MAX_BYTES 250

static const struct extension {
	const char *name;
	enum format format;
	bool cdrom;        /* goes to iso-images */
	bool confidential; /* may go to confidential-images */
} extensions[] = {
	{ ".iso", FORMAT_ISO, true, false },    { ".img", FORMAT_RAW, true, false },
	{ ".vmdk", FORMAT_VMDK, false, false }, { ".vhd", FORMAT_VHD, false, false },
	{ ".vhdx", FORMAT_VHDX, false, false }, { ".cow", FORMAT_NONE, false, false },
	{ ".qcow", FORMAT_QCOW, false, true },  { ".qcow2", FORMAT_QCOW2, false, true },
	{ ".raw", FORMAT_RAW, false, false },   { ".vpc", FORMAT_VHD, false, false },
	{ ".vdi", FORMAT_VDI, false, false },   { NULL, FORMAT_NONE, false, false },
};

/* With or without its dot, in any case; NULL if IONOS does not take it. */
static const struct extension *find_extension(const char *name)
{
	const struct extension *x;

	name += *name == '.';
	for (x = extensions; x->name; x++)
		if (text_same(x->name + 1, name))
			return x;
	return NULL;
}

static const char *list_extensions(char list[80])
{
	const struct extension *x;
	struct text t;

	text_init(&t, list, 80);
	for (x = extensions; x->name; x++)
		text_printf(&t, "%s%s", x == extensions ? "" : " ", x->name);
	return list;
}

/* Where a file's extension begins: at its last dot, which "disk" and "/dev/sda" do not have. */
static size_t stem_length(const char *base)
{
	const char *dot = strrchr(base, '.');

	return dot ? (size_t)(dot - base) : strlen(base);
}

/* The extension that the image shall have; *stem becomes the length of its name before that. */
static const struct extension *choose_extension(const struct options *o, const char *file,
						size_t *stem, struct err *e)
{
	const char *base = text_base_name(file);
	const struct extension *own = NULL, *x;
	char list[80];

	*stem = stem_length(base);
	if (base[*stem])
		own = find_extension(base + *stem);
	x = ionos_own(o)->extension ? find_extension(ionos_own(o)->extension) : own;
	if (!x && ionos_own(o)->extension)
		err_set(e, ERR_USAGE, "--format %.20s: IONOS takes %s", ionos_own(o)->extension,
			list_extensions(list));
	else if (!x && base[*stem])
		err_set(e, ERR_USAGE,
			"the extension %.20s is none that IONOS takes (%s): say with --format what it is",
			base + *stem, list_extensions(list));
	else if (!x)
		err_set(e, ERR_USAGE,
			"there is no extension to tell what it is: use --format with one of %s",
			list_extensions(list));
	/* "disk.old" as raw is "disk.old.raw", but "disk.img" is "disk.raw". */
	if (!own)
		*stem = strlen(base);
	return x;
}

/* Would FTP, and a query of the API, carry it as it is? */
static int check_name(const char *name, struct err *e)
{
	size_t i, n;

	if (strlen(name) > NAME_MAX_BYTES)
		return err_set(e, ERR_USAGE,
			       "the name has %zu bytes, at most %d are taken: use --rename",
			       strlen(name), NAME_MAX_BYTES);
	/* Servers cut such blanks off, or make others of them. */
	if (name[0] == ' ' || (name[0] && name[strlen(name) - 1] == ' '))
		return err_set(e, ERR_USAGE,
			       "the name \"%.80s\" begins or ends with a blank: use --rename",
			       name);
	for (i = 0; name[i]; i += n) {
		n = text_utf8(name + i, strlen(name + i));
		if (n == 0)
			return err_set(e, ERR_USAGE, "the name \"%.80s\" is not UTF-8", name);
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f || name[i] == '/' ||
		    (n == 2 && (unsigned char)name[i] == 0xc2 && (unsigned char)name[i + 1] < 0xa0))
			return err_set(e, ERR_USAGE,
				       "the name \"%.80s\" holds %s, which no upload can carry",
				       name, name[i] == '/' ? "a slash" : "a control character");
	}
	return 0;
}

/* --rename's name without the extension that it should not have. */
static size_t rename_length(const char *name, const struct extension *x)
{
	size_t len = strlen(name);

	return text_ends(name, x->name) ? len - strlen(x->name) : len;
}

static const char *rename_of(const struct options *o, unsigned index)
{
	return index < ionos_own(o)->renames.count ? ionos_own(o)->renames.at[index] : NULL;
}

/* Without looking at the other images. */
static int name_one(const struct options *o, unsigned index, struct ionos_name *name, struct err *e)
{
	const char *file = o->files[index], *word = rename_of(o, index);
	const struct extension *x;
	size_t len;
	struct text t;

	if (strcmp(file, "-") == 0 && (!word || !ionos_own(o)->extension))
		return err_set(e, ERR_USAGE,
			       "standard input has no name: --rename and --format are needed");
	x = choose_extension(o, file, &len, e);
	if (!x)
		return -1;
	if (ionos_own(o)->confidential && !x->confidential)
		return err_set(e, ERR_USAGE,
			       "--confidential takes QCOW2 images only, and the extension is %s",
			       x->name);
	if (word)
		len = rename_length(word, x);
	else
		word = text_base_name(file);
	if (len == 0 || (word[0] == '.' && (len == 1 || (len == 2 && word[1] == '.'))))
		return err_set(e, ERR_USAGE, "\"%.*s\" is no name for an image: use --rename",
			       (int)len, word);
	text_init(&t, name->file, sizeof(name->file));
	text_put_n(&t, word, len);
	name->extension = name->file + t.len;
	text_put(&t, x->name);
	if (t.full)
		return err_set(e, ERR_USAGE, "the name has more than %d bytes: use --rename",
			       NAME_MAX_BYTES);
	name->dir = ionos_own(o)->confidential ? "confidential-images" :
		    x->cdrom                   ? "iso-images" :
						 "hdd-images";
	name->format = x->format;
	return check_name(name->file, e);
}

int ionos_name(const struct options *o, unsigned index, struct ionos_name *name, struct err *e)
{
	struct ionos_name other = { .dir = "" };
	struct err none = ERR_INIT;
	unsigned i;

	if (name_one(o, index, name, e) < 0)
		return -1;
	for (i = 0; i < o->file_count; i++) {
		if (i == index || name_one(o, i, &other, &none) < 0)
			continue;
		if (strcmp(other.dir, name->dir) == 0 && strcmp(other.file, name->file) == 0)
			return err_set(e, ERR_USAGE,
				       "%.60s and %.60s would both be %.80s: use --rename",
				       o->files[index], o->files[i], name->file);
	}
	return 0;
}

int ionos_name_check(const struct options *o, struct err *e)
{
	const struct extension *x;
	struct err none = ERR_INIT;
	size_t stem;
	unsigned i;

	if (ionos_own(o)->renames.count == 0)
		return 0;
	if (ionos_own(o)->renames.count != o->file_count)
		return err_set(e, ERR_USAGE, "--rename gives %u names for %u images",
			       ionos_own(o)->renames.count, o->file_count);
	for (i = 0; i < o->file_count; i++) {
		x = choose_extension(o, o->files[i], &stem, &none);
		if (!x || !text_ends(ionos_own(o)->renames.at[i], x->name))
			continue;
		log_warn("--rename %s: the names need no extension", ionos_own(o)->renames.at[i]);
		break;
	}
	return 0;
}
