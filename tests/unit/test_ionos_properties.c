#include "unit/unit.h"

#include "base/json.h"
#include "cloud/ionos/options.h"
#include "cloud/ionos/own.h"
#include "cloud/ionos/properties.h"
#include "cloud/ionos/options.h"
#include "cloud/ionos/own.h"

static struct options o;
static char body[4096];

static int clear(void **state)
{
	(void)state;
	memset(&o, 0, sizeof(o));
	return 0;
}

static const char *properties(void)
{
	struct err e = ERR_INIT;

	CHECK(ionos_properties(&o, body, sizeof(body), &e) == 0, "%s", e.text);
	return body;
}

/* Byte for byte, with ' in place of ". */
static void check_body(const char *want)
{
	char *c;

	properties();
	for (c = body; *c; c++)
		if (*c == '"')
			*c = '\'';
	assert_string_equal(body, want);
}

/* What ionosctl sends without any option. */
static void the_defaults(void **state)
{
	(void)state;
	check_body("{'applicationType':'UNKNOWN','cloudInit':'V1','cpuHotPlug':true"
		   ",'cpuHotUnplug':false,'discScsiHotPlug':true"
		   ",'discScsiHotUnplug':false,'discVirtioHotPlug':true"
		   ",'discVirtioHotUnplug':false,'exposeSerial':false"
		   ",'licenceType':'UNKNOWN','nicHotPlug':true,'nicHotUnplug':false"
		   ",'ramHotPlug':true,'ramHotUnplug':false}");
	assert_int_equal(strlen(body), 310); /* ionosctl's ends in a newline */
	o.name = o.description = "";
	assert_int_equal(strlen(properties()), 310);
}

static void everything(void **state)
{
	(void)state;
	o.name = "a \"name\"";
	o.description = "\xc3\xa4\n";
	ionos_own_set(&o)->licence_type = "WINDOWS2022";
	ionos_own_set(&o)->application_type = "MSSQL-2022-Web";
	ionos_own_set(&o)->cloud_init_type = "NONE";
	ionos_own_set(&o)->cpu_plug = ionos_own_set(&o)->ram_plug = ionos_own_set(&o)->nic_plug =
		ionos_own_set(&o)->virtio_plug = ionos_own_set(&o)->scsi_plug = ANSWER_NO;
	ionos_own_set(&o)->cpu_unplug = ionos_own_set(&o)->ram_unplug =
		ionos_own_set(&o)->nic_unplug = ionos_own_set(&o)->virtio_unplug =
			ionos_own_set(&o)->scsi_unplug = ANSWER_YES;
	ionos_own_set(&o)->expose_serial = ANSWER_YES;
	ionos_own_set(&o)->legacy_bios = ANSWER_YES;
	check_body("{'applicationType':'MSSQL-2022-Web','cloudInit':'NONE'"
		   ",'cpuHotPlug':false,'cpuHotUnplug':true"
		   ",'description':'\xc3\xa4\\n','discScsiHotPlug':false"
		   ",'discScsiHotUnplug':true,'discVirtioHotPlug':false"
		   ",'discVirtioHotUnplug':true,'exposeSerial':true"
		   ",'licenceType':'WINDOWS2022','name':'a \\'name\\''"
		   ",'nicHotPlug':false,'nicHotUnplug':true,'ramHotPlug':false"
		   ",'ramHotUnplug':true,'requireLegacyBios':true}");
	ionos_own_set(&o)->legacy_bios = ANSWER_NO;
	assert_non_null(strstr(properties(), ",\"requireLegacyBios\":false}"));
}

