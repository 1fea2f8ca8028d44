#include "cloud/grammar.h"
#include "cloud/ionos.h"
#include "cloud/linode.h"
#include "cloud/openstack.h"
#include "cloud/provider.h"

const struct provider *const providers[] = {
	&linode_provider,
	&ionos_provider,
	&openstack_provider,
	NULL,
};

const struct grammar *const grammars[] = {
	&linode_cli_grammar,
	&ionosctl_grammar,
	NULL,
};
