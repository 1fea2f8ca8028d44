/* Arguments of options are checked, and kept in struct options. */
#include "cli_store.h"

#include <assert.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/text.h"

/* Does it take an argument at all, behind '=' for example? */
bool cli_store_may(const struct opt *opt)
{
	return opt->kind != OPT_FLAG && opt->kind != OPT_OFF && opt->kind != OPT_NAME;
}

bool cli_store_must(const struct opt *opt)
{
	return cli_store_may(opt) && opt->kind != OPT_MAYBE && opt->kind != OPT_MORE &&
	       opt->kind != OPT_ANSWER && opt->kind != OPT_SWITCH;
}

static int put_name(const struct opt *opt, const char **to, struct err *e)
{
	if (*to && strcmp(*to, opt->name) != 0)
		return err_set(e, ERR_USAGE, "--%s contradicts %s", opt->name, *to);
	*to = opt->name;
	return 0;
}

static int put_lower(const struct opt *opt, const char **to, char *arg, struct err *e)
{
	if (!*arg)
		return err_set(e, ERR_USAGE, "--%s needs an argument: %s", opt->name, opt->arg);
	for (*to = arg; *arg; arg++)
		if (*arg >= 'A' && *arg <= 'Z')
			*arg = (char)(*arg - 'A' + 'a');
	return 0;
}

int cli_store_list(struct opt_list *list, const struct opt *opt, const char *arg, struct err *e)
{
	if (list->count == LIST_MAX)
		return err_set(e, ERR_USAGE, "--%s was given more than %d times", opt->name,
			       LIST_MAX);
	list->at[list->count++] = arg;
	return 0;
}

int cli_store_file(struct options *o, const char *name, struct err *e)
{
	if (o->file_count == FILES_MAX)
		return err_set(e, ERR_USAGE, "more than %d files", FILES_MAX);
	o->files[o->file_count++] = name;
	return 0;
}

/*
 * Cut off the first of the words that commas separate, with the quotes of Go's
 * encoding/csv: "a,b" is one word, and "" in it a quote.  Moves *rest to the
 * next one, or to NULL behind the last.  Returns NULL if the quotes are wrong.
 */
static char *cut_word(char **rest)
{
	char *word = *rest, *from = word + 1, *to = word;

	*rest = NULL;
	if (*word != '"') {
		from = strchr(word, ',');
		if (from) {
			*from = '\0';
			*rest = from + 1;
		}
		return word;
	}
	for (;; from++) {
		if (*from == '\0')
			return NULL;
		if (*from == '"' && *++from != '"')
			break;
		*to++ = *from;
	}
	if (*from == ',')
		*rest = from + 1;
	else if (*from != '\0')
		return NULL;
	*to = '\0';
	return word;
}

/* An argument that is "" has no words. */
static int put_words(struct options *o, const struct opt *opt, char *arg, struct err *e)
{
	char *rest = *arg ? arg : NULL, *word;
	int result;

	while (rest) {
		word = cut_word(&rest);
		if (!word)
			return err_set(e, ERR_USAGE, "--%s: the quotes do not enclose a word",
				       opt->name);
		if (opt->kind == OPT_FILES)
			result = cli_store_file(o, word, e);
		else
			result = cli_store_list((void *)((char *)o + opt->at), opt, word, e);
		if (result < 0)
			return -1;
	}
	return 0;
}

static int put_files(struct options *o, const struct opt *opt, char *arg, struct err *e)
{
	/* A file may have a comma in its name. */
	if (access(arg, F_OK) == 0 || (!strchr(arg, ',') && *arg != '"'))
		return cli_store_file(o, arg, e);
	return put_words(o, opt, arg, e);
}

/* As Go's strconv.ParseBool(); without an argument, the answer is yes. */
static int put_answer(const struct opt *opt, void *to, const char *arg, struct err *e)
{
	bool yes = !arg || text_lists("1|t|T|TRUE|true|True", '|', arg);

	if (!yes && !text_lists("0|f|F|FALSE|false|False", '|', arg))
		return err_set(e, ERR_USAGE, "--%s takes true or false, not %s", opt->name, arg);
	if (opt->kind == OPT_SWITCH)
		*(bool *)to = yes;
	else
		*(enum answer *)to = yes ? ANSWER_YES : ANSWER_NO;
	return 0;
}

static int put_more(const struct opt *opt, unsigned *to, const char *arg, struct err *e)
{
	uint64_t n = 0;

	if (!arg) {
		*to += *to < 1000;
		return 0;
	}
	if (parse_number(arg, 1000, &n) < 0)
		return err_set(e, ERR_USAGE, "--%s %s: not a number", opt->name, arg);
	*to = (unsigned)n;
	return 0;
}

