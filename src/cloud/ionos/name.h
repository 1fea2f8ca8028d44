/* The name that an image gets on the server, and what it promises. */
#ifndef CLOUD_IONOS_NAME_H
#define CLOUD_IONOS_NAME_H

#include "cloud/options.h"
#include "image/format.h"

/* "hdd-images/disk.qcow2": directory and file name on the server. */
#define IONOS_NAME_BYTES 256

struct ionos_name {
	const char *dir; /* "iso-images", "hdd-images", "confidential-images" */
	char file[IONOS_NAME_BYTES];
	const char *extension; /* ".qcow2": where in file it begins, lower case */
	enum format format;    /* what the extension promises; FORMAT_NONE for .cow */
};

/*
 * The name that the image number index gets, by --rename, --format and its file's
 * name.  Returns 0, or -1 with ERR_USAGE: an extension that IONOS does not take,
 * no name for standard input, a name that FTP cannot carry, or one that another
 * image of this command has, too.
 */
int ionos_name(const struct options *o, unsigned index, struct ionos_name *name,
	       struct err *e) MUST_CHECK;

/* --rename for another number of images: ERR_USAGE.  Warns of what is only odd. */
int ionos_name_check(const struct options *o, struct err *e) MUST_CHECK;

#endif
