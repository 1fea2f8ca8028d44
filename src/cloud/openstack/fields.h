/* An image's record as OpenStack's own clients, which are Python programs, print it. */
#ifndef CLOUD_OPENSTACK_FIELDS_H
#define CLOUD_OPENSTACK_FIELDS_H

#include <stdio.h>

#include "base/text.h"
#include "cloud/object.h"

/* The longest value: of a byte of the record, an escape makes at most six. */
#define FIELD_BYTES (6 * OBJECT_BYTES)

/* A property's name may have as much as a record. */
#define FIELD_NAME_BYTES OBJECT_BYTES

/* Members are known by the tokens of their keys. */
struct fields {
	struct object object;
	char made[OBJECT_BYTES]; /* where the task has none */
};

/*
 * Read a task's object; f and the task must live as long as f is read.  Of one that
 * is too long for the report there are id, name and status; a warning says so where
 * it has too many values.
 */
void fields_of(struct fields *f, const struct task *t);

/* The key behind last (0 for the first) as the record has them, or as they sort; 0 at the end. */
int fields_next(const struct fields *f, int last);
int fields_next_sorted(const struct fields *f, int last);

/* The key of this name, or 0. */
int fields_find(const struct fields *f, const char *name);

/* Is its value null?  Is it an array or object? */
bool fields_is_null(const struct fields *f, int key);
bool fields_is_compound(const struct fields *f, int key);

/* Append the key itself: fit for a terminal, as all that follows is. */
void fields_put_name(const struct fields *f, int key, struct text *t);

/* Append the value as Python's str() and repr() have it. */
void fields_put_str(const struct fields *f, int key, struct text *t);
void fields_put_repr(const struct fields *f, int key, struct text *t);
void fields_put_repr_name(const struct fields *f, int key, struct text *t);

/* Append the value as json.dump() has it: in one line, or indented by two from this level on. */
void fields_put_json(const struct fields *f, int key, struct text *t);
void fields_put_json_lines(const struct fields *f, int key, unsigned level, struct text *t);
void fields_put_json_name(const struct fields *f, int key, struct text *t);

/* Append the value as YAML in one line; an array as lines, each with its line end before it. */
void fields_put_yaml(const struct fields *f, int key, struct text *t);
void fields_put_yaml_name(const struct fields *f, int key, struct text *t);
void fields_put_yaml_list(const struct fields *f, int key, struct text *t);

/* Append the strings of an array, sorted and joined by ", ". */
void fields_put_list(const struct fields *f, int key, struct text *t);

/* A table of two columns. */
struct fields_table {
	const char *titles[2];
	size_t widest; /* wider cells take several lines; 0 for no limit */
	/*
	 * Put the two cells of the row behind last (-1: of the first), and return what
	 * the next one is behind.  Returns -1, and puts nothing, at the end.
	 */
	int (*row)(const struct fields *f, const struct options *o, int last, struct text *name,
		   struct text *value);
};

/* Print it with lines of +, - and |, as PrettyTable does. */
void fields_table_print(FILE *out, const struct fields_table *table, const struct fields *f,
			const struct options *o);

#endif
