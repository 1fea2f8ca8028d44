#include "unit/unit.h"

#include "base/text.h"
#include "cloud/presigned.h"
#include "unit/caught.h"

/* A URL as S3 makes one; what of it is secret has capitals only. */
#define KEY "EXAMPLEKEYOFNOBODYHERE"
#define SIGNED "QWERTYUIOPASDFGHJKLZ/XCVBNM="
#define QUERY "AWSAccessKeyId=" KEY "&Expires=4102444800&Signature=QWERTYUIOPASDFGHJKLZ%2FXCVBNM%3D"
#define URL "https://s3.example/bucket/object?" QUERY

static char url[URL_BYTES];
static struct task task;

static void urls(void **state)
{
	static const struct {
		const char *url;
		bool secure, plain;
	} rows[] = {
		{ URL, true, false },
		{ "HTTPS://s3.example/", true, false },
		{ "http://s3.example/?x", false, true },
		{ "HTTP://s3.example/?x", false, true },
		{ "", false, false },
		{ "s3.example/x", false, false },
		{ "ftp://s3.example/x", false, false },
		{ "file:///etc/passwd", false, false },
		{ "https:/s3.example/", false, false },
		{ "xhttps://s3.example/", false, false },
		{ "https://s3.example/a b", false, false },
		{ " https://s3.example/", false, false },
		{ "https://s3.example/\r\nX-Evil: 1", false, false },
		{ "https://s3.example/\t", false, false },
		{ "https://user:password@s3.example/x", false, false },
		{ "http://user@s3.example/x", false, false },
		{ "https://s3.example/x@y?z=@", true, false },
		{ "https://s3.example/\x7f", false, false },
		{ "https://s3.example/\xc3\xa4", false, false },
		{ "http://s3.example/a b", false, false },
	};
	size_t i;
	int plain;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		for (plain = 0; plain < 2; plain++) {
			struct err e = ERR_INIT;
			bool good = rows[i].secure || (plain && rows[i].plain);
			int result;

			caught_begin(STDERR_FILENO);
			result = presigned_check(rows[i].url, plain, &e);
			caught_end();
			CHECK(result == (good ? 0 : -1), "row %zu, %d", i, plain);
			check_err(&e, good ? ERR_NONE : ERR_USAGE, rows[i].url);
			CHECK(!strstr(e.text, "s3.example"), "%s", e.text);
			/* Who sends an image in clear is told so. */
			CHECK((strstr(caught, "encrypted") != NULL) == (good && !rows[i].secure),
			      "row %zu: %s", i, caught);
		}
	}
}

/* Where the URL is: all that is read of it is what is there, and nobody sees it. */
static void places(void **state)
{
	static const struct {
		const char *from, *variable, *file;
		enum err_code code;
		const char *words;
	} rows[] = {
		{ "env", URL, NULL, ERR_NONE, NULL },
		{ "file", NULL, URL "\n", ERR_NONE, NULL },
		{ "env", NULL, NULL, ERR_USAGE, "HOIST_TEST holds no upload URL" },
		{ "file", NULL, "", ERR_USAGE, "holds no upload URL" },
		{ "file", NULL, "\n", ERR_USAGE, "holds no upload URL" },
		{ "file", NULL, URL "\n" URL, ERR_USAGE, "more than one line" },
		{ "file", NULL, NULL, ERR_USAGE, "cannot open" },
		{ "fd:x", NULL, NULL, ERR_USAGE, "no descriptor" },
		{ "env", "ftp" URL, NULL, ERR_USAGE, "does not begin with https://" },
		{ "env", URL " x", NULL, ERR_USAGE, "a space" },
		/* Others can see what an argument is. */
		{ URL, NULL, NULL, ERR_USAGE, "must not be an argument: put it into HOIST_TEST" },
		{ "ftp://" KEY "@x/", NULL, NULL, ERR_USAGE, "must not be an argument" },
	};
	const char *from;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		unsetenv("HOIST_TEST");
		if (rows[i].variable)
			setenv("HOIST_TEST", rows[i].variable, 1);
		from = file_path(0, "url");
		unlink(from);
		if (rows[i].file)
			file_make(0, "url", rows[i].file, strlen(rows[i].file));
		if (strcmp(rows[i].from, "file") != 0)
			from = rows[i].from;
		CHECK(presigned_read(url, from, "HOIST_TEST", &e) == (rows[i].code ? -1 : 0),
		      "row %zu: %s", i, e.text);
		check_err(&e, rows[i].code, rows[i].from);
		if (rows[i].code == ERR_NONE)
			assert_string_equal(url, URL);
		CHECK(!rows[i].words || strstr(e.text, rows[i].words), "row %zu: %s", i, e.text);
		CHECK(!strstr(e.text, KEY), "row %zu: %s", i, e.text);
	}
	unsetenv("HOIST_TEST");
}

