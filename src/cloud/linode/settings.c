/*
 * linode-cli's settings, as its own configuration module reads them: the file
 * is $LINODE_CLI_CONFIG, ~/.linode-cli if it exists, $XDG_CONFIG_HOME/linode-cli
 * or ~/.config/linode-cli; [DEFAULT] names the user and holds what every
 * section inherits; the environment wins.
 */
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cloud/linode/linode.h"

/* The keys that are read; all others are linode-cli's own affair. */
enum {
	KEY_TOKEN,
	KEY_USER,
	KEY_REGION,
	KEY_HOST,
	KEY_VERSION,
	KEY_SCHEME,
	KEYS
};

static const char *const key_names[KEYS] = {
	[KEY_TOKEN] = "token",   [KEY_USER] = "default-user",   [KEY_REGION] = "region",
	[KEY_HOST] = "api_host", [KEY_VERSION] = "api_version", [KEY_SCHEME] = "api_scheme",
};

struct reader {
	struct linode_settings *s;
	const char *section; /* the one to take values from */
	char only[64];       /* the first section that is a user */
	unsigned users;
	bool found;      /* section was seen */
	bool seen[KEYS]; /* in section */
	struct err *e;
};

/* BasicInterpolation of Python's configparser: "%%" stands for "%". */
static int take(char *to, size_t cap, const char *value, const char *name, struct err *e)
{
	struct text t;

	text_init(&t, to, cap);
	for (; *value; value++) {
		text_put_n(&t, value, 1);
		if (value[0] == '%' && value[1] == '%')
			value++;
	}
	return text_done(&t, name, e);
}

static int take_key(struct linode_settings *s, int key, const char *value, struct err *e)
{
	const char *name = key_names[key];

	switch (key) {
	case KEY_TOKEN:
		s->token.given = true;
		if (text_copy(s->token.from, sizeof(s->token.from), "linode-cli's settings file",
			      name, e) < 0)
			return -1;
		return take(s->token.value, sizeof(s->token.value), value, name, e);
	case KEY_USER:
		/* --as-user was there first. */
		return s->user[0] ? 0 : take(s->user, sizeof(s->user), value, name, e);
	case KEY_REGION:
		return take(s->region, sizeof(s->region), value, name, e);
	case KEY_HOST:
		return take(s->host, sizeof(s->host), value, name, e);
	case KEY_VERSION:
		return take(s->version, sizeof(s->version), value, name, e);
	default:
		return take(s->scheme, sizeof(s->scheme), value, name, e);
	}
}

static int note_user(struct reader *r, const char *section)
{
	if (strcmp(section, "DEFAULT") == 0 || strcmp(section, "custom_aliases") == 0 ||
	    strcmp(section, r->only) == 0)
		return 0;
	r->users++;
	return r->users > 1 ?
		       0 :
		       text_copy(r->only, sizeof(r->only), section, "a section's name", r->e);
}

/* inih's handler: non-zero to go on.  name is NULL where a section begins. */
static int on_line(void *arg, const char *section, const char *name, const char *value)
{
	struct reader *r = arg;
	int key;

	if (note_user(r, section) < 0)
		return 0;
	if (strcmp(section, r->section) != 0)
		return 1;
	r->found = true;
	for (key = 0; name && key < KEYS; key++) {
		if (!text_same(name, key_names[key]))
			continue;
		/* inih hands over a continuation line as a second value. */
		if (r->seen[key]) {
			err_set(r->e, ERR_USAGE, "[%s] has %s twice, or with two lines", section,
				key_names[key]);
			return 0;
		}
		r->seen[key] = true;
		return take_key(r->s, key, value ? value : "", r->e) == 0;
	}
	return 1;
}

static int parse(struct reader *r, const char *text, const char *section, const char *path)
{
	int line;

	r->section = section;
	r->found = false;
	memset(r->seen, 0, sizeof(r->seen));
	r->users = 0;
	r->only[0] = '\0';
	line = ini_parse_string(text, on_line, r);
	if (r->e->code != ERR_NONE)
		return err_at(r->e, path);
	if (line != 0)
		return err_set(r->e, ERR_USAGE, "%s: line %d is not understood", path, line);
	return 0;
}

/* The sections: [DEFAULT] for all, then the user's own over it. */
static int read_ini(struct linode_settings *s, const char *text, const char *path,
		    const char *as_user, struct err *e)
{
	struct reader r = { .s = s, .e = e };

	if (as_user && text_copy(s->user, sizeof(s->user), as_user, "--as-user", e) < 0)
		return -1;
	if (parse(&r, text, "DEFAULT", path) < 0)
		return -1;
	if (s->user[0] == '\0' && !s->token.given && r.users == 1 &&
	    text_copy(s->user, sizeof(s->user), r.only, "a section's name", e) < 0)
		return -1;
	if (s->user[0] == '\0')
		return 0;
	if (parse(&r, text, s->user, path) < 0)
		return -1;
	/* default-user may name nobody: linode-cli then has no token, and says so. */
	if (!r.found && as_user)
		return err_set(e, ERR_USAGE, "the user %s is not in %s", s->user, path);
	return 0;
}

