/* An image's way to an IONOS FTP server: resumed when it breaks, proven at its end. */
#ifndef CLOUD_IONOS_UPLOAD_H
#define CLOUD_IONOS_UPLOAD_H

#include "cloud/provider.h"

/* struct provider's send: one attempt, which goes on where the one before ended. */
int ionos_upload_send(struct task *t, struct stage *body, struct err *e) MUST_CHECK;

#endif
