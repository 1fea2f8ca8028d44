#include "unit/unit.h"

#include <errno.h>

#include "base/json.h"
#include "progress.h"
#include "report.h"
#include "unit/caught.h"

static const struct provider provider = {
	.name = "unit",
	.columns = "id,label,size,file",
	.fields = "file,id,label,region,status,size,uncompressed,md5,upload_to,exit,error",
};

static struct options options;
static struct task tasks[3];
static struct job job;

static int make_job(void **state)
{
	(void)state;
	memset(tasks, 0, sizeof(tasks));
	memset(&options, 0, sizeof(options));
	options.output = "text";
	options.progress = "none";
	job.provider = &provider;
	job.options = &options;
	job.tasks = tasks;
	job.count = 2;
	tasks[0].provider = tasks[1].provider = tasks[2].provider = &provider;
	tasks[0].options = tasks[1].options = tasks[2].options = &options;
	tasks[0].file = "dir/a.img.gz";
	tasks[0].label = "first";
	strcpy(tasks[0].id, "private/1");
	strcpy(tasks[0].status, "available");
	tasks[0].image.size_known = true;
	tasks[0].image.size = 5368709120;
	tasks[0].unpacked = 6442450944;
	tasks[0].payload.sums[HASH_MD5] = "d41d8cd98f00b204e9800998ecf8427e";
	tasks[1].file = "b\n\"quoted\"\\\xff\x1b.gz";
	tasks[1].label = "\xc3\xa4\xc3\xb6";
	err_set(&tasks[1].err, ERR_BUSY, "the cloud is \"busy\"");
	atomic_store(&tasks[0].phase, PHASE_ENDED);
	atomic_store(&tasks[1].phase, PHASE_ENDED);
	return 0;
}

static const char *results(void)
{
	caught_begin(STDOUT_FILENO);
	report_results(&job);
	return caught_end();
}

static const char *errors(void)
{
	caught_begin(STDERR_FILENO);
	report_errors(&job);
	return caught_end();
}

static const char *progress(void)
{
	caught_begin(STDERR_FILENO);
	progress_draw(&job);
	return caught_end();
}

static void the_table(void **state)
{
	(void)state;
	assert_string_equal(results(),
			    "ID         LABEL  SIZE        FILE\n"
			    "private/1  first  5368709120  dir/a.img.gz\n"
			    "-          \xc3\xa4\xc3\xb6     -           b \"quoted\"\\??.gz\n");
	options.no_headers = true;
	options.columns = "exit,STATUS,id";
	assert_string_equal(results(), "0  available  private/1\n4  failed     -\n");
}

/* The JSON is JSON, whatever the names are made of, and says what the tasks say. */
static void the_json(void **state)
{
	static jsmntok_t tokens[256];
	struct err e = ERR_INIT;
	struct json j;
	uint64_t n;
	const char *text;

	(void)state;
	options.output = "json";
	text = results();
	CHECK(json_parse(&j, text, strlen(text), tokens, COUNT(tokens), &e) == 0, "%s: %s", e.text,
	      text);
	assert_int_equal(json_count(&j, ""), 2);
	assert_true(json_is(&j, "0.file", "dir/a.img.gz"));
	assert_true(json_is(&j, "0.id", "private/1"));
	assert_true(json_is(&j, "0.status", "available"));
	assert_true(json_is(&j, "0.md5", "d41d8cd98f00b204e9800998ecf8427e"));
	assert_int_equal(json_u64(&j, "0.size", &n, &e), 0);
	assert_int_equal(n, 5368709120);
	assert_int_equal(json_u64(&j, "0.uncompressed", &n, &e), 0);
	assert_int_equal(n, 6442450944);
	assert_int_equal(json_u64(&j, "0.exit", &n, &e), 0);
	assert_int_equal(n, 0);
	assert_int_equal(json_kind(&j, "0.error"), JSON_NULL);
	assert_int_equal(json_kind(&j, "0.region"), JSON_NULL);
	assert_true(json_is(&j, "1.file", "b\n\"quoted\"\\\xef\xbf\xbd\x1b.gz"));
	assert_true(json_is(&j, "1.label", "\xc3\xa4\xc3\xb6"));
	assert_true(json_is(&j, "1.error", "the cloud is \"busy\""));
	assert_true(json_is(&j, "1.status", "failed"));
	assert_int_equal(json_kind(&j, "1.id"), JSON_NULL);
	assert_int_equal(json_kind(&j, "1.size"), JSON_NULL);
	assert_int_equal(json_u64(&j, "1.exit", &n, &e), 0);
	assert_int_equal(n, 4);
	check_err(&e, ERR_NONE, "json");
}

