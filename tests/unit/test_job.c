#include "unit/unit.h"

#include <signal.h>

#include "base/stop.h"
#include "image/compress.h"
#include "job/job.h"
#include "unit/files.h"
#include "unit/gunzip.h"
#include "unit/script.h"

#define LEN 300000

/* What the provider below shall do.  One child for each run, because job.c runs once. */
static struct plan {
	unsigned needs;
	unsigned fail_sends, fail_begins; /* the first so many fail */
	size_t fail_after;                /* bytes that a failing send pulls before */
	bool retry;                       /* ... and say that it is worth another try */
	enum err_code send_code, finish_code, check_code;
	bool takes_not, needs_length;
	bool stop;     /* a signal arrives during send */
	bool fail_one; /* of several files, only the second fails */
	bool no_check;
	bool gzip;       /* it is taken compressed only, */
	uint64_t most;   /* ... with so many bytes; 0: any number */
	unsigned first;  /* digests that begin() wants to know */
	unsigned places; /* to which each image goes; 0 is one, too */
} plan;

static atomic_uint looks, checks, begins, sends, finishes, abandons, wrong;
static unsigned char data[LEN], packed[LEN + 1024];
static size_t packed_len;
static struct options options;
static struct job job;
static struct err err;

static int fake_plan(const struct options *o, void *settings, unsigned *places, struct err *e)
{
	(void)o;
	(void)settings;
	(void)e;
	if (plan.places > 0)
		*places = plan.places;
	return 0;
}

/* Asked once for each image, and once for each place before its bytes are sent. */
static bool fake_opaque(const struct task *t)
{
	(void)t;
	atomic_fetch_add(&looks, 1);
	return true;
}

static int fake_check(struct task *t, struct err *e)
{
	bool second = t->file && strstr(t->file, "image2");

	atomic_fetch_add(&checks, 1);
	return plan.check_code && second ? err_set(e, plan.check_code, "checks not") : 0;
}

static const char *sum_of(enum hash_alg alg)
{
	static char hex[HASH_HEX_BYTES];
	struct hash h;

	hash_init(&h, alg);
	hash_update(&h, data, LEN);
	hash_hex(&h, hex);
	return hex;
}

static unsigned fake_first(const struct task *t)
{
	(void)t;
	return plan.first;
}

/* What was to be measured is known, and begins anew. */
static bool is_measured(const struct task *t)
{
	enum hash_alg alg;

	for (alg = 0; alg < HASH_ALGS; alg++)
		if ((plan.first & 1U << alg) &&
		    (!t->payload.sums[alg] || strcmp(t->payload.sums[alg], sum_of(alg)) != 0))
			return false;
	return t->payload.len_known && t->payload.len == (plan.gzip ? packed_len : LEN) &&
	       atomic_load(&t->sent) == 0 && atomic_load(&t->read) == 0;
}

static int fake_begin(struct task *t, struct err *e)
{
	if ((plan.gzip || plan.first) && !is_measured(t))
		atomic_fetch_add(&wrong, 1);
	if (atomic_fetch_add(&begins, 1) >= plan.fail_begins)
		return 0;
	err_set(e, ERR_BUSY, "begins not");
	return plan.retry ? err_retry(e) : -1;
}

/* Pull up to limit bytes, which must be the image's from its first one on. */
static int pull_image(struct stage *body, size_t limit, struct err *e)
{
	const unsigned char *want = (plan.needs & NEED_GZIP) || plan.gzip ? packed : data;
	unsigned char buf[7000];
	size_t at = 0;
	ssize_t n = 1;

	while (n > 0 && at < limit) {
		n = stage_pull(body, buf, limit - at < sizeof(buf) ? limit - at : sizeof(buf), e);
		if (n > 0 && memcmp(buf, want + at, (size_t)n) != 0)
			atomic_fetch_add(&wrong, 1);
		at += n > 0 ? (size_t)n : 0;
	}
	return n < 0 ? -1 : 0;
}

