#include "job.h"

#include <assert.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "chain.h"
#include "judge.h"
#include "net/retry.h"
#include "reach.h"

/* How often the progress is drawn. */
#define DRAW_MS 200

/* One thread, and all the memory that a running task has. */
struct worker {
	pthread_t thread;
	const struct job *job;
	struct work work;
	struct chain chain;
};

/* What every task keeps from the checks until it is run. */
struct unit {
	struct source source;
	size_t head_len; /* of all.head, if it is this task's */
	char sums[HASH_ALGS][HASH_HEX_BYTES];
};

/* The process's only large memory, and its only global state beside base/. */
static struct {
	struct worker workers[JOBS_MAX];
	struct task tasks[TASKS_MAX];
	struct unit units[TASKS_MAX];
	unsigned char head[PROBE_BYTES]; /* the first bytes of an image; kept only for a pipe */
	bool head_kept;
	bool stdin_taken;
	_Alignas(16) unsigned char settings[SETTINGS_BYTES];
	struct reach reach;
	atomic_uint next; /* the task that is run next */
	unsigned running; /* threads; under lock */
	pthread_mutex_t lock;
	pthread_mutex_t turn; /* the tasks' */
	pthread_cond_t ended;
} all = { .lock = PTHREAD_MUTEX_INITIALIZER, .turn = PTHREAD_MUTEX_INITIALIZER };

static struct unit *unit_of(const struct task *t)
{
	return &all.units[t - all.tasks];
}

static int check_image(struct task *t, struct err *e)
{
	struct unit *u = unit_of(t);
	const struct task *same = t->target > 0 ? t - 1 : NULL;

	/* The same image for another place was looked at already. */
	if (same && same->err.code != ERR_NONE) {
		*e = same->err;
		return -1;
	}
	if (same && !unit_of(same)->source.seekable)
		return err_set(e, ERR_USAGE, "a pipe can be read once, and goes to one place only");
	if (same && strcmp(t->file, "-") != 0) {
		t->image = same->image;
		t->unproven = same->unproven;
		return source_open(&u->source, t->file, t->provider->needs & NEED_SIZE, e);
	}
	assert(t->file);
	if (strcmp(t->file, "-") == 0 && all.stdin_taken)
		return err_set(e, ERR_USAGE,
			       "standard input is one image for one place: it can be read once");
	all.stdin_taken = all.stdin_taken || strcmp(t->file, "-") == 0;
	if (source_open(&u->source, t->file, t->provider->needs & NEED_SIZE, e) < 0)
		return -1;
	if (!u->source.seekable && all.head_kept)
		return err_set(e, ERR_USAGE, "only one pipe can be read in one run");
	all.head_kept = all.head_kept || !u->source.seekable;
	if (image_probe(&t->image, &u->source, all.head, &all.workers[0].chain.gzcheck, e) < 0 &&
	    judge_overlook(t, e) < 0)
		return -1;
	u->head_len = u->source.head_len;
	if ((t->provider->needs & NEED_NET) && t->options->announced && t->image.size_known &&
	    t->options->announced != t->image.size)
		return err_set(e, ERR_USAGE, "--size says %llu bytes, but the image has %llu",
			       (unsigned long long)t->options->announced,
			       (unsigned long long)t->image.size);
	return judge_image(t, &u->source, e);
}

/* Too long, but nobody else's: a setting. */
static int ours(struct err *e)
{
	if (e->code == ERR_LIMIT)
		e->code = ERR_USAGE;
	return -1;
}

/* All that can be known without settings and network, for one task. */
static int check(struct task *t, struct err *e)
{
	const struct provider *p = t->provider;

	t->work = &all.workers[0].work;
	if (!(p->needs & NEED_NO_FILE) && check_image(t, e) < 0)
		return -1;
	if ((!p->check || p->check(t, e) == 0) && judge_format(t, e) == 0)
		return 0;
	return ours(e);
}

/* What is wrong with the settings is said once, however many tasks there are. */
static int prepare(struct task *first, struct err *e)
{
	const struct provider *p = first->provider;

	return p->prepare && p->prepare(first, e) < 0 ? ours(e) : 0;
}

