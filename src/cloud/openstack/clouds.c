/*
 * clouds.yaml and secure.yaml, as openstacksdk (config/loader.py) finds and reads
 * them: the first file that there is counts, secure.yaml's words go before those
 * of clouds.yaml, a vendor's profile comes last; in each what stands beside
 * "auth" before what is in it.
 */
#include "cloud/openstack/clouds.h"

#include <string.h>

#include "base/fit.h"
#include "base/log.h"
#include "base/text.h"
#include "cloud/openstack/file.h"
#include "cloud/openstack/flavour.h"

/* Mappings that are looked into, the first one first. */
#define LAYERS_MAX 8

struct layer {
	const struct yaml *yaml;
	unsigned at;
};

struct reader {
	struct os_settings *s;
	struct os_file clouds, secure;
	char joined[64]; /* a list, as one text */
	struct layer layers[LAYERS_MAX];
	unsigned count;
	struct err *e;
};

/* Clouds that clouds.yaml may name by "profile". */
static const struct {
	const char *name, *auth_url, *region; /* the first that it has */
} profiles[] = {
	{ "otc", "https://iam.{region_name}.otc.t-systems.com/v3", "eu-de" },
	{ "otc-swiss", "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3", "eu-ch2" },
	{ "elastx", "https://ops.elastx.cloud:5000/v3", "se-sto" },
	{ "switchengines", "https://keystone.cloud.switch.ch:5000/v3", "LS" },
	{ "citycloud", "https://{region_name}.citycloud.com:5000/v3/", "Buf1" },
	{ "binero", "https://auth.binero.cloud:5000/v3", "europe-se-1" },
};

/* Old names, which are accepted. */
static const char *const older[OS_KEYS] = {
	[OS_PROJECT_NAME] = "tenant_name",      [OS_PROJECT_ID] = "tenant_id",
	[OS_IMAGE_ENDPOINT] = "image_endpoint", [OS_AUTH_TYPE] = "auth_plugin",
	[OS_INTERFACE] = "endpoint_type",       [OS_ACCESS_KEY] = "access_key",
};

static void add_layer(struct reader *r, const struct yaml *y, unsigned at)
{
	if (yaml_kind(y, at) != YAML_KIND_MAPPING || r->count + 2 > LAYERS_MAX)
		return;
	r->layers[r->count++] = (struct layer){ y, at };
	at = yaml_member(y, at, "auth");
	if (yaml_kind(y, at) == YAML_KIND_MAPPING)
		r->layers[r->count++] = (struct layer){ y, at };
}

/* The interfaces of a list, which are tried one after the other, joined by commas. */
static const char *join(struct reader *r, const struct yaml *y, unsigned list)
{
	struct text t;
	unsigned at;

	text_init(&t, r->joined, sizeof(r->joined));
	for (at = yaml_first(y, list); at != YAML_NONE; at = yaml_next(y, at))
		if (yaml_text(y, at))
			text_printf(&t, "%s%s", t.len > 0 ? "," : "", yaml_text(y, at));
	return t.full ? NULL : r->joined;
}

/* The value of a member whose name may be written with dashes. */
static const char *member(struct reader *r, const struct layer *l, const char *name)
{
	char dashed[48];
	const char *value;
	unsigned at = yaml_member(l->yaml, l->at, name);
	size_t i;

	if (at == YAML_NONE) {
		for (i = 0; name[i] && i + 1 < sizeof(dashed); i++)
			dashed[i] = (char)(name[i] == '_' ? '-' : name[i]);
		dashed[i] = '\0';
		at = yaml_member(l->yaml, l->at, dashed);
	}
	/* In other lists the first counts. */
	if (yaml_kind(l->yaml, at) == YAML_KIND_SEQUENCE && text_ends(name, "interface"))
		value = join(r, l->yaml, at);
	else if (yaml_kind(l->yaml, at) == YAML_KIND_SEQUENCE)
		value = yaml_text(l->yaml, yaml_first(l->yaml, at));
	else
		value = yaml_text(l->yaml, at);
	return value && *value ? value : NULL;
}

/* In one of the files. */
static const char *look_in(struct reader *r, const struct yaml *file, const char *name)
{
	const char *value = NULL;
	unsigned i;

	for (i = 0; i < r->count && !value; i++)
		if (r->layers[i].yaml == file)
			value = member(r, &r->layers[i], name);
	return value;
}

/* An older name, if there is one, counts where its file does not have the other. */
static const char *look_up(struct reader *r, const char *name, const char *old)
{
	const struct yaml *files[] = { &r->secure.yaml, &r->clouds.yaml };
	const char *value = NULL;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]) && !value; i++) {
		value = look_in(r, files[i], name);
		if (!value && old)
			value = look_in(r, files[i], old);
	}
	return value;
}

