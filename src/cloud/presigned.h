/*
 * A URL that takes a PUT, task.upload_to: a presigned one of an S3 storage, WebDAV, an
 * artifact store.  Who has it may put one object there.
 */
#ifndef CLOUD_PRESIGNED_H
#define CLOUD_PRESIGNED_H

#include "cloud/provider.h"

/*
 * Read the URL into url[URL_BYTES] from where the user says that it is, as
 * secret_from() does: variable is the one of "env".  -1 with ERR_USAGE or
 * ERR_LIMIT.
 */
int presigned_read(char *url, const char *from, const char *variable, struct err *e) MUST_CHECK;

/* Is it a URL that bytes may be sent to, with https or plain http?  ERR_USAGE if not. */
int presigned_check(const char *url, bool plain_allowed, struct err *e) MUST_CHECK;

/* What differs from S3's way. */
struct presigned {
	const char *const *headers; /* more of them, up to a NULL; or NULL */
	long status; /* the answer that proves that it is stored; 0: S3's MD5, 201, 204 */
	void (*hide)(const struct task *t, char *s); /* in place of presigned_hide(); or NULL */
};

/*
 * Read headers from a file, one in a line, into text[cap]; lines gets up to max of
 * them, and a NULL.  -1 with ERR_USAGE or ERR_LIMIT.
 */
int presigned_headers(const char *path, char *text, size_t cap, const char **lines, unsigned max,
		      struct err *e) MUST_CHECK;

/* Put '*' in the place of each secret part of the URL in s: some storages repeat it. */
void presigned_hide(const struct task *t, char *s);

/*
 * One attempt to send the image, whose MD5 has to be among t->payload.sums; how is NULL
 * for S3.  0 when all was sent and not refused: t->bytes says whether that is proven, or
 * only landed.  After a refusal with a code of the storage's own (<Code>) nothing is there,
 * unless an attempt before has sent all.  -1 with ERR_BUSY or ERR_NETWORK and retry when
 * another attempt may succeed, with ERR_FAILED or ERR_IMAGE when the storage refuses, or
 * with what ended the body.
 */
int presigned_put(struct task *t, struct stage *body, const struct presigned *how,
		  struct err *e) MUST_CHECK;

/* The storage has proved nothing: see proof_missing(). */
int presigned_unproven(struct task *t, struct err *e) MUST_CHECK;

#endif
