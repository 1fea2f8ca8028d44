#include "unit/unit.h"

#include "base/log.h"
#include "cloud/ionos/target.h"
#include "cloud/ionos/own.h"

static struct options o;
static struct ionos_target targets[TARGETS_MAX];
static unsigned count;

static int run(unsigned cap, struct err *e)
{
	memset(targets, 0xff, sizeof(targets));
	return ionos_target_list(&o, targets, cap, &count, e);
}

static int clear(void **state)
{
	(void)state;
	memset(&o, 0, sizeof(o));
	log_init(LOG_QUIET);
	return 0;
}

static void locate(const char *const words[])
{
	for (ionos_own_set(&o)->locations.count = 0; words[ionos_own_set(&o)->locations.count];
	     ionos_own_set(&o)->locations.count++)
		ionos_own_set(&o)->locations.at[ionos_own_set(&o)->locations.count] =
			words[ionos_own_set(&o)->locations.count];
}

static void good(const char *which)
{
	struct err e = ERR_INIT;

	CHECK(run(TARGETS_MAX, &e) == 0, "%s: %s", which, e.text);
}

/* Both forms of every location, those of the facts, and what newer ones may look like. */
static void locations(void **state)
{
	static const struct {
		const char *word, *host, *location;
	} rows[] = {
		{ "fra", "ftp-fra.ionos.com", "de/fra" },
		{ "de/fra", "ftp-fra.ionos.com", "de/fra" },
		{ "fra/2", "ftp-fra-2.ionos.com", "de/fra/2" },
		{ "de/fra/2", "ftp-fra-2.ionos.com", "de/fra/2" },
		{ "fkb", "ftp-fkb.ionos.com", "de/fkb" },
		{ "de/fkb", "ftp-fkb.ionos.com", "de/fkb" },
		{ "txl", "ftp-txl.ionos.com", "de/txl" },
		{ "de/txl", "ftp-txl.ionos.com", "de/txl" },
		{ "lhr", "ftp-lhr.ionos.com", "gb/lhr" },
		{ "gb/lhr", "ftp-lhr.ionos.com", "gb/lhr" },
		{ "bhx", "ftp-bhx.ionos.com", "gb/bhx" },
		{ "gb/bhx", "ftp-bhx.ionos.com", "gb/bhx" },
		{ "las", "ftp-las.ionos.com", "us/las" },
		{ "us/las", "ftp-las.ionos.com", "us/las" },
		{ "ewr", "ftp-ewr.ionos.com", "us/ewr" },
		{ "us/ewr", "ftp-ewr.ionos.com", "us/ewr" },
		{ "mci", "ftp-mci.ionos.com", "us/mci" },
		{ "us/mci", "ftp-mci.ionos.com", "us/mci" },
		{ "vit", "ftp-vit.ionos.com", "es/vit" },
		{ "es/vit", "ftp-vit.ionos.com", "es/vit" },
		{ "par", "ftp-par.ionos.com", "fr/par" },
		{ "fr/par", "ftp-par.ionos.com", "fr/par" },
		/* not known */
		{ "aa/xyz", "ftp-xyz.ionos.com", "aa/xyz" },
		{ "aa/xyz/3", "ftp-xyz-3.ionos.com", "aa/xyz/3" },
		{ "xyz", "ftp-xyz.ionos.com", "xyz" },
		{ "xyz/3", "ftp-xyz-3.ionos.com", "xyz/3" },
		{ "de/fra/3", "ftp-fra-3.ionos.com", "de/fra/3" },
		{ "fra-2", "ftp-fra-2.ionos.com", "fra-2" },
		{ "abcdefghijklmnopqrstuvwxyz0123", "ftp-abcdefghijklmnopqrstuvwxyz0123.ionos.com",
		  "abcdefghijklmnopqrstuvwxyz0123" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		locate((const char *const[]){ rows[i].word, NULL });
		good(rows[i].word);
		assert_int_equal(count, 1);
		CHECK(strcmp(targets[0].host, rows[i].host) == 0, "%s: %s", rows[i].word,
		      targets[0].host);
		CHECK(strcmp(targets[0].location, rows[i].location) == 0, "%s: %s", rows[i].word,
		      targets[0].location);
		assert_string_equal(targets[0].prefix, "");
		assert_int_equal(targets[0].port, 21);
		assert_false(targets[0].implicit);
	}
}

static void locations_that_are_none(void **state)
{
	static const char *const words[] = {
		"",      "/",          "de/",          "/fra",
		"de//x", "a/b/c/d",    "FRA",          "de/Fra",
		"fra ",  "fr\xc3\xa4", "fra.example/", "f_a",
		"%s",    "a@b",        "..",           "abcdefghijklmnopqrstuvwxyz01234",
		"fra\n", "de\\fra",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(words); i++) {
		struct err e = ERR_INIT;

		locate((const char *const[]){ words[i], NULL });
		CHECK(run(TARGETS_MAX, &e) == -1, "%s", words[i]);
		check_err(&e, ERR_USAGE, words[i]);
	}
}

/* The first spelling stays, and the order. */
static void each_place_once(void **state)
{
	(void)state;
	locate((const char *const[]){ "vit", "de/fra", "es/vit", "fra", "fra/2", "vit", NULL });
	good("locations");
	assert_int_equal(count, 3);
	assert_string_equal(targets[0].location, "es/vit");
	assert_string_equal(targets[1].location, "de/fra");
	assert_string_equal(targets[2].location, "de/fra/2");
	ionos_own_set(&o)->locations.count = 0;
	ionos_own_set(&o)->ftp_urls =
		(struct opt_list){ .at = { "ftp://a.example/x", "A.example:21/x/", "a.example/y",
					   "ftps://a.example/x", "ftp://a.example//x" },
				   .count = 5 };
	good("URLs");
	assert_int_equal(count, 3);
	assert_string_equal(targets[0].prefix, "x/");
	assert_string_equal(targets[1].prefix, "y/");
	assert_int_equal(targets[2].port, 990);
}

/* The examples of ionosctl's help text, which do not work there. */
static void the_examples_of_the_help(void **state)
{
	(void)state;
	ionos_own_set(&o)->ftp_urls =
		(struct opt_list){ .at = { "ftp://myftp.example" }, .count = 1 };
	good("a server");
	assert_int_equal(count, 1);
	assert_string_equal(targets[0].host, "myftp.example");
	assert_string_equal(targets[0].location, "");
	ionos_own_set(&o)->ftp_urls.at[0] = "ftp://myftp.example/locations/%s";
	locate((const char *const[]){ "fra", "fkb", NULL });
	good("locations");
	assert_int_equal(count, 2);
	assert_string_equal(targets[0].prefix, "locations/fra/");
	assert_string_equal(targets[0].location, "de/fra");
	assert_string_equal(targets[1].prefix, "locations/fkb/");
	assert_string_equal(targets[1].host, "myftp.example");
	ionos_own_set(&o)->ftp_urls.at[0] = "ftp-%s.ionos.com";
	good("the default");
	assert_string_equal(targets[0].host, "ftp-fra.ionos.com");
}

static void several_urls_with_locations(void **state)
{
	(void)state;
	ionos_own_set(&o)->ftp_urls =
		(struct opt_list){ .at = { "%s.a.example", "ftps://b.example/%s/%s/" },
				   .count = 2 };
	locate((const char *const[]){ "fra/2", "aa/xyz", NULL });
	good("four");
	assert_int_equal(count, 4);
	assert_string_equal(targets[0].host, "fra-2.a.example");
	assert_string_equal(targets[1].host, "xyz.a.example");
	assert_string_equal(targets[2].prefix, "fra-2/fra-2/");
	assert_string_equal(targets[3].prefix, "xyz/xyz/");
	assert_string_equal(targets[3].location, "aa/xyz");
	assert_true(targets[3].implicit);
}

static void needs(void **state)
{
	static const struct {
		const char *url, *location, *port, *word;
	} rows[] = {
		{ NULL, NULL, NULL, "required" },
		{ "ftp://a.example", "fra", NULL, "%s" },
		{ "ftp://a.example/%s", NULL, NULL, "required" },
		{ NULL, "fra", "2121", "--ftp-url" },
		{ "a.example", NULL, "0", "65535" },
		{ "a.example", NULL, "65536", "65535" },
		{ "a.example", NULL, "", "65535" },
		{ "a.example", NULL, "-1", "65535" },
		{ "a.example", NULL, "21x", "65535" },
		{ "a.example:22", NULL, "23", "contradicts" },
		{ "a.example:21", NULL, "22", "contradicts" },
	};
	struct err e = ERR_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		err_clear(&e);
		ionos_own_set(&o)->ftp_urls =
			(struct opt_list){ .at = { rows[i].url }, .count = rows[i].url != NULL };
		locate((const char *const[]){ rows[i].location, NULL });
		ionos_own_set(&o)->ftp_port = rows[i].port;
		CHECK(run(TARGETS_MAX, &e) == -1, "%zu", i);
		check_err(&e, ERR_USAGE, "needs");
		CHECK(strstr(e.text, rows[i].word), "%zu: %s", i, e.text);
	}
	ionos_own_set(&o)->ftp_urls.at[0] = "ftp://a.example:2121";
	ionos_own_set(&o)->ftp_port = "2121";
	good("the same port");
	ionos_own_set(&o)->ftp_urls.at[0] = "ftps://a.example";
	good("a port");
	assert_int_equal(targets[0].port, 2121);
	assert_true(targets[0].implicit);
}

