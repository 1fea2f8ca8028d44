/*
 * Every size limit, with its reason.  What is longer than a limit is refused,
 * never truncated, except where the text is only shown to a person.
 */
#ifndef BASE_BOUNDS_H
#define BASE_BOUNDS_H

/* One error message; it must fit on a few lines of a rescue console. */
#define ERR_TEXT_MAX 240

/* Images named by one command: more is a job for a loop in the shell. */
#define TASKS_MAX 64

/* Uploads at the same time; each costs about 0.7 MiB of memory. */
#define JOBS_MAX 8

/* Repeated options (--tag, --pin).  Linode takes at most 500 tags; nobody types more than this. */
#define LIST_MAX 64

/* A token, password or presigned URL.  Keystone's PKI tokens reach 8 KiB and more. */
#define SECRET_MAX 16384

/* A URL: the presigned ones are about 300 bytes. */
#define URL_BYTES 4096

/* A file name with its directory, as PATH_MAX on Linux. */
#define PATH_BYTES 4096

/* One API answer.  The longest that is needed is Linode's list of regions, about 60 KiB. */
#define REPLY_MAX ((size_t)256 * 1024)

/* The JSON values in one answer: as many as REPLY_MAX can hold in ordinary JSON. */
#define JSON_TOKENS_MAX 16384

/* Nesting of an answer; the deepest in use is 6. */
#define JSON_DEPTH_MAX 32

/* A request body: Linode's description may have 65,000 characters of up to 6 bytes, and 64 tags. */
#define REQUEST_MAX ((size_t)448 * 1024)

/* Headers of one request. */
#define HEADERS_MAX 12

/* A provider's settings: a secret, and some short texts; and its state of one task. */
#define SETTINGS_BYTES (SECRET_MAX + (size_t)8 * 1024)
#define WORK_CLOUD_BYTES 256

/*
 * What one read(2), one inflate() and one libcurl buffer handle.  256 KiB halve
 * the system time against 16 KiB; more costs memory and gains nothing.
 */
#define BLOCK_BYTES ((size_t)256 * 1024)

/* The blocks between the verifying thread and the sending one. */
#define RING_BLOCK_BYTES ((size_t)64 * 1024)
#define RING_BLOCKS 4

/* Where inflate() writes what is only counted. */
#define INFLATE_OUT_BYTES ((size_t)64 * 1024)

/* inflate()'s state and 32 KiB window, measured 39,936 bytes on 64 bit, rounded up. */
#define INFLATE_HEAP_BYTES ((size_t)48 * 1024)

/* What is read of an image to tell its format: ISO 9660 has its mark at 32,769. */
#define PROBE_BYTES ((size_t)64 * 1024)

/* What libcurl and mbedTLS may allocate together before they are refused. */
#define MEM_CAP_BYTES ((size_t)48 * 1024 * 1024)

/* A settings file (linode-cli's INI), a token file, a CA file. */
#define SETTINGS_FILE_MAX ((size_t)256 * 1024)
#define CA_FILE_MAX ((size_t)4 * 1024 * 1024)

/* Threads only run our own code, libcurl and mbedTLS; the deepest was measured at 40 KiB. */
#define THREAD_STACK_BYTES ((size_t)192 * 1024)

#endif
