/* A run: its tasks are made, checked, given to workers, and watched. */
#include "job/job.h"

#include <string.h>

#include "base/text.h"
#include "job/checks.h"
#include "job/input.h"
#include "job/reach.h"
#include "job/workers.h"

/* The process's only large memory, and its only global state beside base/. */
static struct {
	struct task tasks[TASKS_MAX];
	struct input inputs[TASKS_MAX];
	struct checks checks;
	_Alignas(16) unsigned char settings[SETTINGS_BYTES];
	struct reach reach;
	struct workers workers;
	pthread_mutex_t turn; /* the tasks' */
} all = { .turn = PTHREAD_MUTEX_INITIALIZER };

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
		t->input = &all.inputs[i];
		t->input->source.fd = -1;
	}
	return 0;
}

/* struct job's draw, for workers_wait(). */
struct look {
	const struct job *job;
	void (*draw)(const struct job *j);
};

static void look_on(void *arg)
{
	const struct look *look = arg;

	if (look->draw)
		look->draw(look->job);
}

static int run_all(struct job *j, void (*draw)(const struct job *j), struct err *e)
{
	const struct provider *p = j->provider;
	const struct options *o = j->options;
	struct look look = { j, draw };

	if (make_tasks(j, e) < 0)
		return -1;
	/* Nothing is sent of any while something is wrong with one; what stays here may go on. */
	if (!checks_run(&all.checks, all.tasks, j->count) && (p->needs & NEED_NET))
		return 0;
	if (checks_prepare(&all.checks, all.tasks, e) < 0)
		return -1;
	if ((p->needs & NEED_NET) && reach_init(&all.reach, all.tasks, e) < 0)
		return -1;
	all.workers.tasks = all.tasks;
	all.workers.count = j->count;
	all.workers.api = &all.reach.net[SIDE_API];
	if (workers_start(&all.workers, j->count < o->jobs ? j->count : (unsigned)o->jobs, e) < 0)
		return -1;
	workers_wait(&all.workers, look_on, &look);
	return 0;
}

int job_run(struct job *j, const struct provider *p, const struct options *o,
	    void (*draw)(const struct job *j), struct err *e)
{
	int result;

	j->provider = p;
	j->options = o;
	j->tasks = all.tasks;
	result = run_all(j, draw, e);
	text_wipe(all.settings, sizeof(all.settings));
	/* What is too long here is a setting. */
	if (result < 0 && e->code == ERR_LIMIT)
		e->code = ERR_USAGE;
	return result;
}

void job_wipe(struct job *j)
{
	unsigned i;

	for (i = 0; i < JOBS_MAX; i++)
		run_wipe(&all.workers.at[i].run);
	for (i = 0; i < j->count; i++) {
		text_wipe(j->tasks[i].upload_to, sizeof(j->tasks[i].upload_to));
		text_wipe(j->tasks[i].object, strlen(j->tasks[i].object));
	}
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
