/* The table of the report's columns, with a function for each. */
#include "report_columns.h"

#include <stdio.h>
#include <string.h>

#include "cloud/proof.h"
#include "job/input.h"
#include "job/judge.h"
#include "report_disk.h"

static const char *get_file(const struct task *t, struct text *made)
{
	(void)made;
	return t->file ? t->file : "";
}

static const char *get_id(const struct task *t, struct text *made)
{
	(void)made;
	return t->id;
}

static const char *get_label(const struct task *t, struct text *made)
{
	(void)made;
	return t->label ? t->label : "";
}

static const char *get_region(const struct task *t, struct text *made)
{
	(void)made;
	return t->region;
}

static const char *get_place(const struct task *t, struct text *made)
{
	(void)made;
	return t->place;
}

/* A task that passed its checks may have been left alone because another did not. */
static bool started(const struct task *t)
{
	return t->err.code != ERR_NONE || atomic_load(&t->phase) == PHASE_ENDED;
}

static const char *get_status(const struct task *t, struct text *made)
{
	if (!started(t))
		return "not started";
	if (t->err.code != ERR_NONE && t->err.code != ERR_UNFINISHED && !t->incomplete)
		return "failed";
	/* What came through a pipe may not be as long as its tables say. */
	text_printf(made, "%s%s%s", t->status,
		    !t->incomplete ? "" :
		    t->status[0]   ? ", incomplete" :
				     "incomplete",
		    t->unproven && t->status[0] && !text_ends(t->status, "unproven") ? PROOF_WORD :
										       "");
	return made->at;
}

static const char *get_size(const struct task *t, struct text *made)
{
	/* A pipe has the size that came through it. */
	bool came = t->provider->send && atomic_load(&t->phase) == PHASE_ENDED &&
		    (t->err.code == ERR_NONE || t->sound);

	/* So has what is compressed, even if it is not sent. */
	if (t->payload.compress ? t->payload.len_known : !t->image.size_known && came)
		text_printf(made, "%llu", (unsigned long long)t->payload.len);
	else if (t->image.size_known && !t->payload.compress)
		text_printf(made, "%llu", (unsigned long long)t->image.size);
	return made->at;
}

static const char *get_uncompressed(const struct task *t, struct text *made)
{
	if (t->unpacked > 0)
		text_printf(made, "%llu", (unsigned long long)t->unpacked);
	return made->at;
}

static const char *get_sum(const struct task *t, enum hash_alg alg)
{
	return t->payload.sums[alg] ? t->payload.sums[alg] : "";
}

static const char *get_md5(const struct task *t, struct text *made)
{
	(void)made;
	return get_sum(t, HASH_MD5);
}

static const char *get_sha256(const struct task *t, struct text *made)
{
	(void)made;
	return get_sum(t, HASH_SHA256);
}

static const char *get_sha384(const struct task *t, struct text *made)
{
	(void)made;
	return get_sum(t, HASH_SHA384);
}

static const char *get_sha512(const struct task *t, struct text *made)
{
	(void)made;
	return get_sum(t, HASH_SHA512);
}

static const char *get_upload_to(const struct task *t, struct text *made)
{
	(void)made;
	return t->err.code == ERR_NONE ? t->upload_to : "";
}

static const char *get_format(const struct task *t, struct text *made)
{
	(void)made;
	return t->image.format != FORMAT_NONE ? format_name(t->image.format) : "";
}

static const char *get_holds(const struct task *t, struct text *made)
{
	(void)made;
	return t->image.holds != FORMAT_NONE ? format_name(t->image.holds) : "";
}

static const char *get_clouds(const struct task *t, struct text *made)
{
	const struct provider *const *p;
	struct judge_route r;

	for (p = providers; *p && started(t); p++) {
		if (!judge_is_choosy(*p))
			continue;
		judge_route(*p, t, &r);
		if (r.why.code == ERR_NONE)
			text_printf(made, "%s%s", made->len > 0 ? "," : "", (*p)->name);
	}
	return made->at;
}

static void print_text(const char *name, const char *text)
{
	printf(", \"%s\": ", name);
	if (text)
		text_print_json(stdout, text);
	else
		fputs("null", stdout);
}

