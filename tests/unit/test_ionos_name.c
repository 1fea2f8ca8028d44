#include "unit/unit.h"

#include "base/log.h"
#include "cloud/ionos/name.h"
#include "unit/caught.h"
#include "cloud/ionos/own.h"

static struct options o;
static struct ionos_name name;

static int clear(void **state)
{
	(void)state;
	memset(&o, 0, sizeof(o));
	log_init(LOG_QUIET);
	return 0;
}

/* One file, its --rename and its --format, which may be NULL. */
static int name_of(const char *file, const char *word, const char *extension, struct err *e)
{
	o.files[0] = file;
	o.file_count = 1;
	ionos_own_set(&o)->renames.at[0] = word;
	ionos_own_set(&o)->renames.count = word != NULL;
	ionos_own_set(&o)->extension = extension;
	memset(&name, 0xff, sizeof(name));
	return ionos_name(&o, 0, &name, e);
}

static void names(void **state)
{
	static const struct {
		const char *file, *word, *extension, *dir, *want;
		enum format format;
	} rows[] = {
		{ "disk.iso", NULL, NULL, "iso-images", "disk.iso", FORMAT_ISO },
		{ "a/b/disk.img", NULL, NULL, "iso-images", "disk.img", FORMAT_RAW },
		{ "./disk.vmdk", NULL, NULL, "hdd-images", "disk.vmdk", FORMAT_VMDK },
		{ "disk.vhd", NULL, NULL, "hdd-images", "disk.vhd", FORMAT_VHD },
		{ "disk.vhdx", NULL, NULL, "hdd-images", "disk.vhdx", FORMAT_VHDX },
		{ "disk.cow", NULL, NULL, "hdd-images", "disk.cow", FORMAT_NONE },
		{ "disk.qcow", NULL, NULL, "hdd-images", "disk.qcow", FORMAT_QCOW },
		{ "disk.qcow2", NULL, NULL, "hdd-images", "disk.qcow2", FORMAT_QCOW2 },
		{ "disk.raw", NULL, NULL, "hdd-images", "disk.raw", FORMAT_RAW },
		{ "disk.vpc", NULL, NULL, "hdd-images", "disk.vpc", FORMAT_VHD },
		{ "disk.vdi", NULL, NULL, "hdd-images", "disk.vdi", FORMAT_VDI },
		/* upper case */
		{ "DISK.ISO", NULL, NULL, "iso-images", "DISK.iso", FORMAT_ISO },
		{ "Disk.QCow2", NULL, NULL, "hdd-images", "Disk.qcow2", FORMAT_QCOW2 },
		/* dots */
		{ "a.b.raw", NULL, NULL, "hdd-images", "a.b.raw", FORMAT_RAW },
		{ "a.iso.raw", NULL, NULL, "hdd-images", "a.iso.raw", FORMAT_RAW },
		{ "...raw", "x", NULL, "hdd-images", "x.raw", FORMAT_RAW },
		/* --rename */
		{ "one.iso", "zzz", NULL, "iso-images", "zzz.iso", FORMAT_ISO },
		{ "one.ISO", "zzz", NULL, "iso-images", "zzz.iso", FORMAT_ISO },
		{ "one.iso", "zzz.iso", NULL, "iso-images", "zzz.iso", FORMAT_ISO },
		{ "one.iso", "ZZZ.Iso", NULL, "iso-images", "ZZZ.iso", FORMAT_ISO },
		{ "one.iso", "zzz.raw", NULL, "iso-images", "zzz.raw.iso", FORMAT_ISO },
		{ "one.iso", "v1.2", NULL, "iso-images", "v1.2.iso", FORMAT_ISO },
		{ "one.iso", "iso", NULL, "iso-images", "iso.iso", FORMAT_ISO },
		/* --format */
		{ "-", "disk1", "raw", "hdd-images", "disk1.raw", FORMAT_RAW },
		{ "-", "disk1.raw", ".RAW", "hdd-images", "disk1.raw", FORMAT_RAW },
		{ "/dev/sda", NULL, "raw", "hdd-images", "sda.raw", FORMAT_RAW },
		{ "/dev/sda", "root", ".img", "iso-images", "root.img", FORMAT_RAW },
		{ "disk.img", NULL, "raw", "hdd-images", "disk.raw", FORMAT_RAW },
		{ "disk.IMG", NULL, "RAW", "hdd-images", "disk.raw", FORMAT_RAW },
		{ "disk.old", NULL, "raw", "hdd-images", "disk.old.raw", FORMAT_RAW },
		{ "disk.raw", NULL, "raw", "hdd-images", "disk.raw", FORMAT_RAW },
		{ "disk", NULL, "qcow2", "hdd-images", "disk.qcow2", FORMAT_QCOW2 },
		/* what looks odd and is right */
		{ "-x.raw", NULL, NULL, "hdd-images", "-x.raw", FORMAT_RAW },
		{ "a, b .raw", NULL, NULL, "hdd-images", "a, b .raw", FORMAT_RAW },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x92\xbe.raw", NULL, NULL, "hdd-images",
		  "\xc3\xa4\xe2\x82\xac\xf0\x9f\x92\xbe.raw", FORMAT_RAW },
		{ "a\\b%s\"'.raw", NULL, NULL, "hdd-images", "a\\b%s\"'.raw", FORMAT_RAW },
		{ ".hidden.raw", NULL, NULL, "hdd-images", ".hidden.raw", FORMAT_RAW },
		{ "a.raw", "...", NULL, "hdd-images", "....raw", FORMAT_RAW },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		CHECK(name_of(rows[i].file, rows[i].word, rows[i].extension, &e) == 0, "%zu %s: %s",
		      i, rows[i].file, e.text);
		CHECK(strcmp(name.dir, rows[i].dir) == 0, "%zu: %s", i, name.dir);
		CHECK(strcmp(name.file, rows[i].want) == 0, "%zu: %s", i, name.file);
		CHECK(name.format == rows[i].format, "%zu", i);
		CHECK(strcmp(name.extension, strrchr(rows[i].want, '.')) == 0, "%zu: %s", i,
		      name.extension);
		assert_true(name.extension > name.file &&
			    name.extension < name.file + sizeof(name.file));
	}
}