static void long_urls(void **state)
{
	static char s[URL_BYTES + 16];
	size_t len;

	(void)state;
	for (len = URL_BYTES - 2; len < URL_BYTES + 8; len++) {
		struct err e = ERR_INIT;
		bool fits = len < URL_BYTES;

		memset(s, 'x', len);
		memcpy(s, "https://", 8);
		s[len] = '\0';
		setenv("HOIST_TEST", s, 1);
		CHECK(presigned_read(url, "env", "HOIST_TEST", &e) == (fits ? 0 : -1), "%zu", len);
		check_err(&e, fits ? ERR_NONE : ERR_LIMIT, "a long one");
		CHECK(!fits || strcmp(url, s) == 0, "%zu", len);
	}
	unsetenv("HOIST_TEST");
}

#define LINES 3
#define TEXT_BYTES 64

static char text[TEXT_BYTES + 1];
static const char *lines[LINES + 2];

/* Read a file of headers into as much room as is said. */
static int read_headers(const char *file, struct err *e)
{
	memset(text, 'Z', sizeof(text));
	memset(lines, 0xee, sizeof(lines));
	return presigned_headers(file_make(0, "headers", file, strlen(file)), text, TEXT_BYTES,
				 lines, LINES, e);
}

static void headers(void **state)
{
	static const struct {
		const char *file, *lines[LINES];
	} rows[] = {
		{ "", { NULL } },
		{ "\n\r\n\n", { NULL } },
		{ "A: b", { "A: b" } },
		{ "A: b\n", { "A: b" } },
		{ "A: b\r\nC: d\r\n\r\nE:f", { "A: b", "C: d", "E:f" } },
		{ "\nA: b c: d\n", { "A: b c: d" } },
		{ "X: \xc3\xa4\n", { "X: \xc3\xa4" } },
		/* They are others than those that hoist makes. */
		{ "Content-Length-X: 1\nX-Host: 1\nContent-Type: a/b\n",
		  { "Content-Length-X: 1", "X-Host: 1", "Content-Type: a/b" } },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		CHECK(read_headers(rows[i].file, &e) == 0, "row %zu: %s", i, e.text);
		for (k = 0; k < LINES && rows[i].lines[k]; k++)
			CHECK(lines[k] && strcmp(lines[k], rows[i].lines[k]) == 0, "row %zu, %zu",
			      i, k);
		CHECK(lines[k] == NULL, "row %zu: more than %zu", i, k);
	}
}

static void headers_that_are_none(void **state)
{
	static const struct {
		const char *file;
		enum err_code code;
		const char *words;
	} rows[] = {
		{ "A: 1\nB: 2\nC: 3\nD: 4\n", ERR_USAGE, "more than 3 headers" },
		{ "A:\n", ERR_USAGE, "no header of the form" },
		{ "A: \r\n", ERR_USAGE, "no header of the form" },
		{ "\xef\xbb\xbf"
		  "A: b\n",
		  ERR_USAGE, "no header of the form" },
		{ "A(: b\n", ERR_USAGE, "no header of the form" },
		{ "Authorization", ERR_USAGE, "no header of the form" },
		{ ": secret", ERR_USAGE, "no header of the form" },
		{ "A b: secret", ERR_USAGE, "no header of the form" },
		{ "A : secret", ERR_USAGE, "no header of the form" },
		{ "A\t: secret", ERR_USAGE, "no header of the form" },
		{ " A: secret", ERR_USAGE, "no header of the form" },
		{ "A: 1\n folded: secret\n", ERR_USAGE, "no header of the form" },
		{ "A: \x1b[2Jsecret", ERR_USAGE, "no header of the form" },
		{ "A: sec\tret", ERR_USAGE, "no header of the form" },
		{ "Content-Length: 1", ERR_USAGE, "Content-Length" },
		{ "content-length:1", ERR_USAGE, "Content-Length" },
		{ "A: b\nTransfer-Encoding: chunked", ERR_USAGE, "Transfer-Encoding" },
		{ "HOST: x", ERR_USAGE, "Host" },
		{ "Expect: 100-continue", ERR_USAGE, "Expect" },
	};
	char file[TEXT_BYTES + 8];
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct err e = ERR_INIT;

		CHECK(read_headers(rows[i].file, &e) == -1, "row %zu", i);
		check_err(&e, rows[i].code, rows[i].file);
		CHECK(strstr(e.text, rows[i].words) && strstr(e.text, "headers"), "row %zu: %s", i,
		      e.text);
		CHECK(!strstr(e.text, "secret"), "row %zu: %s", i, e.text);
	}
	for (len = TEXT_BYTES - 2; len < TEXT_BYTES + 3; len++) {
		struct err e = ERR_INIT;

		memset(file, 'v', len);
		memcpy(file, "A: ", 3);
		file[len] = '\0';
		CHECK(read_headers(file, &e) == (len < TEXT_BYTES ? 0 : -1), "%zu", len);
		check_err(&e, len < TEXT_BYTES ? ERR_NONE : ERR_LIMIT, "long");
		assert_int_equal(text[TEXT_BYTES], 'Z');
	}
}

