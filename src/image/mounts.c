/* Mounted file systems and their devices are read from /proc/self/mountinfo. */
#include "image/mounts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/bounds.h"

/* The word behind n others on this line, or its end. */
static const char *word(const char *line, unsigned n)
{
	for (; n > 0; n--) {
		line += strcspn(line, " \n");
		line += *line == ' ';
	}
	return line;
}

static bool keep(const char *from, char *out, size_t cap)
{
	size_t len = strcspn(from, " \n");

	if (len >= cap)
		return false;
	memcpy(out, from, len);
	out[len] = '\0';
	return len > 0;
}

bool mounts_find(const char *text,
		 bool (*wanted)(void *arg, unsigned major, unsigned minor, const char *source),
		 void *arg, char *point, size_t cap)
{
	char source[PATH_BYTES], *end;
	const char *line = text, *next, *more;
	unsigned long major, minor;

	for (; (next = strchr(line, '\n')); line = next + 1) {
		/* 36 35 8:1 / /mnt rw,noatime shared:1 - ext4 /dev/sda1 rw,errors=continue */
		major = strtoul(word(line, 2), &end, 10);
		minor = *end == ':' ? strtoul(end + 1, NULL, 10) : 0;
		more = strstr(line, " - ");
		if (*end != ':' || !more || more > next)
			continue;
		/* A read-only mount may be one of several of a file system that is written to. */
		if (strncmp(word(more, 4), "rw", 2) != 0 ||
		    !keep(word(more, 3), source, sizeof(source)))
			continue;
		if (keep(word(line, 4), point, cap) &&
		    wanted(arg, (unsigned)major, (unsigned)minor, source))
			return true;
	}
	return false;
}

static ssize_t read_all(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && len < size - 1) {
		n = read(fd, buf + len, size - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	buf[len] = '\0';
	if (fd >= 0)
		(void)close(fd);
	return n < 0 ? -1 : (ssize_t)len;
}

/* Is it the disk, or a partition of it? */
static bool is_part(dev_t disk, unsigned major, unsigned minor)
{
	char path[64], text[32], want[32];

	if (makedev(major, minor) == disk)
		return true;
	/* The directory of a partition is in that of its disk. */
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/../dev", major, minor);
	snprintf(want, sizeof(want), "%u:%u\n", major(disk), minor(disk));
	return read_all(path, text, sizeof(text)) > 0 && strcmp(text, want) == 0;
}

static bool on_disk(void *arg, unsigned major, unsigned minor, const char *source)
{
	const dev_t *disk = arg;
	struct stat st;

	if (is_part(*disk, major, minor))
		return true;
	return source[0] == '/' && stat(source, &st) == 0 && S_ISBLK(st.st_mode) &&
	       is_part(*disk, major(st.st_rdev), minor(st.st_rdev));
}

bool mounts_has(int fd, char *buf, size_t size, char *point, size_t cap)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISBLK(st.st_mode) &&
	       read_all("/proc/self/mountinfo", buf, size) > 0 &&
	       mounts_find(buf, on_disk, &st.st_rdev, point, cap);
}
