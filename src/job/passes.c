/* What each pass of a task has to do is planned, and those that only look are made. */
#include "job/passes.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "image/in_use.h"
#include "image/spool.h"
#include "job/input.h"
#include "job/judge.h"

/* As many as there are processors, if nobody has said how many. */
static unsigned threads_of(const struct options *o)
{
	long cpus = o->threads > 0 ? (long)o->threads : sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 1)
		return 1;
	return cpus < COMPRESS_THREADS_MAX ? (unsigned)cpus : COMPRESS_THREADS_MAX;
}

/* Memory for the threads.  Zeros cost nothing until they are written to. */
static int make_room(struct passes *p, unsigned threads, struct err *e)
{
	size_t len = compress_bytes(threads);
	void *room = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		return err_errno(e, ERR_FAILED, "no memory to compress with");
	p->room = room;
	p->room_len = len;
	return 0;
}

void passes_free(struct passes *p)
{
	if (p->room)
		(void)munmap(p->room, p->room_len);
	p->room = NULL;
}

/* What every pass does with the bytes, before anybody looks at them. */
static struct chain_plan plan_pass(const struct passes *p, struct task *t)
{
	return (struct chain_plan){
		.source = &t->input->source,
		.threads = t->payload.compress ? threads_of(t->options) : 0,
		.level = (int)t->options->level,
		.room = p->room,
		.read = &t->read,
		.bytes = &t->sent,
	};
}

/* What begin() has to know. */
static void plan_first(struct passes *p, struct task *t)
{
	struct input *in = t->input;
	unsigned alg, digests = t->provider->first ? t->provider->first(t) : 0;
	const struct takes *k = t->provider->takes;

	p->first = plan_pass(p, t);
	p->first.max_len = k ? k->len_max : 0;
	for (alg = 0; alg < HASH_ALGS; alg++)
		p->first.digest[alg] = digests & 1U << alg;
	p->measure =
		digests != 0 || (k && k->length && (t->payload.compress || !in->source.seekable));
	/* What comes through a pipe can be looked at now only. */
	if (in->source.seekable) {
		p->first.pass = COMPRESS_MEASURE;
		return;
	}
	judge_plan(t, &in->source, in->head, in->head_len, &p->first);
	p->first.max_unpacked = t->options->max_size;
	p->first.to_read = t->options->announced;
	p->first.keep = true;
}

static void plan_send(struct passes *p, struct task *t)
{
	const struct options *o = t->options;
	struct chain_plan *plan = &p->send;
	struct input *in = t->input;
	unsigned alg, i;

	*plan = plan_pass(p, t);
	judge_plan(t, &in->source, in->head, in->head_len, plan);
	plan->max_unpacked = o->max_size;
	plan->announced = t->provider->needs & NEED_NET ? o->announced : 0;
	/* What was compressed is longer than that, or shorter. */
	if (p->measure)
		plan->announced = 0;
	plan->digest[HASH_SHA512] = t->provider->needs & NEED_SHA512;
	plan->digest[HASH_MD5] = (t->provider->needs & NEED_MD5) ||
				 ((t->provider->needs & NEED_SHA512) && !in->source.seekable);
	for (i = 0; i < o->digests.count; i++)
		for (alg = 0; alg < HASH_ALGS; alg++)
			if (strcmp(o->digests.at[i], hash_name((enum hash_alg)alg)) == 0)
				plan->digest[alg] = true;
}

/* vacant_open()'s look.  What cannot be known, its own marks tell. */
static bool look(void *arg, struct vacant_part *part)
{
	struct task *t = arg;
	struct work *w = t->work;
	const struct source *s = &t->input->source;
	char what[PATH_BYTES];
	enum in_use use =
		in_use(s->fd, s->start + part->at, part->len, w->scratch, sizeof(w->scratch), what);

	if (use == IN_USE_MOUNTED)
		text_say(part->use, sizeof(part->use), "rw at %s", what);
	else if (use == IN_USE_READ_ONLY)
		text_say(part->use, sizeof(part->use), "ro at %s", what);
	else if (use == IN_USE_SWAP)
		text_say(part->use, sizeof(part->use), "swap");
	else if (use == IN_USE_HELD)
		text_say(part->use, sizeof(part->use), "part of %s", what);
	else if (use == IN_USE_SOMEHOW)
		text_say(part->use, sizeof(part->use), "in use");
	return in_use_is_written(use);
}