/* What stands for the "~" at the start of a file's name, or "". */
static const char *home_of(enum os_key key, const char *value)
{
	const char *home = text_env("HOME");
	bool path = key == OS_CACERT || key == OS_CERT || key == OS_KEY;

	return path && home && strncmp(value, "~/", 2) == 0 ? home : "";
}

/* Keep a text that stands in memory which is used for something else soon. */
static int keep(struct reader *r, enum os_key key, const char *value)
{
	struct os_settings *s = r->s;
	const char *home = home_of(key, value);
	size_t ahead = strlen(home), len;

	if (ahead > 0)
		value++;
	len = ahead + strlen(value) + 1;
	if (len > sizeof(s->pool) - s->pooled)
		return err_set(r->e, ERR_LIMIT,
			       "the cloud in %s has more than %zu bytes of settings",
			       r->clouds.path, sizeof(s->pool));
	memcpy(s->pool + s->pooled, home, ahead);
	memcpy(s->pool + s->pooled + ahead, value, len - ahead);
	s->value[key] = s->pool + s->pooled;
	s->pooled += len;
	return 0;
}

static int take_values(struct reader *r)
{
	struct os_settings *s = r->s;
	enum os_key key;
	const char *value;
	size_t at;

	for (key = 0; key < OS_KEYS; key++) {
		value = look_up(r, os_settings_key_name(key), older[key]);
		at = s->pooled;
		if (!value || s->value[key])
			continue;
		if (keep(r, key, value) < 0)
			return -1;
		/* The first of "region_name: A,B" counts. */
		if (key == OS_REGION || key == OS_IMAGE_REGION)
			s->pool[at + strcspn(s->pool + at, ",")] = '\0';
	}
	value = look_up(r, "verify", NULL);
	if (value && !r->s->value[OS_INSECURE])
		return keep(r, OS_INSECURE,
			    text_same(value, "false") || text_same(value, "no") ||
					    text_same(value, "off") ?
				    "true" :
				    "false");
	return 0;
}

/* Open Telekom Cloud's, where there is nothing to get a token with. */
static int take_secret_key(struct reader *r)
{
	const char *value = look_up(r, "sk", "secret_key");
	const char *token = look_up(r, "security_token", NULL);
	struct secret *secret = &r->s->secret;

	if (!r->s->flavour->load_keys || !r->s->value[OS_ACCESS_KEY] || !value)
		return 0;
	secret->given = true;
	if (fit_copy(secret->value, sizeof(secret->value), value, "sk", r->e) < 0 ||
	    fit_copy(secret->from, sizeof(secret->from), "clouds.yaml", "a name", r->e) < 0)
		return -1;
	return fit_copy(r->s->security_token, sizeof(r->s->security_token), token ? token : "",
			"security_token", r->e);
}

/* The secret that the way of logging in takes: no other may be sent in its place. */
static int take_secret(struct reader *r)
{
	const char *const *have = r->s->value;
	const char *type = have[OS_AUTH_TYPE], *name = "password", *value;

	if (type ? text_finds(type, "application") : have[OS_APPCRED_ID] || have[OS_APPCRED_NAME])
		name = "application_credential_secret";
	else if (type ? text_finds(type, "token") : look_up(r, "token", NULL) != NULL)
		name = "token";
	else if (type && text_same(type, "none"))
		return 0;
	value = look_up(r, name, NULL);
	r->s->password_given = value && strcmp(name, "password") == 0;
	/* As otc_settings_only_keys() has it. */
	if (!value && !type && strcmp(name, "password") == 0)
		return take_secret_key(r);
	if (!value)
		return 0;
	r->s->token_given = strcmp(name, "token") == 0;
	if (fit_copy(r->s->secret.value, sizeof(r->s->secret.value), value, name, r->e) < 0)
		return -1;
	r->s->secret.given = true;
	return fit_copy(r->s->secret.from, sizeof(r->s->secret.from), "clouds.yaml", "a name",
			r->e);
}

/* May it become a part of a server's name? */
static bool is_region(const char *s)
{
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] ==
	       '\0';
}

/* Put the region's name into a profile's URL: it must not lead to another server. */
static int fill_region(struct reader *r, const char *url)
{
	const char *at = strstr(url, "{region_name}"), *region = r->s->value[OS_REGION];
	char filled[512];
	struct text t;

	if (!at)
		return keep(r, OS_AUTH_URL, url);
	if (!region)
		return err_set(r->e, ERR_USAGE, "region_name is not set, but %s needs it", url);
	if (!is_region(region))
		return err_set(r->e, ERR_USAGE,
			       "the region %.40s has more than letters, digits, '-' and '_'",
			       region);
	text_init(&t, filled, sizeof(filled));
	text_put_n(&t, url, (size_t)(at - url));
	text_put(&t, region);
	text_put(&t, at + strlen("{region_name}"));
	return fit_done(&t, "auth_url", r->e) < 0 ? -1 : keep(r, OS_AUTH_URL, filled);
}

