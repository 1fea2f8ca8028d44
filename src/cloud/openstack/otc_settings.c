/* The region, the URL and the access key for Open Telekom Cloud. */
#include "cloud/openstack/otc_settings.h"

#include <string.h>

#include "base/fit.h"
#include "base/text.h"

static const struct region {
	const char *name, *auth_url;
	const char *image_url; /* NULL: the catalog has it */
} regions[] = {
	{ "eu-de", "https://iam.eu-de.otc.t-systems.com/v3",
	  "https://ims.eu-de.otc.t-systems.com" },
	{ "eu-nl", "https://iam.eu-nl.otc.t-systems.com/v3",
	  "https://ims.eu-nl.otc.t-systems.com" },
	{ "eu-ch2", "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3", NULL },
};

#define REGIONS (sizeof(regions) / sizeof(regions[0]))

/* A project is called as its region, perhaps with something behind it: "eu-de_dev". */
static const struct region *region_of(const struct os_settings *s)
{
	const char *name = s->value[OS_REGION];
	size_t i, len;

	if (!name)
		name = s->value[OS_PROJECT_NAME];
	len = name ? strlen(name) : 0;
	if (name && !s->value[OS_REGION])
		len = strcspn(name, "_");
	for (i = 0; i < REGIONS; i++)
		if (name && strlen(regions[i].name) == len &&
		    strncmp(regions[i].name, name, len) == 0)
			return &regions[i];
	return NULL;
}

const char *otc_settings_region(const struct os_settings *s)
{
	const struct region *region = region_of(s);

	return region ? region->name : NULL;
}

static int no_region(const struct os_settings *s, struct err *e)
{
	if (s->value[OS_REGION])
		return err_set(e, ERR_USAGE,
			       "the region %.40s is not known here (eu-de, eu-nl and eu-ch2 are): OS_AUTH_URL or OS_IMAGE_URL has to be set",
			       s->value[OS_REGION]);
	return err_set(e, ERR_USAGE,
		       "the region is not known: --region, OS_REGION_NAME or OS_PROJECT_NAME tells it (eu-de, eu-nl, eu-ch2)");
}

/*
 * Who reads them: gophertelekomcloud, Huawei's SDK, gophertelekomcloud again (the
 * odd name is its own), python-otcextensions.  One tool's secret is not for
 * another's key.
 */
static const struct {
	const char *key[4], *secret[4], *token[4];
} tools[] = {
	{ { "OS_ACCESS_KEY", "OS_ACCESS_KEY_ID", "OS_AK" },
	  { "OS_SECRET_KEY", "OS_ACCESS_KEY_SECRET", "OS_SK" },
	  { "OS_SECURITY_TOKEN", "OS_AKSK_SECURITY_TOKEN", "OS_ST" } },
	{ { "HUAWEICLOUD_SDK_AK" },
	  { "HUAWEICLOUD_SDK_SK" },
	  { "HUAWEICLOUD_SDK_SECURITY_TOKEN" } },
	{ { "AWS_ACCESS_KEY_ID" }, { "AWS_ACCESS_SECRET_KEY" }, { "AWS_SECURITY_TOKEN" } },
	{ { "S3_ACCESS_KEY_ID" }, { "S3_SECRET_ACCESS_KEY" }, { "S3_SECURITY_TOKEN" } },
};

#define TOOLS (sizeof(tools) / sizeof(tools[0]))

void otc_settings_find_keys(struct os_settings *s)
{
	const char *const *name;
	const char *value;
	unsigned i;

	for (i = 0; i < TOOLS; i++) {
		for (name = tools[i].key; *name; name++) {
			value = text_env(*name);
			if (!value)
				continue;
			s->value[OS_ACCESS_KEY] = value;
			s->keys_of = i;
			return;
		}
	}
}

bool otc_settings_only_keys(const struct os_settings *s)
{
	if (!s->value[OS_ACCESS_KEY] || s->token_given || s->value[OS_APPCRED_ID] ||
	    s->value[OS_APPCRED_NAME])
		return false;
	return s->cloud[0] ? !s->password_given : !secret_is_set("OS_PASSWORD");
}

/* The first of these variables that is set. */
static int read_first(struct secret *secret, const char *const *names, struct err *e)
{
	for (; *names && !secret->given; names++)
		if (secret_env(secret, *names, e) < 0)
			return -1;
	return 0;
}

int otc_settings_load_keys(struct os_settings *s, struct err *e)
{
	struct secret token = { 0 };
	int failed;

	/* A cloud of a file is whole in itself. */
	if (s->cloud[0])
		return 0;
	failed = read_first(&s->secret, tools[s->keys_of].secret, e) < 0 ||
		 read_first(&token, tools[s->keys_of].token, e) < 0 ||
		 fit_copy(s->security_token, sizeof(s->security_token), token.value,
			  "the security token", e) < 0;
	text_wipe(&token, sizeof(token));
	return failed ? -1 : 0;
}

/* An access key may be another tool's: it is told what was more likely forgotten. */
int otc_settings_check_keys(const struct os_settings *s, struct err *e)
{
	bool user = s->value[OS_USERNAME] || s->value[OS_USER_ID];
	const char *key = tools[s->keys_of].secret[0];

	if (s->secret.given && s->secret.value[0])
		return 0;
	if (s->cloud[0])
		key = "sk, the secret key in clouds.yaml,";
	return err_set(e, ERR_USAGE, "%s%s is not set", user ? "OS_PASSWORD is not set, and " : "",
		       key);
}

/* Is there half of what signs requests?  Then the variable of the other half, or NULL. */
static const char *missing_key(const struct os_settings *s)
{
	const char *const *name;
	unsigned i;

	if (s->auth != OS_AUTH_PASSWORD || s->cloud[0] || s->value[OS_ACCESS_KEY] ||
	    s->value[OS_USERNAME] || s->value[OS_USER_ID])
		return NULL;
	for (i = 0; i < TOOLS; i++)
		for (name = tools[i].secret; *name; name++)
			if (secret_is_set(*name))
				return tools[i].key[0];
	return NULL;
}

int otc_settings_fill(struct os_settings *s, struct err *e)
{
	const struct region *region = region_of(s);
	bool keystone = s->auth >= OS_AUTH_PASSWORD;
	bool endpoint = s->value[OS_IMAGE_ENDPOINT] || s->value[OS_ENDPOINT];
	bool ready = s->auth == OS_AUTH_TOKEN && endpoint;

	if (missing_key(s))
		return err_set(e, ERR_USAGE, "%s is not set, beside its secret key",
			       missing_key(s));
	/* Another SDK's name for it. */
	if (!s->value[OS_PROJECT_ID] && !s->value[OS_PROJECT_NAME] && !s->cloud[0])
		s->value[OS_PROJECT_ID] = text_env("HUAWEICLOUD_SDK_PROJECT_ID");
	/* An account is one domain, with its users and projects. */
	if (!s->value[OS_PROJECT_DOMAIN_ID] && !s->value[OS_PROJECT_DOMAIN_NAME]) {
		s->value[OS_PROJECT_DOMAIN_ID] = s->value[OS_USER_DOMAIN_ID];
		s->value[OS_PROJECT_DOMAIN_NAME] = s->value[OS_USER_DOMAIN_NAME];
	}
	if (ready || (keystone ? s->value[OS_AUTH_URL] != NULL : endpoint))
		return 0;
	if (!region)
		return no_region(s, e);
	if (keystone)
		s->value[OS_AUTH_URL] = region->auth_url;
	if (!endpoint)
		s->value[OS_IMAGE_ENDPOINT] = region->image_url;
	return 0;
}