/*
 * After a failed try: is there another one?  Waits before it.  Returns 1 to go
 * on, the error forgotten; 0 when that was the last, or a signal came.
 */
static int another(struct task *t, unsigned tries)
{
	const struct options *o = t->options;
	struct err why = t->err;
	char times[40];
	int64_t ms;

	if (!why.retry)
		return 0;
	if (tries > o->retry) {
		snprintf(times, sizeof(times), "given up after %u tries", tries);
		if (tries > 1)
			err_at(&t->err, times);
		return 0;
	}
	ms = retry_wait(tries, o->retry_delay_ms, t->wait_ms);
	log_warn("%s: %s; trying again in %lld.%lld s (%u of %u)", task_name(t), why.text,
		 (long long)ms / 1000, (long long)ms % 1000 / 100, tries, (unsigned)o->retry);
	atomic_store(&t->phase, PHASE_PAUSING);
	err_clear(&t->err);
	return stop_sleep(ms, &t->err) < 0 ? 0 : 1;
}

static int begin(struct task *t)
{
	unsigned tries = 0;

	if (!t->provider->begin)
		return 0;
	do {
		atomic_store(&t->phase, PHASE_BEGINNING);
		if (t->provider->begin(t, &t->err) == 0)
			return 0;
	} while (another(t, ++tries));
	return -1;
}

/* What the stages found out on a pass that came to its end. */
static void take_results(struct task *t, struct chain *c)
{
	struct unit *u = unit_of(t);
	unsigned alg;

	if (judge_verifies(t))
		t->unpacked = c->gzcheck.out;
	for (alg = 0; alg < HASH_ALGS; alg++)
		if (t->sums[alg])
			memcpy(u->sums[alg], c->digests[alg].hex, sizeof(u->sums[alg]));
}

static int send_all(struct task *t, struct chain *c)
{
	unsigned tries = 0;
	int result;

	for (;;) {
		atomic_store(&t->phase, PHASE_SENDING);
		t->progressed = false;
		atomic_store(&t->skipped, 0);
		result = t->provider->send(t, c->top, &t->err);
		if (c->meter.ended)
			take_results(t, c);
		if (result == 0)
			return 0;
		/* Of a pipe, what was pulled is gone. */
		if (!unit_of(t)->source.seekable && chain_begun(c))
			return t->err.retry ? err_at(&t->err, "a pipe cannot be sent twice") : -1;
		++t->attempt;
		tries = t->progressed ? 1 : tries + 1;
		if (!another(t, tries))
			return -1;
		if (chain_begun(c) && stage_rewind(c->top, &t->err) < 0)
			return -1;
	}
}

static void plan_chain(struct task *t, struct chain_plan *plan)
{
	struct unit *u = unit_of(t);
	unsigned alg, i;

	memset(plan, 0, sizeof(*plan));
	plan->source = &u->source;
	judge_plan(t, &u->source, all.head, u->head_len, plan);
	plan->max_unpacked = t->options->max_size;
	plan->bytes = &t->sent;
	plan->announced = t->provider->needs & NEED_NET ? t->options->announced : 0;
	plan->digest[HASH_SHA512] = t->provider->needs & NEED_SHA512;
	plan->digest[HASH_MD5] = (t->provider->needs & NEED_MD5) ||
				 ((t->provider->needs & NEED_SHA512) && !u->source.seekable);
	for (i = 0; i < t->options->digests.count; i++)
		for (alg = 0; alg < HASH_ALGS; alg++)
			if (strcmp(t->options->digests.at[i], hash_name((enum hash_alg)alg)) == 0)
				plan->digest[alg] = true;
}

/* struct task's digest() */
static int read_again(struct task *t, enum hash_alg alg, struct err *e)
{
	struct unit *u = unit_of(t);
	struct work *w = t->work;
	struct chain *c =
		&((struct worker *)(void *)((char *)w - offsetof(struct worker, work)))->chain;

	if (!u->source.seekable)
		return -1;
	log_note("%s: read again for its %s", task_name(t), hash_name(alg));
	if (chain_digest(c, &u->source, alg, w->request, sizeof(w->request), e) < 0)
		return -1;
	memcpy(u->sums[alg], c->digests[alg].hex, sizeof(u->sums[alg]));
	t->sums[alg] = u->sums[alg];
	return 0;
}

