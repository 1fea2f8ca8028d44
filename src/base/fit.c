/* Texts that have to fit whole into their places. */
#include "base/fit.h"

int fit_done(const struct text *t, const char *what, struct err *e)
{
	if (t->full)
		return err_set(e, ERR_LIMIT, "%s is longer than %zu bytes", what, t->cap - 1);
	return 0;
}

int fit_copy(char *to, size_t cap, const char *s, const char *what, struct err *e)
{
	struct text t;

	text_init(&t, to, cap);
	text_put(&t, s);
	return fit_done(&t, what, e);
}
