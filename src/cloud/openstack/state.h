/* What is known of a record, its data and its import: the state of one task. */
#ifndef CLOUD_OPENSTACK_STATE_H
#define CLOUD_OPENSTACK_STATE_H

#include "cloud/api.h"
#include "cloud/openstack/settings.h"
#include "cloud/proof.h"

/*
 *   NONE ----------> OURS --> DROPPED --> NONE (another one takes its place)
 *     '--> ASKED -----^ |
 *            '----------'--> OTHERS: never deleted
 */
enum os_record {
	RECORD_NONE,
	RECORD_ASKED,   /* its making was not answered: it may be there, or come */
	RECORD_OURS,    /* made by this run, which may delete it */
	RECORD_DROPPED, /* ... and has: its deletion was asked for, to make another one */
	RECORD_OTHERS   /* somebody else's, or with data that may be somebody else's */
};

/* NONE --> PART <--> WHOLE, by each upload that has begun. */
enum os_data {
	DATA_NONE,
	DATA_PART, /* Glance may have data of ours in this record */
	DATA_WHOLE /* the last upload that it may have taken has sent every byte */
};

/* NONE --> ASKED --> TAKEN --> SEEN, and never back. */
enum os_import_state {
	IMPORT_NONE,
	IMPORT_ASKED, /* the request was not answered */
	IMPORT_TAKEN, /* Glance has taken on to import what was staged */
	IMPORT_SEEN   /* ... and its task was seen in the record */
};

/* A record's id, a UUID (RFC 9562). */
#define OS_ID_BYTES 37

/* Records of one name that wait for data; more are not told apart. */
#define OTC_RECORDS_MAX 16

struct otc_records {
	bool known;
	unsigned count;
	char id[OTC_RECORDS_MAX][OS_ID_BYTES];
};

/* What the headers that authorize a request point into. */
struct os_headers {
	char date[48];
	char project[128];
	char security_token[SECURITY_TOKEN_BYTES + 24];
};

/* struct work's cloud.  The three states are changed by os_state_...() only. */
struct os_work {
	enum os_record record;
	enum os_data data;
	bool contested; /* somebody else may have uploaded to it */
	enum os_import_state import;

	char base[512];     /* Glance's URL, without "/v2" and a slash at its end */
	bool authenticated; /* it is known, and so is t->work->auth */
	bool warned;        /* that nothing is encrypted */
	bool leaving;       /* the last looks, also after a signal */
	uint64_t sent;      /* bytes of the last whole upload */
	int64_t until;      /* clock_ms() until which it may still be storing the last upload */
	char format[32];    /* the disk_format of a record that was there before */
	char body[65];      /* the image's SHA-256, where it is signed */
	struct os_headers headers;
	struct otc_records before; /* Open Telekom Cloud: what waited before the record was made */
	bool unanswered;           /* ... and once its making was not answered */
	unsigned refusals;         /* of an import, that may pass, so far */
	struct proof_odd odd;      /* what Glance says of an image that was sent */
	struct proof_odd undone;   /* ... and of one that was staged */
};

struct os_work *os_work(const struct task *t);

/* The making of the record was not answered; it is made; it is to be deleted. */
void os_state_asked(struct task *t);
void os_state_made(struct task *t);
void os_state_dropped(struct task *t);

/* Another record takes its place: all begins anew. */
void os_state_reset(struct task *t);

/* Is it certainly of this run? */
bool os_state_is_ours(const struct task *t);

/* It is certainly not, or its data are not: it is not for us to delete. */
void os_state_others(struct task *t);

/* The same, and it is named to the user as left. */
void os_state_disown(struct task *t);

/*
 * An upload has ended with t->work->reply.  refused: whatever was sent of it, the
 * cloud has none of it.
 */
void os_state_sent(struct task *t, bool refused);

/* 2xx: the record has taken the data. */
bool os_state_is_taken(const struct http_reply *r);

/* 409 and 410: the record waits for no data, perhaps because the upload before arrived. */
bool os_state_is_late(const struct http_reply *r);

/* The import has come so far, or was further already. */
void os_state_import(struct task *t, enum os_import_state state);

#endif
