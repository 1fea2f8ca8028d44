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

/* A yes or no that knows whether it was given. */
enum answer {
	ANSWER_NONE = 0,
	ANSWER_NO,
	ANSWER_YES,
};

/* --os-...: see cloud/openstack/openstack.h */
#define OS_OPTIONS 27

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
	bool cloud_init;

	const char *name;
	bool no_check; /* send also what the cloud will not take */

	/* linode */
	const char *as_user;
	bool url_only;
	const char *upload_to;

	/* other tools' grammars: is it one of them, and what is accepted without effect */
	bool foreign;
	bool ignored;
	const char *ignored_text;

	/* linode-cli's grammar */
	bool view; /* GET the finished record once more, for its table */
	bool json, pretty, delimited, all_columns;
	const char *delimiter;
	const char *format; /* openstackclient's, too: table, json, ... */

	/* ionos */
	struct opt_list locations;
	struct opt_list ftp_urls;
	struct opt_list renames;
	struct opt_list aliases; /* ionosctl's --image-alias: renames, if there are no others */
	struct opt_list column_names; /* ionosctl's --cols, openstackclient's --column */
	const char *extension;        /* --format: in place of the file's own */
	const char *config;           /* ionosctl's settings file */
	const char *api_url;
	const char *ftp_port; /* NULL for the URL's */
	const char *crt_path;
	bool skip_verify;
	bool skip_update;
	bool confidential;
	bool whoami;
	const char *licence_type;
	const char *application_type;
	const char *cloud_init_type;
	enum answer cpu_plug, cpu_unplug, ram_plug, ram_unplug, nic_plug, nic_unplug;
	enum answer virtio_plug, virtio_unplug, scsi_plug, scsi_unplug;
	enum answer expose_serial, legacy_bios;

	/* openstack */
	const char *os_cloud;
	const char *os[OS_OPTIONS]; /* by enum os_key */
	const char *disk_format;
	const char *container_format;
	const char *visibility;
	const char *image_id; /* of a record that is there already */
	const char *new_id;   /* what a new one is to have */
	struct opt_list stores;
	bool all_stores, allow_failure;
	const char *import; /* NULL, or "glance-direct" */
	struct opt_list properties;
	uint64_t min_disk, min_ram; /* GiB, MiB */
	uint64_t announced;         /* --size: bytes of a pipe */
	bool protect, hidden;
	const char *os_version, *firmware, *enterprise_project; /* otc */
	bool insecure;
	bool default_domain; /* openstackclient's grammar: no domain is "default" */

	/* openstackclient's and glanceclient's grammars */
	const char *source; /* --file */
	const char *store;  /* --store, of which there is one, beside stores */
	const char *prefix; /* --prefix: of the names in --format shell */
	const char *image_api, *identity_api;
	bool show_progress, use_import, single_line;
	bool unprotected;
	enum answer partly;            /* --allow-failure true or false */
	char composed[COMPOSED_BYTES]; /* of OPT_PROPERTY's "name=value", each with its NUL */
	size_t composed_len;

	/* check */
	struct opt_list digests;
	const char *cloud;

	char home_file[PATH_BYTES]; /* where a "~/" is replaced, as linode-cli does */
	const char *files[FILES_MAX];
	unsigned file_count;
	unsigned operand_count; /* of these, how many were no option's argument */
	const char *operand;    /* the first such */
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

#endif