static void more_than_there_is_room_for(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	locate((const char *const[]){ "fra", "vit", "fra", NULL });
	assert_int_equal(run(2, &e), 0);
	assert_int_equal(run(1, &e), -1);
	check_err(&e, ERR_USAGE, "more");
}

/* --- One URL ------------------------------------------------------------------------ */

static void urls(void **state)
{
	static const struct {
		const char *url, *host;
		unsigned port;
		bool implicit;
		const char *prefix;
	} rows[] = {
		{ "h", "h", 21, false, "" },
		{ "h/", "h", 21, false, "" },
		{ "ftp://h", "h", 21, false, "" },
		{ "FTP://h", "h", 21, false, "" },
		{ "ftps://h", "h", 990, true, "" },
		{ "FtpS://h:1/", "h", 1, true, "" },
		{ "h:65535", "h", 65535, false, "" },
		{ "127.0.0.1:2121/a/b", "127.0.0.1", 2121, false, "a/b/" },
		{ "[::1]", "::1", 21, false, "" },
		{ "ftp://[2001:db8::1]:22/x", "2001:db8::1", 22, false, "x/" },
		{ "ftp://[::ffff:192.0.2.1]", "::ffff:192.0.2.1", 21, false, "" },
		{ "h//a///b//", "h", 21, false, "a/b/" },
		{ "h/a%20b%2c/%C3%A4", "h", 21, false, "a b,/\xc3\xa4/" },
		{ "h/%25s/%40", "h", 21, false, "%s/@/" },
		{ "h/%2e%2e%2e", "h", 21, false, ".../" },
		{ "%s.h:22/%s/x%s%s", "LOC.h", 22, false, "LOC/xLOCLOC/" },
		{ "%s", "LOC", 21, false, "" },
		{ "h/a:b", "h", 21, false, "a:b/" },
		{ "h/-x", "h", 21, false, "-x/" },
	};
	struct ionos_target to;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		memset(&to, 0xff, sizeof(to));
		CHECK(ionos_url(rows[i].url, "LOC", NULL, &to, &e) == 0, "%s: %s", rows[i].url,
		      e.text);
		CHECK(strcmp(to.host, rows[i].host) == 0, "%s: %s", rows[i].url, to.host);
		CHECK(to.port == rows[i].port, "%s: %u", rows[i].url, to.port);
		CHECK(to.implicit == rows[i].implicit, "%s", rows[i].url);
		CHECK(strcmp(to.prefix, rows[i].prefix) == 0, "%s: %s", rows[i].url, to.prefix);
	}
}