static int find_vacant(struct passes *p, struct task *t, struct err *e)
{
	struct source *s = &t->input->source;
	const struct disk_view v = { .fd = s->fd, .start = s->start, .size = s->size };

	if (vacant_open(&p->vacant, &t->input->vacant, &v, s->sector, look, t, e) < 0)
		return -1;
	if (!t->options->skip_free)
		return 0;
	s->vacant = &p->vacant;
	judge_vacant(t);
	return 0;
}

/* To leave out what is free, or to tell of them. */
static bool wants_parts(const struct task *t)
{
	return t->options->skip_free ||
	       ((t->provider->needs & NEED_PARTS) && t->image.format == FORMAT_RAW &&
		t->input->source.seekable);
}

int passes_plan(struct passes *p, struct task *t, struct err *e)
{
	p->room = NULL;
	if (wants_parts(t) && find_vacant(p, t, e) < 0)
		return -1;
	if (t->payload.compress && make_room(p, threads_of(t->options), e) < 0)
		return -1;
	plan_first(p, t);
	plan_send(p, t);
	return 0;
}

/* The digests are kept: the chain is the next pass's. */
static void keep_digests(struct task *t, const struct chain *c, const struct chain_plan *plan)
{
	unsigned alg;

	for (alg = 0; alg < HASH_ALGS; alg++) {
		if (!plan->digest[alg])
			continue;
		memcpy(t->input->sums[alg], c->digests[alg].hex, sizeof(t->input->sums[alg]));
		t->payload.sums[alg] = t->input->sums[alg];
	}
}

static int drain(const struct chain_plan *plan, struct task *t, struct chain *c, struct err *e)
{
	int result = chain_drain(c, plan, t->work->scratch, sizeof(t->work->scratch), e);

	if (result == 0)
		keep_digests(t, c, plan);
	return result;
}

/* What was a pipe is a file now, and gzip in any case. */
static int take_spool(struct passes *p, struct task *t, const struct chain *c, int result,
		      struct err *e)
{
	if (result >= 0)
		judge_end(t, &p->first, c);
	if (source_take(&t->input->source, p->first.spool, e) < 0 || result < 0)
		return -1;
	t->unpacked = t->payload.compress ? c->compress.have.count : c->gzcheck.out;
	t->payload.compress = false;
	plan_send(p, t);
	return result;
}

int passes_measure(struct passes *p, struct task *t, struct chain *c, struct err *e)
{
	uint64_t len;
	int result;

	if (!p->measure)
		return 0;
	atomic_store(&t->phase, PHASE_MEASURING);
	if (p->first.keep) {
		p->first.spool = spool_open(t->options->spool, e);
		if (p->first.spool < 0)
			return -1;
	}
	result = drain(&p->first, t, c, e);
	if (p->first.keep)
		result = take_spool(p, t, c, result, e);
	if (result < 0)
		return -1;
	len = atomic_load(&t->sent);
	atomic_store(&t->read, 0);
	atomic_store(&t->sent, 0);
	if (t->payload.compress) {
		t->unpacked = c->compress.have.count;
		if (t->options->live && result == 0)
			len = compress_padded(len);
		p->send.pass = t->options->live ? COMPRESS_PADDED : COMPRESS_SAME;
		p->send.total = c->compress.have;
		p->send.total.len = len;
	}
	p->unread = t->input->source.unread.bytes;
	t->payload.len = len;
	t->payload.len_known = true;
	return judge_measured(t, result == 1, e);
}

int passes_digest(struct passes *p, struct task *t, struct chain *c, enum hash_alg alg,
		  struct err *e)
{
	struct chain_plan again = plan_pass(p, t);
	atomic_ullong uncounted = 0;
	struct vacant_list left_out = t->input->vacant;
	int result;

	if (!t->input->source.seekable)
		return -1;
	log_note("%s: read again for its %s", task_name(t), hash_name(alg));
	/* What the display shows is what was sent. */
	again.read = NULL;
	again.bytes = &uncounted;
	again.digest[alg] = true;
	result = drain(&again, t, c, e);
	/* So is what was left out of it. */
	t->input->vacant = left_out;
	return result;
}
