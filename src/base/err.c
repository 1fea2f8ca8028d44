/* Errors: made, given more words, forgotten, and turned into exit statuses. */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const unsigned char statuses[ERR_CODES] = {
	[ERR_NONE] = 0,
	[ERR_FAILED] = 1,
	[ERR_REPLY] = 1,
	[ERR_LIMIT] = 1,
	[ERR_OUTPUT] = 1,
	[ERR_USAGE] = 2,
	[ERR_TRUST] = 2,
	[ERR_IMAGE] = 3,
	[ERR_NETWORK] = 4,
	[ERR_BUSY] = 4,
	[ERR_UNFINISHED] = 5,
	[ERR_STOPPED] = 4, /* seen only if the signal that we die by is ignored */
};

static void set(struct err *e, enum err_code code, const char *why, const char *fmt, va_list ap)
{
	struct text t;

	if (e->code != ERR_NONE)
		return;
	e->code = code;
	e->retry = false;
	text_init(&t, e->text, sizeof(e->text));
	text_vprintf(&t, fmt, ap);
	if (why)
		text_printf(&t, ": %s", why);
	text_ellipsis(&t);
	text_clean(e->text);
}

int err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(e, code, NULL, fmt, ap);
	va_end(ap);
	return -1;
}

int err_errno(struct err *e, enum err_code code, const char *fmt, ...)
{
	char why[96];
	int number = errno;
	va_list ap;

	if (strerror_r(number, why, sizeof(why)) != 0)
		snprintf(why, sizeof(why), "error %d", number);
	va_start(ap, fmt);
	set(e, code, why, fmt, ap);
	va_end(ap);
	return -1;
}

int err_at(struct err *e, const char *what)
{
	char old[ERR_TEXT_MAX];
	struct text t;

	memcpy(old, e->text, sizeof(old));
	text_init(&t, e->text, sizeof(e->text));
	text_printf(&t, "%s: %s", what, old);
	text_ellipsis(&t);
	text_clean(e->text);
	return -1;
}

int err_retry(struct err *e)
{
	e->retry = true;
	return -1;
}

void err_clear(struct err *e)
{
	e->code = ERR_NONE;
	e->retry = false;
	e->text[0] = '\0';
}

int err_status(enum err_code code)
{
	return statuses[code];
}
