/*
 * The file's shape, as ionosctl's SDK has it (sdk-go-bundle, fileconfiguration):
 *
 *	currentProfile: user
 *	profiles: [{name, environment, credentials: {username, password, token}}]
 *	environments: [{name, certificateAuthData,
 *	  products: [{name, endpoints: [{name, skipTlsVerify, certificateAuthData}]}]}]
 *
 * Names are compared without regard to case and to blanks around them.
 */
#include "cloud/ionos/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fit.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "cloud/yaml.h"

struct reader {
	struct ionos_config *c;
	struct yaml yaml;
	struct err *e;
};

static bool same_name(const char *a, const char *b)
{
	size_t len;

	a += strspn(a, " ");
	b += strspn(b, " ");
	for (len = strlen(a); len > 0 && a[len - 1] == ' '; len--)
		;
	return strncasecmp(a, b, len) == 0 && b[len + strspn(b + len, " ")] == '\0';
}

static int misplaced(struct reader *r, unsigned at, const char *key, const char *kind)
{
	return err_set(r->e, ERR_USAGE, "%s, line %u: %s has to be %s", r->c->path,
		       yaml_line(&r->yaml, at), key, kind);
}

/* The member key, which has to be of this kind if it is there at all. */
static int member(struct reader *r, unsigned at, const char *key, enum yaml_kind kind,
		  unsigned *found)
{
	static const char *const names[] = {
		[YAML_KIND_SCALAR] = "a text",
		[YAML_KIND_SEQUENCE] = "a list",
		[YAML_KIND_MAPPING] = "a mapping",
	};
	unsigned value = yaml_member(&r->yaml, at, key);

	*found = value;
	if (yaml_kind(&r->yaml, value) == YAML_KIND_NONE)
		*found = YAML_NONE;
	else if (yaml_kind(&r->yaml, value) != kind)
		return misplaced(r, value, key, names[kind]);
	return 0;
}

/* A text; an empty one is none. */
static int get(struct reader *r, unsigned at, const char *key, const char **text)
{
	unsigned value;

	if (member(r, at, key, YAML_KIND_SCALAR, &value) < 0)
		return -1;
	*text = yaml_text(&r->yaml, value);
	if (*text && **text == '\0')
		*text = NULL;
	return 0;
}

/* As Go's YAML reads a bool. */
static int get_bool(struct reader *r, unsigned at, const char *key, bool *value)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "n", "y" };
	const char *text;
	size_t i;

	*value = false;
	if (get(r, at, key, &text) < 0)
		return -1;
	if (!text)
		return 0;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (text_same(text, words[i])) {
			*value = i % 2 == 1;
			return 0;
		}
	}
	return misplaced(r, yaml_member(&r->yaml, at, key), key, "true or false");
}

/*
 * Look for the element of a list whose name is this one; *found is YAML_NONE if
 * there is none.  Two are refused: nobody knows which one is meant.
 */
static int named(struct reader *r, unsigned list, const char *name, const char *what,
		 unsigned *found)
{
	const char *own;
	unsigned at;

	*found = YAML_NONE;
	for (at = yaml_first(&r->yaml, list); at != YAML_NONE; at = yaml_next(&r->yaml, at)) {
		if (yaml_kind(&r->yaml, at) != YAML_KIND_MAPPING)
			return misplaced(r, at, what, "a mapping");
		if (get(r, at, "name", &own) < 0)
			return -1;
		if (!own || !same_name(own, name))
			continue;
		if (*found != YAML_NONE)
			return err_set(r->e, ERR_USAGE, "%s, line %u: the %s %s is there twice",
				       r->c->path, yaml_line(&r->yaml, at), what, name);
		*found = at;
	}
	return 0;
}

