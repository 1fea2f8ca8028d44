/* Images are refused, or let pass with a warning, by what their cloud takes and what is in them. */
#include "job/judge.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "image/in_use.h"
#include "job/input.h"

bool judge_verifies(const struct task *t)
{
	return (t->provider->needs & NEED_GZIP) ||
	       (t->image.format == FORMAT_GZIP && !t->options->no_check);
}

/* Has it a format that the cloud takes in gzip, and is in none? */
static bool is_to_compress(const struct takes *k, const struct image *im)
{
	return k && k->gzip && im->format != FORMAT_GZIP && im->format != FORMAT_EMPTY &&
	       (!k->formats || (k->formats & FORMAT_BIT(im->format)));
}

bool judge_compresses(const struct task *t)
{
	return t->options->gzip || is_to_compress(t->provider->takes, &t->image);
}

int judge_overlook(const struct task *t, struct err *e)
{
	if (!t->options->no_check || e->code != ERR_IMAGE)
		return -1;
	log_warn("%s: %s; it is sent all the same", task_name(t), e->text);
	err_clear(e);
	return 0;
}

/* Is what the image says of itself looked at?  Of what only seems to be a raw disk it is not. */
static bool looks_inside(const struct task *t)
{
	return (t->provider->needs & NEED_WHOLE) &&
	       !(t->image.format == FORMAT_RAW && t->provider->opaque && t->provider->opaque(t));
}

static void note(struct task *t, const struct disk_notes *notes, const char *where)
{
	t->unproven = t->unproven || notes->blind;
	if (notes->blind)
		log_warn("%s: %swhether it is as long as its tables say is not known", task_name(t),
			 where);
	if (notes->remark)
		log_warn("%s: %s", task_name(t), notes->remark);
}

static void note_ends(struct task *t, const struct ends *ends, const char *where)
{
	note(t, &ends->notes, where);
	if (ends->fault.code != ERR_NONE)
		log_warn("%s: %s; it was sent all the same", task_name(t), ends->fault.text);
}

/* Who uses it, in words that follow its name, and what to do about it. */
static void say_use(enum in_use use, const char *what, struct err *e)
{
	if (use == IN_USE_MOUNTED)
		err_set(e, ERR_USAGE,
			"is mounted read-write at %s: make that read-only (mount -o remount,ro)",
			what);
	else if (use == IN_USE_SWAP)
		err_set(e, ERR_USAGE, "is used as swap: swapoff %s", what);
	else if (use == IN_USE_HELD)
		err_set(e, ERR_USAGE,
			"is a part of %s (LVM, RAID or dm-crypt): stop that, or take the image of %s",
			what, what);
	else
		err_set(e, ERR_USAGE,
			"is in use, and the kernel does not tell by whom (ZFS, or btrfs on several disks): stop that");
}

/* What is written to a device while it is read is there by half. */
static int refuse_use(const struct task *t, const struct source *s, struct err *e)
{
	struct work *w = t->work;
	char what[PATH_BYTES];
	struct err why = ERR_INIT;
	enum in_use use;

	if (!s->seekable)
		return 0;
	use = in_use(s->fd, s->start, s->size, w->scratch, sizeof(w->scratch), what);
	if (use == IN_USE_NOT_KNOWN)
		log_warn("%s: whether it is in use is not known: %s cannot be read", task_name(t),
			 what);
	if (!in_use_is_written(use))
		return 0;
	say_use(use, what, &why);
	if (!t->options->live)
		return err_set(e, ERR_USAGE, "%s%s", why.text,
			       t->options->foreign ? "" : ", or take it as it is with --live");
	log_warn("%s: it %s, or what is written meanwhile can make the image useless", task_name(t),
		 why.text);
	return 0;
}

/* By its format alone. */
static int takes_format(const struct takes *k, const struct image *im, struct err *e)
{
	bool wanted = !k->formats || (k->formats & FORMAT_BIT(im->format));

	if (im->format == FORMAT_EMPTY)
		return err_set(e, ERR_IMAGE, "is empty");
	if (!k->gzip && im->format == FORMAT_GZIP && !wanted && k->instead)
		return err_set(e, ERR_IMAGE, "is %s; %s takes no compressed images: %s",
			       format_phrase(im->format), k->who, k->instead);
	if (is_to_compress(k, im))
		return 0;
	if (k->gzip ? im->format != FORMAT_GZIP : !wanted)
		return err_set(e, ERR_IMAGE, "is %s; %s takes %s", format_phrase(im->format),
			       k->who, k->words);
	if (!k->gzip || im->holds == FORMAT_EMPTY || (k->formats & FORMAT_BIT(im->holds)))
		return 0;
	return err_set(e, ERR_IMAGE, "holds %s; %s takes only %s%s", format_phrase(im->holds),
		       k->who, k->words,
		       im->holds >= FORMAT_QCOW && im->holds <= FORMAT_PARALLELS ?
			       ": qemu-img convert -O raw makes one" :
			       "");
}

