/* The FTP server: getting in, and what it is told of in messages. */
#ifndef CLOUD_IONOS_SERVER_H
#define CLOUD_IONOS_SERVER_H

#include "cloud/ionos/state.h"

/* Log in anew, and go to the directory.  -1 with the errors of ftps.h. */
int ionos_server_enter(struct task *t, struct err *e) MUST_CHECK;

/*
 * The file's size, when it does not change any more: two answers have to agree,
 * because a session that broke may still be writing.  -1 with the errors of
 * ftps.h, and with ERR_BUSY and retry when it goes on changing.
 */
int ionos_server_settle(struct task *t, enum ftps_file *file, uint64_t *size,
			struct err *e) MUST_CHECK;

/* Who can remove a file from it. */
const char *ionos_server_operator(const struct ionos_work *w);

/* "--rename NAME-2": a name that is free, as far as the server tells. */
void ionos_server_suggest(struct task *t, char *out, size_t cap);

#endif
