/*
 * Lets an image from a pipe pass, and checks at its end what can be checked of
 * one that is not kept: its beginning against its length and its last bytes.
 */
#ifndef IMAGE_TAIL_H
#define IMAGE_TAIL_H

#include "base/bounds.h"
#include "image/disk.h"
#include "image/stage.h"

struct tail {
	struct stage stage;
	enum format format; /* by the first bytes */
	const unsigned char *head;
	size_t head_len;
	int (*agree)(void *arg, enum format f, struct err *e);
	void *arg;
	uint64_t count; /* bytes that have passed */
	bool blind;     /* at the end: not all that the image says of its length could be checked */
	size_t last_len;
	unsigned char last[DISK_TAIL_BYTES];
};

/*
 * head are the image's first bytes, all of them if it is shorter than that;
 * they must live as long as t.  agree, which may be NULL, is called with the
 * format that the end may have changed (disk_format()), and says 0 or -1.
 * Pulling returns -1 at the end when it or disk_check() does.
 */
void tail_init(struct tail *t, struct stage *up, enum format format, const unsigned char *head,
	       size_t head_len, int (*agree)(void *arg, enum format f, struct err *e), void *arg);

#endif
