#include "unit/fake_job.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHILD(two_passes),
		CHILD(measured_to_be_too_long),
		CHILD(as_long_as_can_be),
		CHILD(digests_come_first),
	};

	return cmocka_run_group_tests_name("passes", tests, setup, files_teardown);
}
