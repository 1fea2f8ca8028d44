/* What only Linode's commands and linode-cli's grammar take. */
#ifndef CLOUD_LINODE_OWN_H
#define CLOUD_LINODE_OWN_H

#include "cloud/options.h"

struct linode_own {
	const char *as_user;
	bool url_only;
	const char *upload_to;
	bool cloud_init;

	/* linode-cli's grammar */
	bool view; /* GET the finished record once more, for its table */
	bool json, pretty, delimited, all_columns;
	const char *delimiter;
	const char *format;         /* the columns, joined by commas */
	char home_file[PATH_BYTES]; /* where a "~/" is replaced */
};

/* They are in the block that every cloud has in struct options. */
static inline const struct linode_own *linode_own(const struct options *o)
{
	_Static_assert(sizeof(struct linode_own) <= OPTIONS_OWN_BYTES, "there is room for it");
	return (const struct linode_own *)(const void *)o->own;
}

static inline struct linode_own *linode_own_set(struct options *o)
{
	return (struct linode_own *)(void *)o->own;
}

#endif