static int fake_send(struct task *t, struct stage *body, struct err *e)
{
	unsigned nth = atomic_fetch_add(&sends, 1);

	if (plan.stop) {
		/* Once only: a second signal ends the process at once. */
		if (nth == 0)
			kill(getpid(), SIGTERM);
		return stop_sleep(60000, e);
	}
	if (plan.fail_one ? strstr(t->file, "image1") != NULL : nth < plan.fail_sends) {
		if (t->attempt != nth && !plan.fail_one)
			atomic_fetch_add(&wrong, 1);
		if (plan.fail_after > 0 && pull_image(body, plan.fail_after, e) < 0)
			return -1;
		err_set(e, plan.send_code, "sends not");
		return plan.retry ? err_retry(e) : -1;
	}
	if (pull_image(body, SIZE_MAX, e) < 0)
		return -1;
	t->bytes = BYTES_LANDED;
	return 0;
}

static int fake_finish(struct task *t, struct err *e)
{
	(void)t;
	atomic_fetch_add(&finishes, 1);
	return plan.finish_code ? err_set(e, plan.finish_code, "finishes not") : 0;
}

static void fake_abandon(struct task *t)
{
	/* The reason is still known. */
	if (t->err.code == ERR_NONE)
		atomic_fetch_add(&wrong, 1);
	atomic_fetch_add(&abandons, 1);
}

static struct takes fake_takes = { .who = "fake", .words = "others" };

static struct provider fake = {
	.name = "fake",
	.plan = fake_plan,
	.takes = &fake_takes,
	.opaque = fake_opaque,
	.check = fake_check,
	.first = fake_first,
	.begin = fake_begin,
	.send = fake_send,
	.finish = fake_finish,
	.abandon = fake_abandon,
};

static int setup(void **state)
{
	(void)state;
	fill_random(data, sizeof(data), 5);
	memset(data, 0, 64);
	gzip_member(packed, sizeof(packed), &packed_len, data, sizeof(data), 1, 0);
	files_open();
	return 0;
}

/* packed becomes what two passes have to give. */
static void compress_data(void)
{
	static struct compress c;
	static struct script script;
	ssize_t n;
	void *room = calloc(1, compress_bytes(1));

	script_init(&script, data, LEN, 0);
	compress_init(&c, &script.stage, 1, 1, room);
	packed_len = 0;
	while ((n = stage_pull(&c.stage, packed + packed_len, sizeof(packed) - packed_len, &err)) >
	       0)
		packed_len += (size_t)n;
	compress_stop(&c);
	free(room);
}

static void run(unsigned files, const struct plan *p)
{
	static char paths[FILES_MAX][400];
	char name[16];
	unsigned i;

	plan = *p;
	fake.needs = plan.needs;
	fake_takes.formats = plan.takes_not ? FORMAT_BIT(FORMAT_ISO) : 0;
	fake_takes.length = plan.needs_length || plan.gzip;
	fake_takes.gzip = plan.gzip;
	fake_takes.len_max = plan.most;
	fake_takes.len_words = "few bytes";
	if (plan.gzip)
		compress_data();
	options = (struct options){ .retry = 3, .jobs = 2, .quiet = true, .level = 1 };
	options.no_check = plan.no_check;
	log_init(LOG_QUIET);
	for (i = 0; i < files; i++) {
		snprintf(name, sizeof(name), "image%u", i);
		if (plan.needs & NEED_GZIP)
			strcpy(paths[i], file_make(0, name, packed, packed_len));
		else
			strcpy(paths[i], file_make(0, name, data, LEN));
		options.files[options.file_count++] = paths[i];
	}
	NEED(stop_init(&err) == 0);
	NEED(job_run(&job, &fake, &options, NULL, &err) == 0);
	NEED(atomic_load(&wrong) == 0);
}

static bool counted(unsigned b, unsigned s, unsigned f, unsigned a)
{
	return atomic_load(&begins) == b && atomic_load(&sends) == s &&
	       atomic_load(&finishes) == f && atomic_load(&abandons) == a;
}

static int all_is_well(void *arg)
{
	const struct task *t;

	(void)arg;
	run(1, &(struct plan){ .needs = NEED_GZIP | NEED_MD5, .needs_length = true });
	t = &job.tasks[0];
	NEED(counted(1, 1, 1, 0) && atomic_load(&checks) == 1);
	NEED(job_status(&job) == 0 && job.count == 1);
	NEED(t->unpacked == LEN && t->image.size == packed_len && t->image.format == FORMAT_GZIP);
	NEED(t->payload.sums[HASH_MD5] && strlen(t->payload.sums[HASH_MD5]) == 32 &&
	     !t->payload.sums[HASH_SHA256]);
	NEED(atomic_load(&t->sent) == packed_len && atomic_load(&t->phase) == PHASE_ENDED);
	return 0;
}