/* By how many bytes are sent. */
static int takes_len(const struct takes *k, uint64_t len, const char *has, struct err *e)
{
	char have[16];
	struct text t;

	if (k->len_max == 0 || len <= k->len_max)
		return 0;
	text_init(&t, have, sizeof(have));
	text_put_size(&t, len);
	return err_set(e, ERR_IMAGE, "%s %s; %s takes %s", has, have, k->who, k->len_words);
}

/* By how much there is of it. */
static int takes_size(const struct takes *k, const struct image *im, struct err *e)
{
	char have[16], most[16];
	struct text t;

	text_init(&t, have, sizeof(have));
	if (!is_to_compress(k, im) && takes_len(k, im->size, "has", e) < 0)
		return -1;
	if (k->disk_max == 0 || im->virtual_size <= k->disk_max)
		return 0;
	text_put_size(&t, im->virtual_size);
	text_init(&t, most, sizeof(most));
	text_put_size(&t, k->disk_max);
	return err_set(e, ERR_IMAGE, "has a disk of %s; %s takes at most %s", have, k->who, most);
}

/* Is this an image for the cloud?  By what no option can change. */
static int takes(const struct takes *k, const struct image *im, struct err *e)
{
	return !k || (takes_format(k, im, e) == 0 && takes_size(k, im, e) == 0) ? 0 : -1;
}

/* Of what is compressed on its way; gzip is measured by its own stage. */
static int keeps_max(const struct task *t, uint64_t len, struct err *e)
{
	uint64_t max = t->options->max_size;

	if (max == 0 || len <= max)
		return 0;
	return err_set(e, ERR_IMAGE, "has %llu bytes uncompressed, and --max-size is %llu",
		       (unsigned long long)len, (unsigned long long)max);
}

int judge_image(struct task *t, const struct source *s, struct err *e)
{
	const struct provider *p = t->provider;
	struct disk_notes notes = { 0 };

	if (refuse_use(t, s, e) < 0)
		return -1;
	if (t->image.format == FORMAT_GZIP && !judge_verifies(t))
		log_warn("%s: whether its gzip is intact is not checked", task_name(t));
	if (judge_compresses(t) && keeps_max(t, t->image.size, e) < 0)
		return -1;
	if (t->options->skip_free && (!s->seekable || t->image.format != FORMAT_RAW))
		return err_set(e, ERR_USAGE, "is %s: --skip-free is for raw disks",
			       s->seekable ? format_phrase(t->image.format) : "a pipe");
	/* Nobody means a disk.img.gz to be compressed. */
	if (is_to_compress(p->takes, &t->image) &&
	    image_name_agrees(&t->image, text_base_name(t->file), e) < 0)
		return judge_overlook(t, e);
	if (takes(p->takes, &t->image, e) < 0)
		return judge_overlook(t, e);
	if (looks_inside(t) && image_inspect(&t->image, s, &notes, e) < 0) {
		/* Of a dying disk, what can be read is to be saved. */
		if (!s->zero_unread || !notes.unreadable)
			return judge_overlook(t, e);
		log_warn("%s: whether it is as long as its tables say is not known: %s",
			 task_name(t), e->text);
		err_clear(e);
		t->unproven = true;
		return 0;
	}
	note(t, &notes, "");
	return 0;
}

int judge_format(const struct task *t, struct err *e)
{
	enum format f = t->image.format;

	/* A pipe's end may tell another format. */
	if (!t->provider->agrees || (!t->image.size_known && f == FORMAT_RAW) ||
	    t->provider->agrees(t, f, e) == 0)
		return 0;
	return judge_overlook(t, e);
}

int judge_cloud(const struct provider *p, const struct task *t, const struct image *im, bool say,
		struct err *e)
{
	struct err why = ERR_INIT;

	if (takes(p->takes, im, e) < 0)
		return -1;
	if (!p->agrees || p->agrees(t, im->format, &why) == 0)
		return 0;
	if (why.code == ERR_IMAGE) {
		*e = why;
		return -1;
	}
	if (say)
		log_warn("%s: %s would not take it so: it %s", task_name(t), p->name, why.text);
	return 0;
}

bool judge_is_choosy(const struct provider *p)
{
	return p->takes && p->takes->formats != 0;
}

void judge_route(const struct provider *p, const struct task *t, struct judge_route *r)
{
	const struct takes *k = p->takes;
	bool compress = is_to_compress(k, &t->image);

	*r = (struct judge_route){
		.format = compress ? FORMAT_GZIP : t->image.format,
		.passes = k->length && (compress || !t->image.size_known) ? 2 : 1,
	};
	if (t->err.code != ERR_NONE && !t->sound)
		r->why = t->err;
	else if (!t->image.size_known && k->length)
		err_set(&r->why, ERR_USAGE, "a pipe has no size: %s", k->no_pipe);
	else if (judge_cloud(p, t, &t->image, false, &r->why) == 0)
		return;
	r->passes = 0;
}

