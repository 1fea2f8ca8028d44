/*
 * linode-cli's settings, as its own configuration module reads them: the file
 * is $LINODE_CLI_CONFIG, ~/.linode-cli if it exists, $XDG_CONFIG_HOME/linode-cli
 * or ~/.config/linode-cli; [DEFAULT] names the user and holds what every
 * section inherits; the environment wins.
 */
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fit.h"
#include "base/text.h"
#include "cloud/linode/linode.h"
#include "cloud/linode/own.h"

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
	const char *text;    /* the whole file */
	const char *path;    /* ... and its name */
	const char *section; /* the one to take values from */
	char only[64];       /* the first section that is a user */
	unsigned users;
	bool found;      /* section was seen */
	bool seen[KEYS]; /* in section */
	struct err *e;
};

/* Where the value of a key goes. */
static char *place_of(struct linode_settings *s, int key, size_t *cap)
{
	switch (key) {
	case KEY_TOKEN:
		*cap = sizeof(s->token.value);
		return s->token.value;
	case KEY_USER:
		*cap = sizeof(s->user);
		return s->user;
	case KEY_REGION:
		*cap = sizeof(s->region);
		return s->region;
	case KEY_HOST:
		*cap = sizeof(s->host);
		return s->host;
	case KEY_VERSION:
		*cap = sizeof(s->version);
		return s->version;
	default:
		*cap = sizeof(s->scheme);
		return s->scheme;
	}
}

/* Does the line, counted from 1, begin with a blank?  Then its value belongs to the one before. */
static bool is_continued(const char *text, int line)
{
	while (--line > 0 && text)
		text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL;
	return text && (*text == ' ' || *text == '\t');
}

/* The value as it stands, its lines joined by line ends. */
static int take_key(struct reader *r, int key, const char *value, int line)
{
	size_t cap, len;
	char *to = place_of(r->s, key, &cap);
	bool more = r->seen[key] && is_continued(r->text, line);
	struct text t;

	if (r->seen[key] && !more)
		return err_set(r->e, ERR_USAGE, "[%s] has %s twice", r->section, key_names[key]);
	r->seen[key] = true;
	/* --as-user was there first. */
	if (key == KEY_USER && strcmp(r->section, "DEFAULT") != 0)
		return 0;
	len = more ? strlen(to) : 0;
	text_init(&t, to + len, cap - len);
	text_put(&t, more ? "\n" : "");
	text_put(&t, value);
	if (fit_done(&t, key_names[key], r->e) < 0 || key != KEY_TOKEN)
		return t.full ? -1 : 0;
	r->s->token.given = true;
	return fit_copy(r->s->token.from, sizeof(r->s->token.from), "linode-cli's settings file",
			key_names[key], r->e);
}

static int note_user(struct reader *r, const char *section)
{
	if (strcmp(section, "DEFAULT") == 0 || strcmp(section, "custom_aliases") == 0 ||
	    strcmp(section, r->only) == 0)
		return 0;
	r->users++;
	return r->users > 1 ? 0 :
			      fit_copy(r->only, sizeof(r->only), section, "a section's name", r->e);
}

/* inih's handler: non-zero to go on.  name is NULL where a section begins. */
static int on_line(void *arg, const char *section, const char *name, const char *value, int line)
{
	struct reader *r = arg;
	int key;

	if (note_user(r, section) < 0)
		return 0;
	if (strcmp(section, r->section) != 0)
		return 1;
	r->found = true;
	for (key = 0; name && key < KEYS; key++)
		if (text_same(name, key_names[key]))
			return take_key(r, key, value ? value : "", line) == 0;
	return 1;
}

static int parse(struct reader *r, const char *section)
{
	int line;

	r->section = section;
	r->found = false;
	memset(r->seen, 0, sizeof(r->seen));
	r->users = 0;
	r->only[0] = '\0';
	line = ini_parse_string(r->text, on_line, r);
	if (r->e->code != ERR_NONE)
		return err_at(r->e, r->path);
	if (line != 0)
		return err_set(r->e, ERR_USAGE, "%s: line %d is not understood", r->path, line);
	return 0;
}

