/*
 * What a cloud is to the rest of the program: one const struct of functions, called in
 * this order by main.c and src/job/, in one thread per task.
 */
#ifndef CLOUD_PROVIDER_H
#define CLOUD_PROVIDER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/secret.h"
#include "cloud/options.h"
#include "image/image.h"
#include "net/ftps.h"
#include "net/http.h"

/* What src/job/ has to see to before the first byte is sent. */
enum {
	NEED_GZIP = 1 << 1,     /* gzip is verified while it passes */
	NEED_MD5 = 1 << 2,      /* this digest is computed while the image passes */
	NEED_NO_FILE = 1 << 3,  /* the command takes no image at all */
	NEED_NET = 1 << 4,      /* CA certificates and an http handle */
	NEED_ONE_FILE = 1 << 5, /* exactly one image */
	NEED_STORE = 1 << 6,    /* the bytes go to servers trusted separately: net[SIDE_STORE] */
	NEED_WHOLE = 1 << 7,    /* disk formats are held against themselves: image/disk.h */
	NEED_SHA512 = 1 << 8,   /* as NEED_MD5; of a pipe, which cannot be read again, MD5 too */
	NEED_PARTS = 1 << 9,    /* what is on a raw disk is looked at, to tell of it */
};

/* What makes, changes or deletes something in a cloud may take so long after a signal. */
#define GRACE_MS 10000

enum task_phase {
	PHASE_WAITING,   /* for a worker */
	PHASE_MEASURING, /* the first of two passes over the image */
	PHASE_BEGINNING,
	PHASE_SENDING,
	PHASE_PAUSING,   /* before another try */
	PHASE_FINISHING, /* the cloud processes the image */
	PHASE_ENDED
};

/* What is known of an image's bytes in the cloud.  It grows, but for what the cloud takes back. */
enum task_bytes {
	BYTES_OPEN,   /* no attempt handed over the last one, or the cloud has refused them */
	BYTES_SENT,   /* some attempt did: whether they have arrived is not known */
	BYTES_LANDED, /* the cloud has them all: they are never sent again */
	BYTES_PROVEN  /* ... and has said so in a way that proves it */
};

/*
 * What a running task works with.  Each worker owns one, so that nothing is
 * allocated; what has to outlive the task is in struct task.
 */
struct work {
	struct http http;
	struct http_reply reply;
	struct ftps ftps;
	struct json json;
	jsmntok_t tokens[JSON_TOKENS_MAX];
	char answer[REPLY_MAX];
	char request[REQUEST_MAX];
	/* For whoever needs it between two calls; nobody finds there what was there before. */
	char scratch[SCRATCH_BYTES];
	char url[URL_BYTES];
	char auth[SECRET_MAX + 32]; /* an Authorization header; wiped at the end */
	char date[48];              /* the last answer's Date, "" if it had none */
	char request_id[80];        /* ... and its own id: struct api's id_header */
	_Alignas(16) unsigned char cloud[WORK_CLOUD_BYTES]; /* the provider's own struct */
};

/* The two kinds of servers that a cloud has, which may be trusted for different reasons. */
enum side {
	SIDE_API,
	SIDE_STORE, /* where the bytes go */
	SIDES
};

/* What the cloud's settings say of whom to trust. */
struct vouch {
	const char *cacert;    /* a file, or PEM itself; NULL if they say nothing */
	const char *only_here; /* a file of an option that goes before --cacert, or NULL */
	const unsigned char
		*leaf;  /* the SHA-256 of a certificate that is accepted as it is, or NULL */
	bool only_leaf; /* ... and no other */
	bool anyone;    /* certificates are not checked */
	const char *cert, *key; /* files: who we are; NULL if nobody in particular */
};

/* What the cloud will get: the file as it is, or compressed. */
struct payload {
	enum format format;
	bool compress; /* it is made into gzip on its way */
	/* bytes: 0 if not known, of a pipe --size before it has ended, of two passes the first's */
	uint64_t len;
	bool len_known;
	/* in hexadecimal; NULL if not computed, valid at the end of the pass that computes it */
	const char *sums[HASH_ALGS];
};

struct input;
struct run;

/* One image on its way to one place. */
struct task {
	const struct provider *provider;
	const struct options *options;
	unsigned image_index; /* which of the files */
	unsigned target;      /* which of the places, as plan() counted them */
	struct work *work;    /* while it is checked or runs; afterwards it is empty, and others' */
	struct input *input;  /* job/input.h's; where the image comes from */
	struct run *run;      /* job/run.h's; while it runs */
	const char *file;     /* as the user named it; NULL if there is none */
	char title[TITLE_BYTES]; /* "disk.raw to de/fra", for messages; "" with one place only */
	/*
	 * SETTINGS_BYTES, at first 0, the same for all tasks of a run: plan() and
	 * prepare() read the cloud's settings into it; from then on it is only read.
	 */
	void *settings;
	const struct net_config *net; /* of SIDES, when there is a network */
	pthread_mutex_t *turn;        /* for what the tasks of a run must do one at a time */

	/* known before the first byte: what was found, and what will be sent */
	struct image image;
	struct payload payload;
	struct vouch vouch[SIDES]; /* the first task's counts: prepare() or check() fills it in */

	bool incomplete; /* it was sent with zeros for what could not be read of it */
	bool unproven;   /* of what it says of its length, not all could be checked */
	bool sound;      /* hoist check has read all of it, and nothing is wrong with it alone */

