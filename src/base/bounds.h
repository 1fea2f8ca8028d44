/*
 * Every size limit, with its reason.  What is longer than a limit is refused,
 * never truncated, except where the text is only shown to a person.
 */
#ifndef BASE_BOUNDS_H
#define BASE_BOUNDS_H

/* One error message; it must fit on a few lines of a rescue console. */
#define ERR_TEXT_MAX 240

/* Images named by one command: more is a job for a loop in the shell. */
#define FILES_MAX 64

/* Images times the places that each goes to. */
#define TASKS_MAX 256

/* Places: IONOS has 11 locations, and someone may have servers of their own. */
#define TARGETS_MAX 32

/* Uploads at the same time; each costs about 0.7 MiB of memory. */
#define JOBS_MAX 8

/* Repeated options (--tag, --pin).  Linode takes at most 500 tags; nobody types more than this. */
#define LIST_MAX 64

/* Properties that are options of their own (glance's --os-distro): names of systems, and UUIDs. */
#define COMPOSED_BYTES 2048

/* A token, password or presigned URL.  Keystone's PKI tokens have many KiB. */
#define SECRET_MAX 32768

/* A URL: the presigned ones are about 300 bytes. */
#define URL_BYTES 4096

/* A file name with its directory, as PATH_MAX on Linux. */
#define PATH_BYTES 4096

/* One API answer.  The longest that is needed is Linode's list of regions, about 60 KiB. */
#define REPLY_MAX ((size_t)256 * 1024)

/* Keystone's answer with its catalog, of which little is kept; one of 292 KiB was seen. */
#define CATALOG_MAX ((uint64_t)8 * 1024 * 1024)

/* What is at work for a moment: two settings files, a login, what is pulled and not sent. */
#define SCRATCH_BYTES (2 * REPLY_MAX)

/* The JSON values in one answer: as many as REPLY_MAX can hold in ordinary JSON. */
#define JSON_TOKENS_MAX 16384

/* Nesting of an answer; the deepest in use is 6. */
#define JSON_DEPTH_MAX 32

/* A request body: Linode's description may have 65,000 characters of up to 6 bytes, and 64 tags. */
#define REQUEST_MAX ((size_t)448 * 1024)

/* Headers of one request. */
#define HEADERS_MAX 12

/* A user name or a password; IONOS's user names are e-mail addresses, at most 254 bytes. */
#define LOGIN_MAX 1024

/* CA certificates inside a settings file, as PEM: eight of the usual 2 KiB. */
#define CA_TEXT_MAX 16384

/*
 * A provider's settings: a secret, CA certificates, and shorter texts (IONOS: a
 * login and TARGETS_MAX servers); and its state of one task.
 */
#define SETTINGS_BYTES (SECRET_MAX + CA_TEXT_MAX + (size_t)24 * 1024)
#define OPTIONS_OWN_BYTES ((size_t)8 * 1024)
#define WORK_CLOUD_BYTES ((size_t)13 * 1024)

/* The API's object of one image, kept for the report; IONOS's are 1 to 3 KiB. */
#define OBJECT_BYTES ((size_t)8 * 1024)
#define OBJECT_TOKENS_MAX 1024

/* What messages call an upload, where the file's name alone does not tell. */
#define TITLE_BYTES 256

/* "ftp://host:port/directory/name", for the report. */
#define PLACE_BYTES 640

/*
 * What one read(2), one inflate() and one libcurl buffer handle.  256 KiB halve
 * the system time against 16 KiB; more costs memory and gains nothing.
 */
#define BLOCK_BYTES ((size_t)256 * 1024)

/* Encrypted bytes on their way to an FTP data socket: few and large writes, of four TLS records. */
#define LINK_OUT_BYTES ((size_t)68 * 1024)

/* A line of an FTP server, and all lines of one reply; RFC 959 has no limits. */
#define FTP_LINE_MAX 1024
#define FTP_REPLY_MAX ((size_t)64 * 1024)

/* A directory listing: about 100,000 names. */
#define FTP_LIST_MAX ((size_t)8 * 1024 * 1024)

/* The blocks between the verifying thread and the sending one. */
#define RING_BLOCK_BYTES ((size_t)64 * 1024)
#define RING_BLOCKS 4

/* Where inflate() writes what is only counted. */
#define INFLATE_OUT_BYTES ((size_t)64 * 1024)

/* inflate()'s state and 32 KiB window, measured 39,936 bytes on 64 bit, rounded up. */
#define INFLATE_HEAP_BYTES ((size_t)48 * 1024)

/* What is compressed at once: more would compress a little better, and take more memory. */
#define DEFLATE_BLOCK_BYTES ((size_t)256 * 1024)

/* The most that it becomes: libdeflate adds 5 bytes for each 5,000. */
#define DEFLATE_OUT_BYTES (DEFLATE_BLOCK_BYTES + 512)

/* Threads that compress one image. */
#define COMPRESS_THREADS_MAX 8

/* Partitions of which is told what is free; more are seldom seen, and are read whole. */
#define VACANT_PARTS_MAX 32

/* The map of a file system's group: a block of at most 64 KiB. */
#define FS_MAP_BYTES ((size_t)64 * 1024)

/* Places where a disk could not be read: with more of them, nothing is to be hoped of an image. */
#define UNREAD_MAX 1024

/* What is read of an image to tell its format: ISO 9660 has its mark at 32,769. */
#define PROBE_BYTES ((size_t)64 * 1024)

/* Read at once of a disk image's tables.  Two are on the stack at the same time. */
#define DISK_TABLE_BYTES ((size_t)8 * 1024)

/* Tables of a disk image that are looked at: enough for 8 TiB of qcow2 in 64 KiB clusters. */
#define DISK_WALK_MAX ((uint64_t)1 << 30)

/* What is kept of a pipe's end: a VMDK's footer and its two markers. */
#define DISK_TAIL_BYTES ((size_t)1536)

/* What libcurl and mbedTLS may allocate together before they are refused. */
#define MEM_CAP_BYTES ((size_t)48 * 1024 * 1024)

/* A settings file (linode-cli's INI), a token file, a CA file. */
#define SETTINGS_FILE_MAX ((size_t)256 * 1024)
#define CA_FILE_MAX ((size_t)4 * 1024 * 1024)

/* Nesting of a YAML file, and its anchors: clouds.yaml has 5 levels, and seldom an anchor. */
#define YAML_DEPTH_MAX 16
#define YAML_ANCHORS_MAX 32

/* Mappings that are looked through for one key, with "<<". */
#define YAML_MERGES_MAX 64

/* Threads only run our own code, libcurl and mbedTLS; the deepest was measured at 40 KiB. */
#define THREAD_STACK_BYTES ((size_t)192 * 1024)

#endif
