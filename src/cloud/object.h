/* The JSON object that a cloud keeps of an image (struct task's object), for the report. */
#ifndef CLOUD_OBJECT_H
#define CLOUD_OBJECT_H

#include <stdio.h>

#include "base/text.h"
#include "cloud/provider.h"

struct object {
	struct json json;
	jsmntok_t tokens[OBJECT_TOKENS_MAX];
};

/*
 * Keep j as the task's object.  False, with a warning and without any object, when
 * it is too long for the report or has too many values.
 */
bool object_keep(struct task *t, const struct json *j);

/* Read a task's object; o and the task must live as long as o is read.  False if there is none. */
bool object_of(struct object *o, const struct task *t);

/*
 * The same for a task that must have one: made[cap] has it while o is read where there
 * is none, with id, status and, if there is room for it, the name.
 */
void object_of_any(struct object *o, const struct task *t, char *made, size_t cap);

/*
 * Append the value at path as a person reads it: the elements of an array
 * joined by ", ", whole numbers without a fraction, nothing for null and for
 * what is absent.
 */
void object_put(const struct object *o, const char *path, struct text *cell);

/* The column of this name, without regard to case, or NULL. */
const struct object_column *object_column(const struct object_column *columns, const char *name);

/*
 * Print a JSON array of the objects that the tasks have, and nothing behind it:
 * a line for each value, two blanks for each level beyond the first ones, keys
 * in the order of their bytes, members that are null left out, the rest as
 * json_print() has it.  With succeeded, those of failed tasks are left
 * out, too.
 */
void objects_print(FILE *f, const struct task *tasks, unsigned count, bool succeeded,
		   unsigned level);

#endif
