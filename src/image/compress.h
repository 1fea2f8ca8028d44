/*
 * Makes gzip (RFC 1952) of what passes: one member, whose blocks are compressed by several
 * threads and written in order.  What comes out depends on what came in, and on the level:
 * a second pass over the same bytes gives the same.
 */
#ifndef IMAGE_COMPRESS_H
#define IMAGE_COMPRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bounds.h"
#include "image/deflate.h"
#include "image/stage.h"

/* A block on its way through a thread. */
struct compress_slot {
	bool done;        /* out is there */
	bool last;        /* nothing follows; it may be empty */
	uint64_t zeros;   /* before in, so many blocks of zeros, */
	uint64_t given;   /* ... of which so many were handed over */
	size_t in_len;    /* bytes of in, */
	size_t len, used; /* bytes of out, and how many of them were handed over */
	uint32_t crc;     /* of in */
	struct err err;   /* why there is no such block */
	_Alignas(16) unsigned char in[DEFLATE_BLOCK_BYTES];
	unsigned char out[DEFLATE_OUT_BYTES];
};

struct compress_thread {
	struct compress *c;
	pthread_t id;
	struct deflate deflate;
};

/* What a pass has made, or has to make. */
struct compress_total {
	uint64_t len;   /* bytes that came out, */
	uint64_t count; /* ... and that went in, */
	uint32_t crc;   /* ... with their CRC-32 */
};

/* What a pass is for, and what a second one may differ in. */
enum compress_pass {
	COMPRESS_ONCE,    /* there is no other */
	COMPRESS_MEASURE, /* another one follows: what comes out need not be proven */
	COMPRESS_SAME,    /* another one went before: in nothing */
	COMPRESS_PADDED,  /* the same: in all but len, up to which it is filled with empty blocks */
};

struct compress {
	struct stage stage;
	int level;
	unsigned threads;
	enum compress_pass pass;
	struct compress_total want; /* if there was a pass before */
	struct compress_total have; /* of what was handed over */

	pthread_mutex_t turn; /* who has it pulls from the left */
	pthread_mutex_t lock; /* for all below but what a slot's thread works on */
	pthread_cond_t changed;
	unsigned running; /* threads to be joined */
	bool quit, ended; /* nobody wants more; the left has no more */
	uint64_t put;     /* number of the block that is read next, */
	uint64_t take;    /* ... and of the one that is handed over */

	unsigned char edge[16]; /* the header, then the trailer */
	size_t edge_len, edge_used;
	uint64_t padding;            /* bytes of empty blocks that go before the trailer */
	bool closed;                 /* the trailer is in edge */
	struct compress_slot *slots; /* slots_of(threads) */
	struct compress_slot *zero;  /* a block of zeros, but for its in, which is not used */
	struct compress_thread *thread;
};

/* Bytes of memory that so many threads need. */
size_t compress_bytes(unsigned threads);

/*
 * Pulling fails with ERR_FAILED where what was made does not unpack to what it was made of,
 * and with ERR_IMAGE before the end where a second pass differs from the first.
 *
 * level is 1 (fast) to 9 (small), threads 1 to COMPRESS_THREADS_MAX; 0 where nothing is to
 * be pulled.  room has
 * compress_bytes(threads), at first all 0, aligned for anything, and lives as long as c.
 */
void compress_init(struct compress *c, struct stage *up, int level, unsigned threads, void *room);

/* want: what a pass before has made.  To be called before anything is pulled. */
void compress_pass(struct compress *c, enum compress_pass pass, const struct compress_total *want);

/*
 * How long a pass has to be announced that may differ a little from the one before, which
 * made len bytes.
 */
uint64_t compress_padded(uint64_t len);

/* End the threads.  May be called at any time, also twice. */
void compress_stop(struct compress *c);

#endif