/* One value that another one names. */
struct wanted {
	const char *section;
	char name[64];
	struct text value;
	bool found;
};

static int on_wanted(void *arg, const char *section, const char *name, const char *value, int line)
{
	struct wanted *w = arg;

	(void)line;
	if (!name || strcmp(section, w->section) != 0 || !text_same(name, w->name))
		return 1;
	text_put(&w->value, w->found ? "\n" : "");
	text_put(&w->value, value ? value : "");
	w->found = true;
	return 1;
}

/* In the user's section or, as every section has what is in there, in [DEFAULT]. */
static int find_value(const struct reader *r, const char *section, struct wanted *w)
{
	w->section = section;
	(void)ini_parse_string(r->text, on_wanted, w);
	if (!w->found && strcmp(section, "DEFAULT") != 0)
		return find_value(r, "DEFAULT", w);
	if (!w->found)
		return err_set(r->e, ERR_USAGE, "%s: %%(%s)s names nothing that is there", r->path,
			       w->name);
	return fit_done(&w->value, w->name, r->e);
}

/* Values that name each other: Python's own limit. */
#define NAMES_DEPTH 10

/* Names in one value, with those in the values that they stand for. */
#define NAMES_MAX 100

/* BasicInterpolation of Python's configparser: "%%" is a "%", "%(name)s" another value. */
static int fill_in(const struct reader *r, const char *section, const char *raw, struct text *out,
		   unsigned depth, unsigned *names)
{
	struct wanted w = { .found = false };
	char value[512];
	size_t len;
	struct text name;

	for (; *raw && !out->full; raw++) {
		if (raw[0] != '%' || raw[1] == '%') {
			text_put_n(out, raw, 1);
			raw += raw[0] == '%';
			continue;
		}
		len = raw[1] == '(' ? strcspn(raw + 2, ")") : 0;
		if (len == 0 || raw[2 + len] != ')' || raw[3 + len] != 's')
			return err_set(r->e, ERR_USAGE,
				       "%s: a value holds a single %%, which is written %%%%",
				       r->path);
		text_init(&name, w.name, sizeof(w.name));
		text_put_n(&name, raw + 2, len);
		w.found = false;
		text_init(&w.value, value, sizeof(value));
		if (fit_done(&name, "a name in %()s", r->e) < 0 || find_value(r, section, &w) < 0)
			return -1;
		if (depth == NAMES_DEPTH)
			return err_set(r->e, ERR_USAGE, "%s: %%(%s)s leads in a circle", r->path,
				       w.name);
		if (++*names > NAMES_MAX)
			return err_set(r->e, ERR_LIMIT,
				       "%s: there are more than %u names, as %%(%s)s, behind one value",
				       r->path, NAMES_MAX, w.name);
		if (fill_in(r, section, value, out, depth + 1, names) < 0)
			return -1;
		raw += 3 + len;
	}
	return 0;
}

static int fill_in_key(struct reader *r, const char *section, int key)
{
	char raw[SECRET_MAX];
	size_t cap;
	char *to = place_of(r->s, key, &cap);
	struct text t;
	unsigned names = 0;
	int result;

	if (!strchr(to, '%'))
		return 0;
	snprintf(raw, sizeof(raw), "%s", to);
	text_init(&t, to, cap);
	result = fill_in(r, section, raw, &t, 0, &names);
	text_wipe(raw, sizeof(raw));
	return result < 0 ? -1 : fit_done(&t, key_names[key], r->e);
}

/* The sections: [DEFAULT] for all, then the user's own over it. */
static int read_ini(struct linode_settings *s, const char *text, const char *path,
		    const char *as_user, struct err *e)
{
	struct reader r = { .s = s, .text = text, .path = path, .e = e };
	int key;

	if (parse(&r, "DEFAULT") < 0 || fill_in_key(&r, "DEFAULT", KEY_USER) < 0)
		return -1;
	if (as_user && fit_copy(s->user, sizeof(s->user), as_user, "--as-user", e) < 0)
		return -1;
	if (s->user[0] == '\0' && r.users == 1 &&
	    fit_copy(s->user, sizeof(s->user), r.only, "a section's name", e) < 0)
		return -1;
	if (s->user[0] && parse(&r, s->user) < 0)
		return -1;
	if (s->user[0] && !r.found)
		return err_set(e, ERR_USAGE, "the user %s%s is not in %s", s->user,
			       as_user ? "" : ", the default-user,", path);
	for (key = 0; key < KEYS; key++)
		if (key != KEY_USER && fill_in_key(&r, s->user[0] ? s->user : "DEFAULT", key) < 0)
			return -1;
	return 0;
}

