/* Credentials and servers are found in variables and in ionosctl's config file. */
#include "cloud/ionos/settings.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fit.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/text.h"
#include "cloud/ionos/config.h"

/* --- Texts ------------------------------------------------------------------- */

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* What becomes a line of a protocol must not end it.  name is shown, the value is not. */
static int check_line(const char *value, const char *name, struct err *e)
{
	return text_is_line(value) ? 0 :
				     err_set(e, ERR_USAGE, "%s holds a control character", name);
}

static int take(char *to, size_t cap, const char *value, const char *name, struct err *e)
{
	return check_line(value, name, e) < 0 ? -1 : fit_copy(to, cap, value, name, e);
}

/* Only shown, so it may be cut off. */
static void show_profile(char *to, const struct ionos_config *c)
{
	struct text t;

	text_init(&t, to, IONOS_FROM_BYTES);
	if (c->profile)
		text_printf(&t, "profile %s of ", c->profile);
	text_put(&t, c->path);
	text_ellipsis(&t);
	text_clean(to);
}

/* What is no digit is skipped: the result is looked at anyway. */
static int from_base64(char *to, size_t cap, const char *from, struct err *e)
{
	struct text t;

	text_init(&t, to, cap);
	text_put_from_base64(&t, from);
	return fit_done(&t, "certificateAuthData", e);
}

/* PEM, or base64 of that. */
static int take_certificates(struct ionos_settings *s, const struct ionos_config *c, struct err *e)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	size_t cap = sizeof(s->certificates);
	int failed;

	if (!c->certificates)
		return 0;
	if (strstr(c->certificates, begin))
		failed = fit_copy(s->certificates, cap, c->certificates, "certificateAuthData", e);
	else
		failed = from_base64(s->certificates, cap, c->certificates, e);
	if (failed < 0)
		return err_at(e, c->path);
	if (!strstr(s->certificates, begin))
		return err_set(e, ERR_USAGE,
			       "%s: certificateAuthData is neither PEM nor base64 of it", c->path);
	return 0;
}

/* --- Credentials --------------------------------------------------------------- */

static int from_env(struct secret *s, const char *name, struct err *e)
{
	memset(s, 0, sizeof(*s));
	if (secret_env(s, name, e) < 0)
		return -1;
	if (s->given && s->value[0] == '\0')
		return err_set(e, ERR_USAGE, "%s names an empty file", s->from);
	return check_line(s->value, s->from, e);
}

/*
 * One half of the login.  The token's place is free at this time, and large
 * enough for what is longer than it may be.
 */
static int half_from_env(struct ionos_settings *s, const char *name, char *to, struct text *from,
			 struct err *e)
{
	int result = from_env(&s->token, name, e);

	if (result == 0 && s->token.given) {
		text_printf(from, "%s%s", from->len > 0 ? " and " : "", s->token.from);
		result = fit_copy(to, LOGIN_MAX, s->token.value, s->token.from, e);
	}
	text_wipe(&s->token, sizeof(s->token));
	return result;
}

static int login_from_env(struct ionos_settings *s, struct err *e)
{
	struct ionos_login *l = &s->login;
	struct text from;

	text_init(&from, s->login_from, sizeof(s->login_from));
	if (half_from_env(s, "IONOS_USERNAME", l->user, &from, e) < 0 ||
	    half_from_env(s, "IONOS_PASSWORD", l->password, &from, e) < 0)
		return -1;
	l->given = l->user[0] && l->password[0];
	if (l->given || from.len == 0)
		return 0;
	/* ionosctl, too, takes both or none. */
	s->lacks = l->user[0] ? "IONOS_PASSWORD" : "IONOS_USERNAME";
	text_wipe(l, sizeof(*l));
	s->login_from[0] = '\0';
	return 0;
}

