/*
 * Open Telekom Cloud's regions ("Regions and Endpoints", as of 2026-11), what follows
 * from them, and its keys.
 */
#ifndef CLOUD_OPENSTACK_OTC_SETTINGS_H
#define CLOUD_OPENSTACK_OTC_SETTINGS_H

#include "cloud/openstack/settings.h"

/* Functions of struct os_flavour.  -1 with ERR_USAGE or ERR_LIMIT. */
void otc_settings_find_keys(struct os_settings *s);
bool otc_settings_only_keys(const struct os_settings *s);
int otc_settings_load_keys(struct os_settings *s, struct err *e) MUST_CHECK;
int otc_settings_check_keys(const struct os_settings *s, struct err *e) MUST_CHECK;
const char *otc_settings_region(const struct os_settings *s);
int otc_settings_fill(struct os_settings *s, struct err *e) MUST_CHECK;

#endif
