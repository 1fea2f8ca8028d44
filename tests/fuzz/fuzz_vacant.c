/*
 * What of a disk is vacant, by its partitions and file systems.  An input is as pieces.h
 * has it.  The corpus has small file systems, and disks with a GPT or an MBR around them.
 *
 * Runs lie side by side and end with the disk; they sum up to what was promised.
 */
#include "fuzz/pieces.h"
#include "image/vacant.h"

static struct vacant vacant;
static struct vacant_list list;

static bool look(void *arg, struct vacant_part *part)
{
	const struct disk_view *v = arg;

	REQUIRE(part->at <= v->size && part->len <= v->size - part->at);
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct disk_view v = { .fd = fd };
	struct err e = ERR_INIT;
	uint64_t at, len, sum = 0;

	if (fd < 0)
		v.fd = fd = open_file();
	v.size = build(fd, data, size);
	if (v.size == 0)
		return 0;
	REQUIRE(vacant_open(&vacant, &list, &v, 0, look, &v, &e) == 0);
	for (at = 0; at < v.size; at += len) {
		if (vacant_at(&vacant, at, &len))
			sum += len;
		REQUIRE(len > 0 && len <= v.size - at);
	}
	REQUIRE(sum == list.free);
	return 0;
}
