/* The reason for a refusal is looked for in JSON, in a page of HTML, or in a text. */
#include "cloud/openstack/reason.h"

#include <string.h>

#include "base/hide.h"
#include "base/text.h"

/* White space at s, as which a "<br />" in a text of Glance's counts: its length. */
static size_t blank(const char *s)
{
	size_t len = 0, n;

	do {
		n = strspn(s + len, " \t\r\n");
		if (strncmp(s + len + n, "<br />", 6) == 0)
			n += 6;
		len += n;
	} while (n > 0);
	return len;
}

/* Append a page's text without its tags, and with characters for their references. */
static void put_page(struct text *t, const char *s)
{
	size_t len;

	while (*s && !t->full) {
		len = *s == '<' ? strcspn(s, ">") : blank(s);
		if (len > 0) {
			s += len + (s[len] == '>' && *s == '<');
			if (t->len > 0 && t->at[t->len - 1] != ' ')
				text_put(t, " ");
			continue;
		}
		len = text_put_entity(t, s);
		if (len == 0)
			text_put_n(t, s, 1);
		s += len > 0 ? len : 1;
	}
}

/* Runs of white space become one space, in place. */
static void squeeze(char *s)
{
	char *to = s;
	size_t len;

	for (s += blank(s); *s; s += len > 0 ? len : 1) {
		len = blank(s);
		*to++ = (char)(len > 0 ? ' ' : *s);
	}
	*to = '\0';
}

void os_reason_hide(const struct task *t, char *s)
{
	const struct os_settings *settings = os_settings_of(t);
	const char *auth = strstr(t->work->auth, ": "),
		   *signature = strstr(t->work->auth, "Signature=");
	const char *secrets[] = { settings->secret.value, settings->security_token,
				  signature ? signature + strlen("Signature=") :
				  auth      ? auth + 2 :
					      "" };

	hide_secrets(s, secrets, sizeof(secrets) / sizeof(secrets[0]));
}

void os_reason(struct task *t, char *out, size_t cap)
{
	static const char *const paths[] = { "error.message", "message", "error_msg", "title" };
	struct work *w = t->work;
	struct text text;
	size_t i, id = strlen(w->request_id), room;

	/* What is cut off is not the request's id. */
	room = id > 0 && cap > 2 * id ? cap - id - 3 : cap;
	os_reason_hide(t, w->request_id);
	text_init(&text, out, room);
	if (w->json.count > 0) {
		for (i = 0; i < sizeof(paths) / sizeof(paths[0]) && !out[0]; i++)
			json_show(&w->json, paths[i], out, room);
		text.len = strlen(out);
	} else {
		put_page(&text, w->answer);
	}
	text_ellipsis(&text);
	squeeze(out);
	/* Once more: entities may have hidden one from us. */
	os_reason_hide(t, out);
	text_clean(out);
	text_init(&text, out + strlen(out), cap - strlen(out));
	if (id > 0)
		text_printf(&text, "%s[%s]", out[0] ? " " : "", w->request_id);
}