/* The current profile and its credentials; *environment is NULL if it names none. */
static int read_profile(struct reader *r, const char **environment)
{
	const char *current = text_env("IONOS_CURRENT_PROFILE");
	unsigned profiles, profile, credentials;
	struct ionos_config *c = r->c;

	*environment = NULL;
	if (member(r, YAML_ROOT, "profiles", YAML_KIND_SEQUENCE, &profiles) < 0)
		return -1;
	if (!current && get(r, YAML_ROOT, "currentProfile", &current) < 0)
		return -1;
	if (!current) {
		if (yaml_count(&r->yaml, profiles) > 0)
			log_warn("%s: no currentProfile is set, so no profile is used", c->path);
		return 0;
	}
	if (named(r, profiles, current, "profile", &profile) < 0)
		return -1;
	if (profile == YAML_NONE)
		return err_set(r->e, ERR_USAGE,
			       "%s has no profile %s: look at IONOS_CURRENT_PROFILE and currentProfile",
			       c->path, current);
	if (get(r, profile, "name", &c->profile) < 0 ||
	    get(r, profile, "environment", environment) < 0 ||
	    member(r, profile, "credentials", YAML_KIND_MAPPING, &credentials) < 0)
		return -1;
	if (get(r, credentials, "token", &c->token) < 0 ||
	    get(r, credentials, "username", &c->user) < 0 ||
	    get(r, credentials, "password", &c->password) < 0)
		return -1;
	return 0;
}

/* The first endpoint without a location: those that have one serve no images.  YAML_NONE: none. */
static int find_endpoint(struct reader *r, unsigned endpoints, unsigned *at)
{
	const char *location;

	for (*at = yaml_first(&r->yaml, endpoints); *at != YAML_NONE;
	     *at = yaml_next(&r->yaml, *at)) {
		if (yaml_kind(&r->yaml, *at) != YAML_KIND_MAPPING)
			return misplaced(r, *at, "an endpoint", "a mapping");
		if (get(r, *at, "location", &location) < 0)
			return -1;
		if (!location || !*location)
			break;
	}
	return 0;
}

/* The endpoint of a product in one environment. */
static int read_product(struct reader *r, unsigned environment, const char *name)
{
	unsigned products, product, endpoints, endpoint;
	struct ionos_config *c = r->c;

	if (member(r, environment, "products", YAML_KIND_SEQUENCE, &products) < 0 ||
	    named(r, products, name, "product", &product) < 0 ||
	    member(r, product, "endpoints", YAML_KIND_SEQUENCE, &endpoints) < 0 ||
	    find_endpoint(r, endpoints, &endpoint) < 0)
		return -1;
	if (endpoint == YAML_NONE)
		return 0;
	if (get(r, endpoint, "name", &c->api_url) < 0)
		return -1;
	if (!c->api_url)
		return 0;
	if (get_bool(r, endpoint, "skipTlsVerify", &c->skip_verify) < 0 ||
	    get(r, endpoint, "certificateAuthData", &c->certificates) < 0)
		return -1;
	return c->certificates ? 0 : get(r, environment, "certificateAuthData", &c->certificates);
}

/* Where the API is: in the profile's environment; where it names none, in the first that says. */
static int read_endpoint(struct reader *r, const char *name)
{
	static const char *const products[] = { "cloud", "compute" };
	unsigned environments, only = YAML_NONE, at;
	size_t i;

	if (member(r, YAML_ROOT, "environments", YAML_KIND_SEQUENCE, &environments) < 0 ||
	    (name && named(r, environments, name, "environment", &only) < 0))
		return -1;
	if (name && only == YAML_NONE && environments != YAML_NONE)
		return err_set(r->e, ERR_USAGE, "%s has no environment %s, which the profile names",
			       r->c->path, name);
	for (i = 0; i < sizeof(products) / sizeof(products[0]); i++) {
		at = yaml_first(&r->yaml, environments);
		for (; at != YAML_NONE && !r->c->api_url; at = yaml_next(&r->yaml, at)) {
			if (yaml_kind(&r->yaml, at) != YAML_KIND_MAPPING)
				return misplaced(r, at, "an environment", "a mapping");
			if ((!name || at == only) && read_product(r, at, products[i]) < 0)
				return -1;
		}
	}
	return 0;
}

static int read_legacy(struct reader *r)
{
	struct ionos_config *c = r->c;

	if (get(r, YAML_ROOT, "userdata.token", &c->token) < 0 ||
	    get(r, YAML_ROOT, "userdata.name", &c->user) < 0 ||
	    get(r, YAML_ROOT, "userdata.password", &c->password) < 0)
		return -1;
	return 0;
}

