/* The stages of one task, from the file to the sender, and their memory. */
#ifndef JOB_CHAIN_H
#define JOB_CHAIN_H

#include "base/hash.h"
#include "image/compress.h"
#include "image/digest.h"
#include "image/gzcheck.h"
#include "image/meter.h"
#include "image/prefetch.h"
#include "image/source.h"
#include "image/tail.h"

struct chain {
	struct source *source;
	struct meter intake; /* of what is read */
	struct tail tail;
	struct gzcheck gzcheck;
	struct prefetch prefetch;
	struct compress compress;
	struct digest digests[HASH_ALGS];
	struct meter meter;
	struct stage *top; /* what the sender pulls from */
};

/* What a chain has to do. */
struct chain_plan {
	struct source *source;
	bool whole;         /* of a pipe, check at the end what a disk image says of itself */
	enum format format; /* ... by its first bytes, */
	struct ends ends;   /* which are in here */
	bool gzip;          /* verify it */
	bool inside;        /* ... and what it holds */
	enum format holds;  /* ... by its first bytes */
	struct ends ends_inside;
	uint64_t max_unpacked; /* 0 for no limit */
	unsigned threads;      /* compress it with so many; 0: it goes as it is */
	int level;             /* ... from 1, fast, to 9, small */
	void *room;            /* ... in compress_bytes(threads) */
	enum compress_pass pass;
	struct compress_total total; /* what came of the pass before, if there was one */
	bool keep;                   /* a pass into nothing goes to this file instead: */
	int spool;                   /* image/spool.h's */
	uint64_t to_read;            /* that many bytes have to be read, or 0 */
	uint64_t max_len;            /* of a pass into nothing, bytes that are enough; or 0 */
	uint64_t announced;          /* that many bytes have to come, or 0 */
	bool digest[HASH_ALGS];      /* compute these */
	atomic_ullong *bytes;        /* count there what was pulled, */
	atomic_ullong *read;         /* ... and there what was read; or NULL */
};

/* Nothing is read yet.  chain_stop() must follow. */
void chain_build(struct chain *c, const struct chain_plan *plan);

/* Has anything been pulled since it was built or rewound? */
bool chain_begun(const struct chain *c);

/*
 * A pass into nothing: build one, and pull all of the source, from the first byte on,
 * through buf[cap].  What its stages have found out is in c.  Returns 0, 1 if there were
 * more bytes than the plan's max_len, of which the rest was not pulled, or -1.
 */
int chain_drain(struct chain *c, const struct chain_plan *plan, void *buf, size_t cap,
		struct err *e) MUST_CHECK;

/* End what runs beside; the source may be closed then. */
void chain_stop(struct chain *c);

#endif
