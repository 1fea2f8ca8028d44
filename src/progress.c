/* The state of all tasks is added up, and drawn. */
#include "progress.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define LINES_MS 5000
#define JSON_MS 1000
/* With a name of 17 and what describe() says, all of it is less than 80 columns. */
#define BAR_WIDTH 8

/* Two texts that are quoted, and what stands around them. */
#define JSON_LINE_BYTES (TEXT_JSON_MAX * (PATH_BYTES + PLACE_BYTES) + 256)

static const char *const phases[] = {
	[PHASE_WAITING] = "waiting",    [PHASE_MEASURING] = "measuring",
	[PHASE_BEGINNING] = "starting", [PHASE_SENDING] = "sending",
	[PHASE_PAUSING] = "pausing",    [PHASE_FINISHING] = "processing",
	[PHASE_ENDED] = "ended",
};

/* All tasks taken together. */
struct sum {
	/* Bytes of all tasks, begun or not, of the pass that each is in; size is 0 if unknown. */
	uint64_t sent, size;
	uint64_t moved; /* of what was sent, what really travelled */
	unsigned ended;
	bool failed;           /* one of those that have ended */
	enum task_phase phase; /* the earliest of those that run */
	const char *name;      /* the file of the first that runs */
};

/* The rate is measured over the last few seconds: what was sent when. */
static struct {
	int64_t printed_ms; /* the last line */
	int64_t sample_ms;
	uint64_t sample_sent;
	uint64_t rate;         /* bytes per second */
	int64_t began_ms;      /* sending */
	enum task_phase phase; /* when it was drawn last */
} state;

/* Of what has to be measured, how much was read counts. */
static bool is_measured(const struct task *t)
{
	return atomic_load(&t->phase) == PHASE_MEASURING;
}

static uint64_t done(const struct task *t)
{
	return is_measured(t) ? atomic_load(&t->read) : atomic_load(&t->sent);
}

/* 0 if it is not known.  What is compressed has its length from being measured. */
static uint64_t size_of(const struct task *t)
{
	enum task_phase phase = (enum task_phase)atomic_load(&t->phase);

	if (phase > PHASE_MEASURING && t->payload.len_known)
		return t->payload.len;
	return t->image.size_known ? t->image.size : 0;
}

static void add_up(const struct job *j, struct sum *s)
{
	const struct task *t;
	enum task_phase phase;
	uint64_t sent, skipped;
	bool known = true;
	unsigned i;

	memset(s, 0, sizeof(*s));
	s->phase = PHASE_ENDED;
	for (i = 0; i < j->count; i++) {
		t = &j->tasks[i];
		phase = (enum task_phase)atomic_load(&t->phase);
		s->ended += phase == PHASE_ENDED;
		s->failed = s->failed || (phase == PHASE_ENDED && t->err.code != ERR_NONE);
		sent = done(t);
		skipped = atomic_load(&t->skipped);
		s->sent += sent;
		s->moved += sent > skipped ? sent - skipped : 0;
		s->size += size_of(t);
		known = known && size_of(t) > 0;
		if (phase != PHASE_ENDED && phase != PHASE_WAITING && !s->name)
			s->name = task_name(t);
		if (phase != PHASE_WAITING && phase < s->phase)
			s->phase = phase;
	}
	if (!known)
		s->size = 0;
	if (!s->name)
		s->name = task_name(&j->tasks[0]);
}

static void measure(const struct sum *s, int64_t now)
{
	int64_t span = now - state.sample_ms;

	/* A retry begins at 0 again. */
	if (state.sample_ms == 0 || s->moved < state.sample_sent) {
		state.sample_ms = now;
		state.sample_sent = s->moved;
		state.rate = 0;
	} else if (span >= 1000 || (state.rate == 0 && span >= 100)) {
		uint64_t rate = (s->moved - state.sample_sent) * 1000 / (uint64_t)span;

		state.rate = state.rate == 0 ? rate : (state.rate * 3 + rate) / 4;
		state.sample_ms = now;
		state.sample_sent = s->moved;
	}
}

/* Do bytes move? */
static bool is_moving(enum task_phase phase)
{
	return phase == PHASE_SENDING || phase == PHASE_MEASURING;
}

/* "45% 1.2 GiB of 2.7 GiB, 88.1 MiB/s, 0:17 left" */
static void describe(const struct sum *s, struct text *t)
{
	uint64_t left;

	if (s->phase == PHASE_MEASURING) {
		text_put(t, "measuring, 1 of 2: ");
	} else if (s->phase != PHASE_SENDING) {
		text_put(t, phases[s->phase]);
		return;
	}
	if (s->size > 0)
		text_printf(t, "%u%% ", (unsigned)(s->sent * 100 / s->size));
	text_put_size(t, s->sent);
	if (s->size > 0) {
		text_put(t, " of ");
		text_put_size(t, s->size);
	}
	if (state.rate == 0)
		return;
	text_put(t, ", ");
	text_put_size(t, state.rate);
	text_put(t, "/s");
	if (s->size > s->sent) {
		left = (s->size - s->sent) / state.rate;
		text_printf(t, ", %llu:%02u left", (unsigned long long)(left / 60),
			    (unsigned)(left % 60));
	}
}

