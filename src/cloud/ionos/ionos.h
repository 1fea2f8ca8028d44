/*
 * IONOS: shared by the files of this cloud.
 *
 * Images are uploaded by FTPS, one server per location, and appear in the
 * Images API some time later, where their properties are set.
 * API: https://api.ionos.com/docs/cloud/v6, "Images", as of 2026-11; command
 * line: ionosctl image upload, v6.9.5 and v6.10.3.
 */
#ifndef CLOUD_IONOS_IONOS_H
#define CLOUD_IONOS_IONOS_H

#include "cloud/grammar.h"
#include "cloud/ionos/settings.h"
#include "cloud/proof.h"
#include "cloud/provider.h"

/* A server that images go to, and what the API calls its location. */
struct ionos_target {
	char host[256];    /* no brackets around an IPv6 address */
	unsigned port;     /* of the control connection */
	bool implicit;     /* ftps://: TLS from the first byte */
	char prefix[128];  /* "locations/fra/", or ""; not percent-encoded */
	char location[32]; /* "de/fra"; "" if none is known */
};

/* struct task's settings. */
struct ionos {
	struct ionos_settings settings;
	struct ionos_target targets[TARGETS_MAX];
	unsigned target_count;
	/* Who is just beginning a file, and on which machine: under struct task's turn. */
	struct {
		const struct ionos_work *by;
		char address[256]; /* or its name, behind a proxy */
	} beginning[JOBS_MAX];
};

/* "hdd-images/disk.qcow2": directory and file name on the server. */
#define IONOS_NAME_BYTES 256

struct ionos_name {
	const char *dir; /* "iso-images", "hdd-images", "confidential-images" */
	char file[IONOS_NAME_BYTES];
	const char *extension; /* ".qcow2": where in file it begins, lower case */
	enum format format;    /* what the extension promises; FORMAT_NONE for .cow */
};

extern const struct provider ionos_provider;
extern const struct provider ionos_whoami;
extern const struct grammar ionosctl_grammar;

/* hoist's own command takes the first two tables, ionosctl's the first and the last. */
extern const struct opt ionos_shared_options[];
extern const struct opt ionos_own_options[];
extern const struct opt ionosctl_options[];

/* Columns of ionosctl's table, all of them. */
extern const struct object_column ionos_columns[];

/*
 * The servers that --location, --ftp-url and --ftp-port name, each once, in
 * their order.  Warns of a location that is not known.  Returns 0, or -1 with
 * ERR_USAGE (%s without a location, a location without %s, what is no URL).
 */
int ionos_targets(const struct options *o, struct ionos_target *targets, unsigned cap,
		  unsigned *count, struct err *e) MUST_CHECK;

/*
 * One server from a URL of --ftp-url (ftp://HOST:PORT/PATH, ftps://..., or
 * without a scheme), with server in place of each %s, and port, if it is not
 * NULL, where the URL has none.  Sets all of to but its location.  Returns 0, or
 * -1 with ERR_USAGE; a URL that may hold a password is not shown.
 */
int ionos_url(const char *url, const char *server, const char *port, struct ionos_target *to,
	      struct err *e) MUST_CHECK;

/*
 * The name that the image number index gets, by --rename, --format and its file's
 * name.  Returns 0, or -1 with ERR_USAGE: an extension that IONOS does not take,
 * no name for standard input, a name that FTP cannot carry, or one that another
 * image of this command has, too.
 */
int ionos_name(const struct options *o, unsigned index, struct ionos_name *name,
	       struct err *e) MUST_CHECK;

/*
 * What is wrong with the options whatever the images are: words that the API
 * does not know, --confidential, --rename for another number of images.  Warns
 * of what is only odd, so it is called once.  The other two are parts of it.
 */
int ionos_check_options(const struct options *o, struct err *e) MUST_CHECK;
int ionos_check_names(const struct options *o, struct err *e) MUST_CHECK;
int ionos_check_confidential(const struct options *o, struct err *e) MUST_CHECK;

/* The body of the PATCH: a JSON object of the properties, keys in alphabetical order. */
int ionos_properties(const struct options *o, char *out, size_t cap, struct err *e) MUST_CHECK;

/* Images of the same name and location that may be there already: names in FTP are unique. */
#define IONOS_KNOWN_MAX 48

