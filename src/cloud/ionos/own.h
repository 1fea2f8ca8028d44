/* What only hoist ionos and ionosctl's grammar take. */
#ifndef CLOUD_IONOS_OWN_H
#define CLOUD_IONOS_OWN_H

#include "cloud/options.h"

struct ionos_own {
	struct opt_list locations;
	struct opt_list ftp_urls;
	struct opt_list renames;
	struct opt_list aliases; /* ionosctl's --image-alias: renames, if there are no others */
	struct opt_list column_names; /* ionosctl's --cols */
	const char *extension;        /* --format: in place of the file's own */
	const char *config;           /* ionosctl's settings file */
	const char *api_url;
	const char *ftp_port; /* NULL for the URL's */
	const char *crt_path;
	bool skip_verify;
	bool skip_update;
	bool confidential;
	bool whoami;
	const char *licence_type;
	const char *application_type;
	const char *cloud_init_type;
	enum answer cpu_plug, cpu_unplug, ram_plug, ram_unplug, nic_plug, nic_unplug;
	enum answer virtio_plug, virtio_unplug, scsi_plug, scsi_unplug;
	enum answer expose_serial, legacy_bios;
};

/* They are in the block that every cloud has in struct options. */
static inline const struct ionos_own *ionos_own(const struct options *o)
{
	_Static_assert(sizeof(struct ionos_own) <= OPTIONS_OWN_BYTES, "there is room for it");
	return (const struct ionos_own *)(const void *)o->own;
}

static inline struct ionos_own *ionos_own_set(struct options *o)
{
	return (struct ionos_own *)(void *)o->own;
}

#endif
