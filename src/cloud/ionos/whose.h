/*
 * Is a new image of the right name the one that was uploaded?  Somebody else may
 * have uploaded the same name at the same time.
 */
#ifndef CLOUD_IONOS_WHOSE_H
#define CLOUD_IONOS_WHOSE_H

#include "base/json.h"
#include "cloud/provider.h"

/* Note what time it is in the cloud, by the last answer's Date. */
void ionos_whose_note_clock(struct task *t);

/*
 * Does something that the API says of the image at item contradict that it is the
 * one that was uploaded?  What, or NULL.
 */
const char *ionos_whose_not(struct task *t, const struct json *item);

#endif
