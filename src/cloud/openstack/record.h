/*
 * Glance's records: making one, deleting it, protecting it.  The id is ours, so that a
 * lost answer can be resolved.
 */
#ifndef CLOUD_OPENSTACK_RECORD_H
#define CLOUD_OPENSTACK_RECORD_H

#include "base/text.h"
#include "cloud/openstack/state.h"

/*
 * Make the record t->id (chosen here where it is "").  When an answer is lost, the
 * next call resolves what came of it.
 */
int os_record_create(struct task *t, struct err *e) MUST_CHECK;

/*
 * Does the record that was looked at last wait for the data of this task?  An id that
 * the user has chosen others may have chosen, too.
 */
bool os_record_is_like_ours(const struct task *t);

/* --protected, once all is well: until then it has to be deletable.  -1 with ERR_UNFINISHED. */
int os_record_protect(struct task *t, struct err *e) MUST_CHECK;

/* Does the last answer show the task's image, and that it is protected? */
bool os_record_is_protected(const struct task *t);

/* Delete t->id.  One that is glance_gone() already is deleted. */
int os_record_delete(struct task *t, struct err *e) MUST_CHECK;

/* Append ", "name": "value"" to a record. */
void os_record_put_string(struct text *b, const char *name, const char *value);

/* Append what --tag, --property and so on say. */
void os_record_put_options(struct text *b, const struct options *o);

#endif