/* Of control characters, of no UTF-8, and longer than any file's: the JSON is whole. */
static void odd_and_long_names(void **state)
{
	static const char units[][3] = { "\x01", "\x7f", "\xff", "\"", "\\", "x", "\xc2\x9b" };
	static jsmntok_t tokens[64];
	static char name[5001], back[3 * sizeof(name)];
	struct json j;
	size_t i, n, want;

	(void)state;
	options.output = "json";
	options.columns = "file,label,exit";
	job.count = 1;
	tasks[0].file = tasks[0].label = name;
	for (i = 0; i < COUNT(units); i++) {
		struct err e = ERR_INIT;
		ssize_t got;

		for (n = 0; n + 2 < sizeof(name); n += strlen(units[i]))
			strcpy(name + n, units[i]);
		want = units[i][0] == '\xff' ? 3 * n : n;
		results();
		CHECK(json_parse(&j, caught, strlen(caught), tokens, COUNT(tokens), &e) == 0,
		      "%zu: %s", i, e.text);
		got = json_str(&j, "0.file", back, sizeof(back), &e);
		CHECK(got == (ssize_t)want, "%zu: %zd, %s", i, got, e.text);
		CHECK(units[i][0] == '\xff' || strcmp(back, name) == 0, "%zu", i);
		assert_int_equal(json_str(&j, "0.label", back, sizeof(back), &e), want);
		assert_null(strchr(caught, '\x7f'));
		assert_null(strstr(caught, "\xc2\x9b"));
	}
}

/* In a table and in messages it is cut off between characters, and the rest is there. */
static void long_names_are_shortened(void **state)
{
	static char name[6001];
	size_t i;

	(void)state;
	for (i = 0; i + 2 < sizeof(name); i += 2)
		memcpy(name + i, "\xc3\xa4", 2);
	options.columns = "file,exit";
	options.no_headers = true;
	job.count = 1;
	tasks[0].file = name + 2;
	err_set(&tasks[0].err, ERR_USAGE, "%0235d", 7);
	memset(tasks[0].left, 'l', sizeof(tasks[0].left) - 1);
	results();
	assert_non_null(strstr(caught, "\xa4...  2\n"));
	assert_null(strchr(caught, '?'));
	errors();
	assert_non_null(strstr(caught, "\xa4...: 000"));
	assert_non_null(strstr(caught, "007; lll"));
	assert_string_equal(caught + strlen(caught) - 4, "lll\n");
	assert_null(strchr(caught, '?'));
	/* One byte of another length before it. */
	name[1] = 'x';
	tasks[0].file = name + 1;
	results();
	assert_non_null(strstr(caught, "\xa4...  2\n"));
	assert_null(strchr(caught, '?'));
	/* What is only white space is nothing to be seen. */
	tasks[0].file = "\n";
	assert_string_equal(results(), "-  2\n");
}

/* A URL that lets anybody upload is shown only for a task that was asked for it and succeeded. */
static void a_failed_task_shows_no_url(void **state)
{
	(void)state;
	strcpy(tasks[0].upload_to, "https://a.example/?sig=GOOD");
	strcpy(tasks[1].upload_to, "https://b.example/?sig=LEAK");
	options.columns = "upload_to";
	assert_string_equal(results(), "UPLOAD_TO\nhttps://a.example/?sig=GOOD\n-\n");
}

