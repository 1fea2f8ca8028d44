/* The commands that need no cloud: an image is checked, or written to standard output. */
#include "local.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/fit.h"
#include "base/stop.h"
#include "base/text.h"
#include "job/input.h"
#include "job/judge.h"

static const struct provider *find_cloud(const char *name)
{
	const struct provider *const *p;

	for (p = providers; *p; p++)
		if (strcmp((*p)->name, name) == 0 && judge_is_choosy(*p))
			break;
	return *p;
}

static int no_such_cloud(const char *name, struct err *e)
{
	const struct provider *const *p;
	char names[80];
	struct text t;

	text_init(&t, names, sizeof(names));
	for (p = providers; *p; p++)
		if (judge_is_choosy(*p))
			text_printf(&t, "%s%s", t.len > 0 ? ", " : "", (*p)->name);
	return err_set(e, ERR_USAGE, "--cloud %s: there is no such cloud, but %s", name, names);
}

/* Nothing is no image, for check and for cat. */
static const struct takes anything = { .who = "hoist" };

/* What one cloud takes for something else is no raw disk. */
static bool check_opaque(const struct task *t)
{
	const struct provider *const *p;

	for (p = providers; *p; p++)
		if ((*p)->opaque && (*p)->opaque(t))
			return true;
	return false;
}

static int check_check(struct task *t, struct err *e)
{
	const struct options *o = t->options;
	bool seen[HASH_ALGS] = { false };
	enum hash_alg alg;
	unsigned i;

	for (i = 0; i < o->digests.count; i++) {
		alg = hash_find(o->digests.at[i]);
		if (alg == HASH_ALGS)
			return err_set(e, ERR_USAGE,
				       "--digest %s: md5, sha256, sha384 and sha512 are known",
				       o->digests.at[i]);
		if (seen[alg])
			return err_set(e, ERR_USAGE, "--digest %s is given twice",
				       o->digests.at[i]);
		seen[alg] = true;
	}
	if (o->cloud && !find_cloud(o->cloud))
		return no_such_cloud(o->cloud, e);
	return 0;
}

/* Gzip is measured by its own stage; of all else --max-size is kept here. */
static int keep_max(const struct task *t, struct err *e)
{
	uint64_t max = t->options->max_size;

	if (max != 0 && t->image.format != FORMAT_GZIP && atomic_load(&t->read) > max)
		return err_set(e, ERR_IMAGE, "has more than %llu bytes (see --max-size)",
			       (unsigned long long)max);
	return 0;
}

/* One buffer full. */
static ssize_t pull(struct task *t, struct stage *body, struct err *e)
{
	ssize_t n = stage_pull(body, t->work->scratch, sizeof(t->work->scratch), e);

	return n > 0 && keep_max(t, e) < 0 ? -1 : n;
}

/* No image is made of what is only looked at. */
static void check_defaults(struct options *o)
{
	o->live = true;
}

/* Pull everything: the stages do the checking. */
static int check_send(struct task *t, struct stage *body, struct err *e)
{
	ssize_t n = 1;

	while (n > 0)
		if (stage_pass_zeros(body, 1) > 0)
			n = keep_max(t, e) < 0 ? -1 : 1;
		else
			n = pull(t, body, e);
	return n < 0 ? -1 : 0;
}

/* --size: is it all of the disk that it was made from? */
static int check_size(const struct task *t, uint64_t size, struct err *e)
{
	uint64_t want = t->options->announced;
	enum format f = t->image.format;

	if (f == FORMAT_GZIP)
		size = t->unpacked;
	else if (f != FORMAT_RAW && f != FORMAT_ISO && f != FORMAT_UDF)
		size = t->image.virtual_size;
	if (want == 0 || want == size)
		return 0;
	if (size == 0)
		return err_set(e, ERR_IMAGE,
			       "does not tell the size of its disk: --size cannot be checked");
	return err_set(e, ERR_IMAGE,
		       "has a disk of %llu bytes, but --size says %llu: it is not the whole disk",
		       (unsigned long long)size, (unsigned long long)want);
}