static int login_from_config(struct ionos_settings *s, const struct ionos_config *c, struct err *e)
{
	if (s->login.given || !c->user || !c->password)
		return 0;
	if (take(s->login.user, LOGIN_MAX, c->user, "the username", e) < 0 ||
	    take(s->login.password, LOGIN_MAX, c->password, "the password", e) < 0)
		return err_at(e, c->path);
	s->login.given = true;
	show_profile(s->login_from, c);
	return 0;
}

/*
 * ionosctl's order for the API: IONOS_TOKEN, IONOS_USERNAME and IONOS_PASSWORD,
 * the profile's token, its username and password.  For FTP it is the same
 * without the tokens, so one login is enough.
 */
static int load_credentials(struct ionos_settings *s, const struct ionos_config *c, struct err *e)
{
	bool login_in_env;

	if (login_from_env(s, e) < 0)
		return -1;
	login_in_env = s->login.given;
	if (login_from_config(s, c, e) < 0 || from_env(&s->token, "IONOS_TOKEN", e) < 0)
		return -1;
	if (s->token.given) {
		if (fit_copy(s->token_from, sizeof(s->token_from), s->token.from, "a name", e) < 0)
			return -1;
	} else if (c->token && !login_in_env) {
		if (take(s->token.value, sizeof(s->token.value), c->token, "the token", e) < 0)
			return err_at(e, c->path);
		s->token.given = true;
		show_profile(s->token_from, c);
	}
	s->auth = s->token.given ? IONOS_AUTH_TOKEN :
		  s->login.given ? IONOS_AUTH_LOGIN :
				   IONOS_AUTH_NONE;
	return 0;
}

/* --- Where the API is ------------------------------------------------------------- */

/* host, host:port or [address]:port, and nothing else: credentials go there. */
static bool is_place(const char *host)
{
	const char *end = host, *c;
	uint64_t port;

	for (c = host; *c; c++)
		if (!is_alnum(*c) && !strchr("-.:[]_", *c))
			return false;
	if (*host == '[') {
		end = host + 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
		if (end == host + 1 || *end++ != ']')
			return false;
	} else {
		end += strcspn(host, ":[]");
		if (end == host)
			return false;
	}
	if (*end == '\0')
		return true;
	return *end == ':' && parse_number(end + 1, 65535, &port) == 0 && port > 0;
}

/* Any path is dropped, as ionosctl does. */
static int take_url(struct ionos_settings *s, const char *url, const char *from, struct err *e)
{
	size_t scheme = 0, len;
	bool plain = false;
	struct text t;

	while (is_alnum(url[scheme]))
		scheme++;
	if (strncmp(url + scheme, "://", 3) == 0) {
		plain = scheme == 4 && strncasecmp(url, "http", 4) == 0;
		if (!plain && (scheme != 5 || strncasecmp(url, "https", 5) != 0))
			return err_set(e, ERR_USAGE, "%s: the scheme has to be https", from);
		url += scheme + 3;
	}
	len = strcspn(url, "/?#");
	if (memchr(url, '@', len))
		return err_set(e, ERR_USAGE, "%s: no user name or password may be in the URL",
			       from);
	text_init(&t, s->api_url, sizeof(s->api_url));
	text_put(&t, plain ? "http://" : "https://");
	scheme = t.len;
	text_put_n(&t, url, len);
	if (fit_done(&t, from, e) < 0)
		return -1;
	if (!is_place(s->api_url + scheme))
		return err_set(e, ERR_USAGE, "%s: this is not like %s", from, IONOS_API_DEFAULT);
	return fit_copy(s->api_url_from, sizeof(s->api_url_from), from, "a name", e);
}

static int load_url(struct ionos_settings *s, const char *api_url, const struct ionos_config *c,
		    struct err *e)
{
	const char *env = text_env("IONOS_API_URL");
	char from[IONOS_FROM_BYTES];

