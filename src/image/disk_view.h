/* What can be read of a disk image, and what is noted of it on the way. */
#ifndef IMAGE_DISK_VIEW_H
#define IMAGE_DISK_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is worth saying of an image that is not refused. */
struct disk_notes {
	bool blind;         /* not all that it says of its length could be checked */
	const char *remark; /* a warning, or NULL */
	bool unreadable;    /* something could not be read, as opposed to not being there */
};

/* What can be read of an image: of a file everything, of a pipe only its beginning and its end. */
struct disk_view {
	int fd;                    /* -1 for a pipe */
	uint64_t start;            /* offset of the image's first byte in fd */
	uint64_t size;             /* bytes of the whole image */
	const unsigned char *head; /* its first bytes; head_len is at most size, and may be 0 */
	size_t head_len;
	const unsigned char *tail; /* its last bytes; the same */
	size_t tail_len;
	struct disk_notes *notes; /* may be NULL */
};

#endif