static int check_finish(struct task *t, struct err *e)
{
	const struct provider *cloud = t->options->cloud ? find_cloud(t->options->cloud) : NULL;
	struct image im = t->image;

	/* A pipe's size is known now. */
	im.size = t->payload.len;
	im.size_known = true;
	if (t->input->source.unread.count == 0 &&
	    fit_copy(t->status, sizeof(t->status), t->unproven ? "unproven" : "intact", "status",
		     e) < 0)
		return -1;
	if (check_size(t, im.size, e) < 0)
		return -1;
	t->sound = true;
	/* A cloud has rules of its own for names. */
	return cloud ? judge_cloud(cloud, t, &im, true, e) :
		       image_name_agrees(&im, text_base_name(t->file), e);
}

/* Until standard output takes something, or a signal comes. */
static int wait_for_reader(struct err *e)
{
	struct pollfd fds[2] = {
		{ .fd = STDOUT_FILENO, .events = POLLOUT },
		{ .fd = stop_fd(), .events = POLLIN },
	};

	(void)poll(fds, 2, -1);
	return stop_asked() ? stop_err(e) : 0;
}

static int cat_send(struct task *t, struct stage *body, struct err *e)
{
	char *at;
	ssize_t n, put;

	while ((n = pull(t, body, e)) > 0) {
		for (at = t->work->scratch; n > 0; at += put, n -= put) {
			if (wait_for_reader(e) < 0)
				return -1;
			/* A pipe that is writable takes so much without blocking. */
			put = write(STDOUT_FILENO, at, n < PIPE_BUF ? (size_t)n : PIPE_BUF);
			if (put < 0 && (errno == EINTR || errno == EAGAIN))
				put = 0;
			if (put < 0)
				return err_errno(e, ERR_OUTPUT,
						 "standard output could not be written");
		}
	}
	return (int)n;
}

static const struct opt check_options[] = {
	{ OPT_LIST, 0, "digest", "ALG", OPT_AT(digests),
	  "md5, sha256, sha384 or sha512 of the file; may be repeated" },
	{ OPT_TEXT, 0, "cloud", "NAME", OPT_AT(cloud),
	  "fail if this cloud would not take the image" },
	{ OPT_SIZE, 0, "size", "SIZE", OPT_AT(announced),
	  "fail if the disk in it has another size, in bytes" },
	{ OPT_SIZE, 0, "max-size", "SIZE", OPT_AT(max_size),
	  "refuse an image that is larger uncompressed" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct opt cat_options[] = {
	{ OPT_FLAG, 0, "gzip", NULL, OPT_AT(gzip), "compress it, and prove that it unpacks again" },
	{ OPT_COUNT, 0, "level", "N", OPT_AT(level), "1 (fast) to 9 (small); 1 if not given" },
	{ OPT_COUNT, 0, "threads", "N", OPT_AT(threads),
	  "that compress, at most 8; if not given: the processors there are" },
	{ OPT_SIZE, 0, "max-size", "SIZE", OPT_AT(max_size),
	  "refuse an image that is larger uncompressed" },
	{ OPT_END, 0, NULL, NULL, 0, NULL },
};

static const struct provider check_command = {
	.name = "check",
	.summary = "verify images without a network, and tell which clouds take them",
	.operands = "FILE...",
	.options = check_options,
	.columns = "file,status,format,holds,size,uncompressed,clouds",
	.fields = "file,status,format,holds,size,uncompressed,clouds,disk,exit,error",
	.needs = NEED_WHOLE | NEED_PARTS,
	.takes = &anything,
	.defaults = check_defaults,
	.opaque = check_opaque,
	.check = check_check,
	.send = check_send,
	.finish = check_finish,
};

static int cat_check(struct task *t, struct err *e)
{
	const struct options *o = t->options;

	if (o->gzip && t->image.format == FORMAT_GZIP)
		return err_set(e, ERR_USAGE, "is gzip already: --gzip would compress it twice");
	return 0;
}

static const struct provider cat_command = {
	.name = "cat",
	.summary = "write an image to standard output, verified like an upload",
	.operands = "FILE",
	.options = cat_options,
	.needs = NEED_ONE_FILE,
	.takes = &anything,
	.check = cat_check,
	.send = cat_send,
};

const struct provider *const local_commands[] = { &check_command, &cat_command, NULL };