	/* known after the last byte: from the chain's stages */
	uint64_t unpacked; /* uncompressed size; 0 if it is not gzip, as it is sent */
	/*
	 * Compute one of payload.sums by reading it again: job/passes.c's.
	 * -1 without an error if it cannot be read again, or with one.
	 */
	int (*digest)(struct task *t, enum hash_alg alg, struct err *e);

	/* what the cloud calls it: the provider fills these in */
	const char *label;
	char region[64];
	char place[PLACE_BYTES];   /* where it was put: server and path */
	char id[64];               /* "" until there is a record */
	char status[32];           /* the cloud's word */
	char upload_to[URL_BYTES]; /* where the bytes go; secret unless --url-only */

	/* how it goes: src/job/'s */
	atomic_uint attempt;   /* of send(), from 0 */
	bool progressed;       /* this attempt began further than the one before: the provider's */
	enum task_bytes bytes; /* what has become of them: the provider's */
	int64_t wait_ms;       /* how long the cloud asked to wait before a retry */
	atomic_ullong read;    /* bytes of the image, in this pass, for the progress display */
	atomic_ullong sent;    /* ... and of what is made of them: of this attempt */
	atomic_ullong skipped; /* ... of which the server had so many: they count for no rate */
	atomic_int phase;      /* enum task_phase */
	struct err err;
	char left[720]; /* what became of the record or file after a failure, "" if nothing */
	char object[OBJECT_BYTES]; /* the cloud's JSON object of the image, "" if there is none */
};

/* A column whose cells come from task.object. */
struct object_column {
	const char *name; /* NULL ends a table */
	const char *path; /* as json.h takes it */
};

/* What a cloud takes: by this it is checked what is sent, and told by hoist check. */
struct takes {
	const char *who;     /* "Linode", in messages */
	const char *route;   /* the way to it, for a person: "FTPS" */
	const char *words;   /* the same for a person: "raw, iso and qcow2 images" */
	const char *instead; /* for what is compressed: "zcat FILE | hoist otc - ...", or NULL */
	uint64_t formats; /* FORMAT_BIT() of each; of gzip, of what it holds; 0: all but nothing */
	bool gzip;        /* compressed with gzip, and only so */
	bool length;      /* the length has to be known before: no pipes */
	const char *no_pipe;        /* ... and what to give in the place of one */
	uint64_t len_max;           /* bytes that are sent; 0 for no limit */
	uint64_t unpacked_usual;    /* uncompressed bytes, above which it warns; 0: never */
	const char *unpacked_words; /* ... in these words */
	const char *len_words;      /* the same for a person: "at most 5 GiB" */
	uint64_t disk_max;          /* bytes of the disk in it; 0 for no limit */
};

struct provider {
	const char *name;               /* the command: "linode" */
	const char *summary;            /* one line for the help text */
	const char *operands;           /* "FILE..." */
	const struct opt *options;      /* what the command line takes beside the common options */
	const struct opt *more_options; /* another table of them */
	const char *columns;            /* of the text table */
	const char *fields;             /* of the JSON objects */
	const struct object_column *object_columns; /* more that --cols may name, or NULL */
	unsigned needs;                             /* NEED_* */

	/* Before the command line is read: what differs from cli_defaults(). */
	void (*defaults)(struct options *o);

	/*
	 * The command of another mode of this one, chosen by the options
	 * (--url-only); NULL if there is none.
	 */
	const struct provider *(*variant)(const struct options *o);

	/* To how many places does each image go?  No network.  NULL: to one. */
	int (*plan)(const struct options *o, void *settings, unsigned *targets, struct err *e);
	const struct takes *takes; /* NULL for a command without an image */
	/* Is what looks like a raw disk something else, by its name or an option?  A kernel. */
	bool (*opaque)(const struct task *t);
	/* Are the options right for this image and this place?  No network. */
	int (*check)(struct task *t, struct err *e);
	/*
	 * May the task's image have this format?  Asked of a pipe again at its end, which
	 * may tell another one.
	 */
	int (*agrees)(const struct task *t, enum format f, struct err *e);
	/* Once, when all checks are passed: settings are read, and sane.  No network. */
	int (*prepare)(struct task *first, struct err *e);
	/* Which digests does begin() want to know?  Bits: 1 << enum hash_alg.  NULL: none. */
	unsigned (*first)(const struct task *t);
	/* Authenticate, create the remote object, learn where to send. */
	int (*begin)(struct task *t, struct err *e);
	/* One attempt: body to its end. */
	int (*send)(struct task *t, struct stage *body, struct err *e);
	/* Wait until it is usable; compare what the cloud has with what was sent. */
	int (*finish)(struct task *t, struct err *e);
	/* Best effort: remove what begin() made, and say in t->left what became of it. */
	void (*abandon)(struct task *t);
	/* The results in a form of its own; false for the common one. */
	bool (*print)(FILE *f, struct task *tasks, unsigned count);
};

/* Any function may be NULL: nothing to do there. */

/* What messages call a task. */
static inline const char *task_name(const struct task *t)
{
	if (t->title[0])
		return t->title;
	return t->file ? t->file : t->label ? t->label : t->provider->name;
}

/* All clouds, ending with a NULL. */
extern const struct provider *const providers[];

#endif
