/* Lines on standard error, and the one bar below them. */
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define CLEAR_LINE "\r\033[K"

/* A file's name, its error, and what became of its record. */
#define LINE_BYTES (PATH_BYTES + 5 * ERR_TEXT_MAX)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum log_level level = LOG_NORMAL;
static bool bar_shown;

void log_init(enum log_level l)
{
	level = l;
}

/* So long is waited for whoever reads standard error, if it does not block. */
#define READER_MS 1000

/* Losing a message because standard error is closed is not worth a failure. */
static void out(const char *s, size_t len)
{
	struct pollfd reader = { .fd = STDERR_FILENO, .events = POLLOUT };
	ssize_t n;

	while (len > 0) {
		n = write(STDERR_FILENO, s, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN && poll(&reader, 1, READER_MS) > 0)
			continue;
		if (n <= 0)
			return;
		s += n;
		len -= (size_t)n;
	}
}

/* A line with its end: instead of the bar. */
static void out_line(const char *s, size_t len)
{
	pthread_mutex_lock(&lock);
	if (bar_shown)
		out(CLEAR_LINE, sizeof(CLEAR_LINE) - 1);
	bar_shown = false;
	out(s, len);
	pthread_mutex_unlock(&lock);
}

static void line(const char *prefix, const char *fmt, va_list ap)
{
	char buf[LINE_BYTES];
	struct text t;

	text_init(&t, buf, sizeof(buf) - 1);
	text_put(&t, prefix);
	text_vprintf(&t, fmt, ap);
	text_ellipsis(&t);
	text_clean(buf);
	t.len = strlen(buf);
	buf[t.len++] = '\n';
	out_line(buf, t.len);
}

void log_warn(const char *fmt, ...)
{
	va_list ap;

	if (level < LOG_NORMAL)
		return;
	va_start(ap, fmt);
	line("hoist: warning: ", fmt, ap);
	va_end(ap);
}

void log_note(const char *fmt, ...)
{
	va_list ap;

	if (level < LOG_VERBOSE)
		return;
	va_start(ap, fmt);
	line("hoist: ", fmt, ap);
	va_end(ap);
}

void log_debug(const char *fmt, ...)
{
	va_list ap;

	if (level < LOG_DEBUG)
		return;
	va_start(ap, fmt);
	line("hoist: ", fmt, ap);
	va_end(ap);
}

void log_trace(const char *fmt, ...)
{
	va_list ap;

	if (level < LOG_TRACE)
		return;
	va_start(ap, fmt);
	line("hoist: ", fmt, ap);
	va_end(ap);
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line("hoist: ", fmt, ap);
	va_end(ap);
}

static void plain(const char *fmt, ...) ERR_PRINTF(1, 2);
static void plain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line("", fmt, ap);
	va_end(ap);
}

void log_plain(const char *s)
{
	if (level >= LOG_NORMAL)
		plain("%s", s);
}

void log_whole(const char *s, size_t len)
{
	if (level >= LOG_NORMAL)
		out_line(s, len);
}

void log_bar(const char *s)
{
	char buf[512];
	struct text t;

	text_init(&t, buf, sizeof(buf));
	text_put(&t, CLEAR_LINE);
	text_put(&t, s);
	pthread_mutex_lock(&lock);
	if (bar_shown || *s != '\0')
		out(buf, t.len);
	bar_shown = *s != '\0';
	pthread_mutex_unlock(&lock);
}
