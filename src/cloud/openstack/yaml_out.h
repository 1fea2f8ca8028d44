/* JSON values as YAML, which openstackclient prints on demand. */
#ifndef CLOUD_OPENSTACK_YAML_OUT_H
#define CLOUD_OPENSTACK_YAML_OUT_H

#include "base/json.h"
#include "base/text.h"

/* Append a value as YAML in one line; an array as lines, each with its line end before it. */
void yaml_out_put(struct text *t, const struct json *value);
void yaml_out_put_list(struct text *t, const struct json *array);

#endif
