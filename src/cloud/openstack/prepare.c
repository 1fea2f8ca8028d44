/* The settings are read once, and every task gets them. */
#include "cloud/openstack/prepare.h"

#include "base/log.h"
#include "cloud/openstack/own.h"
#include "cloud/openstack/settings_load.h"

int os_prepare(struct task *t, const struct os_flavour *flavour, struct err *e)
{
	struct os_settings *s = os_settings_of(t);
	struct work *w = t->work;
	size_t half = sizeof(w->scratch) / 2;

	if (os_settings_load(s, flavour, t->options, w->scratch, w->scratch + half, half, e) < 0)
		return -1;
	t->vouch[SIDE_API].cacert = s->value[OS_CACERT];
	t->vouch[SIDE_API].cert = s->value[OS_CERT];
	t->vouch[SIDE_API].key = s->value[OS_KEY];
	if (s->value[OS_KEY] && !s->value[OS_CERT])
		return err_set(e, ERR_USAGE, "OS_KEY is set, but not the certificate, OS_CERT");
	s->insecure = s->insecure || os_own(t->options)->insecure;
	t->vouch[SIDE_API].anyone = s->insecure;
	if (s->insecure)
		log_warn(
			"certificates are not checked: anyone in between can read the password and change the image");
	return 0;
}
