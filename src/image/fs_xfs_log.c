/*
 * XFS's log is a ring.  Each of its blocks begins with the number of the round in which it was
 * written, so that the last one is where that number falls.
 */
#include "image/fs_xfs.h"

#include <string.h>

#include "base/stop.h"

#define BLOCK 512

#define RECORD_MAGIC 0xfeedbabe
#define RECORD_UUID 304
#define RECORD_SIZE 320
/* A record's header has more blocks where the log's buffers are larger than this. */
#define HEADER_COVERS 32768
/* The most blocks of a record that only says that it was unmounted: buffers, stripes of 256 KiB. */
#define RECORD_MOST 1024

#define CLIENT_LOG 0xaa
#define UNMOUNT 0x20

static uint32_t round_of(const unsigned char *block)
{
	return be32(block) == RECORD_MAGIC ? be32(block + 4) : be32(block);
}

/* The first block that is not of block 0's round: all from there on is of the round before. */
static bool find_end(struct fs *fs, const struct xfs_log *log, uint64_t *end, uint32_t *number)
{
	uint64_t at, len, i, count = log->len / BLOCK;
	uint32_t is;

	fs->map_of = UINT64_MAX;
	*end = count;
	for (at = 0; at < log->len; at += len) {
		len = log->len - at < FS_MAP_BYTES ? log->len - at : FS_MAP_BYTES;
		if (stop_asked() || !fs_read(fs, log->at + at, fs->map, (size_t)len))
			return false;
		if (at == 0)
			*number = round_of(fs->map);
		for (i = 0; i < len / BLOCK; i++) {
			is = round_of(fs->map + i * BLOCK);
			if (*end == count && is != *number)
				*end = at / BLOCK + i;
			if (is != (*end == count ? *number : *number - 1))
				return false;
		}
	}
	return *number != 0;
}

/* Is the record at block `at`, whose header this is, the last one, and one of unmounting? */
static bool is_unmount(struct fs *fs, const struct xfs_log *log, const unsigned char *head,
		       uint64_t at, uint64_t end)
{
	uint32_t len = be32(head + 12), size = be32(head + RECORD_SIZE), heads = 1;
	unsigned char op[12];

	if (be32(head + 8) == 2 && size > HEADER_COVERS)
		heads = (uint32_t)pieces(size, HEADER_COVERS);
	return be32(head + 16) == be32(head + 4) && be32(head + 20) == at && be32(head + 40) == 1 &&
	       memcmp(head + RECORD_UUID, log->uuid, sizeof(log->uuid)) == 0 &&
	       at + heads + pieces(len, BLOCK) == end &&
	       fs_read(fs, log->at + (at + heads) * BLOCK, op, sizeof(op)) && op[8] == CLIENT_LOG &&
	       op[9] == UNMOUNT;
}

bool xfs_log_is_empty(struct fs *fs, const struct xfs_log *log)
{
	unsigned char head[BLOCK];
	uint64_t end, at;
	uint32_t number = 0;

	if (find_end(fs, log, &end, &number))
		for (at = end; at > 0 && end - at < RECORD_MOST; at--) {
			if (!fs_read(fs, log->at + (at - 1) * BLOCK, head, sizeof(head)))
				break;
			if (be32(head) != RECORD_MAGIC)
				continue;
			if (!is_unmount(fs, log, head, at - 1, end))
				break;
			return true;
		}
	(void)fs_doubt(fs, "its log is not empty");
	return false;
}
