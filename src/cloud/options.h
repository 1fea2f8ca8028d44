/*
 * What the command line can set: the same thing has the same name everywhere; what
 * only one cloud knows is in a block of its own.  Tables of struct opt say which
 * command takes what; cli.c reads argv by them, prints the help from them, and a test
 * holds the manual against them.
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

/* A yes or no that knows whether it was given. */
enum answer {
	ANSWER_NONE = 0,
	ANSWER_NO,
	ANSWER_YES,
};

struct options {
	/* all commands */
	bool help;
	bool quiet;
	unsigned verbose; /* how many -v */
	bool no_headers;
	const char *output;   /* "text", "json"; of some clouds "api-json" */
	const char *columns;  /* names joined by ',', or NULL for the command's own */
	const char *query;    /* of another grammar, which filters its results by it */
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
	bool unproven_ok;  /* nobody has to prove that every byte has arrived */

	/* what the image becomes */
	const char *region;
	const char *label;
	const char *description;
	struct opt_list tags;

	const char *name;
	bool no_check; /* send also what the cloud will not take */

	/* other tools' grammars: is it one of them, and what is accepted without effect */
	bool foreign;
	bool ignored;
	const char *ignored_text;

	/* for pipes, and of images: what several clouds take */
	uint64_t announced; /* --size: bytes of a pipe */
	struct opt_list properties;
	char composed[COMPOSED_BYTES]; /* of OPT_PROPERTY's "name=value", each with its NUL */
	size_t composed_len;

	/* of a file or device, what is the image */
	uint64_t partition; /* its number; 0 for no partition */
	uint64_t offset;    /* of the file, or of the partition */
	uint64_t length;    /* 0: all that is left */

	bool live;                 /* also of a disk that is in use */
	const char *on_read_error; /* "fail" or "zero" */
	bool skip_free;            /* what file systems call free becomes zeros, unread */

	const char *spool; /* a directory with room for what comes through a pipe */

	/* what is made of it */
	bool gzip;
	uint64_t level;   /* 1 (fast) to 9 (small) */
	uint64_t threads; /* that compress; 0: as many as there are processors */

	/* check */
	struct opt_list digests;
	const char *cloud;

	const char *files[FILES_MAX];
	unsigned file_count;
	unsigned operand_count; /* of these, how many were no option's argument */
	const char *operand;    /* the first such */

	/* the cloud's own: OPT_OWN() in its tables, the struct in its own.h */
	_Alignas(16) unsigned char own[OPTIONS_OWN_BYTES];
};

enum opt_kind {
	OPT_END = 0,  /* closes a table */
	OPT_FLAG,     /* bool: true when it is given */
	OPT_OFF,      /* bool: false when it is given; --no-wait */
	OPT_NAME,     /* const char *: the option's own name, and no other; --public */
	OPT_BOOL,     /* bool: the argument is true or false */
	OPT_TEXT,     /* const char *: the argument */
	OPT_LOWER,    /* the same, in lower case, and never "" */
	OPT_MAYBE,    /* as OPT_TEXT, but the argument may be missing (linode-cli's --region) */
	OPT_LIST,     /* struct opt_list */
	OPT_WORDS,    /* the same, but commas separate words: a,b is two, "a,b" in quotes one */
	OPT_FILES,    /* files: as OPT_WORDS, but whole if there is a file of that name */
	OPT_ANSWER,   /* enum answer: yes without an argument; --x=false, --x false */
	OPT_SWITCH,   /* bool: the same */
	OPT_MORE,     /* unsigned: how often it was given, or =N */
	OPT_SIZE,     /* uint64_t: bytes */
	OPT_TIME,     /* int64_t: milliseconds */
	OPT_COUNT,    /* uint64_t */
	OPT_CHOICE,   /* const char *: one of the words in arg, which '|' separates */
	OPT_MANY,     /* struct opt_list: all words up to the next option; replaces those before */
	OPT_TRUTH,    /* enum answer: yes, no, on, 0 and so on; never without an argument */
	OPT_ASSENT,   /* bool: the same */
	OPT_PROPERTY, /* as "name=value" to properties, '-' in the name as '_'; --os-distro */
	OPT_REFUSED,  /* with an argument; help says why: "refused: ..." */
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

/* A member of the struct of a cloud's own options. */
#define OPT_OWN(type, field) (offsetof(struct options, own) + offsetof(type, field))

#endif
