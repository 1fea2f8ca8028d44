/* A stage that unpacks what it hands on, and throws away what comes out. */
#include "image/gzcheck.h"

#include <string.h>

#include "base/text.h"
#include "image/format.h"

/* 31: gzip only, with the largest window. */
static int start(struct gzcheck *g, int bits, struct err *e)
{
	g->room.at = g->heap;
	g->room.cap = sizeof(g->heap);
	return zroom_start(&g->room, &g->z, bits, e);
}

static int bad(struct gzcheck *g, struct err *e)
{
	return err_set(e, ERR_IMAGE, "gzip is damaged near byte %llu: %s",
		       (unsigned long long)(g->in - g->z.avail_in),
		       g->z.msg ? g->z.msg : "unexpected data");
}

int gzcheck_nothing(struct err *e)
{
	return err_set(e, ERR_IMAGE, "holds nothing: what made the gzip had nothing to read");
}

static int cut_short(struct gzcheck *g, struct err *e)
{
	return err_set(e, ERR_IMAGE, "gzip is cut short after %llu bytes",
		       (unsigned long long)g->in);
}

static int too_large(struct gzcheck *g, struct err *e)
{
	char size[16];
	struct text t;

	text_init(&t, size, sizeof(size));
	text_put_size(&t, g->max_out);
	return err_set(e, ERR_IMAGE, "holds more than %s uncompressed (see --max-size)", size);
}

/* Between two members: another one begins here, or it is junk. */
static int next_member(struct gzcheck *g, struct err *e)
{
	if (!g->empty && *g->z.next_in != 0x1f)
		return err_set(e, ERR_IMAGE, "gzip ends at byte %llu, but more follows it",
			       (unsigned long long)(g->in - g->z.avail_in));
	if (inflateReset(&g->z) != Z_OK)
		return bad(g, e);
	g->inside = true;
	g->empty = false;
	return 0;
}

/* This is in it. */
static void came_out(struct gzcheck *g, size_t len)
{
	size_t room;

	if (!g->judged)
		return;
	room = g->out < sizeof(g->head) ? sizeof(g->head) - (size_t)g->out : 0;
	if (room > 0)
		memcpy(g->head + g->out, g->scratch, len < room ? len : room);
	ends_add(&g->ends, g->scratch, len);
}

/* What it holds has come to its end. */
static int judge_content(struct gzcheck *g, struct err *e)
{
	enum format f = g->holds;

	/* With --no-check that was said before. */
	if (g->out == 0)
		return g->ends.overlook ? 0 : gzcheck_nothing(e);
	g->ends.head = g->head;
	g->ends.head_len = g->out < sizeof(g->head) ? (size_t)g->out : sizeof(g->head);
	/* Empty members came first, so nothing was known of what it holds. */
	if (f == FORMAT_EMPTY)
		f = format_of(g->head, g->ends.head_len);
	g->ends.what = "what the gzip holds";
	return ends_check(&g->ends, f, e);
}

/* Run bytes that just passed through inflate(). */
static int verify(struct gzcheck *g, const unsigned char *p, size_t len, struct err *e)
{
	int z;

	g->in += len;
	g->z.next_in = (z_const Bytef *)p;
	g->z.avail_in = (uInt)len;
	/* With room left in scratch, inflate() has no more to give for this input. */
	do {
		if (!g->inside) {
			if (g->z.avail_in == 0)
				break;
			if (next_member(g, e) < 0)
				return -1;
		}
		g->z.next_out = g->scratch;
		g->z.avail_out = sizeof(g->scratch);
		z = inflate(&g->z, Z_NO_FLUSH);
		came_out(g, sizeof(g->scratch) - g->z.avail_out);
		g->out += sizeof(g->scratch) - g->z.avail_out;
		if (z == Z_STREAM_END)
			g->inside = false;
		else if (z != Z_OK && z != Z_BUF_ERROR)
			return bad(g, e);
		if (g->max_out != 0 && g->out > g->max_out)
			return too_large(g, e);
	} while (g->z.avail_in > 0 || (g->inside && g->z.avail_out == 0));
	return 0;
}

static ssize_t gzcheck_pull(struct stage *stage, void *buf, size_t cap, struct err *e)
{
	struct gzcheck *g = (struct gzcheck *)stage;
	ssize_t n = stage_pull(g->stage.up, buf, cap, e);

	if (n < 0)
		return -1;
	if (n == 0) {
		if (g->empty)
			return err_set(e, ERR_IMAGE, "is empty");
		if (g->inside)
			return cut_short(g, e);
		return g->judged ? judge_content(g, e) : 0;
	}
	if (g->z.state == Z_NULL && start(g, 31, e) < 0)
		return -1;
	return verify(g, buf, (size_t)n, e) < 0 ? -1 : n;
}

static void reset(struct gzcheck *g)
{
	g->z.state = Z_NULL;
	g->inside = false;
	g->empty = true;
	g->in = 0;
	g->out = 0;
	ends_reset(&g->ends);
}

static int gzcheck_rewind(struct stage *stage, struct err *e)
{
	struct gzcheck *g = (struct gzcheck *)stage;

	reset(g);
	return stage_rewind(g->stage.up, e);
}

static const struct stage_ops gzcheck_ops = { "gzcheck", gzcheck_pull, gzcheck_rewind, NULL };

void gzcheck_init(struct gzcheck *g, struct stage *up, uint64_t max_out)
{
	g->stage.ops = &gzcheck_ops;
	g->stage.up = up;
	g->max_out = max_out;
	g->judged = false;
	reset(g);
}

void gzcheck_judge(struct gzcheck *g, enum format holds, const struct ends *ends)
{
	g->judged = true;
	g->holds = holds;
	g->ends = *ends;
	ends_reset(&g->ends);
}

ssize_t gzcheck_head(struct gzcheck *g, const void *in, size_t len, bool whole, void *out,
		     size_t cap, struct err *e)
{
	int z;

	reset(g);
	if (start(g, 31, e) < 0)
		return -1;
	g->in = len;
	g->z.next_in = (z_const Bytef *)in;
	g->z.avail_in = (uInt)len;
	g->z.next_out = out;
	g->z.avail_out = (uInt)cap;
	/* An empty or short first member says nothing of the next; junk behind one is for later. */
	do
		z = inflate(&g->z, Z_NO_FLUSH);
	while (z == Z_STREAM_END && g->z.avail_in > 0 && g->z.avail_out > 0 &&
	       *g->z.next_in == 0x1f && inflateReset(&g->z) == Z_OK);
	if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR)
		return bad(g, e);
	if (whole && z != Z_STREAM_END && g->z.avail_out > 0)
		return cut_short(g, e);
	return (ssize_t)(cap - g->z.avail_out);
}

bool gzcheck_is_zlib(struct gzcheck *g, const unsigned char *in, size_t len, bool whole)
{
	struct err none = ERR_INIT;
	unsigned char out[4096];
	int z = Z_OK;

	if (len < 8 || in[0] != 0x78 || start(g, 15, &none) < 0)
		return false;
	g->z.next_in = (z_const Bytef *)in;
	g->z.avail_in = (uInt)len;
	while (z == Z_OK) {
		g->z.next_out = out;
		g->z.avail_out = sizeof(out);
		z = inflate(&g->z, Z_NO_FLUSH);
	}
	return g->z.avail_in == 0 && (z == Z_STREAM_END || (z == Z_BUF_ERROR && !whole));
}