static void draw_bar(const struct job *j, const struct sum *s)
{
	char line[80], name[18];
	struct text t;
	unsigned i, full;

	if (s->ended == j->count) {
		log_bar("");
		return;
	}
	text_init(&t, name, sizeof(name));
	if (j->count > 1)
		text_printf(&t, "%u of %u done", s->ended, j->count);
	else
		text_put(&t, text_base_name(s->name));
	text_ellipsis(&t);
	text_clean(name);
	text_init(&t, line, sizeof(line));
	text_printf(&t, "%s ", name);
	if (is_moving(s->phase) && s->size > 0) {
		full = (unsigned)(s->sent * BAR_WIDTH / s->size);
		text_put(&t, "[");
		for (i = 0; i < BAR_WIDTH; i++)
			text_put(&t, i < full ? "=" : i == full ? ">" : " ");
		text_put(&t, "] ");
	}
	describe(s, &t);
	text_ellipsis(&t);
	log_bar(line);
}

static void draw_line(const struct job *j, const struct sum *s)
{
	char line[PATH_BYTES + 160];
	struct text t;

	text_init(&t, line, sizeof(line));
	text_put(&t, "hoist: ");
	if (j->count > 1)
		text_printf(&t, "%u of %u done: ", s->ended, j->count);
	else
		text_printf(&t, "%s: ", s->name);
	describe(s, &t);
	log_plain(line);
}

static void draw_json(const struct job *j)
{
	char line[JSON_LINE_BYTES], file[PATH_BYTES];
	const struct task *t;
	struct text out;
	unsigned i;

	for (i = 0; i < j->count; i++) {
		t = &j->tasks[i];
		/* A longer name is no file's. */
		text_init(&out, file, sizeof(file));
		text_put(&out, t->file ? t->file : task_name(t));
		text_ellipsis(&out);
		text_init(&out, line, sizeof(line));
		text_put(&out, "{\"file\": ");
		text_put_json(&out, file);
		if (t->place[0]) {
			text_put(&out, ", \"place\": ");
			text_put_json(&out, t->place);
		}
		text_printf(&out, ", \"phase\": \"%s\", \"sent\": %llu, \"size\": ",
			    phases[atomic_load(&t->phase)],
			    (unsigned long long)(is_measured(t) ? 0 : atomic_load(&t->sent)));
		if (size_of(t) > 0 || t->image.size_known)
			text_printf(&out, "%llu", (unsigned long long)size_of(t));
		else
			text_put(&out, "null");
		text_printf(&out, ", \"read\": %llu", (unsigned long long)atomic_load(&t->read));
		text_printf(&out, ", \"try\": %u, \"rate\": %llu}\n", t->attempt + 1,
			    (unsigned long long)state.rate);
		assert(!out.full);
		log_whole(line, out.len);
	}
}

/* Are all bytes sent?  Where nothing follows, the task has ended at once. */
static bool has_sent(const struct sum *s)
{
	return s->phase == PHASE_FINISHING || (s->phase == PHASE_ENDED && !s->failed);
}

/* In a log, the end of the sending is worth a line however fast it came. */
static void note_sent(const struct sum *s, int64_t now)
{
	char line[160];
	struct text t;
	int64_t ms = now - state.began_ms;

	if (s->phase == PHASE_SENDING && state.phase != PHASE_SENDING)
		state.began_ms = now;
	if (state.phase == PHASE_SENDING && has_sent(s) && ms >= 0) {
		text_init(&t, line, sizeof(line));
		text_put(&t, "hoist: sent ");
		text_put_size(&t, s->moved);
		text_printf(&t, " in %lld.%lld s", (long long)ms / 1000,
			    (long long)ms % 1000 / 100);
		log_plain(line);
	}
	state.phase = s->phase;
}

void progress_draw(const struct job *j)
{
	const char *mode = j->options->progress;
	int64_t now = clock_ms(), every;
	struct sum s;

	if (j->options->quiet || strcmp(mode, "none") == 0)
		return;
	if (strcmp(mode, "auto") == 0)
		mode = isatty(STDERR_FILENO) ? "bar" : "lines";
	add_up(j, &s);
	measure(&s, now);
	if (strcmp(mode, "bar") == 0) {
		draw_bar(j, &s);
		return;
	}
	if (strcmp(mode, "lines") == 0)
		note_sent(&s, now);
	every = strcmp(mode, "json") == 0 ? JSON_MS : LINES_MS;
	if (state.printed_ms == 0)
		state.printed_ms = now;
	if (strcmp(mode, "json") == 0 && s.ended == j->count) {
		draw_json(j);
	} else if (now - state.printed_ms >= every && s.ended < j->count) {
		state.printed_ms = now;
		if (strcmp(mode, "json") == 0)
			draw_json(j);
		else
			draw_line(j, &s);
	}
}