	if (api_url && *api_url)
		return take_url(s, api_url, "--api-url", e);
	if (env)
		return take_url(s, env, "IONOS_API_URL", e);
	if (!c->api_url)
		return fit_copy(s->api_url, sizeof(s->api_url), IONOS_API_DEFAULT, "a URL", e);
	show_profile(from, c);
	if (take_url(s, c->api_url, from, e) < 0 || take_certificates(s, c, e) < 0)
		return -1;
	s->api_skip_verify = c->skip_verify;
	if (s->api_skip_verify && !s->pinned)
		log_warn("%s: skipTlsVerify: nothing proves that %s is what it says", from,
			 s->api_url);
	return 0;
}

/* --- The rest of the environment --------------------------------------------------- */

static int load_contract(struct ionos_settings *s, struct err *e)
{
	const char *value = text_env("IONOS_CONTRACT_NUMBER");

	if (!value)
		return 0;
	if (value[strspn(value, "0123456789")] != '\0')
		return err_set(e, ERR_USAGE, "IONOS_CONTRACT_NUMBER has to be a number");
	return fit_copy(s->contract, sizeof(s->contract), value, "IONOS_CONTRACT_NUMBER", e);
}

static int load_pin(struct ionos_settings *s, struct err *e)
{
	const char *c = text_env("IONOS_PINNED_CERT");
	size_t n = 0;

	if (!c)
		return 0;
	for (; *c; c++) {
		if (*c == ':' || *c == ' ')
			continue;
		if (parse_hex(*c) < 0 || n == 2 * sizeof(s->pin))
			break;
		s->pin[n / 2] = (unsigned char)(s->pin[n / 2] << 4 | parse_hex(*c));
		n++;
	}
	if (*c || n != 2 * sizeof(s->pin))
		return err_set(e, ERR_USAGE,
			       "IONOS_PINNED_CERT has to be a SHA-256 fingerprint: 64 hexadecimal digits");
	s->pinned = true;
	return 0;
}

int ionos_settings_load(struct ionos_settings *s, const char *config_file, const char *api_url,
			char *scratch, size_t cap, struct err *e)
{
	struct ionos_config c;
	int result = -1;

	_Static_assert(sizeof(*s) <= SETTINGS_BYTES, "there is room for it");
	memset(s, 0, sizeof(*s));
	if (ionos_config_load(&c, config_file, scratch, cap, e) == 0 &&
	    load_credentials(s, &c, e) == 0 && load_pin(s, e) == 0 &&
	    load_url(s, api_url, &c, e) == 0 && load_contract(s, e) == 0)
		result = 0;
	text_wipe(scratch, cap);
	return result;
}

/* --- What is missing ------------------------------------------------------------------ */

int ionos_settings_need_api(const struct ionos_settings *s, struct err *e)
{
	/* RFC 7617, section 2 */
	if (s->auth == IONOS_AUTH_LOGIN && strchr(s->login.user, ':'))
		return err_set(e, ERR_USAGE,
			       "the API cannot be told a user name with a colon (%s): set IONOS_TOKEN",
			       s->login_from);
	if (s->auth != IONOS_AUTH_NONE)
		return 0;
	if (s->lacks)
		return err_set(e, ERR_USAGE, "%s is not set, the other half of the login is",
			       s->lacks);
	return err_set(e, ERR_USAGE,
		       "no credentials: set IONOS_TOKEN, or IONOS_USERNAME and IONOS_PASSWORD, or use a config file of ionosctl (--config)");
}

int ionos_settings_need_ftp(const struct ionos_settings *s, struct err *e)
{
	if (s->login.given)
		return 0;
	if (s->lacks)
		return err_set(e, ERR_USAGE, "%s is not set, the other half of the login is",
			       s->lacks);
	if (s->auth == IONOS_AUTH_TOKEN)
		return err_set(e, ERR_USAGE,
			       "the FTP server does not take a token: set IONOS_USERNAME and IONOS_PASSWORD too (they can be set beside IONOS_TOKEN)");
	return err_set(e, ERR_USAGE,
		       "no credentials for the FTP server: set IONOS_USERNAME and IONOS_PASSWORD, or use a config file of ionosctl (--config)");
}
