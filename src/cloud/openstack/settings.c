/* The names of the settings, and where the tasks have them. */
#include "cloud/openstack/settings.h"

#include "base/text.h"

static const struct key {
	const char *name;   /* in clouds.yaml */
	const char *env[3]; /* the first that is set counts */
} keys[OS_KEYS] = {
	[OS_AUTH_TYPE] = { "auth_type", { "OS_AUTH_TYPE" } },
	[OS_AUTH_URL] = { "auth_url", { "OS_AUTH_URL" } },
	[OS_USERNAME] = { "username", { "OS_USERNAME" } },
	[OS_USER_ID] = { "user_id", { "OS_USER_ID" } },
	[OS_USER_DOMAIN_NAME] = { "user_domain_name", { "OS_USER_DOMAIN_NAME" } },
	[OS_USER_DOMAIN_ID] = { "user_domain_id", { "OS_USER_DOMAIN_ID" } },
	[OS_PROJECT_NAME] = { "project_name", { "OS_PROJECT_NAME", "OS_TENANT_NAME" } },
	[OS_PROJECT_ID] = { "project_id", { "OS_PROJECT_ID", "OS_TENANT_ID" } },
	[OS_PROJECT_DOMAIN_NAME] = { "project_domain_name", { "OS_PROJECT_DOMAIN_NAME" } },
	[OS_PROJECT_DOMAIN_ID] = { "project_domain_id", { "OS_PROJECT_DOMAIN_ID" } },
	[OS_DOMAIN_NAME] = { "domain_name", { "OS_DOMAIN_NAME" } },
	[OS_DOMAIN_ID] = { "domain_id", { "OS_DOMAIN_ID" } },
	[OS_DEFAULT_DOMAIN] = { "default_domain", { "OS_DEFAULT_DOMAIN" } },
	[OS_SYSTEM_SCOPE] = { "system_scope", { "OS_SYSTEM_SCOPE" } },
	[OS_APPCRED_ID] = { "application_credential_id", { "OS_APPLICATION_CREDENTIAL_ID" } },
	[OS_APPCRED_NAME] = { "application_credential_name", { "OS_APPLICATION_CREDENTIAL_NAME" } },
	[OS_ENDPOINT] = { "endpoint", { "OS_ENDPOINT" } },
	[OS_IMAGE_ENDPOINT] = { "image_endpoint_override", { "OS_IMAGE_URL" } },
	[OS_REGION] = { "region_name", { "OS_REGION_NAME" } },
	[OS_INTERFACE] = { "interface", { "OS_INTERFACE", "OS_ENDPOINT_TYPE" } },
	[OS_CACERT] = { "cacert", { "OS_CACERT" } },
	[OS_CERT] = { "cert", { "OS_CERT" } },
	[OS_KEY] = { "key", { "OS_KEY" } },
	[OS_INSECURE] = { "insecure", { "OS_INSECURE" } },
	[OS_IMAGE_REGION] = { "image_region_name", { NULL } },
	[OS_IMAGE_INTERFACE] = { "image_interface", { NULL } },
	[OS_ACCESS_KEY] = { "ak", { NULL } }, /* see otc_settings_find_keys() */
};

const char *os_settings_key_name(enum os_key key)
{
	return keys[key].name;
}

const char *os_settings_variable(enum os_key key)
{
	return keys[key].env[0];
}

const char *os_settings_env(enum os_key key)
{
	const char *value = NULL;
	size_t i;

	for (i = 0; i < sizeof(keys[key].env) / sizeof(keys[key].env[0]) && !value; i++)
		value = keys[key].env[i] ? text_env(keys[key].env[i]) : NULL;
	return value;
}

struct os_settings *os_settings_of(const struct task *t)
{
	_Static_assert(sizeof(struct os_settings) <= SETTINGS_BYTES, "there is room for it");
	return t->settings;
}