static void urls_that_are_none(void **state)
{
	static const char *const bad[] = {
		"",         "ftp://",   "/x",          ":21",       "h:",         "h:0",
		"h:65536",  "h:x",      "h:21x",       "h:-1",      "h: 21",      "h:000000000021",
		"sftp://h", "http://h", "https://h/x", "ftpes://h", "://h",       "x y",
		"h\n",      "h\r\nx",   "\xc3\xa4",    "-h",        "::1",        "[::1",
		"[::1]x",   "[]",       "[1.2.3.4]",   "[::g]",     "[::1%eth0]", "[%s]",
		"h/%",      "h/%2",     "h/%zz",       "h/%%s",     "h/%d",       "h/%5s",
		"%%s",      "h/%00",    "h/a%0d%0ab",  "h/%7f",     "h/\x01",     "h/a%2fb",
		"h/%2F",    "h/.",      "h/..",        "h/a/../b",  "h/%2e%2e",   "h/%2e/x",
		"h/.%2e",   "h/%ff",    "h/%c3",       "h/\xc3/x",  "h?x",        "h/#x",
		"h%41",     "h/a?b",    "ftp:h",
	};
	struct ionos_target to;
	char text[700];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		struct err e = ERR_INIT;

		CHECK(ionos_url(bad[i], "LOC", NULL, &to, &e) == -1, "%s", bad[i]);
		check_err(&e, ERR_USAGE, bad[i]);
	}
	for (i = 0; i < 2; i++) {
		struct err e = ERR_INIT;

		memset(text, 'x', 600);
		memcpy(text, i ? "h/" : "xx", 2);
		text[600] = '\0';
		assert_int_equal(ionos_url(text, "", NULL, &to, &e), -1);
		check_err(&e, ERR_USAGE, "long");
	}
}