static int join(char *path, size_t cap, const char *dir, const char *name, struct err *e)
{
	struct text t;

	text_init(&t, path, cap);
	text_put(&t, dir);
	text_put(&t, name);
	return fit_done(&t, "the settings file's path", e);
}

/* Open the settings file; its path is in path.  -1 with errno ENOENT if there is none. */
static int open_file(char *path, size_t cap, struct err *e)
{
	const char *config = text_env("LINODE_CLI_CONFIG"), *home = text_env("HOME");
	const char *xdg = text_env("XDG_CONFIG_HOME");
	int fd, failed;

	if (config) {
		if (config[0] == '~' && config[1] == '/' && home)
			failed = join(path, cap, home, config + 1, e);
		else
			failed = join(path, cap, config, "", e);
	} else {
		if (home) {
			if (join(path, cap, home, "/.linode-cli", e) < 0)
				return -1;
			fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
			if (fd >= 0 || errno != ENOENT)
				return fd;
		}
		errno = ENOENT;
		path[0] = '\0';
		if (xdg)
			failed = join(path, cap, xdg, "/linode-cli", e);
		else if (home)
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
		       (errno == EACCES && !text_env("LINODE_CLI_CONFIG")))) {
		if (linode_own(o)->as_user)
			return err_set(e, ERR_USAGE, "--as-user %s: there is no settings file %s",
				       linode_own(o)->as_user, path);
		return 0;
	}
	if (fd < 0)
		return err_errno(e, ERR_USAGE, "cannot open %s", path);
	len = secret_read(fd, scratch, cap < SETTINGS_FILE_MAX ? cap : SETTINGS_FILE_MAX, path, e);
	result = len < 0 ? -1 : read_ini(s, scratch, path, linode_own(o)->as_user, e);
	if (result == 0)
		secret_guard(fd, path, s->token.given);
	(void)close(fd);
	text_wipe(scratch, len < 0 ? cap : (size_t)len);
	return result;
}

/* The later one wins, even when it is empty: linode-cli has no token then. */
static int token_from_env(struct secret *token, const char *name, struct err *e)
{
	const char *value = getenv(name);

	if (!value || *value)
		return secret_env(token, name, e);
	token->given = true;
	token->value[0] = '\0';
	return fit_copy(token->from, sizeof(token->from), name, "a name", e);
}

static int from_env(char *to, size_t cap, const char *name, struct err *e)
{
	const char *value = text_env(name);

	return value ? fit_copy(to, cap, value, name, e) : 0;
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
	if (fit_copy(s->host, sizeof(s->host), "api.linode.com", "host", e) < 0 ||
	    fit_copy(s->scheme, sizeof(s->scheme), "https", "scheme", e) < 0 ||
	    fit_copy(s->version, sizeof(s->version), "v4", "version", e) < 0)
		return -1;
	if (load_file(s, o, scratch, cap, e) < 0)
		return -1;
	if (from_env(s->host, sizeof(s->host), "LINODE_CLI_API_HOST", e) < 0 ||
	    from_env(s->scheme, sizeof(s->scheme), "LINODE_CLI_API_SCHEME", e) < 0 ||
	    from_env(s->version, sizeof(s->version), "LINODE_CLI_API_VERSION", e) < 0 ||
	    check_place(s, e) < 0)
		return -1;
	if (token_from_env(&s->token, "LINODE_TOKEN", e) < 0 ||
	    token_from_env(&s->token, "LINODE_CLI_TOKEN", e) < 0)
		return -1;
	return 0;
}
