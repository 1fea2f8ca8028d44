/* A stage that does as it is told: short reads, a failure at byte N, an early end. */
#ifndef UNIT_SCRIPT_H
#define UNIT_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "image/stage.h"

#define NEVER SIZE_MAX

struct script {
	struct stage stage;
	const unsigned char *data;
	size_t len;
	size_t step;    /* no pull yields more; 0: as much as is asked for */
	size_t fail_at; /* the pull at this byte fails; NEVER */
	bool no_rewind; /* a pipe */
	bool holes;     /* it knows where zeros are */
	size_t pos;
	unsigned rewinds;
	bool failed;
	bool misused; /* pulled after a failure, or for nothing */
};

static inline ssize_t script_pull(struct stage *stage, void *buf, size_t cap, struct err *e)
{
	struct script *s = (struct script *)stage;
	size_t n = s->len - s->pos;

	s->misused = s->misused || s->failed || cap == 0;
	if (s->pos == s->fail_at) {
		s->failed = true;
		return err_set(e, ERR_IMAGE, "scripted failure at byte %zu", s->pos);
	}
	if (n > cap)
		n = cap;
	if (s->step > 0 && n > s->step)
		n = s->step;
	if (s->fail_at != NEVER && s->pos < s->fail_at && n > s->fail_at - s->pos)
		n = s->fail_at - s->pos;
	memcpy(buf, s->data + s->pos, n);
	s->pos += n;
	return (ssize_t)n;
}

static inline int script_rewind(struct stage *stage, struct err *e)
{
	struct script *s = (struct script *)stage;

	if (s->no_rewind)
		return err_set(e, ERR_IMAGE, "scripted pipe");
	s->pos = 0;
	s->failed = false;
	s->rewinds++;
	return 0;
}

static inline uint64_t script_pass_zeros(struct stage *stage, uint64_t unit)
{
	struct script *s = (struct script *)stage;
	size_t n = 0;

	while (s->holes && s->pos + n < s->len && s->data[s->pos + n] == 0)
		n++;
	n -= (size_t)(n % unit);
	s->pos += n;
	return n;
}

static const struct stage_ops script_ops = { "script", script_pull, script_rewind,
					     script_pass_zeros };

static inline void script_init(struct script *s, const void *data, size_t len, size_t step)
{
	memset(s, 0, sizeof(*s));
	s->stage.ops = &script_ops;
	s->data = data;
	s->len = len;
	s->step = step;
	s->fail_at = NEVER;
}

/*
 * Pull to the end, at most cap bytes at a time.  Returns how many came and
 * keeps them at out[room]; -1 when a pull failed, with *came saying after how
 * many, or when more comes than there is room for.
 */
static inline ssize_t drain(struct stage *s, size_t cap, unsigned char *out, size_t room,
			    size_t *came, struct err *e)
{
	ssize_t n;

	*came = 0;
	while (*came < room) {
		n = stage_pull(s, out + *came, cap < room - *came ? cap : room - *came, e);
		if (n <= 0)
			return n < 0 ? -1 : (ssize_t)*came;
		*came += (size_t)n;
	}
	return err_set(e, ERR_LIMIT, "more than %zu bytes came", room);
}

#endif
