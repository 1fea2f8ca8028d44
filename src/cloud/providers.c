/* The list of all commands that send images, and of all grammars. */
#include "cloud/grammar.h"
#include "cloud/ionos/ionos.h"
#include "cloud/linode/linode.h"
#include "cloud/openstack/openstack.h"
#include "cloud/provider.h"
#include "cloud/put/put.h"

const struct provider *const providers[] = {
	&linode_provider, &ionos_provider, &openstack_provider, &otc_provider, &put_provider, NULL,
};

const struct grammar *const grammars[] = {
	&linode_cli_grammar, &ionosctl_grammar, &openstack_grammar, &glance_grammar, NULL,
};