static int join(char *path, size_t cap, const char *dir, const char *name, struct err *e)
{
	struct text t;

	text_init(&t, path, cap);
	text_put(&t, dir);
	text_put(&t, name);
	return text_done(&t, "the settings file's path", e);
}

/* Open the settings file; its path is in path.  -1 with errno ENOENT if there is none. */
static int open_file(char *path, size_t cap, struct err *e)
{
	const char *config = getenv("LINODE_CLI_CONFIG"), *home = getenv("HOME");
	const char *xdg = getenv("XDG_CONFIG_HOME");
	int fd, failed;

	if (config && *config) {
		if (config[0] == '~' && config[1] == '/' && home)
			failed = join(path, cap, home, config + 1, e);
		else
			failed = join(path, cap, config, "", e);
	} else {
		if (home && *home) {
			if (join(path, cap, home, "/.linode-cli", e) < 0)
				return -1;
			fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
			if (fd >= 0 || errno != ENOENT)
				return fd;
		}
		errno = ENOENT;
		path[0] = '\0';
		if (xdg && *xdg)
			failed = join(path, cap, xdg, "/linode-cli", e);
		else if (home && *home)
			failed = join(path, cap, home, "/.config/linode-cli", e);
		else
			return -1;
	}
	return failed < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

static int load_file(struct linode_settings *s, const struct options *o, char *scratch, size_t cap,
		     struct err *e)
{
	char path[PATH_BYTES];
	int fd = open_file(path, sizeof(path), e);
	ssize_t len;
	int result;

	if (fd < 0 && e->code != ERR_NONE)
		return -1;
	/* Like linode-cli, be content without a file that was not asked for. */
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR ||
		       (errno == EACCES && !getenv("LINODE_CLI_CONFIG")))) {
		if (o->as_user)
			return err_set(e, ERR_USAGE, "--as-user %s: there is no settings file %s",
				       o->as_user, path);
		return 0;
	}
	if (fd < 0)
		return err_errno(e, ERR_USAGE, "cannot open %s", path);
	len = secret_read(fd, scratch, cap < SETTINGS_FILE_MAX ? cap : SETTINGS_FILE_MAX, path, e);
	(void)close(fd);
	result = len < 0 ? -1 : read_ini(s, scratch, path, o->as_user, e);
	text_wipe(scratch, len < 0 ? cap : (size_t)len);
	return result;
}

static int from_env(char *to, size_t cap, const char *name, struct err *e)
{
	const char *value = getenv(name);

	return value && *value ? text_copy(to, cap, value, name, e) : 0;
}

/* Where the token goes must be a host and nothing else. */
static int check_place(const struct linode_settings *s, struct err *e)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t n = strspn(s->version, letters);

	if (s->host[0] == '\0')
		return err_set(e, ERR_USAGE, "the API host is empty");
	if (strcmp(s->scheme, "https") != 0 && strcmp(s->scheme, "http") != 0)
		return err_set(e, ERR_USAGE, "the API scheme is %s, not https", s->scheme);
	if (n == 0 || s->version[n] != '\0')
		return err_set(e, ERR_USAGE, "%s is no API version: v4, for example", s->version);
	for (n = 0; s->host[n]; n++)
		if (!strchr(letters, s->host[n]) && !strchr("-.:[]_", s->host[n]))
			return err_set(e, ERR_USAGE, "the API host %s is not a host name", s->host);
	return 0;
}

int linode_settings_load(struct linode_settings *s, const struct options *o, char *scratch,
			 size_t cap, struct err *e)
{
	memset(s, 0, sizeof(*s));
	if (text_copy(s->host, sizeof(s->host), "api.linode.com", "host", e) < 0 ||
	    text_copy(s->scheme, sizeof(s->scheme), "https", "scheme", e) < 0 ||
	    text_copy(s->version, sizeof(s->version), "v4", "version", e) < 0)
		return -1;
	if (load_file(s, o, scratch, cap, e) < 0)
		return -1;
	if (from_env(s->host, sizeof(s->host), "LINODE_CLI_API_HOST", e) < 0 ||
	    from_env(s->scheme, sizeof(s->scheme), "LINODE_CLI_API_SCHEME", e) < 0 ||
	    from_env(s->version, sizeof(s->version), "LINODE_CLI_API_VERSION", e) < 0 ||
	    check_place(s, e) < 0)
		return -1;
	/* The later one wins, even when it is empty. */
	if (secret_env(&s->token, "LINODE_TOKEN", e) < 0 ||
	    secret_env(&s->token, "LINODE_CLI_TOKEN", e) < 0)
		return -1;
	return 0;
}
