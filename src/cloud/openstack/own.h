/* What only OpenStack's and Open Telekom Cloud's commands and OpenStack's own clients take. */
#ifndef CLOUD_OPENSTACK_OWN_H
#define CLOUD_OPENSTACK_OWN_H

#include "cloud/openstack/settings.h"
#include "cloud/options.h"

struct os_own {
	const char *os_cloud;
	const char *os[OS_KEYS]; /* by enum os_key */
	const char *disk_format;
	const char *container_format;
	const char *visibility;
	const char *image_id; /* of a record that is there already */
	const char *new_id;   /* what a new one is to have */
	struct opt_list stores;
	bool all_stores, allow_failure;
	const char *import;         /* NULL, or "glance-direct" */
	uint64_t min_disk, min_ram; /* GiB, MiB */
	bool protect, hidden;
	const char *os_version, *firmware, *enterprise_project; /* otc */
	bool insecure;
	bool default_domain; /* openstackclient's grammar: no domain is "default" */

	/* openstackclient's and glanceclient's grammars */
	const char *source; /* --file */
	const char *store;  /* --store, of which there is one, beside stores */
	const char *prefix; /* --prefix: of the names in --format shell */
	const char *image_api, *identity_api;
	bool show_progress, use_import, single_line;
	bool unprotected;
	const char *format;           /* table, json, ... */
	struct opt_list column_names; /* --column */
	enum answer partly;           /* --allow-failure true or false */
};

/* They are in the block that every cloud has in struct options. */
static inline const struct os_own *os_own(const struct options *o)
{
	_Static_assert(sizeof(struct os_own) <= OPTIONS_OWN_BYTES, "there is room for it");
	return (const struct os_own *)(const void *)o->own;
}

static inline struct os_own *os_own_set(struct options *o)
{
	return (struct os_own *)(void *)o->own;
}

#endif
