/* Settings are read from options, files and variables, and checked to be enough. */
#include "cloud/openstack/settings_load.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "cloud/openstack/clouds.h"
#include "cloud/openstack/flavour.h"
#include "cloud/openstack/own.h"

static void fill(struct os_settings *s, enum os_key from, enum os_key to)
{
	enum os_key key;

	for (key = from; key <= to; key++)
		if (!s->value[key])
			s->value[key] = os_settings_env(key);
}

static bool token_in_env(void)
{
	return secret_is_set("OS_TOKEN") || secret_is_set("OS_AUTH_TOKEN");
}

static bool secret_in_env(void)
{
	return token_in_env() || secret_is_set("OS_PASSWORD") ||
	       secret_is_set("OS_APPLICATION_CREDENTIAL_SECRET");
}

/* Says the environment anything of who we are, and where? */
static bool in_env(void)
{
	enum os_key key;

	for (key = OS_AUTH_TYPE; key <= OS_IMAGE_ENDPOINT; key++)
		if (os_settings_env(key))
			return true;
	return secret_in_env();
}

/* A secret's variable, or the one whose name ends in _FILE. */
static int secret_of(struct os_settings *s, const char *name, struct err *e)
{
	return s->secret.given ? 0 : secret_env(&s->secret, name, e);
}

static int is_true(const char *value, bool *out, struct err *e)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "0", "1" };
	size_t i;

	for (i = 0; value && i < sizeof(words) / sizeof(words[0]); i++) {
		if (text_same(value, words[i])) {
			*out = i % 2 == 1;
			return 0;
		}
	}
	return value ? err_set(e, ERR_USAGE, "OS_INSECURE has to be true or false") : 0;
}

/* The type that is named, or the one that what is there is meant for. */
static int choose_auth(struct os_settings *s, struct err *e)
{
	static const struct {
		const char *name;
		enum os_auth auth;
	} types[] = {
		{ "password", OS_AUTH_PASSWORD },
		{ "v3password", OS_AUTH_PASSWORD },
		{ "v3applicationcredential", OS_AUTH_APPCRED },
		{ "token", OS_AUTH_TOKEN },
		{ "v3token", OS_AUTH_TOKEN },
		{ "admin_token", OS_AUTH_READY },
		{ "none", OS_AUTH_NONE },
	};
	const char *type = s->value[OS_AUTH_TYPE];
	size_t i;

	for (i = 0; type && i < sizeof(types) / sizeof(types[0]); i++) {
		if (text_same(types[i].name, type)) {
			s->auth = types[i].auth;
			return 0;
		}
	}
	if (type)
		return err_set(e, ERR_USAGE,
			       "auth_type %.40s is not known: password, token, v3applicationcredential, admin_token, none",
			       type);
	s->auth = s->flavour->only_keys && s->flavour->only_keys(s)    ? OS_AUTH_AKSK :
		  s->value[OS_APPCRED_ID] || s->value[OS_APPCRED_NAME] ? OS_AUTH_APPCRED :
		  s->token_given                                       ? OS_AUTH_TOKEN :
									 OS_AUTH_PASSWORD;
	return 0;
}

static int load_secret(struct os_settings *s, struct err *e)
{
	switch (s->auth) {
	case OS_AUTH_NONE:
		return 0;
	case OS_AUTH_PASSWORD:
		return secret_of(s, "OS_PASSWORD", e);
	case OS_AUTH_APPCRED:
		return secret_of(s, "OS_APPLICATION_CREDENTIAL_SECRET", e);
	case OS_AUTH_AKSK:
		return s->flavour->load_keys(s, e);
	default:
		if (secret_of(s, "OS_TOKEN", e) < 0)
			return -1;
		return secret_of(s, "OS_AUTH_TOKEN", e);
	}
}

static int missing(enum os_key key, struct err *e)
{
	return err_set(e, ERR_USAGE, "%s is not set (%s in clouds.yaml)", os_settings_variable(key),
		       os_settings_key_name(key));
}

