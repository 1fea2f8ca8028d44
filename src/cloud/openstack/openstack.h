/*
 * OpenStack: shared by the files of this cloud.
 *
 * Image API v2 (docs.openstack.org/api-ref/image/v2, as of 2026-11; Glance 25.1
 * to 33), Identity API v3 (Keystone).  Settings: openstacksdk's (clouds.yaml).
 */
#ifndef CLOUD_OPENSTACK_OPENSTACK_H
#define CLOUD_OPENSTACK_OPENSTACK_H

#include "base/text.h"
#include "cloud/grammar.h"
#include "cloud/proof.h"
#include "cloud/provider.h"

extern const struct provider openstack_provider, otc_provider;

/* hoist openstack's, and those of logging in, which other programs take too. */
extern const struct opt openstack_options[], openstack_auth_options[];
void openstack_defaults(struct options *o);

/* openstackclient's grammar and glanceclient's, and what they share. */
extern const struct grammar openstack_grammar, glance_grammar;
extern const struct opt openstack_client_options[];
int openstack_adapt(struct options *o, struct err *e) MUST_CHECK;

/* What both providers' functions are. */
int openstack_takes(const struct image *im, struct err *e) MUST_CHECK;
bool openstack_opaque(const struct task *t);
int openstack_agrees(const struct task *t, enum format have, struct err *e) MUST_CHECK;
int openstack_check(struct task *t, struct err *e) MUST_CHECK;
int openstack_prepare(struct task *t, struct err *e) MUST_CHECK;
int openstack_begin(struct task *t, struct err *e) MUST_CHECK;
int openstack_send(struct task *t, struct stage *body, struct err *e) MUST_CHECK;
int openstack_finish(struct task *t, struct err *e) MUST_CHECK;
void openstack_abandon(struct task *t);

/* What is not secret, by its name in clouds.yaml; in the environment OS_AUTH_URL and so on. */
enum os_key {
	OS_AUTH_TYPE,
	OS_AUTH_URL,
	OS_USERNAME,
	OS_USER_ID,
	OS_USER_DOMAIN_NAME,
	OS_USER_DOMAIN_ID,
	OS_PROJECT_NAME,
	OS_PROJECT_ID,
	OS_PROJECT_DOMAIN_NAME,
	OS_PROJECT_DOMAIN_ID,
	OS_DOMAIN_NAME,
	OS_DOMAIN_ID,
	OS_DEFAULT_DOMAIN,
	OS_SYSTEM_SCOPE,
	OS_APPCRED_ID,
	OS_APPCRED_NAME,
	OS_ENDPOINT, /* with auth_type none or token: Glance itself */
	OS_IMAGE_ENDPOINT,
	OS_REGION,
	OS_INTERFACE,
	OS_CACERT,
	OS_CERT,
	OS_KEY,
	OS_INSECURE,
	OS_IMAGE_REGION,    /* Glance's own, in clouds.yaml only; these two have no option */
	OS_IMAGE_INTERFACE, /* ... several joined by commas, in their order */
	OS_ACCESS_KEY,      /* Open Telekom Cloud's only */
	OS_KEYS
};

enum os_auth {
	OS_AUTH_NONE,  /* no token at all */
	OS_AUTH_READY, /* a token that is sent as it is; Keystone is not asked */
	OS_AUTH_AKSK,  /* no token: each request is signed */
	OS_AUTH_PASSWORD,
	OS_AUTH_APPCRED, /* an application credential; never with a scope */
	OS_AUTH_TOKEN,   /* a token that Keystone gives another for */
};

/* Of temporary keys, which have up to 24 hours; those that were seen have 2 to 4 KiB. */
#define SECURITY_TOKEN_BYTES ((size_t)8 * 1024)

/* Texts of the files that are kept. */
#define OS_POOL_BYTES ((size_t)8 * 1024)

/* struct task's settings. */
struct os_settings {
	enum os_auth auth;
	struct secret secret; /* password, application credential's secret, token or secret key */
	char security_token[SECURITY_TOKEN_BYTES]; /* of a temporary key, or "" */
	/* Of options, the environment or the pool; NULL for what is not set, never "". */
	const char *value[OS_KEYS];
	char cloud[64]; /* its name in clouds.yaml; "" for the environment */
	bool otc;
	unsigned keys_of; /* which tool's variables the access key is from */
	bool insecure;
	bool token_given;    /* the secret is, or could be, a token */
	bool password_given; /* ... or in the file is a password */
	char pool[OS_POOL_BYTES];
	size_t pooled;
	bool default_domain; /* as openstackclient: where no domain is named, it is "default" */
};

/*
 * Open Telekom Cloud's keys.  Find an access key in the environment; is it all
 * that there is, nothing to get a token with; read its secret key, and the token
 * of a temporary one; is the secret key there?  -1 with ERR_USAGE or ERR_LIMIT.
 */
void otc_keys_find(struct os_settings *s);
bool otc_only_keys(const struct os_settings *s);
int otc_keys_load(struct os_settings *s, struct err *e) MUST_CHECK;
int otc_keys_check(const struct os_settings *s, struct err *e) MUST_CHECK;

