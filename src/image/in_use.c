/* What is mounted, what is swap, and what devices are made of is read from /proc and /sys. */
#include "image/in_use.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/text.h"

#define SECTOR 512 /* of what /sys tells, whatever the device's own are */

#define SYS "/sys/dev/block"
#define MOUNTS "/proc/self/mountinfo"
#define DEVICES "/proc/partitions"

/* The device, and the part of it that counts. */
struct part {
	dev_t disk;
	uint64_t start, end;
};

/* The word behind n others on this line, or its end. */
static const char *word(const char *line, unsigned n)
{
	for (; n > 0; n--) {
		line += strcspn(line, " \n");
		line += *line == ' ';
	}
	return line;
}

/* A word, in which a space is written as \040. */
static bool keep(const char *from, char *out, size_t cap)
{
	size_t len = strcspn(from, " \t\n"), i, n = 0;

	if (len >= cap)
		return false;
	for (i = 0; i < len; i++, n++) {
		out[n] = from[i];
		if (len - i > 3 && from[i] == '\\' && strspn(from + i + 1, "01234567") >= 3) {
			out[n] = (char)((from[i + 1] - '0') * 64 + (from[i + 2] - '0') * 8 +
					(from[i + 3] - '0'));
			i += 3;
		}
	}
	out[n] = '\0';
	return len > 0;
}

bool in_use_next_mount(const char *text, size_t *at, struct in_use_mount *m)
{
	const char *line, *next, *more;
	char *end;

	for (;;) {
		line = text + *at;
		next = strchr(line, '\n');
		if (!next)
			return false;
		*at = (size_t)(next + 1 - text);
		/* 36 35 8:1 / /mnt rw,noatime shared:1 - ext4 /dev/sda1 rw,errors=continue */
		m->major = (unsigned)strtoul(word(line, 2), &end, 10);
		m->minor = *end == ':' ? (unsigned)strtoul(end + 1, NULL, 10) : 0;
		more = strstr(line, " - ");
		if (*end != ':' || !more || more > next)
			continue;
		/* A read-only mount may be one of several of a file system that is written to. */
		m->writable = strncmp(word(more, 4), "rw", 2) == 0;
		if (keep(word(more, 3), m->source, sizeof(m->source)) &&
		    keep(word(line, 4), m->point, sizeof(m->point)))
			return true;
	}
}