/* As oslo.utils' bool_from_string() in its strict form. */
static int put_truth(const struct opt *opt, void *to, const char *arg, struct err *e)
{
	static const char *const words[] = { "1", "t", "true",  "on",  "y", "yes",
					     "0", "f", "false", "off", "n", "no" };
	size_t i, count = sizeof(words) / sizeof(words[0]);

	for (i = 0; i < count && strcasecmp(words[i], arg) != 0; i++)
		;
	if (i == count)
		return err_set(e, ERR_USAGE, "--%s takes True or False, not %s", opt->name, arg);
	if (opt->kind == OPT_ASSENT)
		*(bool *)to = i < count / 2;
	else
		*(enum answer *)to = i < count / 2 ? ANSWER_YES : ANSWER_NO;
	return 0;
}

/* --os-distro debian is the property os_distro=debian. */
static int put_property(struct options *o, const struct opt *opt, const char *arg, struct err *e)
{
	char *made = o->composed + o->composed_len, *c;
	struct text t;

	assert(o->composed_len < sizeof(o->composed));
	text_init(&t, made, sizeof(o->composed) - o->composed_len);
	text_put(&t, opt->name);
	for (c = made; *c; c++)
		if (*c == '-')
			*c = '_';
	text_put(&t, "=");
	text_put(&t, arg);
	if (t.full || o->composed_len + t.len + 2 > sizeof(o->composed))
		return err_set(e, ERR_USAGE, "--%s is too long", opt->name);
	o->composed_len += t.len + 1;
	return cli_store_list(&o->properties, opt, made, e);
}

/* Kinds whose argument is one value with a form of its own. */
static int put_value(const struct opt *opt, void *to, const char *arg, struct err *e)
{
	switch (opt->kind) {
	case OPT_BOOL:
		*(bool *)to = strcasecmp(arg, "true") == 0;
		return *(bool *)to || strcasecmp(arg, "false") == 0 ?
			       0 :
			       err_set(e, ERR_USAGE, "--%s takes true or false, not %s", opt->name,
				       arg);
	case OPT_CHOICE:
		*(const char **)to = arg;
		return text_lists(opt->arg, '|', arg) ?
			       0 :
			       err_set(e, ERR_USAGE, "--%s takes %s, not %s", opt->name, opt->arg,
				       arg);
	case OPT_SIZE:
		return parse_size(arg, to) == 0 ?
			       0 :
			       err_set(e, ERR_USAGE, "--%s %s: not a size; 6G or 500M, for example",
				       opt->name, arg);
	case OPT_TIME:
		return parse_duration(arg, to) == 0 ?
			       0 :
			       err_set(e, ERR_USAGE,
				       "--%s %s: not a time; 90s, 10m or 1.5h, for example",
				       opt->name, arg);
	default:
		assert(opt->kind == OPT_COUNT);
		return parse_number(arg, 1000000, to) == 0 ?
			       0 :
			       err_set(e, ERR_USAGE, "--%s %s: not a number", opt->name, arg);
	}
}

int cli_store(struct options *o, const struct opt *opt, char *arg, struct err *e)
{
	void *to = (char *)o + opt->at;

	assert(arg || !cli_store_must(opt));
	switch (opt->kind) {
	case OPT_FLAG:
	case OPT_OFF:
		*(bool *)to = opt->kind == OPT_FLAG;
		return 0;
	case OPT_NAME:
		return put_name(opt, to, e);
	case OPT_TEXT:
	case OPT_MAYBE:
		*(const char **)to = arg;
		return 0;
	case OPT_LOWER:
		return put_lower(opt, to, arg, e);
	case OPT_MANY:
		((struct opt_list *)to)->count = 0;
		return cli_store_list(to, opt, arg, e);
	case OPT_LIST:
		return cli_store_list(to, opt, arg, e);
	case OPT_WORDS:
		return put_words(o, opt, arg, e);
	case OPT_FILES:
		return put_files(o, opt, arg, e);
	case OPT_ANSWER:
	case OPT_SWITCH:
		return put_answer(opt, to, arg, e);
	case OPT_TRUTH:
	case OPT_ASSENT:
		return put_truth(opt, to, arg, e);
	case OPT_PROPERTY:
		return put_property(o, opt, arg, e);
	case OPT_REFUSED:
		return err_set(e, ERR_USAGE, "--%s is %s", opt->name, opt->help);
	case OPT_MORE:
		return put_more(opt, to, arg, e);
	default:
		return put_value(opt, to, arg, e);
	}
}
