/* A stage that keeps the ends of what it hands on. */
#include "image/tail.h"

static ssize_t tail_pull(struct stage *stage, void *buf, size_t cap, struct err *e)
{
	struct tail *t = (struct tail *)stage;
	ssize_t n = stage_pull(t->stage.up, buf, cap, e);

	if (n == 0)
		return ends_check(&t->ends, t->format, e);
	if (n > 0)
		ends_add(&t->ends, buf, (size_t)n);
	return n;
}

static int tail_rewind(struct stage *stage, struct err *e)
{
	struct tail *t = (struct tail *)stage;

	ends_reset(&t->ends);
	return stage_rewind(t->stage.up, e);
}

static const struct stage_ops tail_ops = { "tail", tail_pull, tail_rewind, NULL };

void tail_init(struct tail *t, struct stage *up, enum format format, const struct ends *ends)
{
	t->stage.ops = &tail_ops;
	t->stage.up = up;
	t->format = format;
	t->ends = *ends;
	ends_reset(&t->ends);
}
