/* Files are opened and looked at, options compared, settings read: all before the first request. */
#include "job/checks.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "job/input.h"
#include "job/judge.h"

/* What is compressed has to be measured. */
static void plan_payload(struct task *t)
{
	uint64_t promised = t->provider->needs & NEED_NET ? t->options->announced : 0;

	t->payload.compress = judge_compresses(t);
	t->payload.format = t->payload.compress ? FORMAT_GZIP : t->image.format;
	if (t->payload.compress)
		return;
	t->payload.len = t->image.size_known ? t->image.size : promised;
	t->payload.len_known = t->image.size_known || promised > 0;
}

/* What to give where a pipe is not taken; NULL where it is. */
static const char *no_pipe(const struct task *t)
{
	const struct takes *k = t->provider->takes;

	return k && k->length && !t->options->spool ? k->no_pipe : NULL;
}

static int open_source(struct task *t, struct err *e)
{
	const struct options *o = t->options;
	struct source *s = &t->input->source;

	if (source_open(s, t->file, no_pipe(t), e) < 0)
		return -1;
	s->zero_unread = o->on_read_error && strcmp(o->on_read_error, "zero") == 0;
	if (o->partition != 0 && image_partition(s, o->partition, e) < 0)
		return -1;
	return o->offset != 0 || o->length != 0 ? source_narrow(s, o->offset, o->length, e) : 0;
}

/* same has the same image for another place, or is NULL. */
static int check_image(struct checks *c, struct task *t, const struct task *same, struct err *e)
{
	struct input *in = t->input;

	/* The same image for another place was looked at already. */
	if (same && same->err.code != ERR_NONE) {
		*e = same->err;
		return -1;
	}
	if (same && !same->input->source.seekable)
		return err_set(e, ERR_USAGE, "a pipe can be read once, and goes to one place only");
	if (same && strcmp(t->file, "-") != 0) {
		t->image = same->image;
		t->unproven = same->unproven;
		plan_payload(t);
		return open_source(t, e);
	}
	assert(t->file);
	if (strcmp(t->file, "-") == 0 && c->stdin_taken)
		return err_set(e, ERR_USAGE,
			       "standard input is one image for one place: it can be read once");
	c->stdin_taken = c->stdin_taken || strcmp(t->file, "-") == 0;
	if (open_source(t, e) < 0)
		return -1;
	if (!in->source.seekable && c->head_kept)
		return err_set(e, ERR_USAGE, "only one pipe can be read in one run");
	c->head_kept = c->head_kept || !in->source.seekable;
	if (image_probe(&t->image, &in->source, c->head, &c->gzcheck, e) < 0 &&
	    judge_overlook(t, e) < 0)
		return -1;
	in->head = c->head;
	in->head_len = in->source.head_len;
	plan_payload(t);
	if ((t->provider->needs & NEED_NET) && t->options->announced && t->image.size_known &&
	    t->options->announced != t->image.size)
		return err_set(e, ERR_USAGE, "--size says %llu bytes, but the image has %llu",
			       (unsigned long long)t->options->announced,
			       (unsigned long long)t->image.size);
	return judge_image(t, &in->source, e);
}

/* What is too long here is a setting. */
static int as_usage(struct err *e)
{
	if (e->code == ERR_LIMIT)
		e->code = ERR_USAGE;
	return -1;
}

/* All that can be known without settings and network, for one task. */
static int check_task(struct checks *c, struct task *t, const struct task *same, struct err *e)
{
	const struct provider *p = t->provider;

	t->work = &c->work;
	if (!(p->needs & NEED_NO_FILE) && check_image(c, t, same, e) < 0)
		return -1;
	if ((!p->check || p->check(t, e) == 0) && judge_format(t, e) == 0)
		return 0;
	return as_usage(e);
}

/* With several places, messages have to tell them apart. */
static void make_title(struct task *t)
{
	text_say(t->title, sizeof(t->title), "%s to %s", text_base_name(t->file),
		 t->region[0] ? t->region : t->place);
}

bool checks_run(struct checks *c, struct task *tasks, unsigned count)
{
	struct task *t;
	bool good = true;

	for (t = tasks; t < tasks + count; t++) {
		if (check_task(c, t, t->target > 0 ? t - 1 : NULL, &t->err) < 0)
			good = false;
		if (count > t->options->file_count && t->place[0])
			make_title(t);
	}
	return good;
}

int checks_prepare(struct checks *c, struct task *first, struct err *e)
{
	const struct provider *p = first->provider;

	first->work = &c->work;
	return p->prepare && p->prepare(first, e) < 0 ? as_usage(e) : 0;
}
