/* Bytes of the image are read from its file, or from what is kept of a pipe. */
#include "image/disk_read.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/stop.h"

int disk_bad(struct err *e, const char *what)
{
	return err_set(e, ERR_IMAGE, "is damaged: %s", what);
}

static int nowhere(struct err *e)
{
	return disk_bad(e, "it speaks of places that no file has");
}

int disk_reaches(const struct disk_view *v, const char *what, uint64_t count, unsigned unit,
		 struct err *e)
{
	if (count > UINT64_MAX / unit)
		return nowhere(e);
	if (count * unit <= v->size)
		return 0;
	return err_set(e, ERR_IMAGE, "is cut: by %s it has at least %llu bytes, there are %llu",
		       what, (unsigned long long)count * unit, (unsigned long long)v->size);
}

int disk_holds(const struct disk_view *v, uint64_t at, uint64_t len, struct err *e)
{
	return at > UINT64_MAX - len ? nowhere(e) :
				       disk_reaches(v, "its own header", at + len, 1, e);
}

int disk_holds_table(const struct disk_view *v, uint64_t at, uint64_t count, unsigned width,
		     struct err *e)
{
	return count > UINT64_MAX / width ? nowhere(e) : disk_holds(v, at, count * width, e);
}

static int read_file(const struct disk_view *v, uint64_t at, unsigned char *buf, size_t len,
		     struct err *e)
{
	ssize_t n;

	while (len > 0) {
		if (stop_asked())
			return stop_err(e);
		n = pread(v->fd, buf, len, (off_t)(v->start + at));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && v->notes)
			v->notes->unreadable = true;
		if (n < 0)
			return err_errno(e, ERR_IMAGE, "read error at byte %llu",
					 (unsigned long long)at);
		if (n == 0)
			return err_set(e, ERR_IMAGE, "the file changed while it was being read");
		buf += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return 1;
}

int disk_read(const struct disk_view *v, uint64_t at, void *buf, size_t len, struct err *e)
{
	uint64_t tail_at = v->size - v->tail_len;

	if (disk_holds(v, at, len, e) < 0)
		return -1;
	if (len == 0)
		return 1;
	if (at <= v->head_len && len <= v->head_len - at) {
		memcpy(buf, v->head + at, len);
		return 1;
	}
	if (at >= tail_at) {
		memcpy(buf, v->tail + (at - tail_at), len);
		return 1;
	}
	if (v->fd >= 0)
		return read_file(v, at, buf, len, e);
	if (v->notes)
		v->notes->blind = true;
	return 0;
}

void disk_table_init(struct disk_table *t, const struct disk_view *v, uint64_t at, uint64_t count,
		     unsigned width)
{
	t->v = v;
	t->at = at;
	t->left = count < DISK_WALK_MAX / width ? count : DISK_WALK_MAX / width;
	t->width = width;
	t->used = t->len = 0;
}

int disk_table_next(struct disk_table *t, const unsigned char **entry, struct err *e)
{
	uint64_t n = sizeof(t->buf) / t->width;
	int result;

	if (t->used == t->len) {
		if (t->left < n)
			n = t->left;
		if (n == 0)
			return 0;
		t->used = 0;
		t->len = (size_t)n * t->width;
		result = disk_read(t->v, t->at, t->buf, t->len, e);
		if (result <= 0)
			return result;
		t->at += t->len;
		t->left -= n;
	}
	*entry = t->buf + t->used;
	t->used += t->width;
	return 1;
}
