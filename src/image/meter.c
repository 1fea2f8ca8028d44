/* A stage that counts. */
#include "image/meter.h"

static int check_announced(struct meter *m, bool end, struct err *e)
{
	uint64_t came = atomic_load(m->bytes);

	if (came > m->announced)
		return err_set(e, ERR_IMAGE, "the image is longer than was announced (--size)");
	if (end && came < m->announced)
		return err_set(e, ERR_IMAGE, "the image ended %llu bytes early (--size)",
			       (unsigned long long)(m->announced - came));
	return 0;
}

static ssize_t meter_pull(struct stage *stage, void *buf, size_t cap, struct err *e)
{
	struct meter *m = (struct meter *)stage;
	ssize_t n;

	m->begun = true;
	n = stage_pull(m->stage.up, buf, cap, e);
	if (n > 0)
		atomic_fetch_add_explicit(m->bytes, (unsigned long long)n, memory_order_relaxed);
	m->ended = n == 0;
	if (n >= 0 && m->announced > 0 && check_announced(m, n == 0, e) < 0)
		return -1;
	return n;
}

static int meter_rewind(struct stage *stage, struct err *e)
{
	struct meter *m = (struct meter *)stage;

	atomic_store(m->bytes, 0);
	m->begun = m->ended = false;
	return stage_rewind(m->stage.up, e);
}

static uint64_t meter_pass_zeros(struct stage *stage, uint64_t unit)
{
	struct meter *m = (struct meter *)stage;
	uint64_t n = stage_pass_zeros(m->stage.up, unit);

	if (n > 0)
		m->begun = true;
	atomic_fetch_add_explicit(m->bytes, n, memory_order_relaxed);
	return n;
}

static const struct stage_ops meter_ops = { "meter", meter_pull, meter_rewind, meter_pass_zeros };

void meter_init(struct meter *m, struct stage *up, atomic_ullong *bytes, uint64_t announced)
{
	m->stage.ops = &meter_ops;
	m->stage.up = up;
	m->bytes = bytes;
	m->begun = m->ended = false;
	m->announced = announced;
	atomic_store(bytes, 0);
}
