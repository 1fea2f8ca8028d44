/*
 * Linode: shared by the files of this cloud.
 *
 * API: https://techdocs.akamai.com/linode-api, "Upload an image", as of
 * 2026-09; the presigned PUT: S3's, as Ceph's radosgw 18.2 answers it.
 */
#ifndef CLOUD_LINODE_LINODE_H
#define CLOUD_LINODE_LINODE_H

#include "cloud/grammar.h"
#include "cloud/proof.h"
#include "cloud/provider.h"

extern const struct provider linode_provider;

/* What linode-cli's settings say, with the environment over its INI file. */
struct linode_settings {
	struct secret token;
	char host[256];   /* with its port, if any */
	char scheme[8];   /* "https", or "http" for a test server */
	char version[16]; /* "v4" */
	char region[64];  /* "" if none is set */
	char user[49];    /* the INI's section; inih cuts longer names off */
};

/* struct work's cloud: the state of one task. */
struct linode {
	bool events_denied; /* the token's scope does not allow to read events */
	bool region_checked;
	bool gone; /* the last answer was the API's own word that there is no such thing */
	struct proof_odd odd; /* what it says of an image that was sent */
};

struct linode *linode_of(struct task *t);

/* struct task's settings. */
struct linode_settings *linode_settings_of(const struct task *t);

/*
 * Read the environment and linode-cli's INI file.  scratch[cap] is overwritten.
 * Returns 0, or -1 with ERR_USAGE; a missing token is no error yet.
 */
int linode_settings_load(struct linode_settings *s, const struct options *o, char *scratch,
			 size_t cap, struct err *e) MUST_CHECK;

/*
 * One API request.  path is what follows the version ("/images/upload"), body
 * JSON or NULL, filter an X-Filter or NULL.  The answer's text is left in
 * t->work->reply, as JSON in t->work->json where the status is 200 to 202.
 * Returns 0 then; otherwise -1 and
 *   ERR_USAGE   400, a value that Linode does not take; 401 and 403
 *   ERR_FAILED  404 and all other refusals
 *   ERR_BUSY    408, 429, 5xx, maintenance; with retry where that is no harm; also
 *               a 404 that is not the API's own, but for POST
 *   ERR_REPLY   what comes back is no answer of this API
 * and those of http_call().  Linode's own reason is in the text.
 */
int linode_api(struct task *t, const char *method, const char *path, const char *body,
	       const char *filter, struct err *e) MUST_CHECK;

/*
 * After a failed attempt: have its bytes arrived all the same?  That can be only
 * if the last byte was handed over once; then the image is watched for a while.
 * -1 with the errors of linode_api(), or with Linode's reason when the image is
 * lost.
 */
int linode_ask(struct task *t, bool *arrived, struct err *e) MUST_CHECK;

/* struct provider's finish: wait until the image is available, as far as that is asked for. */
int linode_finish(struct task *t, struct err *e) MUST_CHECK;

extern const struct takes linode_takes;

/* linode-cli's grammar. */
extern const struct grammar linode_cli_grammar;

/* --upload-to: no token, no record, only the bytes. */
extern const struct provider linode_put_provider;

#endif