static int steps(struct task *t, struct worker *w)
{
	const struct provider *p = t->provider;
	struct chain_plan plan;
	unsigned alg;
	int result;

	if ((p->needs & NEED_NET) &&
	    http_open(&t->work->http, &all.reach.net[SIDE_API], &t->err) < 0)
		return -1;
	if (begin(t) < 0)
		return -1;
	if (p->send) {
		plan_chain(t, &plan);
		chain_build(&w->chain, &plan);
		for (alg = 0; alg < HASH_ALGS; alg++)
			t->sums[alg] = plan.digest[alg] ? w->chain.digests[alg].hex : NULL;
		result = send_all(t, &w->chain);
		chain_stop(&w->chain);
		/* From here on they outlive the worker's next task. */
		for (alg = 0; alg < HASH_ALGS; alg++)
			t->sums[alg] = plan.digest[alg] ? unit_of(t)->sums[alg] : NULL;
		if (result < 0)
			return -1;
		judge_end(t, &plan, &w->chain);
	}
	atomic_store(&t->phase, PHASE_FINISHING);
	return p->finish ? p->finish(t, &t->err) : 0;
}

static void run_task(struct task *t, struct worker *w)
{
	struct work *work = &w->work;

	t->work = work;
	t->digest = read_again;
	work->http.curl = NULL;
	work->ftps.open = false;
	if (t->err.code != ERR_NONE)
		; /* it failed its checks, and others need not suffer from that */
	else if (stop_asked())
		stop_err(&t->err);
	else if (steps(t, w) < 0 && t->err.code != ERR_UNFINISHED && t->provider->abandon)
		t->provider->abandon(t);
	http_close(&work->http);
	ftps_close(&work->ftps);
	source_close(&unit_of(t)->source);
	text_wipe(work->auth, sizeof(work->auth));
	text_wipe(work->cloud, sizeof(work->cloud));
	atomic_store(&t->phase, PHASE_ENDED);
}

static void *run_worker(void *arg)
{
	struct worker *w = arg;
	unsigned i;

	stop_block();
	while ((i = atomic_fetch_add(&all.next, 1)) < w->job->count)
		run_task(&w->job->tasks[i], w);
	pthread_mutex_lock(&all.lock);
	all.running--;
	pthread_cond_signal(&all.ended);
	pthread_mutex_unlock(&all.lock);
	return NULL;
}

static int start_workers(const struct job *j, unsigned *started, struct err *e)
{
	pthread_condattr_t clock;
	pthread_attr_t attr;
	unsigned n = j->count < j->options->jobs ? j->count : (unsigned)j->options->jobs;
	int failed;

	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&all.ended, &clock);
	pthread_attr_init(&attr);
	failed = pthread_attr_setstacksize(&attr, THREAD_STACK_BYTES);
	for (*started = 0; *started < n && !failed; ++*started) {
		struct worker *w = &all.workers[*started];

		w->job = j;
		pthread_mutex_lock(&all.lock);
		failed = pthread_create(&w->thread, &attr, run_worker, w);
		all.running += !failed;
		pthread_mutex_unlock(&all.lock);
		if (failed)
			break;
	}
	/* Fewer threads than wished for do the work as well. */
	if (*started == 0)
		return err_set(e, ERR_FAILED, "cannot start a thread (error %d)", failed);
	return 0;
}

/* Until the last worker has ended, draw now and then. */
static void wait_for_workers(const struct job *j, void (*draw)(const struct job *j))
{
	struct timespec until;

	pthread_mutex_lock(&all.lock);
	while (all.running > 0) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += DRAW_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&all.ended, &all.lock, &until);
		pthread_mutex_unlock(&all.lock);
		if (draw)
			draw(j);
		pthread_mutex_lock(&all.lock);
	}
	pthread_mutex_unlock(&all.lock);
}

