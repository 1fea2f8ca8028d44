#include "image/tail.h"

#include <string.h>

/* Keep the last bytes of what passed so far and of these. */
static void remember(struct tail *t, const unsigned char *p, size_t len)
{
	size_t keep = sizeof(t->last) - len;

	if (len >= sizeof(t->last)) {
		memcpy(t->last, p + len - sizeof(t->last), sizeof(t->last));
		t->last_len = sizeof(t->last);
		return;
	}
	if (keep > t->last_len)
		keep = t->last_len;
	memmove(t->last, t->last + t->last_len - keep, keep);
	memcpy(t->last + keep, p, len);
	t->last_len = keep + len;
}

static int check_end(struct tail *t, struct err *e)
{
	struct disk_view v = {
		.fd = -1,
		.size = t->count,
		.head = t->head,
		.head_len = t->head_len < t->count ? t->head_len : (size_t)t->count,
		.tail = t->last,
		.tail_len = t->last_len,
		.blind = &t->blind,
	};
	enum format f = disk_format(t->format, &v);

	t->blind = false;
	if (t->agree && t->agree(t->arg, f, e) < 0)
		return -1;
	return disk_check(f, &v, e);
}

static ssize_t tail_pull(struct stage *stage, void *buf, size_t cap, struct err *e)
{
	struct tail *t = (struct tail *)stage;
	ssize_t n = stage_pull(t->stage.up, buf, cap, e);

	if (n == 0)
		return check_end(t, e);
	if (n > 0) {
		t->count += (uint64_t)n;
		remember(t, buf, (size_t)n);
	}
	return n;
}

static void reset(struct tail *t)
{
	t->count = 0;
	t->last_len = 0;
	t->blind = false;
}

static int tail_rewind(struct stage *stage, struct err *e)
{
	struct tail *t = (struct tail *)stage;

	reset(t);
	return stage_rewind(t->stage.up, e);
}

static const struct stage_ops tail_ops = { "tail", tail_pull, tail_rewind };

void tail_init(struct tail *t, struct stage *up, enum format format, const unsigned char *head,
	       size_t head_len, int (*agree)(void *arg, enum format f, struct err *e), void *arg)
{
	t->stage.ops = &tail_ops;
	t->stage.up = up;
	t->format = format;
	t->head = head;
	t->head_len = head_len;
	t->agree = agree;
	t->arg = arg;
	reset(t);
}