/* The longest that fit. */
static void long_urls(void **state)
{
	struct ionos_target to;
	struct err e = ERR_INIT;
	char text[700];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[255] = '/';
	text[255 + 127] = '\0';
	assert_int_equal(ionos_url(text, "", NULL, &to, &e), 0);
	assert_int_equal(strlen(to.host), 255);
	assert_int_equal(strlen(to.prefix), 127);
	text[255 + 127] = 'x';
	text[255 + 128] = '\0';
	assert_int_equal(ionos_url(text, "", NULL, &to, &e), -1);
}

/* A password is not shown, wherever it stands. */
static void passwords(void **state)
{
	static const char *const urls_[] = {
		"ftp://user:SECRET@h/",   "user:SECRET@h",     "ftp://SECRET@h",
		"http://u:SECRET@h/",     "ftp://u:SEC/RET@h", "ftp://u:SECRET@h?x",
		"ftp://u:SECRET@h/%s%%x", "ftp://h/SECRET@x",  "SECRET@",
	};
	struct ionos_target to;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(urls_); i++) {
		struct err e = ERR_INIT;

		assert_int_equal(ionos_url(urls_[i], "LOC", NULL, &to, &e), -1);
		check_err(&e, ERR_USAGE, urls_[i]);
		CHECK(!strstr(e.text, "SEC") && !strstr(e.text, "RET"), "%s: %s", urls_[i], e.text);
		err_clear(&e);
		ionos_own_set(&o)->ftp_urls = (struct opt_list){ .at = { urls_[i] }, .count = 1 };
		locate((const char *const[]){ i % 2 ? "fra" : NULL, NULL });
		assert_int_equal(run(TARGETS_MAX, &e), -1);
		CHECK(!strstr(e.text, "SEC") && !strstr(e.text, "RET"), "%s: %s", urls_[i], e.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(locations, clear),
		cmocka_unit_test_setup(locations_that_are_none, clear),
		cmocka_unit_test_setup(each_place_once, clear),
		cmocka_unit_test_setup(the_examples_of_the_help, clear),
		cmocka_unit_test_setup(several_urls_with_locations, clear),
		cmocka_unit_test_setup(needs, clear),
		cmocka_unit_test_setup(more_than_there_is_room_for, clear),
		cmocka_unit_test_setup(urls, clear),
		cmocka_unit_test_setup(urls_that_are_none, clear),
		cmocka_unit_test_setup(long_urls, clear),
		cmocka_unit_test_setup(passwords, clear),
	};

	return cmocka_run_group_tests_name("ionos_target", tests, NULL, NULL);
}