/* Each try begins at byte 0, wherever the one before has ended. */
static int tries_begin_anew(void *arg)
{
	(void)arg;
	run(1, &(struct plan){ .fail_sends = 3,
			       .fail_after = LEN / 2,
			       .retry = true,
			       .send_code = ERR_NETWORK });
	NEED(counted(1, 4, 1, 0));
	NEED(job_status(&job) == 0 && job.tasks[0].attempt == 3);
	NEED(atomic_load(&job.tasks[0].sent) == LEN);
	return 0;
}

static int tries_are_counted(void *arg)
{
	(void)arg;
	run(1, &(struct plan){
		       .fail_sends = 99, .fail_after = 1, .retry = true, .send_code = ERR_BUSY });
	NEED(counted(1, 4, 0, 1));
	NEED(job_status(&job) == 4 && strstr(job.tasks[0].err.text, "sends not"));
	return 0;
}

static int no_retry_no_second_try(void *arg)
{
	(void)arg;
	run(1, &(struct plan){ .fail_sends = 1, .fail_after = 10, .send_code = ERR_FAILED });
	NEED(counted(1, 1, 0, 1));
	NEED(job_status(&job) == 1);
	return 0;
}

static int begin_is_tried_again(void *arg)
{
	(void)arg;
	run(1, &(struct plan){ .fail_begins = 2, .retry = true });
	NEED(counted(3, 1, 1, 0) && job_status(&job) == 0);
	return 0;
}

static int begin_fails_for_good(void *arg)
{
	(void)arg;
	run(1, &(struct plan){ .fail_begins = 99 });
	NEED(counted(1, 0, 0, 1) && job_status(&job) == 4);
	return 0;
}

/* Each try sends what was measured. */
static int two_passes(void *arg)
{
	const struct task *t;

	(void)arg;
	run(1, &(struct plan){ .gzip = true,
			       .needs = NEED_MD5,
			       .fail_sends = 2,
			       .fail_after = LEN / 2,
			       .retry = true,
			       .send_code = ERR_NETWORK });
	t = &job.tasks[0];
	NEED(counted(1, 3, 1, 0) && job_status(&job) == 0);
	NEED(t->unpacked == LEN && t->payload.len == packed_len && t->image.size == LEN);
	NEED(t->payload.format == FORMAT_GZIP && t->image.format == FORMAT_RAW);
	NEED(atomic_load(&t->sent) == packed_len && atomic_load(&t->read) == LEN);
	return 0;
}

/* Nobody has heard of it, so there is nothing to take back. */
static int measured_to_be_too_long(void *arg)
{
	(void)arg;
	run(1, &(struct plan){ .gzip = true, .most = 100000 });
	NEED(counted(0, 0, 0, 0) && job_status(&job) == 3);
	NEED(strstr(job.tasks[0].err.text, "is compressed to more than") &&
	     strstr(job.tasks[0].err.text, "fake takes few bytes"));
	return 0;
}

static int as_long_as_can_be(void *arg)
{
	(void)arg;
	compress_data();
	run(1, &(struct plan){ .gzip = true, .most = packed_len });
	NEED(counted(1, 1, 1, 0) && job_status(&job) == 0);
	return 0;
}

static int digests_come_first(void *arg)
{
	const struct task *t;

	(void)arg;
	run(1, &(struct plan){ .first = 1U << HASH_SHA256, .needs = NEED_MD5 });
	t = &job.tasks[0];
	NEED(counted(1, 1, 1, 0) && job_status(&job) == 0);
	NEED(strcmp(t->payload.sums[HASH_SHA256], sum_of(HASH_SHA256)) == 0);
	NEED(strcmp(t->payload.sums[HASH_MD5], sum_of(HASH_MD5)) == 0);
	return 0;
}

/* The bytes are there: nothing is taken back. */
static int unfinished_is_kept(void *arg)
{
	(void)arg;
	run(1, &(struct plan){ .finish_code = ERR_UNFINISHED });
	NEED(counted(1, 1, 1, 0) && job_status(&job) == 5);
	return 0;
}

static int a_failed_finish_is_abandoned(void *arg)
{
	(void)arg;
	run(1, &(struct plan){ .finish_code = ERR_IMAGE });
	NEED(counted(1, 1, 1, 1) && job_status(&job) == 3);
	return 0;
}

