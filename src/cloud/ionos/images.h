/* From the uploaded file to the image: it is looked for, and gets its properties. */
#ifndef CLOUD_IONOS_IMAGES_H
#define CLOUD_IONOS_IMAGES_H

#include "cloud/provider.h"

/*
 * Look for images with the task's name and location.  With known the ids of all
 * are noted; otherwise one whose id is not among these and that may be the task's
 * is stored in t->id, which is "" if there is none, and in t->object.  -1 with the
 * errors of ionos_api(), and with ERR_UNFINISHED when there are two.
 */
int ionos_images_find(struct task *t, bool known, struct err *e) MUST_CHECK;

/* struct provider's finish: wait for the image, and set its properties. */
int ionos_images_finish(struct task *t, struct err *e) MUST_CHECK;

#endif