static int read_config(struct ionos_config *c, int fd, bool legacy, char *scratch, size_t cap,
		       struct err *e)
{
	struct reader r = { .c = c, .e = e };
	const char *environment;
	ssize_t len;

	len = secret_read(fd, scratch, cap / 2, c->path, e);
	if (len < 0)
		return -1;
	if (len == 0)
		return err_set(e, ERR_USAGE, "%s is empty", c->path);
	if (yaml_load(&r.yaml, scratch + cap / 2, cap - cap / 2, scratch, (size_t)len, c->path, e) <
	    0)
		return -1;
	if (yaml_kind(&r.yaml, YAML_ROOT) > YAML_KIND_NONE &&
	    yaml_kind(&r.yaml, YAML_ROOT) != YAML_KIND_MAPPING)
		return misplaced(&r, YAML_ROOT, "a config file", "a mapping");
	if (legacy ? read_legacy(&r) < 0 :
		     read_profile(&r, &environment) < 0 || read_endpoint(&r, environment) < 0)
		return -1;
	secret_guard(fd, c->path, c->token || c->password);
	return 0;
}

static int join(char *path, const char *dir, const char *below, const char *name, struct err *e)
{
	struct text t;

	text_init(&t, path, PATH_BYTES);
	text_put(&t, dir);
	text_put(&t, below);
	text_put(&t, name);
	return fit_done(&t, "the config file's path", e);
}

/* 1 when there is a file that has something, 0 when not. */
static int try_file(struct ionos_config *c, bool asked, bool legacy, char *scratch, size_t cap,
		    struct err *e)
{
	int fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NOCTTY), result;

	if (fd < 0 && !asked && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 && !asked && errno == EACCES) {
		log_warn("the config file %s is not readable, and left out", c->path);
		return 0;
	}
	if (fd < 0)
		return err_errno(e, ERR_USAGE, "cannot open the config file %s", c->path);
	result = read_config(c, fd, legacy, scratch, cap, e);
	(void)close(fd);
	if (result < 0)
		return -1;
	/* ionosctl passes over such a file when it migrates. */
	return !legacy || c->token || (c->user && c->password);
}

/* ionosctl reads its own file whatever IONOS_CONFIG_FILE says: that may be another contract's. */
static void warn_of_other(const char *path, const char *dir, const char *below)
{
	char own[PATH_BYTES];
	struct err none = ERR_INIT;
	struct stat used, theirs;

	if (dir && *dir && join(own, dir, below, "/ionosctl/config.yaml", &none) == 0 &&
	    stat(own, &theirs) == 0 && stat(path, &used) == 0 &&
	    (used.st_ino != theirs.st_ino || used.st_dev != theirs.st_dev))
		log_warn("%s is used, which IONOS_CONFIG_FILE names; ionosctl would use %s", path,
			 own);
}

int ionos_config_load(struct ionos_config *c, const char *file, char *scratch, size_t cap,
		      struct err *e)
{
	static const struct {
		const char *name;
		bool own, legacy;
	} places[] = {
		{ "/ionosctl/config.yaml", .own = false },
		{ "/ionosctl/config.json", .legacy = true },
		{ "/.ionos/config", .own = true },
	};
	const char *home = text_env("HOME"), *xdg = text_env("XDG_CONFIG_HOME"), *dir;
	int found = 0, failed;
	size_t i;

	memset(c, 0, sizeof(*c));
	if (!file) {
		file = text_env("IONOS_CONFIG_FILE");
		if (file && xdg)
			warn_of_other(file, xdg, "");
		else if (file)
			warn_of_other(file, home, "/.config");
	}
	if (file && join(c->path, file, "", "", e) < 0)
		return -1;
	if (file)
		return try_file(c, true, false, scratch, cap, e) < 0 ? -1 : 0;
	for (i = 0; found == 0 && i < sizeof(places) / sizeof(places[0]); i++) {
		dir = !places[i].own && xdg ? xdg : home;
		if (!dir)
			continue;
		failed = join(c->path, dir, places[i].own || dir == xdg ? "" : "/.config",
			      places[i].name, e);
		found = failed ? -1 : try_file(c, false, places[i].legacy, scratch, cap, e);
	}
	if (found == 0)
		memset(c, 0, sizeof(*c));
	return found < 0 ? -1 : 0;
}
