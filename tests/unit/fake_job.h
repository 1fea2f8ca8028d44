/* A run of src/job/ with a provider that does as it is told, in a child. */
#ifndef UNIT_FAKE_JOB_H
#define UNIT_FAKE_JOB_H

#include <signal.h>

#include "base/stop.h"
#include "image/compress.h"
#include "job/job.h"
#include "unit/files.h"
#include "unit/gunzip.h"
#include "unit/script.h"
#include "unit/unit.h"

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

#endif
