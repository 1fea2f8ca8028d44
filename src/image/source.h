/* The left end of the chain: a file, a block device, or standard input. */
#ifndef IMAGE_SOURCE_H
#define IMAGE_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "image/stage.h"
#include "image/unread.h"
#include "image/vacant.h"

struct source {
	struct stage stage;
	int fd;
	bool seekable;             /* size is known, and it can be read again */
	uint64_t size;             /* bytes from start to the end; 0 if not seekable */
	uint64_t start;            /* offset in fd of the first byte */
	bool to_end;               /* size goes to the end of the file */
	unsigned sector;           /* bytes of a block device's logical sectors; 0 if unknown */
	unsigned physical;         /* ... and of its physical ones, or of what a file is read by */
	uint64_t pos;              /* bytes pulled so far */
	bool holes;                /* it may have some */
	bool in_hole;              /* or in what is vacant, at pos, and up to */
	uint64_t same_to;          /* ... there; at or before pos if it is not known */
	struct vacant *vacant;     /* what need not be read, because it holds nothing; or NULL */
	bool zero_unread;          /* what cannot be read becomes zeros, and is noted here: */
	struct unread unread;      /* it is not read again by another pass */
	uint64_t careful_to;       /* up to there, one physical sector is read at a time */
	int error;                 /* errno of the last read, or 0 */
	struct stat opened;        /* to notice that it changed */
	atomic_bool cancelled;     /* nobody will pull any more: stop waiting for a pipe */
	const unsigned char *head; /* of a pipe: what source_peek() read ahead */
	size_t head_len;
};

/*
 * Open path for reading; "-" is standard input.  Returns 0, or -1 with
 * ERR_USAGE when it is missing, unreadable, a directory, a terminal or another
 * character device, or a pipe where the size has to be known: there no_pipe says what to
 * give in its place; else it is NULL.  Blocks while a FIFO has no writer.  source_close() must
 * follow in any case.
 *
 * Pulling returns -1 with ERR_IMAGE when a read fails (but see zero_unread), or when the file is
 * found to have changed since it was opened: its size, its mtime, its ctime.
 */
int source_open(struct source *s, const char *path, const char *no_pipe, struct err *e) MUST_CHECK;

/* In the place of what is in s, which is closed: all of a file that was just written. */
int source_take(struct source *s, int fd, struct err *e) MUST_CHECK;

/*
 * Take only len bytes from offset at on, of a source that was just opened; all that is left
 * for len 0.  Returns 0, or -1 with ERR_USAGE for a pipe, or where it ends before.
 */
int source_narrow(struct source *s, uint64_t at, uint64_t len, struct err *e) MUST_CHECK;

/*
 * Read up to cap bytes from the beginning, without consuming them.  Of a pipe
 * they are remembered in buf, which must then live as long as s.  Once only,
 * before anything is pulled.  Returns how many there are, less than cap only
 * if the source is shorter, or -1 as when pulling.
 */
ssize_t source_peek(struct source *s, unsigned char *buf, size_t cap, struct err *e) MUST_CHECK;

/* From another thread: a pull that waits for a pipe fails soon. */
void source_cancel(struct source *s);

void source_close(struct source *s);

#endif
