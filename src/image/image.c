/* An image is probed: its format, its size, and what its name promises. */
#include "image/image.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "image/partition.h"

static struct disk_view view_of(const struct source *s)
{
	return (struct disk_view){ .fd = s->fd, .start = s->start, .size = s->size };
}

/*
 * The first bytes of a pipe may tell it; the length of raw data is known at the end only.
 * What else is wrong with the disk, image_inspect() says.
 */
static uint64_t size_of_disk(enum format f, const struct source *s, const unsigned char *head,
			     size_t len)
{
	struct disk_view of_pipe = { .fd = -1, .size = len, .head = head, .head_len = len };
	struct disk_view of_file = view_of(s);
	struct err ignored = ERR_INIT;
	struct disk d;

	if (!s->seekable && (f == FORMAT_RAW || f == FORMAT_ISO))
		return 0;
	if (disk_open(&d, f, s->seekable ? &of_file : &of_pipe, &ignored) < 0)
		err_clear(&ignored);
	return d.size;
}

int image_partition(struct source *s, uint64_t number, struct err *e)
{
	struct disk_view v = view_of(s);
	struct partition_table table;
	char numbers[100];
	struct partition p;
	struct text t;
	int result;

	/* A pipe has none to choose from. */
	if (!s->seekable)
		return source_narrow(s, 0, 0, e);
	if (partition_open(&table, &v, s->sector, e) < 0)
		return -1;
	if (table.kind == PARTITION_NONE)
		return err_set(e, ERR_USAGE, "has no partition table");
	if (table.second)
		log_warn(
			"the first copy of the partition table (GPT) is damaged: the one at the end is used");
	text_init(&t, numbers, sizeof(numbers));
	while ((result = partition_next(&table, &p, e)) > 0 && p.number != number)
		text_printf(&t, "%s%u", t.len > 0 ? ", " : "", p.number);
	if (result < 0)
		return -1;
	text_ellipsis(&t);
	if (result == 0)
		return err_set(e, ERR_USAGE, "has no partition %llu, but %s",
			       (unsigned long long)number, *numbers ? numbers : "none at all");
	if (p.extended)
		return err_set(e, ERR_USAGE,
			       "its partition %u is the extended one, which only holds others",
			       p.number);
	return source_narrow(s, p.at, p.len, e);
}

int image_probe(struct image *im, struct source *s, unsigned char *head, struct gzcheck *g,
		struct err *e)
{
	ssize_t len = source_peek(s, head, PROBE_BYTES, e);
	struct disk_view v = view_of(s);
	bool whole;
	ssize_t n;

	if (len < 0)
		return -1;
	im->size = s->size;
	im->size_known = s->seekable;
	whole = s->seekable && s->size == (uint64_t)len;
	im->format = format_of(head, (size_t)len);
	if (im->format == FORMAT_RAW && gzcheck_is_zlib(g, head, (size_t)len, whole))
		im->format = FORMAT_ZLIB;
	if (s->seekable)
		im->format = disk_format(im->format, &v);
	im->holds = FORMAT_NONE;
	im->virtual_size = size_of_disk(im->format, s, head, (size_t)len);
	if (im->format != FORMAT_GZIP)
		return 0;
	n = gzcheck_head(g, head, (size_t)len, whole, g->scratch, sizeof(g->scratch), e);
	if (n < 0)
		return -1;
	im->holds = format_of(g->scratch, (size_t)n);
	if (whole && n == 0)
		return gzcheck_nothing(e);
	whole = whole && (size_t)n < sizeof(g->scratch);
	if (im->holds == FORMAT_RAW && gzcheck_is_zlib(g, g->scratch, (size_t)n, whole))
		im->holds = FORMAT_ZLIB;
	return 0;
}

int image_inspect(const struct image *im, const struct source *s, struct disk_notes *notes,
		  struct err *e)
{
	struct disk_view v = view_of(s);

	v.notes = notes;
	return s->seekable ? disk_check(im->format, &v, e) : 0;
}

/* A raw disk may well hold an ISO file system: hybrid images do.  UDF is on some discs alone. */
static bool keeps(enum format promise, enum format have)
{
	return promise == FORMAT_NONE || promise == have ||
	       (promise == FORMAT_ISO && have == FORMAT_UDF) ||
	       (promise == FORMAT_RAW &&
		(have == FORMAT_ISO || have == FORMAT_UDF || have == FORMAT_EMPTY));
}

int image_name_agrees(const struct image *im, const char *name, struct err *e)
{
	size_t len = strlen(name);
	bool gz = text_ends(name, ".gz");
	enum format promise;

	if (gz && im->format != FORMAT_GZIP)
		return err_set(e, ERR_IMAGE, "the name ends in .gz, but the content is %s",
			       format_phrase(im->format));
	if (text_ends(name, ".tgz"))
		promise = FORMAT_TAR;
	else
		promise = format_promised(name, gz ? len - 3 : len);
	if (im->format == FORMAT_GZIP && !gz && promise != FORMAT_NONE && promise != FORMAT_TAR)
		return err_set(e, ERR_IMAGE, "the name promises %s, but the content is gzip data",
			       format_phrase(promise));
	if (!keeps(promise, im->format == FORMAT_GZIP ? im->holds : im->format))
		return err_set(e, ERR_IMAGE, "the name promises %s, but the content is %s",
			       format_phrase(promise),
			       format_phrase(im->format == FORMAT_GZIP ? im->holds : im->format));
	return 0;
}
