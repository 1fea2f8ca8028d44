#include "unit/fake_job.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHILD(all_is_well),
		CHILD(tries_begin_anew),
		CHILD(tries_are_counted),
		CHILD(no_retry_no_second_try),
		CHILD(begin_is_tried_again),
		CHILD(begin_fails_for_good),
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