/* One answer changes one member, and that is the right one. */
static void each_alone(void **state)
{
	static const struct {
		size_t at;
		const char *name;
	} rows[] = {
		{ OPT_OWN(struct ionos_own, cpu_plug), "cpuHotPlug" },
		{ OPT_OWN(struct ionos_own, cpu_unplug), "cpuHotUnplug" },
		{ OPT_OWN(struct ionos_own, ram_plug), "ramHotPlug" },
		{ OPT_OWN(struct ionos_own, ram_unplug), "ramHotUnplug" },
		{ OPT_OWN(struct ionos_own, nic_plug), "nicHotPlug" },
		{ OPT_OWN(struct ionos_own, nic_unplug), "nicHotUnplug" },
		{ OPT_OWN(struct ionos_own, virtio_plug), "discVirtioHotPlug" },
		{ OPT_OWN(struct ionos_own, virtio_unplug), "discVirtioHotUnplug" },
		{ OPT_OWN(struct ionos_own, scsi_plug), "discScsiHotPlug" },
		{ OPT_OWN(struct ionos_own, scsi_unplug), "discScsiHotUnplug" },
		{ OPT_OWN(struct ionos_own, expose_serial), "exposeSerial" },
		{ OPT_OWN(struct ionos_own, legacy_bios), "requireLegacyBios" },
	};
	char member[64];
	size_t i;
	int yes;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		for (yes = 0; yes < 2; yes++) {
			memset(&o, 0, sizeof(o));
			*(enum answer *)(void *)((char *)&o + rows[i].at) =
				yes ? ANSWER_YES : ANSWER_NO;
			snprintf(member, sizeof(member), "\"%s\":%s", rows[i].name,
				 yes ? "true" : "false");
			CHECK(strstr(properties(), member), "%s: %s", member, body);
		}
	}
}

static void confidential(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	ionos_own_set(&o)->confidential = true;
	ionos_own_set(&o)->licence_type = "LINUX";
	o.name = "n";
	assert_int_equal(ionos_properties_check(&o, &e), 0);
	check_body("{'applicationType':'UNKNOWN','cloudInit':'NONE','cpuHotPlug':false"
		   ",'cpuHotUnplug':false,'discScsiHotPlug':false"
		   ",'discScsiHotUnplug':false,'discVirtioHotPlug':false"
		   ",'discVirtioHotUnplug':false,'exposeSerial':false"
		   ",'licenceType':'LINUX','name':'n','nicHotPlug':false"
		   ",'nicHotUnplug':false,'ramHotPlug':false,'ramHotUnplug':false"
		   ",'requireLegacyBios':false}");
	/* What it is anyway may be said. */
	ionos_own_set(&o)->cloud_init_type = "NONE";
	ionos_own_set(&o)->cpu_plug = ionos_own_set(&o)->scsi_unplug =
		ionos_own_set(&o)->legacy_bios = ANSWER_NO;
	ionos_own_set(&o)->expose_serial = ANSWER_YES;
	assert_int_equal(ionos_properties_check(&o, &e), 0);
}

static void confidential_contradictions(void **state)
{
	static const size_t answers[] = {
		OPT_OWN(struct ionos_own, cpu_plug),    OPT_OWN(struct ionos_own, cpu_unplug),
		OPT_OWN(struct ionos_own, ram_plug),    OPT_OWN(struct ionos_own, ram_unplug),
		OPT_OWN(struct ionos_own, nic_plug),    OPT_OWN(struct ionos_own, nic_unplug),
		OPT_OWN(struct ionos_own, virtio_plug), OPT_OWN(struct ionos_own, virtio_unplug),
		OPT_OWN(struct ionos_own, scsi_plug),   OPT_OWN(struct ionos_own, scsi_unplug),
		OPT_OWN(struct ionos_own, legacy_bios),
	};
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(answers); i++) {
		memset(&o, 0, sizeof(o));
		err_clear(&e);
		*(enum answer *)(void *)((char *)&o + answers[i]) = ANSWER_YES;
		assert_int_equal(ionos_options_check(&o, &e), 0);
		ionos_own_set(&o)->confidential = true;
		CHECK(ionos_options_check(&o, &e) == -1, "%zu", i);
		check_err(&e, ERR_USAGE, "confidential");
	}
	memset(&o, 0, sizeof(o));
	err_clear(&e);
	ionos_own_set(&o)->confidential = true;
	ionos_own_set(&o)->cloud_init_type = "V1";
	assert_int_equal(ionos_options_check(&o, &e), -1);
	assert_non_null(strstr(e.text, "NONE"));
}

