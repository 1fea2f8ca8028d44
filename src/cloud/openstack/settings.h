/* OpenStack's settings: openstacksdk's, from options, files and the environment. */
#ifndef CLOUD_OPENSTACK_SETTINGS_H
#define CLOUD_OPENSTACK_SETTINGS_H

#include "cloud/provider.h"

struct os_flavour;

/* What is not secret, by its name in clouds.yaml; in the environment OS_AUTH_URL and so on. */
enum os_key {
	OS_AUTH_TYPE,
	OS_AUTH_URL,
	OS_USERNAME,
	OS_USER_ID,
	OS_USER_DOMAIN_NAME,
	OS_USER_DOMAIN_ID,
	OS_PROJECT_NAME,
	OS_PROJECT_ID,
	OS_PROJECT_DOMAIN_NAME,
	OS_PROJECT_DOMAIN_ID,
	OS_DOMAIN_NAME,
	OS_DOMAIN_ID,
	OS_DEFAULT_DOMAIN,
	OS_SYSTEM_SCOPE,
	OS_APPCRED_ID,
	OS_APPCRED_NAME,
	OS_ENDPOINT, /* with auth_type none or token: Glance itself */
	OS_IMAGE_ENDPOINT,
	OS_REGION,
	OS_INTERFACE,
	OS_CACERT,
	OS_CERT,
	OS_KEY,
	OS_INSECURE,
	OS_IMAGE_REGION,    /* Glance's own, in clouds.yaml only; these two have no option */
	OS_IMAGE_INTERFACE, /* ... several joined by commas, in their order */
	OS_ACCESS_KEY,      /* Open Telekom Cloud's only */
	OS_KEYS
};

enum os_auth {
	OS_AUTH_NONE,  /* no token at all */
	OS_AUTH_READY, /* a token that is sent as it is; Keystone is not asked */
	OS_AUTH_AKSK,  /* no token: each request is signed */
	OS_AUTH_PASSWORD,
	OS_AUTH_APPCRED, /* an application credential; never with a scope */
	OS_AUTH_TOKEN,   /* a token that Keystone gives another for */
};

/* The token of a temporary key, which has up to 24 hours; those that were seen have 2 to 4 KiB. */
#define SECURITY_TOKEN_BYTES ((size_t)8 * 1024)

/* Texts of the files that are kept. */
#define OS_POOL_BYTES ((size_t)8 * 1024)

/* struct task's settings. */
struct os_settings {
	enum os_auth auth;
	struct secret secret; /* password, application credential's secret, token or secret key */
	char security_token[SECURITY_TOKEN_BYTES]; /* of a temporary key, or "" */
	/* They belong to the options, the environment or the pool; NULL if not set, never "". */
	const char *value[OS_KEYS];
	char cloud[64]; /* its name in clouds.yaml; "" for the environment */
	const struct os_flavour *flavour;
	unsigned keys_of; /* which tool's variables the access key is from */
	bool insecure;
	bool token_given;    /* the secret is, or could be, a token */
	bool password_given; /* ... or in the file is a password */
	char pool[OS_POOL_BYTES];
	size_t pooled;
	bool default_domain; /* as openstackclient: where no domain is named, it is "default" */
};

/* The name in clouds.yaml, "auth_url". */
const char *os_settings_key_name(enum os_key key);

/* The variable that messages name for a key; and what the environment says, or NULL. */
const char *os_settings_variable(enum os_key key);
const char *os_settings_env(enum os_key key);

/* Those of a task. */
struct os_settings *os_settings_of(const struct task *t);

#endif