static void columns(void **state)
{
	static const char *const good[] = { NULL, "id", "id,label", "ID,Label",
					    "exit,error,file,exit" };
	static const char *const bad[] = {
		"",
		",",
		"no-such",
		"id,,label",
		",id",
		"id label",
		"averyveryveryverylongcolumnnameindeed",
		"id,nope",
		"id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id,id",
		"imageid"
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		struct err e = ERR_INIT;

		options.columns = good[i];
		CHECK(report_check(&provider, &options, &e) == 0, "%s: %s",
		      good[i] ? good[i] : "NULL", e.text);
	}
	for (i = 0; i < COUNT(bad); i++) {
		struct err e = ERR_INIT;

		options.columns = bad[i];
		CHECK(report_check(&provider, &options, &e) == -1, "%s", bad[i]);
		check_err(&e, ERR_USAGE, bad[i]);
	}
}

static void errors_once_each(void **state)
{
	const char *text;

	(void)state;
	strcpy(tasks[1].left, "image private/2 was deleted");
	text = errors();
	assert_string_equal(text, "hoist: b \"quoted\"\\??.gz: the cloud is \"busy\"; "
				  "image private/2 was deleted\n");
}

static int flush_full(void *arg)
{
	int fd = open((const char *)arg, O_WRONLY);
	struct err e = ERR_INIT;

	if (fd < 0)
		return 77;
	dup2(fd, STDOUT_FILENO);
	printf("a result\n");
	if (report_flush(&e) == 0)
		return 0;
	return e.code == ERR_OUTPUT ? 1 : 2;
}

/* Results that nobody could read are a failure. */
static void standard_output_that_fails(void **state)
{
	int status = in_child(flush_full, (void *)(uintptr_t) "/dev/null");

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	status = in_child(flush_full, (void *)(uintptr_t) "/dev/full");
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) != 77)
		assert_int_equal(WEXITSTATUS(status), 1);
}

static void progress_as_json(void **state)
{
	static jsmntok_t tokens[64];
	struct err e = ERR_INIT;
	struct json j;
	uint64_t n;
	const char *text, *end;

	(void)state;
	options.progress = "json";
	atomic_store(&tasks[0].sent, UINT64_C(5368709120));
	text = progress();
	end = strchr(text, '\n');
	assert_non_null(end);
	assert_int_equal(json_parse(&j, text, (size_t)(end - text), tokens, COUNT(tokens), &e), 0);
	assert_true(json_is(&j, "file", "dir/a.img.gz"));
	assert_true(json_is(&j, "phase", "ended"));
	assert_int_equal(json_u64(&j, "sent", &n, &e), 0);
	assert_int_equal(n, 5368709120);
	assert_int_equal(json_u64(&j, "size", &n, &e), 0);
	assert_int_equal(n, 5368709120);
	text = end + 1;
	end = strchr(text, '\n');
	assert_non_null(end);
	CHECK(json_parse(&j, text, (size_t)(end - text), tokens, COUNT(tokens), &e) == 0, "%s",
	      text);
	assert_true(json_is(&j, "file", "b\n\"quoted\"\\\xef\xbf\xbd\x1b.gz"));
	assert_int_equal(json_kind(&j, "size"), JSON_NULL);
	assert_string_equal(end + 1, "");
}

/* A name of the greatest length in which every byte grows, and a place like that. */
static void progress_with_odd_names(void **state)
{
	static jsmntok_t tokens[64];
	static char name[PATH_BYTES], back[PATH_BYTES];
	struct err e = ERR_INIT;
	struct json j;

	(void)state;
	memset(name, 1, sizeof(name) - 1);
	options.progress = "json";
	job.count = 1;
	tasks[0].file = name;
	memset(tasks[0].place, 0x7f, sizeof(tasks[0].place) - 1);
	atomic_store(&tasks[0].sent, UINT64_MAX);
	atomic_store(&tasks[0].attempt, UINT32_MAX - 1);
	tasks[0].image.size = UINT64_MAX;
	progress();
	CHECK(json_parse(&j, caught, strlen(caught), tokens, COUNT(tokens), &e) == 0, "%s", e.text);
	assert_int_equal(caught[strlen(caught) - 1], '\n');
	assert_int_equal(json_str(&j, "file", back, sizeof(back), &e), sizeof(name) - 1);
	assert_string_equal(back, name);
	assert_int_equal(json_str(&j, "place", back, sizeof(back), &e), PLACE_BYTES - 1);
	assert_int_equal(json_kind(&j, "rate"), JSON_NUMBER);
}