static void words_of_the_api(void **state)
{
	static const char *const good[][3] = {
		{ "LINUX", "MSSQL-2019-Web", "V1" },
		{ "RHEL", "MSSQL-2019-Standard", "NONE" },
		{ "WINDOWS", "MSSQL-2019-Enterprise", NULL },
		{ "WINDOWS2016", "MSSQL-2022-Web", NULL },
		{ "WINDOWS2019", "MSSQL-2022-Standard", NULL },
		{ "WINDOWS2022", "MSSQL-2022-Enterprise", NULL },
		{ "WINDOWS2025", "UNKNOWN", NULL },
		{ "UNKNOWN", NULL, NULL },
		{ "OTHER", NULL, NULL },
	};
	static const char *const bad[][3] = {
		{ "linux", NULL, NULL },
		{ "", NULL, NULL },
		{ "WINDOWS2012", NULL, NULL },
		{ "LINUX,RHEL", NULL, NULL },
		{ NULL, "MSSQL-2019", NULL },
		{ NULL, "unknown", NULL },
		{ NULL, "", NULL },
		{ NULL, NULL, "v1" },
		{ NULL, NULL, "V2" },
		{ NULL, NULL, "" },
		{ NULL, NULL, "V1\x1b[2J" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good) + COUNT(bad); i++) {
		const char *const *row = i < COUNT(good) ? good[i] : bad[i - COUNT(good)];
		int want = i < COUNT(good) ? 0 : -1;
		struct err e = ERR_INIT;

		ionos_own_set(&o)->licence_type = row[0];
		ionos_own_set(&o)->application_type = row[1];
		ionos_own_set(&o)->cloud_init_type = row[2];
		CHECK(ionos_options_check(&o, &e) == want, "%zu: %s", i, e.text);
		check_err(&e, want ? ERR_USAGE : ERR_NONE, "words");
		if (want)
			CHECK(strstr(e.text, row[0] ? "OTHER" :
					     row[1] ? "MSSQL-2022-Enterprise" :
						      "NONE"),
			      "%s", e.text);
	}
}

static void queries(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	o.query = "[].id";
	assert_int_equal(ionos_options_check(&o, &e), -1);
	check_err(&e, ERR_USAGE, "query");
	assert_non_null(strstr(e.text, "--query"));
}

/* Whatever the texts are made of, it is JSON; and what does not fit is an error. */
static void odd_texts(void **state)
{
	static jsmntok_t tokens[64];
	struct err e = ERR_INIT;
	struct json j;
	size_t cap;

	(void)state;
	o.name = "\x01\"\\\xff\xc3\xa4\x7f";
	o.description = "\r\n\t}";
	properties();
	assert_int_equal(json_parse(&j, body, strlen(body), tokens, COUNT(tokens), &e), 0);
	assert_int_equal(json_count(&j, ""), 16);
	assert_true(json_is(&j, "description", "\r\n\t}"));
	cap = strlen(body) + 1;
	assert_int_equal(ionos_properties(&o, body, cap, &e), 0);
	for (cap--; cap > 0; cap -= cap > 7 ? 7 : cap) {
		err_clear(&e);
		assert_int_equal(ionos_properties(&o, body, cap, &e), -1);
		check_err(&e, ERR_LIMIT, "cap");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_defaults, clear),
		cmocka_unit_test_setup(everything, clear),
		cmocka_unit_test_setup(each_alone, clear),
		cmocka_unit_test_setup(confidential, clear),
		cmocka_unit_test_setup(confidential_contradictions, clear),
		cmocka_unit_test_setup(words_of_the_api, clear),
		cmocka_unit_test_setup(queries, clear),
		cmocka_unit_test_setup(odd_texts, clear),
	};

	return cmocka_run_group_tests_name("ionos_properties", tests, NULL, NULL);
}
