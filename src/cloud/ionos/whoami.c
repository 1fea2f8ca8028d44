/* The command that tells of the credentials. */
#include "cloud/ionos/whoami.h"

#include <string.h>

#include "base/fit.h"
#include "base/text.h"
#include "cloud/ionos/own.h"
#include "cloud/ionos/state.h"

static int whoami_prepare(struct task *t, struct err *e)
{
	struct ionos_settings *s = &ionos_of(t)->settings;
	const char *api = "no credentials";
	struct text out;

	if (strcmp(t->options->output, "text") != 0)
		return err_set(e, ERR_USAGE, "--whoami is a text, there is no -o %s of it",
			       t->options->output);
	if (ionos_settings_load(s, ionos_own(t->options)->config, ionos_own(t->options)->api_url,
				t->work->scratch, REPLY_MAX, e) < 0)
		return -1;
	text_init(&out, t->object, sizeof(t->object));
	if (s->auth == IONOS_AUTH_TOKEN)
		api = s->token_from;
	else if (s->auth == IONOS_AUTH_LOGIN)
		api = s->login_from;
	text_printf(&out, "API:    %s\n", api);
	text_printf(&out, "FTP:    %s",
		    s->login.given ? s->login_from : "no user name and password");
	if (s->lacks)
		text_printf(&out, " (%s is not set)", s->lacks);
	text_put(&out, "\n");
	if (s->login.given) {
		text_clean(s->login.user);
		text_printf(&out, "user:   %s\n", s->login.user);
	}
	text_printf(&out, "server: %s%s%s\n", s->api_url, s->api_url_from[0] ? ", from " : "",
		    s->api_url_from);
	if (s->pinned)
		text_put(&out, "trust:  IONOS_PINNED_CERT\n");
	else if (s->api_skip_verify)
		text_put(&out, "trust:  anyone (skipTlsVerify)\n");
	if (s->contract[0])
		text_printf(&out, "contract: %s\n", s->contract);
	return fit_done(&out, "the settings", e);
}

static bool whoami_print(FILE *f, struct task *tasks, unsigned count)
{
	(void)count;
	fputs(tasks[0].object, f);
	return true;
}

const struct provider ionos_whoami = {
	.name = "ionos",
	.needs = NEED_NO_FILE,
	.prepare = whoami_prepare,
	.print = whoami_print,
};
