/* The body of a request is handed to libcurl, but for its last byte. */
#include "net/body.h"

#include <curl/curl.h>

#include "base/clock.h"

void body_init(struct body *b, struct stage *up, uint64_t len, struct err *e)
{
	b->up = up;
	b->e = e;
	b->left = len;
	b->sent = 0;
	b->done = false;
	b->pull_ms = 0;
}

static ssize_t too_short(struct body *b)
{
	return err_set(b->e, ERR_IMAGE, "the image ended %llu bytes early",
		       (unsigned long long)b->left);
}

/* An empty image is sent only if its chain says that it is whole. */
static ssize_t no_byte(struct body *b)
{
	char more;
	ssize_t n = stage_pull(b->up, &more, 1, b->e);

	if (n > 0)
		return err_set(b->e, ERR_IMAGE, "the image is longer than was announced");
	return n;
}

/* The last byte, only if the chain has nothing behind it and nothing against it. */
static ssize_t last_byte(struct body *b, char *buf)
{
	ssize_t n = stage_pull(b->up, buf, 1, b->e);

	if (n == 0)
		return too_short(b);
	return n < 0 || no_byte(b) < 0 ? -1 : 1;
}

size_t body_read(char *buf, size_t size, size_t n, void *arg)
{
	struct body *b = arg;
	size_t cap = size * n;
	int64_t began = clock_ms();
	ssize_t got;

	if (b->done || cap == 0)
		return 0;
	if (b->left == BODY_UNKNOWN) {
		got = stage_pull(b->up, buf, cap, b->e);
		b->done = got == 0;
	} else if (b->left == 0) {
		got = no_byte(b);
	} else if (b->left == 1) {
		got = last_byte(b, buf);
	} else {
		got = stage_pull(b->up, buf, cap < b->left - 1 ? cap : (size_t)(b->left - 1), b->e);
		if (got == 0)
			got = too_short(b);
	}
	b->pull_ms += clock_ms() - began;
	if (got < 0)
		return CURL_READFUNC_ABORT;
	b->sent += (uint64_t)got;
	if (b->left != BODY_UNKNOWN) {
		b->left -= (uint64_t)got;
		b->done = b->left == 0;
	}
	return (size_t)got;
}