/* The end of a pipe. */
static int agree_file(void *arg, enum format f, struct err *e)
{
	struct task *t = arg;
	struct image im = t->image;

	im.format = f;
	if (takes(t->provider->takes, &im, e) < 0 ||
	    (t->provider->agrees && t->provider->agrees(t, f, e) < 0))
		return -1;
	t->image.format = f;
	if (!t->payload.compress)
		t->payload.format = f;
	return 0;
}

/* The end of what is in a gzip. */
static int agree_inside(void *arg, enum format f, struct err *e)
{
	struct task *t = arg;
	struct image im = t->image;

	im.holds = f;
	if (takes(t->provider->takes, &im, e) < 0)
		return -1;
	t->image.holds = f;
	return 0;
}

void judge_unpacked(const struct task *t)
{
	const struct takes *k = t->provider->takes;

	if (k && k->unpacked_usual != 0 && t->unpacked > k->unpacked_usual)
		log_warn("%s: holds %llu bytes uncompressed; %s", task_name(t),
			 (unsigned long long)t->unpacked, k->unpacked_words);
}

int judge_measured(const struct task *t, bool more, struct err *e)
{
	const char *has = more ? "is compressed to more than" : "is compressed to";

	if (t->provider->takes && takes_len(t->provider->takes, t->payload.len, has, e) < 0)
		return -1;
	if (keeps_max(t, t->unpacked, e) < 0)
		return -1;
	judge_unpacked(t);
	return 0;
}

void judge_plan(struct task *t, const struct source *s, const unsigned char *head, size_t head_len,
		struct chain_plan *plan)
{
	bool look = looks_inside(t);

	plan->whole = look && !s->seekable;
	plan->format = t->image.format;
	plan->ends =
		(struct ends){ .agree = agree_file, .arg = t, .head = head, .head_len = head_len };
	/* What is compressed here is proven here. */
	plan->gzip = judge_verifies(t) && !t->payload.compress;
	plan->inside = look && plan->gzip && t->image.format == FORMAT_GZIP;
	plan->holds = t->image.holds;
	plan->ends_inside = (struct ends){ .agree = agree_inside, .arg = t };
	plan->ends.overlook = plan->ends_inside.overlook = t->options->no_check;
}

/* "partition 2 (ext)" */
static void put_part(struct text *t, const struct vacant_part *p)
{
	if (p->number)
		text_printf(t, "partition %u", p->number);
	else
		text_put(t, "all of it");
	if (p->kind)
		text_printf(t, " (%s)", p->kind);
}

void judge_vacant(const struct task *t)
{
	const struct vacant_list *list = &t->input->vacant;
	char line[PATH_BYTES];
	struct text text;
	unsigned i;

	for (i = 0; i < list->count; i++) {
		const struct vacant_part *p = &list->part[i];

		text_init(&text, line, sizeof(line));
		if (!p->why) {
			text_printf(&text, "hoist: %s: ", task_name(t));
			put_part(&text, p);
			text_put(&text, ": ");
			text_put_size(&text, p->free);
			text_put(&text, " of ");
			text_put_size(&text, p->len);
			text_put(&text, " are free: they are left out");
			log_plain(line);
			continue;
		}
		put_part(&text, p);
		log_warn("%s: %s is read whole: %s", task_name(t), line, p->why);
	}
	if (list->more)
		log_warn("%s: it has more than %d partitions: all of them are read whole",
			 task_name(t), VACANT_PARTS_MAX);
	if (list->count == 0)
		log_warn("%s: all of it is read: its partition table cannot be read", task_name(t));
}

void judge_unread(struct task *t)
{
	const struct unread *u = &t->input->source.unread;
	unsigned i;

	if (u->count == 0)
		return;
	for (i = 0; i < u->count && i < JUDGE_UNREAD_TOLD; i++)
		log_warn("%s: bytes %llu to %llu could not be read: the image has zeros there",
			 task_name(t), (unsigned long long)u->range[i].at,
			 (unsigned long long)(u->range[i].at + u->range[i].len - 1));
	if (t->err.code != ERR_NONE)
		return;
	t->incomplete = true;
	err_set(&t->err, ERR_IMAGE,
		"%llu bytes in %u place%s could not be read, and are zeros in the image",
		(unsigned long long)u->bytes, u->count, u->count == 1 ? "" : "s");
}

void judge_end(struct task *t, const struct chain_plan *plan, const struct chain *c)
{
	if (plan->whole)
		note_ends(t, &c->tail.ends, "it came through a pipe: ");
	if (plan->inside)
		note_ends(t, &c->gzcheck.ends, "it is inside a gzip: ");
}