static void print_clouds(const struct task *t)
{
	const struct provider *const *p;
	const char *glue = "";

	if (!started(t)) {
		fputs("null", stdout);
		return;
	}
	putchar('{');
	for (p = providers; *p; p++) {
		struct judge_route r;
		bool taken;

		if (!judge_is_choosy(*p))
			continue;
		judge_route(*p, t, &r);
		taken = r.why.code == ERR_NONE;
		printf("%s\"%s\": {\"takes\": %s", glue, (*p)->name, taken ? "true" : "false");
		print_text("why", taken ? NULL : r.why.text);
		print_text("as", taken ? format_name(r.format) : NULL);
		printf(", \"passes\": %u}", r.passes);
		glue = ", ";
	}
	putchar('}');
}

static const char *get_disk(const struct task *t, struct text *made)
{
	if (report_disk_is_known(t))
		report_disk_put(t, made);
	return made->at;
}

static const char *get_unreadable(const struct task *t, struct text *made)
{
	if (t->input->source.unread.bytes > 0)
		text_printf(made, "%llu", (unsigned long long)t->input->source.unread.bytes);
	return made->at;
}

static void print_unreadable(const struct task *t)
{
	const struct unread *u = &t->input->source.unread;
	unsigned i;

	printf("{\"bytes\": %llu, \"places\": %u, \"first\": [", (unsigned long long)u->bytes,
	       u->count);
	for (i = 0; i < u->count && i < JUDGE_UNREAD_TOLD; i++)
		printf("%s{\"offset\": %llu, \"length\": %llu}", i > 0 ? ", " : "",
		       (unsigned long long)u->range[i].at, (unsigned long long)u->range[i].len);
	fputs("]}", stdout);
}

static const char *get_left_out(const struct task *t, struct text *made)
{
	if (t->input->vacant.left > 0)
		text_printf(made, "%llu", (unsigned long long)t->input->vacant.left);
	return made->at;
}

static void print_left_out(const struct task *t)
{
	const struct vacant_list *list = &t->input->vacant;
	unsigned i;

	putchar('[');
	for (i = 0; i < list->count; i++) {
		printf("%s{\"partition\": %u, \"size\": %llu, \"bytes\": %llu", i > 0 ? ", " : "",
		       list->part[i].number, (unsigned long long)list->part[i].len,
		       (unsigned long long)list->part[i].left);
		print_text("filesystem", list->part[i].kind);
		print_text("why", list->part[i].why);
		putchar('}');
	}
	putchar(']');
}

static const char *get_exit(const struct task *t, struct text *made)
{
	if (started(t))
		text_printf(made, "%d", err_status(t->err.code));
	return made->at;
}

static const char *get_error(const struct task *t, struct text *made)
{
	_Static_assert(sizeof(t->err.text) + sizeof(t->left) + 2 <= MADE_BYTES, "it fits");
	text_put(made, t->err.text);
	if (t->err.code != ERR_NONE && t->left[0])
		text_printf(made, "; %s", t->left);
	return made->at;
}

static const struct report_column columns[] = {
	{ "file", false, get_file, NULL },
	{ "id", false, get_id, NULL },
	{ "label", false, get_label, NULL },
	{ "region", false, get_region, NULL },
	{ "location", false, get_region, NULL }, /* as IONOS calls it */
	{ "place", false, get_place, NULL },
	{ "status", false, get_status, NULL },
	{ "size", true, get_size, NULL },
	{ "uncompressed", true, get_uncompressed, NULL },
	{ "md5", false, get_md5, NULL },
	{ "sha256", false, get_sha256, NULL },
	{ "sha384", false, get_sha384, NULL },
	{ "sha512", false, get_sha512, NULL },
	{ "upload_to", false, get_upload_to, NULL },
	{ "format", false, get_format, NULL },
	{ "holds", false, get_holds, NULL },
	{ "clouds", false, get_clouds, print_clouds },
	{ "disk", false, get_disk, report_disk_print_json },
	{ "unreadable", true, get_unreadable, print_unreadable },
	{ "left_out", true, get_left_out, print_left_out },
	{ "exit", true, get_exit, NULL },
	{ "error", false, get_error, NULL },
};

const struct report_column *report_columns_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (text_same(columns[i].name, name))
			return &columns[i];
	return NULL;
}