/* Open Telekom Cloud's region, by its name or the project's; NULL if they tell none. */
const char *otc_region(const struct os_settings *s);

/*
 * Open Telekom Cloud: what follows from the region for what is not set.  Returns
 * 0, or -1 with ERR_USAGE.
 */
int otc_settings_fill(struct os_settings *s, struct err *e) MUST_CHECK;

/*
 * Read the options, clouds.yaml with secure.yaml, and the environment, in
 * openstacksdk's order; otc: for Open Telekom Cloud.  a[cap] and b[cap] are
 * overwritten, and wiped at the end.  Returns 0, or -1 with ERR_USAGE or
 * ERR_LIMIT.
 */
int os_settings_load(struct os_settings *s, bool otc, const struct options *o, char *a, char *b,
		     size_t cap, struct err *e) MUST_CHECK;

/*
 * An environment variable; an empty one is none: NULL.  Is there a secret of that
 * name, or a file with it (NAME_FILE), and read it as secret_env() does.
 */
const char *os_env(const char *name);
bool os_env_has_secret(const char *name);
int os_env_secret(struct secret *s, const char *name, struct err *e) MUST_CHECK;

/* The name in clouds.yaml, "auth_url". */
const char *os_key_name(enum os_key key);

/*
 * The part of it that reads files: what the cloud name says goes to s, as far as
 * it is not there yet.  name is NULL for the only one that there is, if any: then
 * s->cloud tells which.
 */
int os_clouds_load(struct os_settings *s, const char *name, char *a, char *b, size_t cap,
		   struct err *e) MUST_CHECK;

/* A request that makes or deletes something is allowed this long after a signal. */
#define GRACE_MS 10000

/* A record's id, a UUID (RFC 9562). */
#define OS_ID_BYTES 37

/* Records of one name that wait for data; more are not told apart. */
#define OTC_RECORDS_MAX 16

struct otc_records {
	bool known;
	unsigned count;
	char id[OTC_RECORDS_MAX][OS_ID_BYTES];
};

/* struct work's cloud: the state of one task. */
struct os_work {
	char base[512];      /* Glance's URL, without "/v2" and a slash at its end */
	char request_id[80]; /* of the last answer */
	char date[48];       /* ... and when it was made */
	char token_type[16];
	bool authenticated;
	bool begun;                /* Glance may have data of ours in this record */
	bool whole;                /* ... and the last one that it may have taken, all of them */
	bool contested;            /* somebody else may have uploaded to it */
	bool leaving;              /* the last looks, also after a signal */
	bool warned;               /* that nothing is encrypted */
	bool ours;                 /* the record is of this run, and may be deleted */
	bool maybe;                /* ... or may be: its making was not answered */
	bool dropped;              /* its deletion was asked for, to make another one */
	uint64_t sent;             /* bytes of the last whole upload */
	int64_t until;             /* clock_ms() at which it need not be taking them any more */
	char format[32];           /* the disk_format of a record that was there before */
	char body[65];             /* the image's SHA-256, where it is signed */
	struct otc_records before; /* Open Telekom Cloud: what waited before the record was made */
	bool unanswered;           /* ... and that was not answered */
	bool import_asked;         /* the import was asked for, but not answered */
	bool importing;            /* Glance has taken on to import what was staged, */
	bool locked;               /* ... and its task was seen in the record */
	struct proof_odd odd;      /* what Glance says of an image that was sent */
	struct proof_odd undone;   /* ... and of one that was staged */
};

struct os_settings *os_settings_of(const struct task *t);
struct os_work *os_work(const struct task *t);

/*
 * Get a token, and learn where Glance is: t->work->auth and os_work's base.  Does
 * nothing when that is known; os_forget() makes it be asked again.
 */
int keystone_authenticate(struct task *t, struct err *e) MUST_CHECK;
void keystone_forget(struct task *t);

/* Of it, what is done with Keystone's answer in t->work and the token beside it. */
int keystone_accept(struct task *t, const char *token, struct err *e) MUST_CHECK;

/* What the headers that authorize a request point into. */
struct os_headers {
	char date[48];
	char project[128];
	char security_token[SECURITY_TOKEN_BYTES + 24];
};

/*
 * Add the headers that authorize q, whose url and body are set: the token, or a
 * signature.  body is the SHA-256 of what is uploaded, NULL for q->body.
 */
int os_authorize(struct task *t, struct http_request *q, const char *body, struct os_headers *h,
		 struct err *e) MUST_CHECK;

/*
 * A signature was refused, and the cloud's reason is this: is it that this
 * machine's clock is wrong?  Then -1 with ERR_USAGE.
 */
int os_check_clock(struct task *t, const char *reason, struct err *e) MUST_CHECK;

/* Is it http:// or https://, a host and perhaps a path?  -1 with ERR_USAGE, without it. */
int os_check_url(const char *url, const char *what, struct err *e) MUST_CHECK;

