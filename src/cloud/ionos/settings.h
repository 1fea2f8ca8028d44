/*
 * IONOS: what the environment and ionosctl's config file say, in ionosctl's
 * order (v6.10.3).
 */
#ifndef CLOUD_IONOS_SETTINGS_H
#define CLOUD_IONOS_SETTINGS_H

#include "base/secret.h"

#define IONOS_API_DEFAULT "https://api.ionos.com"

enum ionos_auth {
	IONOS_AUTH_NONE,
	IONOS_AUTH_TOKEN, /* Authorization: Bearer */
	IONOS_AUTH_LOGIN  /* Authorization: Basic */
};

/* A user name and its password: complete, or not given. */
struct ionos_login {
	bool given;
	char user[LOGIN_MAX];
	char password[LOGIN_MAX];
};

/* Where something was found: to be shown, so it may have been cut off. */
#define IONOS_FROM_BYTES 320

struct ionos_settings {
	enum ionos_auth auth; /* what the API gets */
	struct secret token;  /* given with IONOS_AUTH_TOKEN only */
	/* for the FTP servers, and for the API with IONOS_AUTH_LOGIN */
	struct ionos_login login;
	const char *lacks; /* the variable that is missing beside IONOS_USERNAME or _PASSWORD */
	char api_url[256]; /* "https://host", "https://host:port", without a path */
	char contract[32]; /* digits, or "" */
	bool pinned;
	unsigned char pin[32]; /* SHA-256 of the API's certificate (DER), instead of its chain */

	/* How the API's server is trusted: from the config file, when its URL is from there too. */
	bool api_skip_verify;
	char certificates[CA_TEXT_MAX]; /* PEM; "" if there are none */

	/* "IONOS_TOKEN", "IONOS_USERNAME and IONOS_PASSWORD_FILE", "profile user of PATH" */
	char token_from[IONOS_FROM_BYTES];
	char login_from[IONOS_FROM_BYTES];
	char api_url_from[IONOS_FROM_BYTES]; /* "" for IONOS_API_DEFAULT */
};

/*
 * Read the environment and the config file: config_file (--config), or what
 * IONOS_CONFIG_FILE names, or $XDG_CONFIG_HOME/ionosctl/config.yaml (or in
 * ~/.config), the config.json beside it, which older versions of ionosctl wrote,
 * or ~/.ionos/config.  config_file and api_url (--api-url) may be NULL.
 * scratch[cap] is overwritten, and wiped at the end; a file may be half as long.
 * Warns of what is unsafe.  Returns 0, or -1 with ERR_USAGE or ERR_LIMIT;
 * credentials that are missing are no error yet.
 */
int ionos_settings_load(struct ionos_settings *s, const char *config_file, const char *api_url,
			char *scratch, size_t cap, struct err *e) MUST_CHECK;

/* Is there what the API, or an FTP server, asks for?  -1 with ERR_USAGE and what to set. */
int ionos_settings_need_api(const struct ionos_settings *s, struct err *e) MUST_CHECK;
int ionos_settings_need_ftp(const struct ionos_settings *s, struct err *e) MUST_CHECK;

#endif
