/* A stage that computes a digest of the bytes that it hands on. */
#include "image/digest.h"

static ssize_t digest_pull(struct stage *stage, void *buf, size_t cap, struct err *e)
{
	struct digest *d = (struct digest *)stage;
	ssize_t n = stage_pull(d->stage.up, buf, cap, e);

	if (n > 0)
		hash_update(&d->hash, buf, (size_t)n);
	else if (n == 0 && d->hex[0] == '\0')
		hash_hex(&d->hash, d->hex);
	return n;
}

static int digest_rewind(struct stage *stage, struct err *e)
{
	struct digest *d = (struct digest *)stage;

	hash_init(&d->hash, d->hash.alg);
	d->hex[0] = '\0';
	return stage_rewind(d->stage.up, e);
}

static const struct stage_ops digest_ops = { "digest", digest_pull, digest_rewind, NULL };

void digest_init(struct digest *d, struct stage *up, enum hash_alg alg)
{
	d->stage.ops = &digest_ops;
	d->stage.up = up;
	d->hex[0] = '\0';
	hash_init(&d->hash, alg);
}