/* Nothing is sent of any while something is wrong with one. */
static int all_checks_come_first(void *arg)
{
	(void)arg;
	run(5, &(struct plan){ .needs = NEED_NET, .check_code = ERR_USAGE });
	NEED(counted(0, 0, 0, 0) && atomic_load(&checks) == 5);
	NEED(job.tasks[2].err.code == ERR_USAGE && job.tasks[3].err.code == ERR_NONE);
	NEED(job_status(&job) == 2);
	return 0;
}

/* Where nothing is sent, the others need not suffer. */
static int without_a_network_others_go_on(void *arg)
{
	(void)arg;
	run(5, &(struct plan){ .check_code = ERR_USAGE });
	NEED(counted(4, 4, 4, 0) && atomic_load(&checks) == 5);
	NEED(job.tasks[2].err.code == ERR_USAGE && job.tasks[3].err.code == ERR_NONE);
	NEED(job_status(&job) == 2);
	return 0;
}

static int standard_input_twice(void *arg)
{
	int fd = open(file_make(0, "image", data, LEN), O_RDONLY);

	(void)arg;
	NEED(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
	options.retry = 3;
	options.jobs = 2;
	options.files[0] = options.files[1] = "-";
	options.file_count = 2;
	log_init(LOG_QUIET);
	NEED(stop_init(&err) == 0 && job_run(&job, &fake, &options, NULL, &err) == 0);
	NEED(job_status(&job) == 2);
	return 0;
}

static int an_image_that_is_sent_all_the_same(void *arg)
{
	(void)arg;
	run(1, &(struct plan){ .takes_not = true, .no_check = true });
	NEED(counted(1, 1, 1, 0) && job_status(&job) == 0);
	return 0;
}

static int an_image_that_is_not_taken(void *arg)
{
	(void)arg;
	run(1, &(struct plan){ .takes_not = true });
	NEED(counted(0, 0, 0, 0) && job_status(&job) == 3);
	return 0;
}

/* More tasks than workers; one that fails stops no other. */
static int many_tasks(void *arg)
{
	unsigned i;

	(void)arg;
	run(9, &(struct plan){ .fail_one = true, .send_code = ERR_FAILED });
	NEED(counted(9, 9, 8, 1));
	for (i = 0; i < 9; i++)
		NEED((job.tasks[i].err.code == ERR_NONE) == (i != 1));
	NEED(job_status(&job) == 1);
	return 0;
}

/* Each image goes to each place, and is looked at once. */
static int several_places(void *arg)
{
	unsigned i;

	(void)arg;
	run(2,
	    &(struct plan){
		    .needs = NEED_WHOLE, .places = 3, .fail_one = true, .send_code = ERR_FAILED });
	NEED(job.count == 6 && counted(6, 6, 3, 3));
	NEED(atomic_load(&looks) == 2 + 6 && atomic_load(&checks) == 6);
	for (i = 0; i < 6; i++) {
		NEED(job.tasks[i].image_index == i / 3 && job.tasks[i].target == i % 3);
		NEED((job.tasks[i].err.code == ERR_NONE) == (i < 3));
	}
	return 0;
}

static int too_many_places(void *arg)
{
	(void)arg;
	plan = (struct plan){ .places = TASKS_MAX + 1 };
	options.jobs = 1;
	options.files[options.file_count++] = file_make(0, "image", data, LEN);
	NEED(stop_init(&err) == 0 && job_run(&job, &fake, &options, NULL, &err) == -1);
	NEED(err.code == ERR_USAGE && atomic_load(&checks) == 0);
	return 0;
}

static int a_bad_image_for_several_places(void *arg)
{
	(void)arg;
	run(1, &(struct plan){ .places = 2, .takes_not = true });
	NEED(counted(0, 0, 0, 0) && job_status(&job) == 3 && job.tasks[1].err.code == ERR_IMAGE);
	return 0;
}

/* What was begun is abandoned, what was not is not begun. */
static int a_signal(void *arg)
{
	unsigned i;

	(void)arg;
	alarm(60);
	run(9, &(struct plan){ .stop = true });
	NEED(atomic_load(&sends) <= 2 && atomic_load(&abandons) == atomic_load(&begins));
	NEED(atomic_load(&begins) <= 2 && atomic_load(&finishes) == 0);
	for (i = 0; i < 9; i++)
		NEED(job.tasks[i].err.code == ERR_STOPPED);
	return 0;
}

static int a_damaged_image(void *arg)
{
	(void)arg;
	packed[packed_len - 6] ^= 1;
	run(1, &(struct plan){ .needs = NEED_GZIP });
	NEED(counted(1, 1, 0, 1) && job_status(&job) == 3);
	return 0;
}

static void pipe_at_stdin(const char *text)
{
	int fds[2];

	NEED(pipe(fds) == 0 && write(fds[1], text, strlen(text)) == (ssize_t)strlen(text));
	close(fds[1]);
	dup2(fds[0], STDIN_FILENO);
	memcpy(data, text, strlen(text));
}

static void run_pipe(const struct plan *p)
{
	plan = *p;
	fake.needs = plan.needs;
	options.retry = 3;
	options.jobs = 1;
	log_init(LOG_QUIET);
	pipe_at_stdin("bytes from a pipe");
	options.files[options.file_count++] = "-";
	NEED(stop_init(&err) == 0);
	NEED(job_run(&job, &fake, &options, NULL, &err) == 0);
	NEED(atomic_load(&wrong) == 0);
}

static int a_pipe(void *arg)
{
	(void)arg;
	run_pipe(&(struct plan){ .needs = 0 });
	NEED(counted(1, 1, 1, 0) && job_status(&job) == 0 && !job.tasks[0].image.size_known);
	NEED(job.tasks[0].payload.len == 17 && atomic_load(&job.tasks[0].sent) == 17);
	return 0;
}

static int a_pipe_for_several_places(void *arg)
{
	(void)arg;
	run_pipe(&(struct plan){ .needs = NEED_NET, .places = 2 });
	NEED(counted(0, 0, 0, 0) && job_status(&job) == 2);
	return 0;
}

/* After its first byte, a pipe has no second try; the error is the one that happened. */
static int a_pipe_that_failed(void *arg)
{
	(void)arg;
	run_pipe(&(struct plan){
		.fail_sends = 1, .fail_after = 3, .retry = true, .send_code = ERR_NETWORK });
	NEED(counted(1, 1, 0, 1));
	NEED(job.tasks[0].err.code == ERR_NETWORK && job_status(&job) == 4);
	return 0;
}

/* Before its first byte it may have one, and in no case is the image to blame. */
static int a_pipe_that_failed_before(void *arg)
{
	(void)arg;
	run_pipe(&(struct plan){
		.fail_sends = 1, .fail_after = 0, .retry = true, .send_code = ERR_NETWORK });
	NEED(job_status(&job) == (atomic_load(&sends) > 1 ? 0 : 4));
	return 0;
}

static void in_a_child(void **state)
{
	/* A pointer to a function does not go into a void *: to one of these it does. */
	int (*const *body)(void *) = *state;
	int status = in_child(*body, NULL);

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "wait status 0x%x (line %d mod 200)",
	      (unsigned)status, WIFEXITED(status) ? WEXITSTATUS(status) - 1 : 0);
}

