/* What the tests of OpenStack's settings share: an environment, clouds.yaml, secure.yaml. */
#ifndef UNIT_OPENSTACK_ENV_H
#define UNIT_OPENSTACK_ENV_H

#include "base/text.h"
#include "cloud/openstack/openstack.h"
#include "cloud/openstack/settings_load.h"
#include "unit/files.h"
#include "cloud/openstack/own.h"

static const char *const variables[] = {
	"OS_CLOUD",
	"OS_CLIENT_CONFIG_FILE",
	"OS_CLIENT_SECURE_FILE",
	"OS_AUTH_TYPE",
	"OS_AUTH_URL",
	"OS_USERNAME",
	"OS_USER_ID",
	"OS_USER_DOMAIN_NAME",
	"OS_USER_DOMAIN_ID",
	"OS_PROJECT_NAME",
	"OS_TENANT_NAME",
	"OS_PROJECT_ID",
	"OS_TENANT_ID",
	"OS_PROJECT_DOMAIN_NAME",
	"OS_PROJECT_DOMAIN_ID",
	"OS_DOMAIN_NAME",
	"OS_DOMAIN_ID",
	"OS_DEFAULT_DOMAIN",
	"OS_SYSTEM_SCOPE",
	"OS_APPLICATION_CREDENTIAL_ID",
	"OS_APPLICATION_CREDENTIAL_NAME",
	"OS_APPLICATION_CREDENTIAL_SECRET",
	"OS_APPLICATION_CREDENTIAL_SECRET_FILE",
	"OS_ENDPOINT",
	"OS_IMAGE_URL",
	"OS_REGION_NAME",
	"OS_INTERFACE",
	"OS_ENDPOINT_TYPE",
	"OS_CACERT",
	"OS_CERT",
	"OS_KEY",
	"OS_INSECURE",
	"OS_PASSWORD",
	"OS_PASSWORD_FILE",
	"OS_TOKEN",
	"OS_TOKEN_FILE",
	"OS_AUTH_TOKEN",
	"OS_AUTH_TOKEN_FILE",
	"OS_ACCESS_KEY",
	"OS_SECRET_KEY",
	"OS_SECRET_KEY_FILE",
	"OS_SECURITY_TOKEN",
	"OS_SK",
	"HUAWEICLOUD_SDK_SK",
	"HUAWEICLOUD_SDK_PROJECT_ID",
	"AWS_ACCESS_KEY_ID",
	"AWS_ACCESS_SECRET_KEY",
	"XDG_CONFIG_HOME",
	"HOME",
};

static struct os_settings got;
static struct options options;
static bool for_otc; /* Open Telekom Cloud's settings */
static char scratch[2][REPLY_MAX];

static int clean_env(void **state)
{
	(void)state;
	env_clear(variables, COUNT(variables));
	memset(&options, 0, sizeof(options));
	return 0;
}

/* A directory of our own, in which there is no clouds.yaml unless a test makes one. */
static inline int enter_files(void **state)
{
	return files_setup(state) == 0 && chdir(files_dir) == 0 ? 0 : -1;
}

static int load_env(struct err *e)
{
	memset(&got, 0xee, sizeof(got));
	memset(scratch, 'S', sizeof(scratch));
	return os_settings_load(&got, for_otc ? &otc_flavour : &openstack_flavour, &options,
				scratch[0], scratch[1], REPLY_MAX, e);
}

/* "NAME=value", as many as there are up to a NULL. */
static inline void set_env(const char *const *assignments)
{
	char name[64];
	const char *equals;

	for (; *assignments; assignments++) {
		equals = strchr(*assignments, '=');
		if (!equals || (size_t)(equals - *assignments) >= sizeof(name))
			abort();
		memcpy(name, *assignments, (size_t)(equals - *assignments));
		name[equals - *assignments] = '\0';
		if (setenv(name, equals + 1, 1) != 0)
			abort();
	}
}

/* With these files, of which either may be NULL, and the cloud of that name, or NULL. */
static inline int load_files(const char *clouds, const char *secure, const char *name,
			     struct err *e)
{
	if (clouds)
		setenv("OS_CLIENT_CONFIG_FILE", file_make(0, "own-clouds", clouds, strlen(clouds)),
		       1);
	if (secure)
		setenv("OS_CLIENT_SECURE_FILE", file_make(1, "own-secure", secure, strlen(secure)),
		       1);
	os_own_set(&options)->os_cloud = name;
	return load_env(e);
}

/* What was found for a key; "" and NULL are not the same. */
static inline void check_value(enum os_key key, const char *want, const char *which)
{
	const char *have = got.value[key];

	CHECK((have == NULL) == (want == NULL) && (!have || !want || strcmp(have, want) == 0),
	      "%s: %s is %s, not %s", which, os_settings_key_name(key), have ? have : "NULL",
	      want ? want : "NULL");
}

static inline void check_secret(const char *want, const char *which)
{
	CHECK(got.secret.given == (want != NULL), "%s: given %d", which, got.secret.given);
	CHECK(strcmp(got.secret.value, want ? want : "") == 0, "%s: the secret is \"%s\"", which,
	      got.secret.value);
}

#endif
