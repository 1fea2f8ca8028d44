/* What is known of a file on its way to a server: the state of one task. */
#ifndef CLOUD_IONOS_STATE_H
#define CLOUD_IONOS_STATE_H

#include "cloud/ionos/name.h"
#include "cloud/ionos/settings.h"
#include "cloud/ionos/url.h"
#include "cloud/provider.h"

/*
 * NONE --> (ASKED -->) OURS --> NONE (the server lost it, or has something else there)
 *   ^________/
 *
 * Only what is ours is resumed, and deleted.
 */
enum ionos_file {
	FILE_NONE,  /* nothing of ours is there */
	FILE_ASKED, /* STOR was said, and nobody knows what came of it */
	FILE_OURS   /* STOR was accepted */
};

/* How the last transfer has ended. */
enum ionos_end {
	END_OPEN,     /* not all was sent, or the server has said that it has not all */
	END_BROKE,    /* all was sent, then the connection broke */
	END_CONFIRMED /* 226: the server has said that it has all */
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

/* Images of the same name and location that may be there already: names in FTP are unique. */
#define IONOS_KNOWN_MAX 48

/* struct work's cloud.  stored and end are changed by ionos_state_...() only. */
struct ionos_work {
	struct ionos_name name;
	char dir[192]; /* with the server's prefix */
	struct ftps_server server;
	struct ftps_upload last; /* the last transfer */
	enum ionos_file stored;
	enum ionos_end end;
	bool was_absent;                 /* SIZE has shown that the name is free */
	bool logged_in;                  /* once, with this password */
	uint64_t had;                    /* bytes that the last resumed attempt found there */
	uint64_t sent_max;               /* the most bytes of it that an attempt has sent */
	uint64_t total;                  /* bytes of the image, once all were sent */
	char known[IONOS_KNOWN_MAX][40]; /* ids of images that were there before */
	unsigned known_count;
	bool in_pages;  /* a list of images is asked for in pages */
	int64_t sent_s; /* clock_wall() when the last byte had left; 0: not yet */
	bool clock_known;
	int64_t clock_ahead_s; /* how far the API's clock is ahead of ours */
	char other[40];        /* the id of a new image of the name that is not ours, or "" */
	const char *other_why;
	char unproven[200]; /* why nobody knows that it is whole; "" if that is known */
};

struct ionos *ionos_of(const struct task *t);
struct ionos_work *ionos_work(const struct task *t);

/* SIZE has told whether there is a file of the name. */
void ionos_state_looked(struct task *t, enum ftps_file file);

/* What has come of the last transfer (w->last); broke: all was sent, then the connection broke. */
void ionos_state_transferred(struct task *t, bool broke);

/* The server has not what was sent: after END_BROKE that is known now. */
void ionos_state_cut(struct task *t);

/* What is there is not ours, or not any more. */
void ionos_state_lost(struct task *t);

#endif