/* Read a file whole.  -1 if that is not possible. */
static int read_all(const char *path, char *buf, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && len < cap - 1) {
		n = read(fd, buf + len, cap - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	buf[len] = '\0';
	if (fd >= 0)
		(void)close(fd);
	return n == 0 ? 0 : -1;
}

/* A number that /sys has of a device. */
static bool read_number(unsigned major, unsigned minor, const char *name, uint64_t *value)
{
	char path[80], text[32], *end;

	snprintf(path, sizeof(path), SYS "/%u:%u/%s", major, minor, name);
	if (read_all(path, text, sizeof(text)) < 0)
		return false;
	*value = strtoull(text, &end, 10);
	return end != text;
}

/* Is it the device, or a partition of it that is a part of what counts? */
static bool concerns(const struct part *p, unsigned major, unsigned minor)
{
	char path[80], text[32], want[32];
	uint64_t start, size;

	if (makedev(major, minor) == p->disk)
		return true;
	/* The directory of a partition is in that of its disk. */
	snprintf(path, sizeof(path), SYS "/%u:%u/../dev", major, minor);
	snprintf(want, sizeof(want), "%u:%u\n", major(p->disk), minor(p->disk));
	if (read_all(path, text, sizeof(text)) < 0 || strcmp(text, want) != 0)
		return false;
	if (!read_number(major, minor, "start", &start) ||
	    !read_number(major, minor, "size", &size))
		return true;
	return start * SECTOR < p->end && (start + size) * SECTOR > p->start;
}

static bool path_concerns(const struct part *p, const char *path)
{
	struct stat st;

	return path[0] == '/' && stat(path, &st) == 0 && S_ISBLK(st.st_mode) &&
	       concerns(p, major(st.st_rdev), minor(st.st_rdev));
}

/* The first that is writable, or that is not. */
static enum in_use find_mount(const struct part *p, const char *text, char what[PATH_BYTES])
{
	enum in_use use = IN_USE_NOT;
	struct in_use_mount m;
	size_t at = 0;

	while (in_use_next_mount(text, &at, &m)) {
		if (!concerns(p, m.major, m.minor) && !path_concerns(p, m.source))
			continue;
		if (m.writable || use == IN_USE_NOT)
			text_say(what, PATH_BYTES, "%s", m.point);
		use = IN_USE_READ_ONLY;
		if (m.writable)
			return IN_USE_MOUNTED;
	}
	return use;
}

/* The first line is a title: "Filename Type Size Used Priority". */
static enum in_use find_swap(const struct part *p, const char *text, char what[PATH_BYTES])
{
	char name[PATH_BYTES];
	const char *line;

	for (line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n'))
		if (keep(line + 1, name, sizeof(name)) && path_concerns(p, name)) {
			text_say(what, PATH_BYTES, "%s", name);
			return IN_USE_SWAP;
		}
	return IN_USE_NOT;
}

/* A line of /proc/partitions: "   8        1    1048576 sda1". */
struct device {
	unsigned major, minor;
	char name[64]; /* as in /sys, which has '!' for '/' */
};

/* The next of text, of which *at has been read; false at its end. */
static bool next_device(const char *text, size_t *at, struct device *d)
{
	const char *line, *next;
	char *end, *c;

	for (;;) {
		line = text + *at;
		next = strchr(line, '\n');
		if (!next)
			return false;
		*at = (size_t)(next + 1 - text);
		line += strspn(line, " ");
		d->major = (unsigned)strtoul(line, &end, 10);
		/* The titles, and the empty line below them. */
		if (end == line)
			continue;
		d->minor = (unsigned)strtoul(end, &end, 10);
		(void)strtoull(end, &end, 10);
		if (*end != ' ' || !keep(end + 1, d->name, sizeof(d->name)))
			continue;
		for (c = d->name; *c; c++)
			if (*c == '/')
				*c = '!';
		return true;
	}
}

/* Is one of the devices made of this one? */
static bool is_held(const struct device *d, const char *text, char what[PATH_BYTES])
{
	char path[160];
	struct device other;
	size_t at = 0;

	while (next_device(text, &at, &other)) {
		snprintf(path, sizeof(path), SYS "/%u:%u/holders/%s", d->major, d->minor,
			 other.name);
		if (access(path, F_OK) != 0)
			continue;
		text_say(what, PATH_BYTES, "/dev/%s", other.name);
		return true;
	}
	return false;
}

static enum in_use find_holders(const struct part *p, const char *text, char what[PATH_BYTES])
{
	struct device d;
	size_t at = 0;

	while (next_device(text, &at, &d))
		if (concerns(p, d.major, d.minor) && is_held(&d, text, what))
			return IN_USE_HELD;
	return IN_USE_NOT;
}

static bool is_whole(const struct part *p)
{
	uint64_t size;

	return p->start == 0 && read_number(major(p->disk), minor(p->disk), "size", &size) &&
	       p->end >= size * SECTOR;
}

/* Does anybody claim it for himself? */
static bool is_claimed(int fd)
{
	char path[40];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (again >= 0)
		(void)close(again);
	return again < 0 && errno == EBUSY;
}

static enum in_use cannot_look(const char *path, char what[PATH_BYTES])
{
	text_say(what, PATH_BYTES, "%s", path);
	return IN_USE_NOT_KNOWN;
}

bool in_use_is_written(enum in_use use)
{
	return use == IN_USE_MOUNTED || use == IN_USE_SWAP || use == IN_USE_HELD ||
	       use == IN_USE_SOMEHOW;
}

enum in_use in_use(int fd, uint64_t start, uint64_t size, char *buf, size_t cap,
		   char what[PATH_BYTES])
{
	struct stat st;
	struct part p = { .start = start, .end = start + size };
	enum in_use use, mounted;

	what[0] = '\0';
	if (fstat(fd, &st) != 0 || !S_ISBLK(st.st_mode))
		return IN_USE_NOT;
	p.disk = st.st_rdev;
	if (access(SYS, F_OK) != 0)
		return cannot_look(SYS, what);
	if (read_all(MOUNTS, buf, cap) < 0)
		return cannot_look(MOUNTS, what);
	mounted = find_mount(&p, buf, what);
	if (mounted == IN_USE_MOUNTED)
		return IN_USE_MOUNTED;
	/* A kernel without swap has no such file. */
	if (read_all("/proc/swaps", buf, cap) == 0 && find_swap(&p, buf, what) == IN_USE_SWAP)
		return IN_USE_SWAP;
	if (read_all(DEVICES, buf, cap) < 0)
		return cannot_look(DEVICES, what);
	use = find_holders(&p, buf, what);
	if (use != IN_USE_NOT)
		return use;
	if (mounted == IN_USE_READ_ONLY)
		return IN_USE_READ_ONLY;
	/* A disk is claimed with each of its partitions. */
	return is_whole(&p) && is_claimed(fd) ? IN_USE_SOMEHOW : IN_USE_NOT;
}
