/* In what the clouds differ that speak OpenStack's Image API. */
#ifndef CLOUD_OPENSTACK_FLAVOUR_H
#define CLOUD_OPENSTACK_FLAVOUR_H

#include "cloud/openstack/settings.h"

struct os_flavour {
	/*
	 * Settings.  Find an access key in the environment; is it all that there is,
	 * nothing to get a token with; read its secret key, and the token of a temporary
	 * one; is the secret key there?  NULL where requests are not signed.
	 */
	void (*find_keys)(struct os_settings *s);
	bool (*only_keys)(const struct os_settings *s);
	int (*load_keys)(struct os_settings *s, struct err *e);
	int (*check_keys)(const struct os_settings *s, struct err *e);
	/* The region by its name or the project's, or NULL; and what follows from it. */
	const char *(*region)(const struct os_settings *s);
	int (*fill)(struct os_settings *s, struct err *e);
	enum os_key endpoint; /* the setting that names the Image service itself */

	/* Before anything is made: is there room for the image? */
	int (*check_room)(struct task *t, struct err *e);
	/*
	 * Make the record t->id.  When an answer is lost, the next call resolves what
	 * came of it.
	 */
	int (*create)(struct task *t, struct err *e);
	/*
	 * The record is active: has it what was sent?  1; 0 when that is not known yet;
	 * -1 with ERR_FAILED if not, with ERR_UNFINISHED for a record that cannot be right.
	 */
	int (*compare)(struct task *t, struct err *e);
	/* --protected, once all is well.  NULL: the record is made so. */
	int (*protect)(struct task *t, struct err *e);
	/* At the end: warn of what may be left of a request that was not answered. */
	void (*look_back)(struct task *t);

	bool digests;   /* it tells digests: the size alone is no proof */
	bool converts;  /* it works on the data for as long as it likes before it has them */
	bool announces; /* it takes a header with the size of what will come */
};

#endif