#define CHILD(body)                                                                                \
	{                                                                                          \
#body, in_a_child, NULL, NULL, (void *)&(int (*)(void *))                          \
		{                                                                                  \
			body                                                                       \
		}                                                                                  \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHILD(all_is_well),
		CHILD(tries_begin_anew),
		CHILD(tries_are_counted),
		CHILD(no_retry_no_second_try),
		CHILD(begin_is_tried_again),
		CHILD(begin_fails_for_good),
		CHILD(two_passes),
		CHILD(measured_to_be_too_long),
		CHILD(as_long_as_can_be),
		CHILD(digests_come_first),
		CHILD(unfinished_is_kept),
		CHILD(a_failed_finish_is_abandoned),
		CHILD(all_checks_come_first),
		CHILD(without_a_network_others_go_on),
		CHILD(standard_input_twice),
		CHILD(an_image_that_is_not_taken),
		CHILD(an_image_that_is_sent_all_the_same),
		CHILD(many_tasks),
		CHILD(several_places),
		CHILD(too_many_places),
		CHILD(a_bad_image_for_several_places),
		CHILD(a_signal),
		CHILD(a_damaged_image),
		CHILD(a_pipe),
		CHILD(a_pipe_for_several_places),
		CHILD(a_pipe_that_failed),
		CHILD(a_pipe_that_failed_before),
	};

	return cmocka_run_group_tests_name("job", tests, setup, files_teardown);
}
