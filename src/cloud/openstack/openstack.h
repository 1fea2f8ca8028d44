/*
 * OpenStack: the commands of this room.  Image API v2 (docs.openstack.org/api-ref/image/v2,
 * as of 2026-11; Glance 25.1 to 33), Identity API v3 (Keystone).  Settings: openstacksdk's
 * (clouds.yaml).
 */
#ifndef CLOUD_OPENSTACK_OPENSTACK_H
#define CLOUD_OPENSTACK_OPENSTACK_H

#include "cloud/grammar.h"
#include "cloud/openstack/flavour.h"

extern const struct provider openstack_provider, otc_provider;
extern const struct os_flavour openstack_flavour, otc_flavour;

/* openstackclient's grammar and glanceclient's. */
extern const struct grammar openstack_grammar, glance_grammar;

#endif