static void refused(void **state)
{
	static const struct {
		const char *file, *word, *extension, *text;
	} rows[] = {
		{ "disk.xyz", NULL, NULL,
		  ".iso .img .vmdk .vhd .vhdx .cow .qcow .qcow2 .raw .vpc .vdi" },
		{ "disk.img.gz", NULL, NULL, ".gz" },
		{ "disk.", NULL, NULL, "--format" },
		{ "disk", NULL, NULL, "--format" },
		{ "/dev/sda", NULL, NULL, "--format" },
		{ "a.raw/disk", NULL, NULL, "--format" },
		{ "a.raw/", NULL, NULL, "--format" },
		{ "", NULL, NULL, "--format" },
		{ "disk.raw", NULL, "xyz", ".qcow2" },
		{ "disk.raw", NULL, "", ".qcow2" },
		{ "disk.raw", NULL, ".", ".qcow2" },
		{ "disk.raw", NULL, "..raw", ".qcow2" },
		{ "disk.raw", NULL, "raw ", ".qcow2" },
		{ "-", NULL, NULL, "--rename and --format" },
		{ "-", "x", NULL, "--rename and --format" },
		{ "-", NULL, "raw", "--rename and --format" },
		{ ".raw", NULL, NULL, "no name" },
		{ "a.raw", "", NULL, "no name" },
		{ "a.raw", ".raw", NULL, "no name" },
		{ "a.raw", ".", NULL, "no name" },
		{ "a.raw", "..", NULL, "no name" },
		{ "a.raw", "..raw", NULL, "no name" },
		{ "a.raw", "x/y", NULL, "slash" },
		{ "a.raw", "/", NULL, "slash" },
		{ "a\nb.raw", NULL, NULL, "control" },
		{ "a\rb.raw", NULL, NULL, "control" },
		{ "a\tb.raw", NULL, NULL, "control" },
		{ "\x7f.raw", NULL, NULL, "control" },
		{ "a.raw", "\x1b[2J", NULL, "control" },
		{ "a.raw", "\xc2\x85", NULL, "control" },
		{ "\xff.raw", NULL, NULL, "UTF-8" },
		{ "a\xc3.raw", NULL, NULL, "UTF-8" },
		{ "a.raw", "\xed\xa0\x80", NULL, "UTF-8" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		CHECK(name_of(rows[i].file, rows[i].word, rows[i].extension, &e) == -1, "%zu %s", i,
		      rows[i].file);
		check_err(&e, ERR_USAGE, rows[i].file);
		CHECK(strstr(e.text, rows[i].text), "%zu: %s", i, e.text);
	}
}

static void long_names(void **state)
{
	struct err e = ERR_INIT;
	char text[400];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + 246, ".raw", 5);
	assert_int_equal(name_of(text, NULL, NULL, &e), 0);
	memcpy(text + 246, "x.raw", 6);
	assert_int_equal(name_of(text, NULL, NULL, &e), -1);
	check_err(&e, ERR_USAGE, "251");
	err_clear(&e);
	assert_int_equal(name_of("a.raw", text, NULL, &e), -1);
	check_err(&e, ERR_USAGE, "rename");
	err_clear(&e);
	memset(text, 'x', sizeof(text));
	memcpy(text + 395, ".raw", 5);
	assert_int_equal(name_of(text, NULL, NULL, &e), -1);
	check_err(&e, ERR_USAGE, "longer than the buffer");
	err_clear(&e);
	memcpy(text + 300, ".raw", 4);
	text[399] = '\0';
	text[395] = 'x';
	assert_int_equal(name_of(text, NULL, NULL, &e), -1);
	check_err(&e, ERR_USAGE, "a long extension");
}

