/* What the tests of IONOS's settings share: an environment, a config file, what is logged. */
#ifndef UNIT_IONOS_ENV_H
#define UNIT_IONOS_ENV_H

#include "cloud/ionos/settings.h"
#include "unit/caught.h"

static const char *const variables[] = {
	"IONOS_TOKEN",           "IONOS_TOKEN_FILE",    "IONOS_USERNAME",  "IONOS_USERNAME_FILE",
	"IONOS_PASSWORD",        "IONOS_PASSWORD_FILE", "IONOS_API_URL",   "IONOS_CONTRACT_NUMBER",
	"IONOS_PINNED_CERT",     "IONOS_CONFIG_FILE",   "XDG_CONFIG_HOME", "HOME",
	"IONOS_CURRENT_PROFILE",
};

static struct ionos_settings got;
static char scratch[REPLY_MAX];

static int clean_env(void **state)
{
	(void)state;
	env_clear(variables, COUNT(variables));
	return 0;
}

/* Load, with what is logged meanwhile in caught. */
static int load_from(const char *config, const char *api_url, struct err *e)
{
	int result;

	memset(&got, 0xee, sizeof(got));
	caught_begin(STDERR_FILENO);
	result = ionos_settings_load(&got, config, api_url, scratch, sizeof(scratch), e);
	caught_end();
	return result;
}

static inline const char *make_config(const char *text)
{
	const char *path = file_make(0, "config.yaml", text, strlen(text));

	assert_int_equal(chmod(path, 0600), 0);
	return path;
}

static int load(const char *text, struct err *e)
{
	return load_from(text ? make_config(text) : NULL, NULL, e);
}

#define PROFILE(credentials)                                                                       \
	"version: 1.0\ncurrentProfile: user\nprofiles:\n  - name: user\n    environment: prod\n"   \
	"    credentials: " credentials "\n"
#define ALL PROFILE("{username: pu, password: pp, token: pt, s3AccessKey: x}")

/* The profile u in the environment Prod, which has a certificate and these products. */
#define AT(products)                                                                               \
	"currentProfile: u\n"                                                                      \
	"profiles: [{name: u, environment: Prod, credentials: {token: SECRET}}]\n"                 \
	"environments:\n"                                                                          \
	"- {name: other, products: [{name: cloud, endpoints: [{name: other.x}]}]}\n"               \
	"- name: prod\n"                                                                           \
	"  certificateAuthData: '-----BEGIN CERTIFICATE-----E'\n"                                  \
	"  products: " products "\n"

static inline void check_text(const char *have, const char *want, const char *what, size_t row)
{
	CHECK(strcmp(have, want ? want : "") == 0, "row %zu: %s is \"%s\"", row, what, have);
}

#endif
