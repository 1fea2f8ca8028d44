/*
 * What the command line can set, for all clouds: the same thing has the same
 * name everywhere.  Tables of struct opt say which command takes what; cli.c
 * reads argv by them, prints the help from them, and a test holds the manual
 * against them.
 */
#ifndef CLOUD_OPTIONS_H
#define CLOUD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bounds.h"
#include "base/log.h"

/* An option that may be given several times. */
struct opt_list {
	const char *at[LIST_MAX];
	unsigned count;
};

struct options {
	/* all commands */
	bool help;
	bool quiet;
	bool verbose;
	bool no_headers;
	const char *output;   /* "text" or "json" */
	const char *columns;  /* names joined by ',', or NULL for the command's own */
	const char *progress; /* "auto", "bar", "lines", "json", "none" */

	/* all uploads */
	const char *cacert;
	struct opt_list pins;
	uint64_t limit_rate; /* bytes per second */
	uint64_t retry;      /* tries after the first */
	int64_t retry_delay_ms;
	int64_t stall_ms;
	uint64_t jobs;
	bool wait;
	int64_t timeout_ms; /* of the waiting after the upload */
	int64_t poll_ms;
	uint64_t max_size; /* uncompressed bytes; 0 for no limit */
	bool keep;         /* what a failed upload made */

	/* what the image becomes */
	const char *region;
	const char *label;
	const char *description;
	struct opt_list tags;
	bool cloud_init;

	/* linode */
	const char *as_user;
	bool url_only;
	const char *upload_to;

	/* linode-cli's grammar */
	bool view; /* GET the finished record once more, for its table */
	bool json, pretty, delimited, all_columns, ignored;
	const char *delimiter;
	const char *format;

	/* check */
	struct opt_list digests;
	const char *cloud;

	char home_file[PATH_BYTES]; /* where a "~/" is replaced, as linode-cli does */
	const char *files[TASKS_MAX];
	unsigned file_count;
};

enum opt_kind {
	OPT_END = 0, /* closes a table */
	OPT_FLAG,    /* bool: true when it is given */
	OPT_OFF,     /* bool: false when it is given; --no-wait */
	OPT_BOOL,    /* bool: the argument is true or false */
	OPT_TEXT,    /* const char *: the argument */
	OPT_MAYBE,   /* the same, but the argument may be missing (linode-cli's --region) */
	OPT_LIST,    /* struct opt_list */
	OPT_SIZE,    /* uint64_t: bytes */
	OPT_TIME,    /* int64_t: milliseconds */
	OPT_COUNT,   /* uint64_t */
	OPT_CHOICE,  /* const char *: one of the words in arg, which '|' separates */
};

struct opt {
	enum opt_kind kind;
	char letter;      /* -o, or 0 */
	const char *name; /* "region" for --region */
	const char *arg;  /* what the help calls the argument; NULL for flags */
	size_t at;        /* offsetof(struct options, ...) */
	const char *help; /* one line */
};

#define OPT_AT(field) offsetof(struct options, field)

#endif
