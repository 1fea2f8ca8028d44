/*
 * What a cloud is to the rest of the program: one const struct of functions,
 * run in this order by job.c, in one thread per task.
 */
#ifndef CLOUD_PROVIDER_H
#define CLOUD_PROVIDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/secret.h"
#include "cloud/options.h"
#include "image/format.h"
#include "net/http.h"

/* What job.c has to see to before the first byte is sent. */
enum {
	NEED_SIZE = 1 << 0,     /* the length must be known: no pipes */
	NEED_GZIP = 1 << 1,     /* gzip is verified while it passes */
	NEED_MD5 = 1 << 2,      /* this digest is computed while the image passes */
	NEED_NO_FILE = 1 << 3,  /* the command takes no image at all */
	NEED_NET = 1 << 4,      /* CA certificates and an http handle */
	NEED_ONE_FILE = 1 << 5, /* exactly one image */
};

enum task_phase {
	PHASE_WAITING, /* for a worker */
	PHASE_BEGINNING,
	PHASE_SENDING,
	PHASE_PAUSING,   /* before another try */
	PHASE_FINISHING, /* the cloud processes the image */
	PHASE_ENDED
};

/*
 * What a running task works with.  Each worker owns one, so that nothing is
 * allocated; what has to outlive the task is in struct task.
 */
struct work {
	struct http http;
	struct http_reply reply;
	struct json json;
	jsmntok_t tokens[JSON_TOKENS_MAX];
	char answer[REPLY_MAX];
	char request[REQUEST_MAX];
	char url[URL_BYTES];
	char auth[SECRET_MAX + 32]; /* an Authorization header; wiped at the end */
	_Alignas(16) unsigned char cloud[WORK_CLOUD_BYTES]; /* the provider's own struct */
};

/* One image on its way to one place. */
struct task {
	const struct provider *provider;
	const struct options *options;
	struct work *work; /* while it runs; of a run's only task also afterwards */
	const char *file;  /* as the user named it; NULL if there is none */
	/*
	 * SETTINGS_BYTES, at first 0, the same for all tasks of a run: check() reads
	 * the cloud's settings into it, once; from then on it is only read.
	 */
	void *settings;

	/* known before the first byte */
	struct image image;
	const char *cacert; /* what check() found in the cloud's own settings, or NULL */

	/* known after the last byte: job.c takes them from the chain's stages */
	uint64_t unpacked;           /* uncompressed size; 0 if it is not gzip */
	const char *sums[HASH_ALGS]; /* in hexadecimal, NULL if not computed */

	/* what the cloud calls it: the provider fills these in */
	const char *label;
	char region[64];
	char id[64];               /* "" until there is a record */
	char status[32];           /* the cloud's word */
	char upload_to[URL_BYTES]; /* where the bytes go; secret unless --url-only */

	/* how it goes: job.c's */
	atomic_uint attempt; /* of send(), from 0 */
	bool sent_all;       /* some attempt handed over the last byte: the provider's */
	bool landed;         /* the cloud has every byte: never upload again */
	bool confirmed;      /* ... and has said so in a way that proves it */
	int64_t wait_ms;     /* how long the cloud asked to wait before a retry */
	atomic_ullong sent;  /* bytes of this attempt, for the progress display */
	atomic_int phase;    /* enum task_phase */
	struct err err;
	char left[240]; /* what became of the record after a failure, "" if nothing */
};

struct provider {
	const char *name;          /* the command: "linode" */
	const char *summary;       /* one line for the help text */
	const char *operands;      /* "FILE..." */
	const struct opt *options; /* what the command line takes beside the common options */
	const char *columns;       /* of the text table */
	const char *fields;        /* of the JSON objects */
	unsigned needs;            /* NEED_* */

	/*
	 * The command of another mode of this one, chosen by the options
	 * (--url-only); NULL if there is none.
	 */
	const struct provider *(*variant)(const struct options *o);

	/* Is this an image for the cloud?  No network and no settings. */
	int (*takes)(const struct image *im, struct err *e);
	/* No network: settings are there and sane. */
	int (*check)(struct task *t, struct err *e);
	/* Authenticate, create the remote object, learn where to send. */
	int (*begin)(struct task *t, struct err *e);
	/* One attempt: body to its end. */
	int (*send)(struct task *t, struct stage *body, struct err *e);
	/* Wait until it is usable; compare what the cloud has with what was sent. */
	int (*finish)(struct task *t, struct err *e);
	/* Best effort: remove what begin() made, and say in t->left what became of it. */
	void (*abandon)(struct task *t);
};

/* Any function but variant may be NULL: nothing to do there. */

/* What messages call a task. */
static inline const char *task_name(const struct task *t)
{
	return t->file ? t->file : t->label ? t->label : t->provider->name;
}

/* All clouds, ending with a NULL. */
extern const struct provider *const providers[];

#endif
