/*
 * What is kept of an image that goes by in a stream: how long it was, its beginning
 * and its end.  By these it is judged when nothing follows any more.
 */
#ifndef IMAGE_ENDS_H
#define IMAGE_ENDS_H

#include "base/bounds.h"
#include "image/disk.h"

struct ends {
	/*
	 * Called at the end, with the format that the last bytes may have changed
	 * (disk_format()); 0 or -1.  NULL if nobody is to be asked.
	 */
	int (*agree)(void *arg, enum format f, struct err *e);
	void *arg;
	bool overlook;             /* what is wrong is kept in fault, and is no error */
	const char *what;          /* put in front of what is wrong with it, or NULL */
	const unsigned char *head; /* the first bytes, the caller's; all, if it is shorter */
	size_t head_len;
	uint64_t count;
	struct disk_notes notes; /* after ends_check() */
	struct err fault;        /* ... with overlook; ERR_NONE if all is well */
	size_t last_len;
	unsigned char last[DISK_TAIL_BYTES];
};

/* Nothing has gone by yet. */
void ends_reset(struct ends *s);

/* These have. */
void ends_add(struct ends *s, const void *p, size_t len);

/*
 * That was all.  by_head is the format by the first bytes.  Fails when agree() or
 * disk_check() does, unless that is to be overlooked.
 */
int ends_check(struct ends *s, enum format by_head, struct err *e) MUST_CHECK;

#endif