/*
 * One request to Glance: path is what follows the base ("/v2/images"), body JSON or
 * NULL.  An expired token is renewed, once.  The answer's text is left in
 * t->work->reply, as JSON in t->work->json if it is some.  -1 with
 *   ERR_USAGE   400, 401, 403: a setting, or rights
 *   ERR_FAILED  404 and other refusals
 *   ERR_BUSY    408, 429, 5xx; with retry
 *   ERR_REPLY   no answer of this API
 * and those of http_call().  t->work->reply.status tells which it was.
 */
int glance_api(struct task *t, const char *method, const char *path, const char *body,
	       struct err *e) MUST_CHECK;

/* Does the status that was seen last say that the cloud has thrown the data away? */
bool os_has_failed(const struct task *t);

/* What is in the record may be somebody else's: it is not for us to delete, and is named. */
void os_disown(struct task *t);

/* Was the last answer the API's own word that there is no such image, and no gateway's 404? */
bool glance_gone(const struct task *t);

/* In an error's text, beside our own words. */
#define OS_REASON_BYTES (ERR_TEXT_MAX - 64)

/* Replace what is secret of this run in a text of the cloud's by '*'. */
void glance_hide(struct task *t, char *s);

/* What the cloud says of the reason for the status: one line, with its request's id. */
void glance_reason(struct task *t, char *out, size_t cap);

/* Before anything is made: is there the store, and does the quota leave room? */
int glance_check_room(struct task *t, struct err *e) MUST_CHECK;

/*
 * Make the record t->id (chosen here where it is "").  When an answer is lost, the
 * next call resolves what came of it.
 */
int glance_create(struct task *t, struct err *e) MUST_CHECK;

/*
 * Does the record that was looked at last wait for the data of this task?  An id that
 * the user has chosen others may have chosen, too.
 */
bool glance_is_like_ours(const struct task *t);

/* --protected, once all is well: until then it has to be deletable.  -1 with ERR_UNFINISHED. */
int glance_protect(struct task *t, struct err *e) MUST_CHECK;

/* Does the last answer show the task's image, and that it is protected? */
bool glance_is_protected(const struct task *t);

/* Keep the record that was just answered for the report. */
void glance_keep(struct task *t);

/* Is store among stores, which commas separate? */
bool glance_lists(const char *stores, const char *store);

/* Is this the name of the format, or, of raw data, one that goes with it? */
bool glance_agrees(const char *name, enum format have);

/* The error for an image that is not what its record says, or will say. */
int os_disagree(const struct task *t, const char *wanted, enum format have,
		struct err *e) MUST_CHECK;

/* Delete t->id.  One that is glance_gone() already is deleted. */
int glance_delete(struct task *t, struct err *e) MUST_CHECK;

/* One attempt of PUT .../file, to the record t->id. */
int glance_put(struct task *t, struct stage *body, struct err *e) MUST_CHECK;

/* It failed.  Is it worth a look whether the data have all arrived, this time or before? */
bool glance_may_have_it(const struct task *t);

/* Is there a record t->id?  1, 0, or -1 when the cloud does not tell. */
int glance_exists(struct task *t, struct err *e) MUST_CHECK;

/* Was a request refused, and nothing made? */
bool glance_refused(const struct http_reply *r);

/* Append ", "name": "value"" to a record. */
void glance_put_string(struct text *b, const char *name, const char *value);

/* Append what --tag, --property and so on say. */
void glance_put_options(struct text *b, const struct options *o);

/* As glance_check_room() and glance_create() for Open Telekom Cloud, which chooses ids itself. */
int otc_check_room(struct task *t, struct err *e) MUST_CHECK;
int otc_create(struct task *t, struct err *e) MUST_CHECK;

/*
 * GET the record: t->status and t->object are its.  -1 with the errors of
 * glance_api(), and with ERR_BUSY and retry for a 404 that is not glance_gone().
 */
int glance_look(struct task *t, struct err *e) MUST_CHECK;

/*
 * The record is active: has it what was sent?  Size, then the digest by
 * os_hash_algo, or checksum (MD5).  1; -1 with ERR_FAILED if not, with
 * ERR_UNFINISHED for a record that cannot be right.
 */
int glance_compare(struct task *t, struct err *e) MUST_CHECK;

/* The name of the image's format that the cloud is told. */
const char *otc_format(const struct task *t);

/* GiB of the disk that servers need; 0 if it is not known. */
uint64_t otc_min_disk(const struct task *t);

#define OTC_NAME_MAX 128

/* Warn of a record that may be ours, though its making was not answered. */
void otc_look_back(struct task *t);

/* The same by __image_size; 0 when that is not known yet. */
int otc_compare(struct task *t, struct err *e) MUST_CHECK;

/* Does this Glance import in the way that --import wants, if any? */
int glance_check_import(struct task *t, struct err *e) MUST_CHECK;

/*
 * With --import, after the data were staged and glance_look() has seen the record:
 * 1 it is imported, 0 not yet (look again), -1 it failed, or could not be asked for
 * (then perhaps with retry).
 */
int glance_import(struct task *t, struct err *e) MUST_CHECK;

/* A file format's name in Glance ("qcow2"), or NULL if it has none. */
const char *glance_format(enum format f);

#endif
