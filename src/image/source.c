/* The stage that reads, which notices when a file changes under it. */
#include "image/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/stop.h"

/* Linux's, and POSIX.1-2024's: the headers of the edition before do not have them. */
#ifndef SEEK_DATA
#define SEEK_DATA 3
#define SEEK_HOLE 4
#endif

/* Linux's, of <linux/fs.h>. */
#ifndef BLKPBSZGET
#define BLKPBSZGET _IO(0x12, 123)
#endif

/* What a file is read by where it cannot be read. */
#define FILE_SECTOR_BYTES 4096

/* How often a wait for a pipe looks whether it was cancelled. */
#define CANCEL_MS 200

/* Wait until a pipe has something.  A signal ends it too. */
static int wait_for_data(struct source *s, struct err *e)
{
	struct pollfd fds[2] = {
		{ .fd = s->fd, .events = POLLIN },
		{ .fd = stop_fd(), .events = POLLIN },
	};
	int ready = 0;

	while (ready == 0 && !stop_asked()) {
		if (atomic_load(&s->cancelled))
			return err_set(e, ERR_STOPPED, "cancelled");
		ready = poll(fds, 2, CANCEL_MS);
		if (ready < 0 && errno != EINTR)
			return err_errno(e, ERR_IMAGE, "cannot wait for data");
	}
	return 0;
}