static int need_secret(const struct os_settings *s, const char *name, struct err *e)
{
	bool header = s->auth == OS_AUTH_READY || s->auth == OS_AUTH_TOKEN;

	if (!s->secret.given || !s->secret.value[0])
		return err_set(e, ERR_USAGE, "%s is not set", name);
	if (header && !text_is_word(s->secret.value))
		return err_set(e, ERR_USAGE, "%s holds a space or a control character",
			       s->secret.from);
	return 0;
}

/* The domain of a user or a project, if only its name is known. */
static int need_domain(struct os_settings *s, enum os_key name, enum os_key id, struct err *e)
{
	if (s->value[id] || s->value[name])
		return 0;
	if (s->value[OS_DOMAIN_ID] || s->value[OS_DOMAIN_NAME]) {
		s->value[id] = s->value[OS_DOMAIN_ID];
		s->value[name] = s->value[OS_DOMAIN_NAME];
		return 0;
	}
	if (s->value[OS_DEFAULT_DOMAIN])
		s->value[id] = s->value[OS_DEFAULT_DOMAIN];
	else if (s->default_domain && s->auth == OS_AUTH_PASSWORD)
		s->value[id] = "default";
	return s->value[id] ? 0 : missing(name, e);
}

static int check_user(struct os_settings *s, struct err *e)
{
	if (s->value[OS_USER_ID])
		return 0;
	if (!s->value[OS_USERNAME])
		return missing(OS_USERNAME, e);
	return need_domain(s, OS_USER_DOMAIN_NAME, OS_USER_DOMAIN_ID, e);
}

static int check_scope(struct os_settings *s, struct err *e)
{
	if (s->value[OS_PROJECT_ID])
		return 0;
	if (s->value[OS_PROJECT_NAME])
		return need_domain(s, OS_PROJECT_DOMAIN_NAME, OS_PROJECT_DOMAIN_ID, e);
	if (s->value[OS_SYSTEM_SCOPE] || s->value[OS_DOMAIN_ID] || s->value[OS_DOMAIN_NAME])
		return 0;
	return missing(OS_PROJECT_NAME, e);
}

static int check_keystone(struct os_settings *s, struct err *e)
{
	if (!s->value[OS_AUTH_URL])
		return missing(OS_AUTH_URL, e);
	if (s->auth == OS_AUTH_APPCRED) {
		if (need_secret(s, "OS_APPLICATION_CREDENTIAL_SECRET", e) < 0)
			return -1;
		if (s->value[OS_APPCRED_ID])
			return 0;
		return s->value[OS_APPCRED_NAME] ? check_user(s, e) : missing(OS_APPCRED_ID, e);
	}
	if (need_secret(s, s->auth == OS_AUTH_PASSWORD ? "OS_PASSWORD" : "OS_TOKEN", e) < 0)
		return -1;
	if (s->auth == OS_AUTH_PASSWORD && check_user(s, e) < 0)
		return -1;
	return check_scope(s, e);
}

static int check_settings(struct os_settings *s, struct err *e)
{
	bool endpoint = s->value[OS_IMAGE_ENDPOINT] || s->value[OS_ENDPOINT];

	/* The way of the reference documents: no Keystone at all. */
	if (s->auth == OS_AUTH_TOKEN && endpoint)
		s->auth = OS_AUTH_READY;
	if (s->auth < OS_AUTH_PASSWORD) {
		if (!endpoint)
			return missing(s->flavour->endpoint, e);
		if (s->auth == OS_AUTH_NONE)
			return 0;
		return s->auth == OS_AUTH_AKSK ? s->flavour->check_keys(s, e) :
						 need_secret(s, "OS_TOKEN", e);
	}
	return check_keystone(s, e);
}

/* What the environment says goes before what a cloud of clouds.yaml says, as in openstacksdk. */
static const enum os_key overriding[] = { OS_AUTH_URL,   OS_USERNAME,  OS_PROJECT_NAME,
					  OS_PROJECT_ID, OS_INTERFACE, OS_REGION };

/* What may be missing there, and is then taken from the environment. */
static const enum os_key completing[] = {
	OS_AUTH_URL,       OS_USERNAME,   OS_USER_DOMAIN_NAME,    OS_USER_DOMAIN_ID,
	OS_PROJECT_NAME,   OS_PROJECT_ID, OS_PROJECT_DOMAIN_NAME, OS_PROJECT_DOMAIN_ID,
	OS_DEFAULT_DOMAIN,
};

