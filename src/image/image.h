/* What is known of an image before its first byte is sent, and how that is found out. */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "image/disk.h"
#include "image/format.h"
#include "image/gzcheck.h"
#include "image/source.h"

/* What is known of an image before its first byte is sent. */
struct image {
	uint64_t size; /* bytes of the file; 0 if not known */
	bool size_known;
	enum format format;    /* of the file itself */
	enum format holds;     /* of what its gzip holds, else FORMAT_NONE */
	uint64_t virtual_size; /* bytes of the disk in it; 0 if not known */
};

/*
 * Narrow a source that was just opened to one of its partitions, by the number that Linux
 * gives it.  Returns 0, or -1 with ERR_USAGE where there is none of this number, or with
 * ERR_IMAGE or ERR_STOPPED.
 */
int image_partition(struct source *s, uint64_t number, struct err *e) MUST_CHECK;

/*
 * Look at the beginning of a source that was just opened.  head[PROBE_BYTES]
 * must live as long as a source that is a pipe; g is only borrowed.  Returns 0,
 * or -1 with ERR_IMAGE when it cannot be read or is broken gzip from the start.
 */
int image_probe(struct image *im, struct source *s, unsigned char *head, struct gzcheck *g,
		struct err *e) MUST_CHECK;

/*
 * Does an image that can be read anywhere agree with itself (image/disk.h)?
 * What is inside of gzip is not looked at, and of a pipe nothing is.  s must
 * be open.  Returns 0 with what is worth saying in notes, or -1 with ERR_IMAGE
 * when it was cut, is damaged or needs another file, or with ERR_STOPPED.  May
 * read many tables.
 */
int image_inspect(const struct image *im, const struct source *s, struct disk_notes *notes,
		  struct err *e) MUST_CHECK;

/*
 * Does the name's extension promise what is inside?  Returns 0 for an
 * extension that promises nothing, -1 with ERR_IMAGE when they disagree.
 */
int image_name_agrees(const struct image *im, const char *name, struct err *e) MUST_CHECK;

#endif
