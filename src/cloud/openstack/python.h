/* Values of an image's record as OpenStack's own clients, which are Python programs, print them. */
#ifndef CLOUD_OPENSTACK_PYTHON_H
#define CLOUD_OPENSTACK_PYTHON_H

#include "base/json_out.h"
#include "cloud/table.h"

/* Append a value as str() and repr() have it, fit for a terminal. */
void python_put_str(struct text *t, const struct json *value);
void python_put_repr(struct text *t, const struct json *value);

/* Append the strings of an array, sorted and joined by ", ". */
void python_put_list(struct text *t, const struct json *array);

/* As json.dump() has it: in one line, or with a line for each value. */
extern const struct json_style python_json, python_json_lines;

/* Lines of +, - and |, as PrettyTable prints them; glanceclient's wraps what is wider than 80. */
extern const struct table_shape pretty_table, pretty_table_80;

#endif