/* The password of the environment, if it is another one, takes the place of the file's. */
static int override_password(struct os_settings *s, struct text *names, struct err *e)
{
	struct secret other = { 0 };
	int result = 0;

	if (!s->password_given || s->auth != OS_AUTH_PASSWORD)
		return 0;
	result = secret_env(&other, "OS_PASSWORD", e);
	if (result == 0 && other.given && strcmp(other.value, s->secret.value) != 0) {
		text_put(names, names->len > 0 ? ", OS_PASSWORD" : "OS_PASSWORD");
		s->secret = other;
	}
	text_wipe(&other, sizeof(other));
	return result;
}

/* The cloud is one of clouds.yaml: is the environment's word another? */
static int override(struct os_settings *s, const struct options *o, struct err *e)
{
	char list[160];
	struct text names;
	const char *word;
	size_t i;

	text_init(&names, list, sizeof(list));
	for (i = 0; i < sizeof(overriding) / sizeof(overriding[0]); i++) {
		word = os_settings_env(overriding[i]);
		if (!word || os_own(o)->os[overriding[i]] || !s->value[overriding[i]] ||
		    strcmp(word, s->value[overriding[i]]) == 0)
			continue;
		s->value[overriding[i]] = word;
		text_printf(&names, "%s%s", names.len > 0 ? ", " : "",
			    os_settings_variable(overriding[i]));
	}
	/* An id goes before a name. */
	if (os_settings_env(OS_PROJECT_ID) && !os_own(o)->os[OS_PROJECT_ID] &&
	    !s->value[OS_PROJECT_ID] && s->value[OS_PROJECT_NAME])
		text_printf(&names, "%s%s", names.len > 0 ? ", " : "",
			    os_settings_variable(OS_PROJECT_ID));
	for (i = 0; i < sizeof(completing) / sizeof(completing[0]); i++)
		fill(s, completing[i], completing[i]);
	if (override_password(s, &names, e) < 0)
		return -1;
	if (names.len > 0)
		log_warn("what the environment says (%s) is used, not what clouds.yaml says of the cloud %s",
			 list, s->cloud);
	return 0;
}

int os_settings_load(struct os_settings *s, const struct os_flavour *flavour,
		     const struct options *o, char *a, char *b, size_t cap, struct err *e)
{
	const char *name = os_own(o)->os_cloud ? os_own(o)->os_cloud : text_env("OS_CLOUD");
	enum os_key key;
	int failed;

	memset(s, 0, sizeof(*s));
	s->flavour = flavour;
	if (name && !*name)
		name = NULL;
	for (key = 0; key < OS_KEYS; key++)
		s->value[key] =
			os_own(o)->os[key] && *os_own(o)->os[key] ? os_own(o)->os[key] : NULL;
	/* It chooses among a cloud's regions, as OS_CLOUD among the clouds. */
	fill(s, OS_REGION, OS_REGION);
	failed = name || !in_env() ? os_clouds_load(s, name, a, b, cap, e) : 0;
	text_wipe(a, cap);
	text_wipe(b, cap);
	if (failed)
		return -1;
	/* How one logs in, a cloud of a file says for itself. */
	if (s->cloud[0])
		fill(s, OS_REGION, OS_INSECURE);
	else
		fill(s, 0, OS_KEYS - 1);
	/* What was asked for by an option is more than what a file says of Glance. */
	if (os_own(o)->os[OS_REGION])
		s->value[OS_IMAGE_REGION] = NULL;
	if (os_own(o)->os[OS_INTERFACE])
		s->value[OS_IMAGE_INTERFACE] = NULL;
	s->default_domain = os_own(o)->default_domain;
	if (flavour->find_keys && !s->cloud[0])
		flavour->find_keys(s);
	s->token_given = s->token_given || (!s->cloud[0] && token_in_env());
	if (is_true(s->value[OS_INSECURE], &s->insecure, e) < 0 || choose_auth(s, e) < 0 ||
	    (s->cloud[0] && override(s, o, e) < 0) || load_secret(s, e) < 0 ||
	    (flavour->fill && flavour->fill(s, e) < 0))
		return -1;
	return check_settings(s, e);
}