static int take_profile(struct reader *r)
{
	const char *name = look_up(r, "profile", "cloud"), *url = r->s->value[OS_AUTH_URL];
	const char *region = NULL;
	size_t i;

	if (!url && name) {
		for (i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
			if (strcmp(profiles[i].name, name) == 0) {
				url = profiles[i].auth_url;
				region = profiles[i].region;
			}
		}
		if (!url)
			return err_set(r->e, ERR_USAGE, "%s: the profile %.40s is not known",
				       r->clouds.path, name);
	}
	if (region && r->s->flavour->region && r->s->flavour->region(r->s))
		region = r->s->flavour->region(r->s);
	if (region && !r->s->value[OS_REGION] && keep(r, OS_REGION, region) < 0)
		return -1;
	return url && (url != r->s->value[OS_AUTH_URL] || strstr(url, "{region_name}")) ?
		       fill_region(r, url) :
		       0;
}

/* The region that was chosen, or the first: its "values" go before the cloud's. */
static int take_region(struct reader *r, unsigned cloud)
{
	unsigned list = yaml_member(&r->clouds.yaml, cloud, "regions"), at;
	const char *want = r->s->value[OS_REGION], *name;

	if (yaml_kind(&r->clouds.yaml, list) == YAML_KIND_SCALAR ||
	    yaml_kind(&r->clouds.yaml, list) == YAML_KIND_MAPPING)
		return err_set(r->e, ERR_USAGE, "%s, line %u: regions has to be a list",
			       r->clouds.path, yaml_line(&r->clouds.yaml, list));
	for (at = yaml_first(&r->clouds.yaml, list); at != YAML_NONE;
	     at = yaml_next(&r->clouds.yaml, at)) {
		bool mapping = yaml_kind(&r->clouds.yaml, at) == YAML_KIND_MAPPING;

		name = mapping ? yaml_get(&r->clouds.yaml, at, "name") :
				 yaml_text(&r->clouds.yaml, at);
		if (!name || (want && strcmp(name, want) != 0))
			continue;
		if (mapping)
			add_layer(r, &r->clouds.yaml, yaml_member(&r->clouds.yaml, at, "values"));
		return r->s->value[OS_REGION] ? 0 : keep(r, OS_REGION, name);
	}
	return 0;
}

/* Without a name, the only one of the file, if it has one. */
static int choose(struct reader *r, unsigned clouds, const char **name)
{
	unsigned at = yaml_first(&r->clouds.yaml, clouds);

	if (*name || at == YAML_NONE || yaml_next(&r->clouds.yaml, at) != YAML_NONE)
		return 0;
	*name = yaml_key(&r->clouds.yaml, at);
	return 0;
}

static int take_cloud(struct reader *r, const char *name)
{
	unsigned clouds = yaml_member(&r->clouds.yaml, YAML_ROOT, "clouds"), at, secure;

	if (choose(r, clouds, &name) < 0)
		return -1;
	if (!name)
		return 0;
	at = yaml_member(&r->clouds.yaml, clouds, name);
	secure = yaml_member(&r->secure.yaml, yaml_member(&r->secure.yaml, YAML_ROOT, "clouds"),
			     name);
	if (yaml_kind(&r->clouds.yaml, at) != YAML_KIND_MAPPING &&
	    yaml_kind(&r->secure.yaml, secure) != YAML_KIND_MAPPING)
		return err_set(r->e, ERR_USAGE, "%s has no cloud %.60s", r->clouds.path, name);
	if (fit_copy(r->s->cloud, sizeof(r->s->cloud), name, "the cloud's name", r->e) < 0)
		return -1;
	add_layer(r, &r->secure.yaml, secure);
	if (take_region(r, at) < 0)
		return -1;
	add_layer(r, &r->clouds.yaml, at);
	return take_values(r) < 0 || take_secret(r) < 0 ? -1 : take_profile(r);
}

int os_clouds_load(struct os_settings *s, const char *name, char *a, char *b, size_t cap,
		   struct err *e)
{
	struct reader r = { .s = s, .e = e };
	int found;

	if (os_file_load(&r.secure, "OS_CLIENT_SECURE_FILE", "secure", b, cap, e) < 0)
		return -1;
	found = os_file_load(&r.clouds, "OS_CLIENT_CONFIG_FILE", "clouds", a, cap, e);
	/* What there is may all be in secure.yaml. */
	if (found > 0 || (found == 0 && name && r.secure.yaml.count > 0))
		return take_cloud(&r, name);
	if (found == 0 && name)
		return err_set(e, ERR_USAGE,
			       "the cloud %.60s is asked for, but there is no clouds.yaml here, in ~/.config/openstack, /etc/xdg/openstack or /etc/openstack",
			       name);
	return found;
}
