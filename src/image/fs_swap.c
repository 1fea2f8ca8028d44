/*
 * Linux's swap space: what mkswap(8) has written is its first page, and all there is to keep.
 * It has no checksum, and other file systems leave its mark alone: so the partition table has
 * to say the same, and its page has to hold nothing else.
 */
#include <string.h>

#include "image/fs.h"

#define PAGE_LEAST 4096
#define PAGE_MOST 65536

/* Before its version, and behind its label. */
static bool is_empty(const struct fs *fs, uint32_t page)
{
	unsigned char buf[1024];
	uint32_t at, i, len, to;

	for (at = 0; at < page; at += len) {
		len = sizeof(buf);
		if (!fs_read(fs, at, buf, len))
			return false;
		to = at + len == page ? len - 10 : len;
		for (i = at == 1024 ? 48 : 0; i < to; i++)
			if (buf[i])
				return false;
	}
	return true;
}

static int swap_open(struct fs *fs)
{
	unsigned char mark[10], head[12];
	uint32_t page;

	/* With a suspended system in it the mark is another one. */
	for (page = PAGE_LEAST; page <= PAGE_MOST && page <= fs->len; page *= 2) {
		if (!fs_read(fs, page - sizeof(mark), mark, sizeof(mark)) ||
		    memcmp(mark, "SWAPSPACE2", sizeof(mark)) != 0)
			continue;
		/* Its version, its last page, the number of bad ones. */
		if (!fs_read(fs, 1024, head, sizeof(head)))
			return fs_doubt(fs, fs_unreadable);
		if (!fs->is_swap)
			return fs_doubt(fs, "its partition is not for swap");
		if (!is_empty(fs, page))
			return fs_doubt(fs, "something else is in its first page");
		if (le32(head) != 1 || le32(head + 4) == 0 || le32(head + 4) >= fs->len / page)
			return fs_doubt(fs, fs_odd);
		fs->u.swap.page = page;
		fs->u.swap.end = ((uint64_t)le32(head + 4) + 1) * page;
		fs->free = fs->u.swap.end - page;
		return 1;
	}
	return 0;
}

static bool swap_vacant(struct fs *fs, uint64_t pos, uint64_t *len)
{
	if (pos < fs->u.swap.page)
		*len = fs->u.swap.page - pos;
	else if (pos < fs->u.swap.end)
		*len = fs->u.swap.end - pos;
	else
		*len = fs->len - pos;
	return pos >= fs->u.swap.page && pos < fs->u.swap.end;
}

const struct fs_kind fs_swap = { "swap", swap_open, swap_vacant };