/* One read(2) or pread(2) that a signal does not disturb. */
static ssize_t read_some(struct source *s, void *buf, size_t cap, struct err *e)
{
	ssize_t n;

	s->error = 0;
	do {
		if (!s->seekable && wait_for_data(s, e) < 0)
			return -1;
		if (stop_asked())
			return stop_err(e);
		n = s->seekable ? pread(s->fd, buf, cap, (off_t)(s->start + s->pos)) :
				  read(s->fd, buf, cap);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	if (n >= 0)
		return n;
	s->error = errno;
	return err_errno(e, ERR_IMAGE, "read error at byte %llu", (unsigned long long)s->pos);
}

/* Is it the medium, and not the way to it? */
static bool is_medium(int error)
{
	return error == EIO || error == ENODATA || error == EILSEQ || error == EREMOTEIO;
}

/* Up to the end of the physical sector at pos. */
static size_t to_sector_end(const struct source *s, size_t cap)
{
	uint64_t rest = s->physical - (s->start + s->pos) % s->physical;

	return rest < cap ? (size_t)rest : cap;
}

/* What the medium does not give becomes zeros: a sector of it, when the next one is read. */
static ssize_t give_up_sector(struct source *s, void *buf, size_t cap, struct err *e)
{
	if (!unread_add(&s->unread, s->pos, cap))
		return err_set(e, ERR_IMAGE,
			       "cannot be read in more than %d places: the last one is byte %llu",
			       UNREAD_MAX, (unsigned long long)s->pos);
	memset(buf, 0, cap);
	return (ssize_t)cap;
}

/* As read_some(), but for what the medium does not give any more. */
static ssize_t read_or_zero(struct source *s, void *buf, size_t cap, struct err *e)
{
	struct err why = ERR_INIT;
	bool careful = s->pos < s->careful_to;
	uint64_t same;
	ssize_t n;

	if (unread_has(&s->unread, s->pos, &same)) {
		cap = cap < same ? cap : (size_t)same;
		memset(buf, 0, cap);
		return (ssize_t)cap;
	}
	cap = cap < same ? cap : (size_t)same;
	n = read_some(s, buf, careful ? to_sector_end(s, cap) : cap, &why);
	if (n < 0 && !careful && s->zero_unread && is_medium(s->error)) {
		err_clear(&why);
		s->careful_to = s->pos + cap;
		n = read_some(s, buf, to_sector_end(s, cap), &why);
	}
	if (n >= 0)
		return n;
	if (s->zero_unread && is_medium(s->error))
		return give_up_sector(s, buf, to_sector_end(s, cap), e);
	*e = why;
	return -1;
}

static int changed(struct err *e)
{
	return err_set(e, ERR_IMAGE, "the file changed while it was being read");
}

static bool same(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/*
 * At the end of a file: is it still the one that was opened?  Its mtime can be set back; its
 * ctime not, but that is another one, too, when the file is removed or replaced by name.
 */
static int check_unchanged(struct source *s, struct err *e)
{
	struct stat now;
	unsigned char byte;
	ssize_t n;

	if (fstat(s->fd, &now) != 0)
		return err_errno(e, ERR_IMAGE, "cannot look at the file again");
	/* The times of a block device say nothing about what is on it. */
	if (S_ISREG(now.st_mode) &&
	    (now.st_size != s->opened.st_size || !same(&now.st_mtim, &s->opened.st_mtim)))
		return changed(e);
	if (S_ISREG(now.st_mode) && now.st_nlink == s->opened.st_nlink &&
	    !same(&now.st_ctim, &s->opened.st_ctim))
		return err_set(e, ERR_IMAGE,
			       "the file changed while it was being read, or its name or rights did: its ctime is another");
	if (!s->to_end)
		return 0;
	n = read_some(s, &byte, 1, e);
	if (n < 0)
		return -1;
	return n == 0 ? 0 : changed(e);
}

/* At the end of a run: what is the next one, and up to where? */
static void find_hole(struct source *s)
{
	const off_t at = (off_t)(s->start + s->pos);
	off_t end = s->holes ? lseek(s->fd, at, SEEK_DATA) : at;

	s->in_hole = end > at || (end < 0 && errno == ENXIO);
	if (end == at)
		end = s->holes ? lseek(s->fd, at, SEEK_HOLE) : -1;
	/* What does not know of holes has none. */
	s->holes = s->holes && (end > at || s->in_hole);
	s->same_to = end > at ? (uint64_t)end - s->start : s->size;
	if (s->same_to > s->size)
		s->same_to = s->size;
}

/* How many bytes from here on need all not be read, or have all to be read?  At least one. */
static uint64_t find_run(struct source *s)
{
	uint64_t len = UINT64_MAX;

	if (s->pos < s->same_to)
		return s->same_to - s->pos;
	if (s->vacant && vacant_at(s->vacant, s->pos, &len)) {
		s->in_hole = true;
		s->same_to = s->pos + len;
	} else {
		find_hole(s);
		if (s->same_to - s->pos > len)
			s->same_to = s->pos + len;
	}
	return s->same_to - s->pos;
}

static uint64_t source_pass_zeros(struct stage *stage, uint64_t unit)
{
	struct source *s = (struct source *)stage;
	uint64_t n;

	if (!s->seekable || s->pos == s->size || stop_asked())
		return 0;
	n = find_run(s);
	if (!s->in_hole)
		return 0;
	n -= n % unit;
	s->pos += n;
	return n;
}

static ssize_t pull_file(struct source *s, void *buf, size_t cap, struct err *e)
{
	uint64_t left = s->size - s->pos;
	ssize_t n;

	if (left == 0)
		return check_unchanged(s, e);
	left = find_run(s);
	if (s->in_hole) {
		if (stop_asked())
			return stop_err(e);
		n = (ssize_t)(cap < left ? cap : left);
		memset(buf, 0, (size_t)n);
		return n;
	}
	n = read_or_zero(s, buf, cap < left ? cap : (size_t)left, e);
	if (n == 0)
		return changed(e);
	return n;
}

static ssize_t source_pull(struct stage *stage, void *buf, size_t cap, struct err *e)
{
	struct source *s = (struct source *)stage;
	ssize_t n;

	if (s->head_len > 0 && !s->seekable) {
		n = (ssize_t)(cap < s->head_len ? cap : s->head_len);
		memcpy(buf, s->head, (size_t)n);
		s->head += n;
		s->head_len -= (size_t)n;
	} else if (s->seekable) {
		n = pull_file(s, buf, cap, e);
	} else {
		n = read_some(s, buf, cap, e);
	}
	if (n > 0)
		s->pos += (uint64_t)n;
	return n;
}

static int source_rewind(struct stage *stage, struct err *e)
{
	struct source *s = (struct source *)stage;

	if (!s->seekable)
		return err_set(e, ERR_IMAGE, "a pipe cannot be read a second time");
	s->pos = s->same_to = s->careful_to = 0;
	if (s->vacant)
		vacant_rewind(s->vacant);
	return 0;
}

static const struct stage_ops source_ops = { "source", source_pull, source_rewind,
					     source_pass_zeros };

static int no_size(const char *instead, struct err *e)
{
	return err_set(e, ERR_USAGE, "is a pipe, whose size is not known before its end: %s",
		       instead);
}

int source_open(struct source *s, const char *path, const char *no_pipe, struct err *e)
{
	bool standard = strcmp(path, "-") == 0;
	off_t at, end;
	unsigned physical;
	int sector;

	memset(s, 0, sizeof(*s));
	s->stage.ops = &source_ops;
	s->fd = -1;
	/* Opening a FIFO waits for its writer: not for one that is refused anyway. */
	if (no_pipe && !standard && stat(path, &s->opened) == 0 && S_ISFIFO(s->opened.st_mode))
		return no_size(no_pipe, e);
	s->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (s->fd < 0)
		return stop_asked() ? stop_err(e) : err_errno(e, ERR_USAGE, "cannot open it");
	if (fstat(s->fd, &s->opened) != 0)
		return err_errno(e, ERR_USAGE, "cannot look at it");
	if (S_ISDIR(s->opened.st_mode))
		return err_set(e, ERR_USAGE, "is a directory, not an image");
	if (S_ISCHR(s->opened.st_mode) && isatty(s->fd))
		return err_set(e, ERR_USAGE, "is a terminal, not an image");
	if (S_ISCHR(s->opened.st_mode))
		return err_set(e, ERR_USAGE,
			       "is a character device, whose data has no end or none at all: give a file, a block device or a pipe");
	if (!S_ISREG(s->opened.st_mode) && !S_ISBLK(s->opened.st_mode))
		return no_pipe ? no_size(no_pipe, e) : 0;

	/* Standard input may have been read from before it came to us. */
	at = standard ? lseek(s->fd, 0, SEEK_CUR) : 0;
	end = lseek(s->fd, 0, SEEK_END);
	if (at < 0 || end < 0)
		return err_errno(e, ERR_USAGE, "cannot find its size");
	if (standard && lseek(s->fd, at, SEEK_SET) < 0)
		return err_errno(e, ERR_USAGE, "cannot go back to its beginning");
	s->seekable = s->to_end = true;
	/*
	 * Looking for holes moves the offset, which standard input shares with others.  A
	 * device has none, but one that is gone would seem to be nothing else.
	 */
	s->holes = !standard && S_ISREG(s->opened.st_mode);
	if (S_ISBLK(s->opened.st_mode) && ioctl(s->fd, BLKSSZGET, &sector) == 0 && sector > 0)
		s->sector = (unsigned)sector;
	s->physical = FILE_SECTOR_BYTES;
	if (S_ISBLK(s->opened.st_mode) && ioctl(s->fd, BLKPBSZGET, &physical) == 0 && physical > 0)
		s->physical = physical;
	s->start = (uint64_t)at;
	s->size = end > at ? (uint64_t)(end - at) : 0;
	(void)posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

int source_take(struct source *s, int fd, struct err *e)
{
	source_close(s);
	memset(s, 0, sizeof(*s));
	s->stage.ops = &source_ops;
	s->fd = fd;
	s->physical = FILE_SECTOR_BYTES;
	if (fstat(fd, &s->opened) != 0)
		return err_errno(e, ERR_FAILED, "cannot look at what was spooled");
	s->size = (uint64_t)s->opened.st_size;
	s->seekable = s->to_end = true;
	return 0;
}

int source_narrow(struct source *s, uint64_t at, uint64_t len, struct err *e)
{
	if (!s->seekable)
		return err_set(e, ERR_USAGE,
			       "is a pipe, of which no part can be taken: give a file or a device");
	if (at > s->size || len > s->size - at)
		return err_set(e, ERR_USAGE, "has %llu bytes: there are no %llu from byte %llu on",
			       (unsigned long long)s->size, (unsigned long long)len,
			       (unsigned long long)at);
	s->to_end = s->to_end && (len == 0 || len == s->size - at);
	s->start += at;
	s->size = len == 0 ? s->size - at : len;
	return 0;
}

ssize_t source_peek(struct source *s, unsigned char *buf, size_t cap, struct err *e)
{
	size_t len = 0;
	ssize_t n;

	if (s->seekable && s->size < cap)
		cap = (size_t)s->size;
	while (len < cap) {
		n = s->seekable ? read_or_zero(s, buf + len, cap - len, e) :
				  read_some(s, buf + len, cap - len, e);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
		s->pos = len;
	}
	s->pos = 0;
	s->head = buf;
	s->head_len = len;
	return (ssize_t)len;
}

void source_cancel(struct source *s)
{
	atomic_store(&s->cancelled, true);
}

void source_close(struct source *s)
{
	if (s->fd > STDERR_FILENO)
		(void)close(s->fd);
	s->fd = -1;
}