static void confidential(void **state)
{
	static const char *const good[] = { "a.qcow2", "a.qcow", "A.QCOW2" };
	static const char *const bad[] = { "a.iso", "a.raw", "a.vmdk", "a.cow" };
	size_t i;

	(void)state;
	ionos_own_set(&o)->confidential = true;
	for (i = 0; i < COUNT(good); i++) {
		struct err e = ERR_INIT;

		CHECK(name_of(good[i], NULL, NULL, &e) == 0, "%s", e.text);
		assert_string_equal(name.dir, "confidential-images");
	}
	for (i = 0; i < COUNT(bad); i++) {
		struct err e = ERR_INIT;

		assert_int_equal(name_of(bad[i], NULL, NULL, &e), -1);
		check_err(&e, ERR_USAGE, bad[i]);
		assert_non_null(strstr(e.text, "QCOW2"));
	}
}

/* Two images of one command may not have the same name on a server. */
static void twice(void **state)
{
	static const struct {
		const char *files[3];
		const char *words[3];
		int bad[2]; /* these two, or none */
	} rows[] = {
		{ { "d1/a.iso", "d2/a.iso", "b.iso" }, { NULL }, { 0, 1 } },
		{ { "a.iso", "b.iso", "a.ISO" }, { NULL }, { 0, 2 } },
		{ { "a.iso", "A.iso", "b.iso" }, { NULL }, { -1, -1 } },
		{ { "a.iso", "a.img", "a.raw" }, { NULL }, { -1, -1 } },
		{ { "a.iso", "a.iso", "a.iso" }, { "x", "y", "z" }, { -1, -1 } },
		{ { "a.iso", "b.iso", "c.iso" }, { "x", "y", "x" }, { 0, 2 } },
		{ { "a.iso", "b.iso", "c.iso" }, { "x", "x.iso", "y" }, { 0, 1 } },
		{ { "a.iso", "b.raw", "c.raw" }, { "x", "x", "y" }, { -1, -1 } },
		{ { "bad.xyz", "bad.xyz", "c.raw" }, { NULL }, { 0, 1 } },
	};
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		memcpy(o.files, rows[i].files, sizeof(rows[i].files));
		memcpy(ionos_own_set(&o)->renames.at, rows[i].words, sizeof(rows[i].words));
		ionos_own_set(&o)->renames.count = rows[i].words[0] ? 3 : 0;
		o.file_count = 3;
		for (k = 0; k < 3; k++) {
			struct err e = ERR_INIT;
			int want = k == rows[i].bad[0] || k == rows[i].bad[1] ? -1 : 0;

			CHECK(ionos_name(&o, (unsigned)k, &name, &e) == want, "%zu %d: %s", i, k,
			      e.text);
			check_err(&e, want ? ERR_USAGE : ERR_NONE, rows[i].files[k]);
			if (want && i != COUNT(rows) - 1)
				CHECK(strstr(e.text, rows[i].files[rows[i].bad[0]]) &&
					      strstr(e.text, rows[i].files[rows[i].bad[1]]),
				      "%s", e.text);
		}
	}
}

/* As many names as images; what need not be there is only warned of, once. */
static void renames(void **state)
{
	struct err e = ERR_INIT;
	const char *text;
	int result;

	(void)state;
	o.files[0] = "a.iso";
	o.files[1] = "b.iso";
	o.file_count = 2;
	assert_int_equal(ionos_name_check(&o, &e), 0);
	ionos_own_set(&o)->renames = (struct opt_list){ .at = { "x" }, .count = 1 };
	assert_int_equal(ionos_name_check(&o, &e), -1);
	check_err(&e, ERR_USAGE, "one");
	err_clear(&e);
	ionos_own_set(&o)->renames = (struct opt_list){ .at = { "x", "y", "z" }, .count = 3 };
	assert_int_equal(ionos_name_check(&o, &e), -1);
	err_clear(&e);
	ionos_own_set(&o)->renames = (struct opt_list){ .at = { "x.iso", "y.ISO" }, .count = 2 };
	caught_begin(STDERR_FILENO);
	log_init(LOG_NORMAL);
	result = ionos_name_check(&o, &e);
	text = caught_end();
	assert_int_equal(result, 0);
	assert_true(text[0] != '\0');
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	assert_non_null(strstr(text, "x.iso"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(names, clear),
		cmocka_unit_test_setup(refused, clear),
		cmocka_unit_test_setup(long_names, clear),
		cmocka_unit_test_setup(confidential, clear),
		cmocka_unit_test_setup(twice, clear),
		cmocka_unit_test_setup(renames, clear),
	};

	return cmocka_run_group_tests_name("ionos_name", tests, files_setup, files_teardown);
}
