/* zlib gets its memory from one region. */
#include "image/zroom.h"

#include <string.h>

static voidpf hand_out(voidpf opaque, uInt n, uInt size)
{
	struct zroom *r = opaque;
	size_t want = (size_t)n * size;
	void *p = r->at + r->used;

	want = (want + 15) & ~(size_t)15;
	if (want > r->cap - r->used)
		return Z_NULL;
	r->used += want;
	return p;
}

static void take_back(voidpf opaque, voidpf p)
{
	(void)opaque;
	(void)p;
}

int zroom_start(struct zroom *r, z_stream *z, int bits, struct err *e)
{
	memset(z, 0, sizeof(*z));
	z->zalloc = hand_out;
	z->zfree = take_back;
	z->opaque = r;
	r->used = 0;
	if (inflateInit2(z, bits) != Z_OK)
		return err_set(e, ERR_FAILED, "zlib does not start: %s",
			       z->msg ? z->msg : "not enough memory");
	return 0;
}
