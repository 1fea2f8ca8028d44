/* Secrets are read from variables, files and descriptors. */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fit.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/text.h"

ssize_t secret_read(int fd, char *buf, size_t cap, const char *what, struct err *e)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, buf + len, cap - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, ERR_USAGE, "cannot read %s", what);
		len += (size_t)n;
		if (len == cap)
			return err_set(e, ERR_LIMIT, "%s is longer than %zu bytes", what, cap - 1);
	}
	buf[len] = '\0';
	return (ssize_t)len;
}

void secret_guard(int fd, const char *path, bool holds_secret)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	if (st.st_uid != geteuid() && st.st_uid != 0)
		log_warn("%s belongs to another user, who can change what is in it", path);
	else if (st.st_mode & (S_IWGRP | S_IWOTH))
		log_warn("%s can be changed by others: chmod 600 it", path);
	else if (holds_secret && (st.st_mode & S_IWUSR) && (st.st_mode & (S_IRGRP | S_IROTH)))
		log_warn("%s holds credentials and can be read by others: chmod 600 it", path);
}

/* One line, as editors and "echo" leave it. */
static size_t cut_end(char *s, size_t len)
{
	while (len > 0 && (s[len - 1] == '\n' || s[len - 1] == '\r'))
		s[--len] = '\0';
	return len;
}

static int take_fd(struct secret *s, int fd, struct err *e)
{
	ssize_t len = secret_read(fd, s->value, sizeof(s->value), s->from, e);

	if (len < 0)
		return -1;
	len = (ssize_t)cut_end(s->value, (size_t)len);
	if (strlen(s->value) != (size_t)len || strpbrk(s->value, "\r\n"))
		return err_set(e, ERR_USAGE, "%s holds more than one line", s->from);
	s->given = true;
	return 0;
}

static int take_file(struct secret *s, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), result;

	if (fd < 0)
		return err_errno(e, ERR_USAGE, "cannot open %s, where %s should be", path, s->from);
	result = take_fd(s, fd, e);
	if (result == 0)
		secret_guard(fd, path, true);
	(void)close(fd);
	return result;
}

int secret_file(struct secret *s, const char *path, const char *name, struct err *e)
{
	if (fit_copy(s->from, sizeof(s->from), name, "a name", e) < 0)
		return -1;
	return take_file(s, path, e);
}

/* What name_FILE, whose name goes to out, says. */
static const char *file_of(const char *name, char *out, size_t cap)
{
	struct text t;

	text_init(&t, out, cap);
	text_printf(&t, "%s_FILE", name);
	return text_env(out);
}

bool secret_is_set(const char *name)
{
	char name_file[64];

	return text_env(name) || file_of(name, name_file, sizeof(name_file));
}

int secret_env(struct secret *s, const char *name, struct err *e)
{
	char name_file[64];
	const char *value = text_env(name), *path = file_of(name, name_file, sizeof(name_file));

	if (!value)
		return path ? secret_file(s, path, name_file, e) : 0;
	if (fit_copy(s->from, sizeof(s->from), name, "a name", e) < 0)
		return -1;
	s->given = true;
	if (fit_copy(s->value, sizeof(s->value), value, name, e) < 0)
		return -1;
	cut_end(s->value, strlen(s->value));
	return 0;
}

int secret_from(struct secret *s, const char *place, const char *name, struct err *e)
{
	uint64_t fd;

	if (strcmp(place, "env") == 0)
		return secret_env(s, name, e);
	if (fit_copy(s->from, sizeof(s->from), name, "a name", e) < 0)
		return -1;
	if (strcmp(place, "-") == 0)
		return take_fd(s, STDIN_FILENO, e);
	if (strncmp(place, "fd:", 3) == 0) {
		if (parse_number(place + 3, INT32_MAX, &fd) < 0)
			return err_set(e, ERR_USAGE, "%s is no descriptor: fd:3, for example",
				       place);
		return take_fd(s, (int)fd, e);
	}
	return take_file(s, place, e);
}
