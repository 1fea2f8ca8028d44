/* Is an image what its cloud takes, and is it whole?  Asked before it is sent, and at its end. */
#ifndef JOB_JUDGE_H
#define JOB_JUDGE_H

#include "cloud/provider.h"
#include "job/chain.h"

/* Is gzip to be verified?  A cloud may ask for it, check and cat do what fits the file. */
bool judge_verifies(const struct task *t);

/* Is it compressed on its way?  Because its cloud takes gzip only, or somebody wants it. */
bool judge_compresses(const struct task *t);

/* --no-check makes what is wrong with an image a warning: then 0, else -1. */
int judge_overlook(const struct task *t, struct err *e) MUST_CHECK;

/* Once per image, by what can be read of it now.  Warns of what is no reason to refuse it. */
int judge_image(struct task *t, const struct source *s, struct err *e) MUST_CHECK;

/* The same for each place: may it have this format there? */
int judge_format(const struct task *t, struct err *e) MUST_CHECK;

/*
 * Would this cloud take the image?  What an option of the upload can change is no reason
 * to say no; with say, it is a warning.
 */
int judge_cloud(const struct provider *p, const struct task *t, const struct image *im, bool say,
		struct err *e) MUST_CHECK;

/* How an image would go to a cloud. */
struct judge_route {
	enum format format; /* of what is sent */
	unsigned passes;    /* over the image; 2: it is measured first; 0: it does not go there */
	struct err why;     /* the cloud would not take it; or code ERR_NONE */
};

/* Has the cloud rules of its own?  What takes everything needs no word. */
bool judge_is_choosy(const struct provider *p);

/* Of a task that was started, and such a cloud.  What is damaged goes to none. */
void judge_route(const struct provider *p, const struct task *t, struct judge_route *r);

/*
 * After a first pass: is the payload what the cloud takes?  more: there is more of it than
 * was measured.  -1 with ERR_IMAGE if it is not.
 */
int judge_measured(const struct task *t, bool more, struct err *e) MUST_CHECK;

/* Once the uncompressed size is known: is it more than the cloud usually takes? */
void judge_unpacked(const struct task *t);

/* What the chain has to check at the end.  head are the first bytes of a pipe. */
void judge_plan(struct task *t, const struct source *s, const unsigned char *head, size_t head_len,
		struct chain_plan *plan);

/* Of --skip-free: which parts of the disk are read whole, and why. */
void judge_vacant(const struct task *t);

/* So many places that could not be read are told one by one. */
#define JUDGE_UNREAD_TOLD 20

/*
 * At the very end: what could not be read of it is told, and is the task's error.  What has
 * become of it in the cloud stays.
 */
void judge_unread(struct task *t);

/* After that: what is worth saying of it. */
void judge_end(struct task *t, const struct chain_plan *plan, const struct chain *c);

#endif