static void no_file_of_headers(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(presigned_headers(file_path(0, "nothing"), text, TEXT_BYTES, lines, LINES,
					   &e),
			 -1);
	check_err(&e, ERR_USAGE, "no file");
	assert_non_null(strstr(e.text, "nothing"));
}

/* What is secret of the URL becomes as many '*'; nothing else does. */
static void what_is_hidden(void **state)
{
	static const struct {
		const char *url, *text, *shown;
	} rows[] = {
		{ URL, "for https://s3.example/bucket/object", NULL },
		{ URL, "AWSAccessKeyId is not known", NULL },
		{ URL, "key " KEY ", none", "key **********************, none" },
		{ URL, "signature " SIGNED "!", "signature ****************************!" },
		{ URL, "signature QWERTYUIOPASDFGHJKLZ%2FXCVBNM%3D!",
		  "signature ********************************!" },
		{ URL, "QWERTYUIOPASDFGHJKLZ&#x2F;XCVBNM&#61;",
		  "*************************************" },
		/* Dates and short values may be anything. */
		{ URL, "Request has expired: Expires=4102444800", NULL },
		{ "https://x/?a=0123456789abcde&b=c", "0123456789abcde", NULL },
		{ "https://x/?a=0123456789abcdef&b=c", "0123456789abcdef", "****************" },
		{ "https://x/?a=0123456789abcdef#f", "0123456789abcdef", "****************" },
		/* One that has no name. */
		{ "https://x/?0123456789abcdef", "no 0123456789abcdef", "no ****************" },
		{ "https://x/?a&b=0123456789abcdef", "0123456789abcdef", "****************" },
		{ "https://x/?a=b=0123456789abcdef", "b=0123456789abcdef", "******************" },
		/* What is no escape stands for itself. */
		{ "https://x/?a=0123456789%zzabcdef", "0123456789%zzabcdef",
		  "*******************" },
		{ "https://x/0123456789abcdef", "0123456789abcdef", NULL },
		{ "https://x/0123456789abcdef?", "0123456789abcdef", NULL },
		{ "", "anything", NULL },
	};
	char s[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		snprintf(task.upload_to, sizeof(task.upload_to), "%s", rows[i].url);
		snprintf(s, sizeof(s), "%s", rows[i].text);
		presigned_hide(&task, s);
		CHECK(strcmp(s, rows[i].shown ? rows[i].shown : rows[i].text) == 0, "row %zu: %s",
		      i, s);
	}
	/* All of it, as it is. */
	snprintf(task.upload_to, sizeof(task.upload_to), "%s", URL);
	snprintf(s, sizeof(s), "%s", QUERY);
	presigned_hide(&task, s);
	assert_int_equal(strspn(s, "*"), strlen(QUERY));
	assert_string_equal(task.upload_to, URL);
}

/* Many more values than S3's signatures have, whichever of them is repeated. */
static void each_of_many_values(void **state)
{
	char s[64];
	struct text t;
	unsigned n, k;

	(void)state;
	for (n = 1; n <= 26; n++) {
		text_init(&t, task.upload_to, sizeof(task.upload_to));
		text_put(&t, "https://x/");
		/* No two have a part in common. */
		for (k = 0; k < n; k++)
			text_printf(&t, "%sp%u=%c01%c23%c%%2F%%2F%c%c45%c67%c", k ? "&" : "?", k,
				    'A' + k, 'A' + k, 'A' + k, 'a' + k, 'a' + k, 'a' + k, 'a' + k);
		for (k = 0; k < n; k++) {
			snprintf(s, sizeof(s), "<%c01%c23%c//%c%c45%c67%c>", 'A' + k, 'A' + k,
				 'A' + k, 'a' + k, 'a' + k, 'a' + k, 'a' + k);
			presigned_hide(&task, s);
			CHECK(strcmp(s, "<*****************>") == 0, "%u of %u: %s", k, n, s);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls),
		cmocka_unit_test(places),
		cmocka_unit_test(long_urls),
		cmocka_unit_test(headers),
		cmocka_unit_test(headers_that_are_none),
		cmocka_unit_test(no_file_of_headers),
		cmocka_unit_test(what_is_hidden),
		cmocka_unit_test(each_of_many_values),
	};

	return cmocka_run_group_tests_name("presigned", tests, files_setup, files_teardown);
}