/* struct work's cloud: the state of one task. */
struct ionos_work {
	struct ionos_name name;
	char dir[192]; /* with the server's prefix */
	struct ftps_server server;
	struct ftps_upload last;         /* the last transfer */
	bool was_absent;                 /* SIZE has shown that the name is free */
	bool logged_in;                  /* once, with this password */
	bool ours;                       /* it was free, and STOR was accepted */
	bool doubtful;                   /* STOR was said, and nobody knows what came of it */
	bool broke;                      /* all was sent, then the connection broke */
	bool answered;                   /* 226: the server has said that it has all */
	uint64_t had;                    /* bytes that the last resumed attempt found there */
	uint64_t sent_max;               /* the most bytes of it that an attempt has sent */
	uint64_t total;                  /* bytes of the image, once t->sent_all */
	char known[IONOS_KNOWN_MAX][40]; /* ids of images that were there before */
	unsigned known_count;
	bool in_pages;  /* a list of images is asked for in pages */
	int64_t until;  /* --timeout, as clock_ms(); 0: nothing is waited for */
	int64_t sent_s; /* clock_wall() when the last byte had left; 0: not yet */
	bool clock_known;
	int64_t clock_ahead_s; /* how far the API's clock is ahead of ours */
	char other[40];        /* the id of a new image of the name that is not ours, or "" */
	const char *other_why;
	char unproven[200]; /* why nobody knows that it is whole; "" if that is known */
};

struct ionos *ionos_of(const struct task *t);
struct ionos_work *ionos_work(struct task *t);

/*
 * One request to /cloudapi/v6/images, path being what follows; body is JSON or
 * NULL.  The answer's text is left in t->work->reply, as JSON in t->work->json.
 * -1 with ERR_USAGE (400, 401, 403, 422), ERR_FAILED (other refusals), ERR_BUSY
 * (408, 429, 5xx; with retry), ERR_REPLY, and those of http_call().
 */
int ionos_api(struct task *t, const char *method, const char *path, const char *body,
	      struct err *e) MUST_CHECK;

/* Note what time it is there; date is an answer's HTTP date, or "". */
void ionos_note_clock(struct task *t, const char *date);

/*
 * Does something that the API says of the image at item contradict that it is the
 * one that was uploaded?  What, or NULL.
 */
const char *ionos_not_ours(struct task *t, const struct json *item);

/* Log in anew, and go to the directory.  -1 with the errors of ftps.h. */
int ionos_enter(struct task *t, struct err *e) MUST_CHECK;

/*
 * The file's size, when it does not change any more: two answers have to agree,
 * because a session that broke may still be writing.  -1 with the errors of
 * ftps.h, and with ERR_BUSY and retry when it goes on changing.
 */
int ionos_settle(struct task *t, enum ftps_file *file, uint64_t *size, struct err *e) MUST_CHECK;

/*
 * All bytes were sent; what has become of them?  The connection may be gone,
 * because routers forget silent ones: then a new one asks.  Returns 0 with
 * t->landed, and t->confirmed or the reason why not in struct ionos_work's unproven.
 */
int ionos_prove(struct task *t, bool connected, struct err *e) MUST_CHECK;

/* Log in, go to the directory, and see that the name is free: ERR_FAILED if not. */
int ionos_connect(struct task *t, struct err *e) MUST_CHECK;

/*
 * Between these no other task of the run begins a file of the same name on the same
 * machine (by its address, so IPv4 and IPv6 are two).  -1 when a signal came.
 */
int ionos_take_turn(struct task *t, struct err *e) MUST_CHECK;
void ionos_end_turn(struct task *t);

/* struct provider's send: one attempt, which goes on where the one before ended. */
int ionos_send(struct task *t, struct stage *body, struct err *e) MUST_CHECK;

/* struct provider's abandon: remove what this run has put there, say what is left. */
void ionos_abandon(struct task *t);

/*
 * Look for images with the task's name and location.  With known the ids of all
 * are noted; otherwise one whose id is not among these and that may be the task's
 * is stored in t->id, which is "" if there is none, and in t->object.  -1 with the
 * errors of ionos_api(), and with ERR_UNFINISHED when there are two.
 */
int ionos_find(struct task *t, bool known, struct err *e) MUST_CHECK;

/* struct provider's finish: wait for the image, and set its properties. */
int ionos_finish(struct task *t, struct err *e) MUST_CHECK;

#endif
