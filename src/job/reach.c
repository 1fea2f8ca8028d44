/* The list of CA certificates is read, and each connection told of it. */
#include "job/reach.h"

/* What is trusted for one side: an option's file, or what the settings say. */
static const char *cacert(const struct task *first, enum side side)
{
	const struct options *o = first->options;

	if (first->vouch[side].only_here)
		return first->vouch[side].only_here;
	return o->cacert ? o->cacert : first->vouch[side].cacert;
}

/* Both sides share what is the same. */
static int load_roots(struct reach *r, const struct task *first, enum side side, struct err *e)
{
	const char *file = cacert(first, side);

	if (side == SIDE_STORE && file == cacert(first, SIDE_API)) {
		r->net[side].trust.roots = &r->roots[SIDE_API];
		return 0;
	}
	r->net[side].trust.roots = &r->roots[side];
	return trust_load(&r->roots[side], file, e);
}

static int init_side(struct reach *r, const struct task *first, enum side side, struct err *e)
{
	const struct options *o = first->options;
	const struct vouch *v = &first->vouch[side];
	struct net_config *net = &r->net[side];

	net->trust.keys = (const unsigned char(*)[TRUST_PRINT_BYTES])r->keys;
	net->trust.key_count = o->pins.count;
	net->trust.leaf = v->leaf;
	net->trust.only_leaf = v->only_leaf;
	net->trust.anyone = v->anyone;
	if (v->cert) {
		if (identity_load(&r->identity, v->cert, v->key, e) < 0)
			return -1;
		net->trust.identity = &r->identity;
	}
	net->limit_rate = o->limit_rate;
	net->stall_ms = o->stall_ms;
	return load_roots(r, first, side, e);
}

int reach_init(struct reach *r, const struct task *first, struct err *e)
{
	const struct options *o = first->options;
	unsigned i;

	for (i = 0; i < o->pins.count; i++)
		if (trust_pin(o->pins.at[i], r->keys[i], e) < 0)
			return -1;
	if (http_global_init(e) < 0 || init_side(r, first, SIDE_API, e) < 0)
		return -1;
	return first->provider->needs & NEED_STORE ? init_side(r, first, SIDE_STORE, e) : 0;
}