/* The part that is done is of all tasks, those that wait among them. */
static void progress_of_all(void **state)
{
	(void)state;
	options.progress = "bar";
	tasks[0].image.size = tasks[1].image.size = 1 << 20;
	tasks[1].image.size_known = true;
	atomic_store(&tasks[0].sent, 1 << 19);
	atomic_store(&tasks[0].phase, PHASE_SENDING);
	atomic_store(&tasks[1].phase, PHASE_WAITING);
	assert_non_null(strstr(progress(), "25% 512.0 KiB of 2.0 MiB"));
	/* Of one the size is not known: neither is the sum. */
	tasks[1].image.size_known = false;
	assert_null(strchr(progress(), '%'));
}

/* In every phase and with odd sizes, a bar is one short line without control characters. */
static void progress_as_a_bar(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 1000, UINT64_C(5) << 30, UINT64_C(1) << 57 };
	const char *text, *c;
	size_t i;
	int phase;

	(void)state;
	options.progress = "bar";
	job.count = 1;
	tasks[0].file = "a\nvery\x1blong name of an image that does not fit into any bar at all.gz";
	for (phase = PHASE_WAITING; phase < PHASE_ENDED; phase++) {
		for (i = 0; i < 2 * COUNT(sizes); i++) {
			atomic_store(&tasks[0].phase, phase);
			tasks[0].image.size = sizes[i / 2];
			atomic_store(&tasks[0].sent, i % 2 ? sizes[i / 2] : sizes[i / 2] / 2);
			text = progress();
			CHECK(strncmp(text, "\r\033[K", 4) == 0, "%s", text);
			CHECK(strlen(text) > 4 && strlen(text) < 164, "%zu", strlen(text));
			for (c = text + 4; *c; c++)
				CHECK((unsigned char)*c >= 0x20, "%s", text + 4);
		}
	}
	/* At the end it is gone. */
	atomic_store(&tasks[0].phase, PHASE_ENDED);
	assert_string_equal(progress(), "\r\033[K");
	assert_string_equal(progress(), "");
}

static void no_progress(void **state)
{
	(void)state;
	atomic_store(&tasks[0].phase, PHASE_SENDING);
	assert_string_equal(progress(), "");
	options.progress = "bar";
	options.quiet = true;
	assert_string_equal(progress(), "");
}

static void statuses_together(void **state)
{
	enum err_code a, b;

	(void)state;
	for (a = ERR_NONE; a < ERR_CODES; a++) {
		for (b = ERR_NONE; b < ERR_CODES; b++) {
			int one = err_status(a), two = err_status(b), want;

			tasks[0].err.code = a;
			tasks[1].err.code = b;
			want = one == 0 ? two : two == 0 || one == two ? one : 1;
			CHECK(job_status(&job) == want, "%d and %d: %d", one, two,
			      job_status(&job));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_table, make_job),
		cmocka_unit_test_setup(the_json, make_job),
		cmocka_unit_test_setup(odd_and_long_names, make_job),
		cmocka_unit_test_setup(long_names_are_shortened, make_job),
		cmocka_unit_test_setup(a_failed_task_shows_no_url, make_job),
		cmocka_unit_test_setup(columns, make_job),
		cmocka_unit_test_setup(errors_once_each, make_job),
		cmocka_unit_test_setup(standard_output_that_fails, make_job),
		cmocka_unit_test_setup(progress_as_json, make_job),
		cmocka_unit_test_setup(progress_with_odd_names, make_job),
		cmocka_unit_test_setup(progress_of_all, make_job),
		cmocka_unit_test_setup(progress_as_a_bar, make_job),
		cmocka_unit_test_setup(no_progress, make_job),
		cmocka_unit_test_setup(statuses_together, make_job),
	};

	return cmocka_run_group_tests_name("report", tests, files_setup, files_teardown);
}