/* With several places, messages have to tell them apart. */
static void make_title(struct task *t)
{
	struct text title;

	text_init(&title, t->title, sizeof(t->title));
	text_printf(&title, "%s to %s", text_base_name(t->file),
		    t->region[0] ? t->region : t->place);
	text_ellipsis(&title);
}

static bool check_all(struct job *j)
{
	bool good = true;
	unsigned i;

	for (i = 0; i < j->count; i++) {
		if (check(&j->tasks[i], &j->tasks[i].err) < 0)
			good = false;
		if (j->count > j->options->file_count && j->tasks[i].place[0])
			make_title(&j->tasks[i]);
	}
	return good;
}

/* One for each image and each place that it goes to. */
static int make_tasks(struct job *j, struct err *e)
{
	const struct provider *p = j->provider;
	const struct options *o = j->options;
	unsigned i, images = p->needs & NEED_NO_FILE ? 1 : o->file_count, places = 1;

	if (p->plan && p->plan(o, all.settings, &places, e) < 0)
		return -1;
	if (images * places > TASKS_MAX)
		return err_set(e, ERR_USAGE, "%u images for %u places are more than %d uploads",
			       images, places, TASKS_MAX);
	j->count = images * places;
	for (i = 0; i < j->count; i++) {
		struct task *t = &j->tasks[i];

		t->provider = p;
		t->options = o;
		t->settings = all.settings;
		t->net = all.reach.net;
		t->turn = &all.turn;
		t->image_index = i / places;
		t->target = i % places;
		t->file = t->image_index < o->file_count ? o->files[t->image_index] : NULL;
		all.units[i].source.fd = -1;
	}
	return 0;
}

/* Of a pipe that came to its end, it is known now; while it ran, the display was looking. */
static void note_size(struct task *t)
{
	if (t->image.size_known || !t->provider->send || atomic_load(&t->phase) != PHASE_ENDED ||
	    (t->err.code != ERR_NONE && !t->sound))
		return;
	t->image.size = atomic_load(&t->sent);
	t->image.size_known = true;
}

int job_run(struct job *j, const struct provider *p, const struct options *o,
	    void (*draw)(const struct job *j), struct err *e)
{
	unsigned i, started;

	j->provider = p;
	j->options = o;
	j->tasks = all.tasks;
	if (make_tasks(j, e) < 0)
		return -1;
	/* Nothing is sent of any while something is wrong with one; what stays here may go on. */
	if (!check_all(j) && (p->needs & NEED_NET))
		return 0;
	if (prepare(&j->tasks[0], e) < 0)
		return -1;
	if ((p->needs & NEED_NET) && reach_init(&all.reach, &j->tasks[0], e) < 0)
		return -1;
	if (start_workers(j, &started, e) < 0)
		return -1;
	wait_for_workers(j, draw);
	for (i = 0; i < started; i++)
		pthread_join(all.workers[i].thread, NULL);
	for (i = 0; i < j->count; i++)
		note_size(&all.tasks[i]);
	text_wipe(all.settings, sizeof(all.settings));
	return 0;
}

void job_wipe(struct job *j)
{
	struct work *w;
	unsigned i;

	/* Only what was used: pages that nobody has touched cost nothing. */
	for (i = 0; i < JOBS_MAX; i++) {
		w = &all.workers[i].work;
		text_wipe(w->answer, w->reply.most);
		text_wipe(w->request, strnlen(w->request, sizeof(w->request)));
		text_wipe(w->url, strnlen(w->url, sizeof(w->url)));
	}
	for (i = 0; i < j->count; i++)
		text_wipe(j->tasks[i].upload_to, sizeof(j->tasks[i].upload_to));
}

int job_status(const struct job *j)
{
	int status = 0, one;
	unsigned i;

	for (i = 0; i < j->count; i++) {
		one = err_status(j->tasks[i].err.code);
		if (one != 0 && status != 0 && one != status)
			return 1;
		if (one != 0)
			status = one;
	}
	return status;
}
