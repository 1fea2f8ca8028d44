/* The record that is made before an upload: the request, byte for byte, and which answer is one. */
#include "unit/unit.h"

#include "base/text.h"
#include "cloud/openstack/record.h"
#include "unit/openstack_task.h"
#include "cloud/openstack/own.h"

#define ID "01234567-89ab-4def-8123-456789abcdef"
#define FRONT "{'id': '" ID "', 'name': 'n', 'disk_format': 'raw', 'container_format': 'bare'"
#define GIB ((uint64_t)1 << 30)

/* A task that has logged in, and what every record has. */
static void fresh(void)
{
	task_init(NULL);
	task_login("tok");
	strcpy(task.id, ID);
	task.label = "n";
	task.image.format = FORMAT_RAW;
}

static int create(const char *head, const char *content, struct err *e)
{
	static char answer[4096];
	int result;

	snprintf(answer, sizeof(answer), "%sContent-Length: %zu\r\n\r\n%s", head, strlen(content),
		 content);
	task_serve(answer);
	snprintf(os_work(&task)->base, sizeof(os_work(&task)->base), "%s/image", url);
	result = os_record_create(&task, e);
	task_served();
	return result;
}

#define CREATED "HTTP/1.1 201 Created\r\n"

/* With ' in place of ". */
static void check_request(const char *want, const char *which)
{
	struct err e = ERR_INIT;
	char *c;

	CHECK(create(CREATED, "{\"id\": \"" ID "\", \"status\": \"queued\"}", &e) == 0, "%s: %s",
	      which, e.text);
	CHECK(strncmp(server.head, "POST /image/v2/images HTTP/1.1\r\n", 32) == 0, "%s: %.60s",
	      which, server.head);
	assert_non_null(strstr(server.head, "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(server.head, "\r\nAccept: application/json\r\n"));
	assert_non_null(strstr(server.head, "\r\nX-Auth-Token: tok\r\n"));
	CHECK(server.announced == server.body_len, "%s", which);
	for (c = (char *)server.body; *c; c++)
		if (*c == '"')
			*c = '\'';
	CHECK(strcmp((char *)server.body, want) == 0, "%s: %s", which, (char *)server.body);
	assert_int_equal(os_work(&task)->record, RECORD_OURS);
	assert_string_equal(task.id, ID);
}

static void the_least(void **state)
{
	(void)state;
	fresh();
	check_request(FRONT "}", "least");
}

static void everything(void **state)
{
	(void)state;
	fresh();
	os_own_set(&options)->disk_format = "ami";
	os_own_set(&options)->container_format = "ova";
	os_own_set(&options)->visibility = "community";
	os_own_set(&options)->min_disk = 20;
	os_own_set(&options)->min_ram = 512;
	os_own_set(&options)->protect = os_own_set(&options)->hidden = true;
	options.tags = (struct opt_list){ { "x", "y z" }, 2 };
	options.properties = (struct opt_list){ { "os_distro=debian", "empty=", "eq=a=b" }, 3 };
	check_request("{'id': '" ID
		      "', 'name': 'n', 'disk_format': 'ami', 'container_format': 'ova',"
		      " 'min_disk': 20, 'visibility': 'community', 'min_ram': 512,"
		      " 'os_hidden': true, 'tags': ['x', 'y z'], 'os_distro': 'debian', 'empty': '',"
		      " 'eq': 'a=b'}",
		      "everything");
}

/* The disk that the image fits in: whole GiB, upwards; never less than was asked for. */
static void disks(void **state)
{
	static const struct {
		enum format format;
		uint64_t virtual_size, option, want;
		const char *name;
	} rows[] = {
		{ FORMAT_RAW, 0, 0, 0, "raw" },
		{ FORMAT_RAW, 1, 0, 1, "raw" },
		{ FORMAT_QCOW2, GIB, 0, 1, "qcow2" },
		{ FORMAT_QCOW2, GIB + 1, 0, 2, "qcow2" },
		{ FORMAT_VMDK, 10 * GIB - 1, 0, 10, "vmdk" },
		{ FORMAT_VHDX, 5 * GIB, 7, 7, "vhdx" },
		{ FORMAT_VHD, 5 * GIB, 3, 3, "vhd" },
		{ FORMAT_VDI, 1024 * GIB, 0, 1024, "vdi" },
		{ FORMAT_VDI, UINT64_MAX, 0, UINT64_MAX / GIB + 1, "vdi" },
		{ FORMAT_ISO, 5 * GIB, 0, 0, "iso" },
		{ FORMAT_ISO, 5 * GIB, 6, 6, "iso" },
	};
	char want[300], disk[40], which[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		snprintf(which, sizeof(which), "row %zu", i);
		fresh();
		task.image.format = rows[i].format;
		task.image.virtual_size = rows[i].virtual_size;
		os_own_set(&options)->min_disk = rows[i].option;
		snprintf(disk, sizeof(disk), ", 'min_disk': %llu",
			 (unsigned long long)rows[i].want);
		snprintf(want, sizeof(want),
			 "{'id': '" ID "', 'name': 'n', 'disk_format': '%s',"
			 " 'container_format': 'bare'%s}",
			 rows[i].name, rows[i].want ? disk : "");
		check_request(want, which);
	}
}

/* Names, tags and properties hold anything: it stays JSON, and nothing is added. */
static void odd_texts(void **state)
{
	(void)state;
	fresh();
	task.label = "a\\\n\t\x01\x7f\xc3\xa4\xff";
	options.tags = (struct opt_list){ { "}]", "" }, 2 };
	options.properties = (struct opt_list){ { "k\n\xc3\xa4=\x1b[2J, 'x': 'y" }, 1 };
	check_request("{'id': '" ID "', 'name': 'a\\\\\\n\\t\\u0001\\u007f\xc3\xa4\xef\xbf\xbd',"
		      " 'disk_format': 'raw', 'container_format': 'bare', 'tags': ['}]', ''],"
		      " 'k\\n\xc3\xa4': '\\u001b[2J, 'x': 'y'}",
		      "odd");
	/* What looks like ' above is ', not a quote. */
	assert_non_null(strstr(work.request, "\\u001b[2J, 'x': 'y\"}"));
}

/* A property's name has at most 255 bytes, as in Glance; longer ones are not cut. */
static void long_properties(void **state)
{
	static char property[400];
	size_t len;

	(void)state;
	for (len = 254; len < 258; len++) {
		struct err e = ERR_INIT;
		int result;

		fresh();
		memset(property, 'k', len);
		strcpy(property + len, "=v");
		options.properties = (struct opt_list){ { property }, 1 };
		result = create(CREATED, "{\"id\": \"" ID "\"}", &e);
		assert_int_equal(result, len < 256 ? 0 : -1);
		check_err(&e, len < 256 ? ERR_NONE : ERR_LIMIT, "a long name");
		CHECK(len < 256 || server.head[0] == '\0', "%zu: it was sent", len);
	}
}

static int check_property(const char *property, struct err *e)
{
	fresh();
	task.file = "disk.raw";
	options.file_count = 1;
	options.properties = (struct opt_list){ { property }, 1 };
	return openstack_provider.check(&task, e);
}

/* What a record has of its own would stand there twice: another id, of which nobody knows. */
static void properties_that_are_none(void **state)
{
	static const char *const bad[] = {
		"",
		"=",
		"=v",
		"novalue",
		"id=11111111-1111-4111-8111-111111111111",
		"name=x",
		"disk_format=raw",
		"container_format=bare",
		"visibility=public",
		"min_disk=1",
		"min_ram=1",
		"protected=true",
		"os_hidden=true",
		"tags=x",
		"tags=",
	};
	static const char *const good[] = {
		"a=", "i=x", "ids=x", "ID=x", "os_hash=x", "name2=x", "hw_disk_bus=virtio", "x y=z"
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		struct err e = ERR_INIT;

		CHECK(check_property(bad[i], &e) == -1, "\"%s\"", bad[i]);
		check_err(&e, ERR_USAGE, bad[i]);
		assert_non_null(strstr(e.text, "--property"));
	}
	for (i = 0; i < COUNT(good); i++) {
		struct err e = ERR_INIT;

		CHECK(check_property(good[i], &e) == 0, "\"%s\": %s", good[i], e.text);
	}
}

/* Refused: nothing was made, and nothing has to be deleted. */
static void refused(void **state)
{
	static const struct {
		const char *head;
		enum err_code code;
	} rows[] = {
		{ "HTTP/1.1 400 Bad Request\r\n", ERR_USAGE },
		{ "HTTP/1.1 403 Forbidden\r\n", ERR_USAGE },
		{ "HTTP/1.1 409 Conflict\r\n", ERR_FAILED },
		{ "HTTP/1.1 413 Too Large\r\n", ERR_FAILED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		fresh();
		CHECK(create(rows[i].head, "{\"message\": \"the reason<br /><br />\\n\"}", &e) ==
			      -1,
		      "%s", rows[i].head);
		check_err(&e, rows[i].code, rows[i].head);
		CHECK(strstr(e.text, ": the reason") && !strchr(e.text, '<'), "%s", e.text);
		assert_false(e.retry);
		CHECK(os_work(&task)->record == RECORD_NONE ||
			      os_work(&task)->record == RECORD_OTHERS,
		      "%d", (int)os_work(&task)->record);
	}
}

/* Neither a yes nor a no, and nobody there who could be asked: it may be there. */
static void unclear(void **state)
{
	static const struct {
		const char *head, *body;
	} rows[] = {
		{ CREATED, "" },
		{ CREATED, "{\"id\": \"another\"}" },
		{ CREATED, "{}" },
		{ CREATED, "<html>" },
		{ "HTTP/1.1 500 Oh\r\n", "" },
		{ "HTTP/1.1 502 Bad Gateway\r\n", "<html>" },
		{ "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n", "" },
	};
	char which[32];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		snprintf(which, sizeof(which), "row %zu", i);
		fresh();
		net.stall_ms = 500;
		CHECK(create(rows[i].head, rows[i].body, &e) == -1, "%s", which);
		net.stall_ms = 30000;
		CHECK(e.code != ERR_NONE, "%s", which);
		CHECK(os_work(&task)->record == RECORD_ASKED, "%s", which);
		assert_string_equal(task.id, ID);
	}
}

/* A random UUID, version 4 (RFC 9562, 5.4), and another one each time. */
static void ids(void **state)
{
	struct err e = ERR_INIT;
	char first[sizeof(task.id)] = "";
	int i, k;

	(void)state;
	for (i = 0; i < 20; i++) {
		fresh();
		task.id[0] = '\0';
		/* The answer cannot know the id: that it was chosen is enough. */
		assert_int_equal(create("HTTP/1.1 400 No\r\n", "", &e), -1);
		err_clear(&e);
		assert_int_equal(strlen(task.id), 36);
		for (k = 0; k < 36; k++)
			CHECK(k == 8 || k == 13 || k == 18 || k == 23 ?
				      task.id[k] == '-' :
				      strchr("0123456789abcdef", task.id[k]) != NULL,
			      "%s", task.id);
		CHECK(task.id[14] == '4' && strchr("89ab", task.id[19]), "%s", task.id);
		assert_string_not_equal(task.id, first);
		strcpy(first, task.id);
		assert_non_null(strstr((char *)server.body, task.id));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least),
		cmocka_unit_test(everything),
		cmocka_unit_test(disks),
		cmocka_unit_test(odd_texts),
		cmocka_unit_test(long_properties),
		cmocka_unit_test(properties_that_are_none),
		cmocka_unit_test(refused),
		cmocka_unit_test(unclear),
		cmocka_unit_test(ids),
	};

	return cmocka_run_group_tests_name("glance_record", tests, task_setup, NULL);
}
