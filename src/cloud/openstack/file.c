/* Settings files of openstacksdk are found, and their clouds merged. */
#include "cloud/openstack/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fit.h"
#include "base/json_text.h"
#include "base/parse.h"
#include "base/secret.h"
#include "base/text.h"

/* 1 if it was opened, 0 if there is none, or none that may be read. */
static int try_open(struct os_file *f, const char *dir, const char *below, const char *name,
		    int *fd, struct err *e)
{
	struct text t;

	text_init(&t, f->path, sizeof(f->path));
	text_printf(&t, "%s%s%s", dir, below, name);
	if (fit_done(&t, "the path of clouds.yaml", e) < 0)
		return -1;
	*fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*fd < 0 && errno != ENOENT && errno != ENOTDIR && errno != EACCES)
		return err_errno(e, ERR_USAGE, "cannot open %s", f->path);
	return *fd >= 0;
}

/* Where everybody may put a file, in /tmp, it says where somebody else wants the password sent. */
static int check_directory(const struct os_file *f, const char *variable, struct err *e)
{
	char dir[PATH_BYTES];
	struct stat st;
	struct text t;

	text_init(&t, dir, sizeof(dir));
	text_put_n(&t, f->path, (size_t)(text_base_name(f->path) - f->path));
	if (stat(dir, &st) != 0 || !(st.st_mode & S_IWOTH))
		return 0;
	return err_set(e, ERR_USAGE,
		       "%s lies where everybody can put one: if it is meant, name it with %s",
		       f->path, variable);
}

/* variable: OS_CLIENT_CONFIG_FILE; stem: "clouds" */
static int find(struct os_file *f, const char *variable, const char *stem, int *fd, struct err *e)
{
	static const char *const ends[] = { ".yaml", ".yml", ".json" };
	const char *own = text_env(variable), *home = text_env("HOME"),
		   *xdg = text_env("XDG_CONFIG_HOME");
	const struct {
		const char *dir, *below;
	} dirs[] = {
		{ ".", "/" },
		{ xdg, "/openstack/" },
		{ home, "/.config/openstack/" },
		{ "/etc/xdg/openstack", "/" },
		{ "/etc/openstack", "/" },
	};
	char name[32];
	size_t i, k;
	int found;

	*fd = -1;
	if (own) {
		found = try_open(f, own, "", "", fd, e);
		return found != 0 ? found :
				    err_errno(e, ERR_USAGE, "cannot open %s, which %s names", own,
					      variable);
	}
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		for (k = 0; dirs[i].dir && k < sizeof(ends) / sizeof(ends[0]); k++) {
			struct text t;

			text_init(&t, name, sizeof(name));
			text_printf(&t, "%s%s", stem, ends[k]);
			found = try_open(f, dirs[i].dir, dirs[i].below, name, fd, e);
			if (found > 0 && check_directory(f, variable, e) < 0) {
				(void)close(*fd);
				return -1;
			}
			if (found != 0)
				return found;
		}
	}
	return 0;
}

/* "\ud83d\udcbe"? */
static bool is_pair(const char *s)
{
	size_t i;

	for (i = 0; i < 12; i++)
		if (i % 6 == 0 ? s[i] != '\\' : i % 6 == 1 ? s[i] != 'u' : parse_hex(s[i]) < 0)
			return false;
	return parse_hex(s[2]) == 13 && parse_hex(s[3]) / 4 == 2 && parse_hex(s[8]) == 13 &&
	       parse_hex(s[9]) / 4 == 3;
}

/* JSON's two escapes for one character (RFC 8259, section 7), which YAML does not know. */
static size_t join_surrogates(char *s, size_t len)
{
	size_t from, to, n;
	struct text t;

	for (from = to = 0; from < len; from += n) {
		n = s[from] == '\\' && from + 1 < len ? 2 : 1;
		if (len - from >= 12 && is_pair(s + from)) {
			/* Four bytes, in place of twelve. */
			char pair[8];

			text_init(&t, pair, sizeof(pair));
			json_unescape(&t, s + from, 12);
			memcpy(s + to, pair, t.len);
			to += t.len;
			n = 12;
			continue;
		}
		memmove(s + to, s + from, n);
		to += n;
	}
	s[to] = '\0';
	return to;
}

int os_file_load(struct os_file *f, const char *variable, const char *stem, char *buf, size_t cap,
		 struct err *e)
{
	struct yaml *y = &f->yaml;
	int fd, found = find(f, variable, stem, &fd, e);
	ssize_t len;

	memset(y, 0, sizeof(*y));
	if (found <= 0)
		return found;
	len = secret_read(fd, buf, cap / 2, f->path, e);
	if (len >= 0)
		secret_guard(fd, f->path,
			     strstr(buf, "password") || strstr(buf, "token") ||
				     strstr(buf, "secret"));
	(void)close(fd);
	if (len > 0 && text_ends(f->path, ".json"))
		len = (ssize_t)join_surrogates(buf, (size_t)len);
	if (len < 0 || yaml_load(y, buf + cap / 2, cap - cap / 2, buf, (size_t)len, f->path, e) < 0)
		return -1;
	return 1;
}
