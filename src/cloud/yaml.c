/* libyaml's events become a tree in memory of fixed size. */
#include "cloud/yaml.h"

#include <assert.h>
#include <string.h>
#include <yaml.h>

/* Texts are numbers too: offsets in the store, so that 0 is none. */
struct yaml_node {
	uint32_t key;
	uint32_t first; /* of a scalar its text, of all else the first child */
	uint32_t next;
	uint32_t count;
	uint32_t line;
	uint8_t kind;
	bool merged;     /* a member "<<" */
	uint16_t weight; /* how many mappings it is, with those that "<<" brings, or a list has */
};

struct anchor {
	uint32_t name, at;
};

struct builder {
	struct yaml *y;
	const char *what;
	struct err *e;
	yaml_event_t event;
	struct {
		uint32_t at, last;
	} open[YAML_DEPTH_MAX];
	unsigned depth;
	uint32_t key; /* of the value that comes next */
	bool merged;
	struct anchor anchors[YAML_ANCHORS_MAX];
	unsigned anchor_count;
};

/* --- Reading ----------------------------------------------------------------- */

static int refuse(const struct builder *b, const char *why)
{
	return err_set(b->e, ERR_USAGE, "%s, line %zu, column %zu: %s", b->what,
		       b->event.start_mark.line + 1, b->event.start_mark.column + 1, why);
}

static int too_much(const struct builder *b, const char *what, unsigned most)
{
	return err_set(b->e, ERR_LIMIT, "%s, line %zu: there are more than %u %s", b->what,
		       b->event.start_mark.line + 1, most, what);
}

static size_t nodes_end(const struct yaml *y)
{
	return (size_t)((char *)(y->nodes + y->count) - y->texts);
}

static int no_room(const struct builder *b)
{
	return err_set(b->e, ERR_LIMIT, "%s holds more than there is room for", b->what);
}

/* libyaml's own words are constant: nothing of the file is in them. */
static int parser_failed(const struct builder *b, const yaml_parser_t *p, const char *text,
			 size_t len)
{
	size_t line = p->problem_mark.line, column = p->problem_mark.column, i;

	if (p->error == YAML_MEMORY_ERROR)
		return err_set(b->e, ERR_LIMIT, "%s: there is not enough memory to read it",
			       b->what);
	/* The reader is far ahead of all marks. */
	if (p->error == YAML_READER_ERROR) {
		line = column = 0;
		for (i = 0; i < p->problem_offset && i < len; i++) {
			column = text[i] == '\n' ? 0 : column + 1;
			line += text[i] == '\n';
		}
	}
	return err_set(b->e, ERR_USAGE, "%s, line %zu, column %zu: %s%s%s", b->what, line + 1,
		       column + 1, p->context ? p->context : "", p->context ? ", " : "",
		       p->problem ? p->problem : "this is no YAML");
}

static int keep_text(struct builder *b, const char *s, size_t len, uint32_t *at)
{
	struct yaml *y = b->y;

	if (memchr(s, '\0', len))
		return refuse(b, "there is a NUL in this text");
	if (y->texts_at - nodes_end(y) <= len)
		return no_room(b);
	y->texts_at -= len + 1;
	memcpy(y->texts + y->texts_at, s, len);
	y->texts[y->texts_at + len] = '\0';
	*at = (uint32_t)y->texts_at;
	return 0;
}

/* Append a node to the collection that is open. */
static int add(struct builder *b, enum yaml_kind kind, uint32_t *at)
{
	struct yaml *y = b->y;
	struct yaml_node *n = y->nodes + y->count;

	if (y->texts_at - nodes_end(y) < sizeof(*n))
		return no_room(b);
	*at = y->count++;
	*n = (struct yaml_node){
		.key = b->key,
		.line = (uint32_t)b->event.start_mark.line + 1,
		.kind = (uint8_t)kind,
		.merged = b->merged,
		.weight = kind == YAML_KIND_MAPPING,
	};
	b->key = 0;
	b->merged = false;
	if (b->depth > 0) {
		if (b->open[b->depth - 1].last)
			y->nodes[b->open[b->depth - 1].last].next = *at;
		else
			y->nodes[b->open[b->depth - 1].at].first = *at;
		b->open[b->depth - 1].last = *at;
		y->nodes[b->open[b->depth - 1].at].count += !n->merged;
	}
	return 0;
}

static int take_key(struct builder *b)
{
	const struct yaml_node *map = b->y->nodes + b->open[b->depth - 1].at;
	uint32_t at;
	bool same;

	if (b->event.type != YAML_SCALAR_EVENT)
		return refuse(b, "a key has to be a text");
	if (keep_text(b, (const char *)b->event.data.scalar.value, b->event.data.scalar.length,
		      &b->key) < 0)
		return -1;
	b->merged = b->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
		    strcmp(b->y->texts + b->key, "<<") == 0;
	for (at = map->first; at != 0; at = b->y->nodes[at].next) {
		same = strcmp(b->y->texts + b->y->nodes[at].key, b->y->texts + b->key) == 0;
		if (same && !(b->merged && b->y->nodes[at].merged))
			return refuse(b, "this mapping has this key already");
	}
	return 0;
}

static int set_anchor(struct builder *b, const yaml_char_t *name, uint32_t at)
{
	struct anchor *a = b->anchors + b->anchor_count;

	if (!name)
		return 0;
	if (b->anchor_count == YAML_ANCHORS_MAX)
		return too_much(b, "anchors", YAML_ANCHORS_MAX);
	b->anchor_count++;
	a->at = at;
	return keep_text(b, (const char *)name, strlen((const char *)name), &a->name);
}

/*
 * The node is complete.  What "<<" takes, a mapping or a list of mappings, counts in
 * the mapping that it is in: so many are looked through when a key is looked up.  Any
 * list counts what is in it, as an alias may stand behind "<<"; it may be a long one.
 */
static int carry(struct builder *b, uint32_t at)
{
	struct yaml_node *n = b->y->nodes + at, *in;
	unsigned weight;

	if (b->depth == 0)
		return 0;
	in = b->y->nodes + b->open[b->depth - 1].at;
	if (n->merged ?
		    n->kind != YAML_KIND_MAPPING && n->kind != YAML_KIND_SEQUENCE &&
			    n->kind != YAML_KIND_NONE :
		    in->merged && in->kind == YAML_KIND_SEQUENCE && n->kind != YAML_KIND_MAPPING)
		return refuse(b, "\"<<\" takes a mapping or a list of mappings, nothing else");
	if (!n->merged && !(in->kind == YAML_KIND_SEQUENCE && n->kind == YAML_KIND_MAPPING))
		return 0;
	weight = in->weight + n->weight;
	if ((n->merged || in->merged) && weight > YAML_MERGES_MAX)
		return too_much(b, "mappings behind \"<<\"", YAML_MERGES_MAX);
	in->weight = (uint16_t)(weight > YAML_MERGES_MAX ? YAML_MERGES_MAX + 1 : weight);
	return 0;
}

/* An alias shares what its anchor has; that must be complete, or it would hold itself. */
static int add_alias(struct builder *b)
{
	const char *name = (const char *)b->event.data.alias.anchor;
	unsigned i = b->anchor_count, open;
	const struct yaml_node *from;
	struct yaml_node *to;
	uint32_t at = 0;

	while (i > 0 && strcmp(b->y->texts + b->anchors[i - 1].name, name) != 0)
		i--;
	if (i == 0)
		return refuse(b, "this alias has no anchor before it");
	for (open = 0; open < b->depth; open++)
		if (b->open[open].at == b->anchors[i - 1].at)
			return refuse(b, "this alias stands for what it is in");
	if (add(b, YAML_KIND_NONE, &at) < 0)
		return -1;
	from = b->y->nodes + b->anchors[i - 1].at;
	to = b->y->nodes + at;
	to->kind = from->kind;
	to->first = from->first;
	to->count = from->count;
	to->weight = from->weight;
	return carry(b, at);
}

static bool is_null(const char *s)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
	size_t i;

	for (i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		if (strcmp(s, nulls[i]) == 0)
			return true;
	return false;
}

static int check_tag(const struct builder *b, const yaml_char_t *tag)
{
	if (!tag || strcmp((const char *)tag, YAML_STR_TAG) == 0)
		return 0;
	return refuse(b, "a tag other than !!str");
}

static int add_scalar(struct builder *b)
{
	const char *s = (const char *)b->event.data.scalar.value;
	enum yaml_kind kind = YAML_KIND_SCALAR;
	uint32_t at = 0, text = 0;

	if (b->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	    b->event.data.scalar.plain_implicit && is_null(s))
		kind = YAML_KIND_NONE;
	if (check_tag(b, b->event.data.scalar.tag) < 0 || add(b, kind, &at) < 0 ||
	    keep_text(b, s, b->event.data.scalar.length, &text) < 0)
		return -1;
	b->y->nodes[at].first = kind == YAML_KIND_NONE ? 0 : text;
	if (carry(b, at) < 0)
		return -1;
	return set_anchor(b, b->event.data.scalar.anchor, at);
}

static int open_collection(struct builder *b, enum yaml_kind kind, const yaml_char_t *anchor,
			   const yaml_char_t *tag)
{
	uint32_t at = 0;

	if (b->depth == YAML_DEPTH_MAX)
		return too_much(b, "levels", YAML_DEPTH_MAX);
	if (check_tag(b, tag) < 0 || add(b, kind, &at) < 0 || set_anchor(b, anchor, at) < 0)
		return -1;
	b->open[b->depth].at = at;
	b->open[b->depth].last = 0;
	b->depth++;
	return 0;
}

static bool key_expected(const struct builder *b)
{
	return b->depth > 0 && b->key == 0 && b->event.type != YAML_MAPPING_END_EVENT &&
	       b->y->nodes[b->open[b->depth - 1].at].kind == YAML_KIND_MAPPING;
}

/* What libyaml has found next; it sees to it that what is opened is closed. */
static int take_event(struct builder *b)
{
	const yaml_event_t *event = &b->event;

	if (key_expected(b))
		return take_key(b);
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return b->y->count == 1 ? 0 : refuse(b, "there is more than one document");
	case YAML_ALIAS_EVENT:
		return add_alias(b);
	case YAML_SCALAR_EVENT:
		return add_scalar(b);
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(b, YAML_KIND_SEQUENCE, event->data.sequence_start.anchor,
				       event->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return open_collection(b, YAML_KIND_MAPPING, event->data.mapping_start.anchor,
				       event->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return carry(b, b->open[b->depth].at);
	default:
		return 0;
	}
}

static int build(struct builder *b, yaml_parser_t *p, const char *text, size_t len)
{
	yaml_event_type_t type;
	int result;

	do {
		if (!yaml_parser_parse(p, &b->event))
			return parser_failed(b, p, text, len);
		type = b->event.type;
		result = take_event(b);
		yaml_event_delete(&b->event);
	} while (result == 0 && type != YAML_STREAM_END_EVENT);
	return result;
}

int yaml_load(struct yaml *y, char *store, size_t cap, const char *text, size_t len,
	      const char *what, struct err *e)
{
	struct builder b = { .y = y, .what = what, .e = e };
	size_t skip = -(uintptr_t)store % _Alignof(struct yaml_node);
	yaml_parser_t parser;
	int result;

	assert(cap >= skip + sizeof(struct yaml_node) && cap <= UINT32_MAX);
	y->texts = store;
	y->texts_at = cap;
	y->nodes = (struct yaml_node *)(void *)(store + skip);
	y->nodes[YAML_NONE] = (struct yaml_node){ .kind = YAML_KIND_NONE };
	y->count = YAML_ROOT;
	if (len > SETTINGS_FILE_MAX)
		return err_set(e, ERR_LIMIT, "%s is longer than %zu bytes", what,
			       SETTINGS_FILE_MAX);
	if (memchr(text, '\0', len))
		return err_set(e, ERR_USAGE, "%s holds a NUL byte: it has to be UTF-8", what);
	if (!yaml_parser_initialize(&parser))
		return err_set(e, ERR_LIMIT, "%s: there is not enough memory to read it", what);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	result = build(&b, &parser, text, len);
	yaml_parser_delete(&parser);
	return result;
}

/* --- Looking up ----------------------------------------------------------------- */

static const struct yaml_node nothing = { .kind = YAML_KIND_NONE };

/* This also holds for a file that was not read. */
static const struct yaml_node *node(const struct yaml *y, unsigned at)
{
	return at < y->count ? y->nodes + at : &nothing;
}

enum yaml_kind yaml_kind(const struct yaml *y, unsigned at)
{
	return (enum yaml_kind)node(y, at)->kind;
}

const char *yaml_key(const struct yaml *y, unsigned at)
{
	return node(y, at)->key ? y->texts + node(y, at)->key : NULL;
}

/* The first child, "<<" too. */
static unsigned first(const struct yaml *y, unsigned at)
{
	return node(y, at)->kind == YAML_KIND_SCALAR ? YAML_NONE : node(y, at)->first;
}

/*
 * As PyYAML has it: a mapping's own members go first, then what its last "<<"
 * brings, and of a list the first mapping.  What "<<" brings was complete before,
 * and YAML_MERGES_MAX bounds it: this comes to an end.
 */
unsigned yaml_member(const struct yaml *y, unsigned at, const char *key)
{
	unsigned child, one, found = YAML_NONE;

	if (yaml_kind(y, at) != YAML_KIND_MAPPING)
		return YAML_NONE;
	for (child = first(y, at); child != YAML_NONE; child = node(y, child)->next)
		if (!node(y, child)->merged && strcmp(yaml_key(y, child), key) == 0)
			return child;
	for (child = first(y, at); child != YAML_NONE; child = node(y, child)->next) {
		if (!node(y, child)->merged)
			continue;
		one = yaml_kind(y, child) == YAML_KIND_SEQUENCE ? first(y, child) : child;
		do {
			at = yaml_member(y, one, key);
			one = one == child ? YAML_NONE : node(y, one)->next;
		} while (at == YAML_NONE && one != YAML_NONE);
		found = at != YAML_NONE ? at : found;
	}
	return found;
}

static unsigned skip_merged(const struct yaml *y, unsigned at)
{
	while (node(y, at)->merged)
		at = node(y, at)->next;
	return at;
}

unsigned yaml_first(const struct yaml *y, unsigned at)
{
	return skip_merged(y, first(y, at));
}

unsigned yaml_next(const struct yaml *y, unsigned at)
{
	return skip_merged(y, node(y, at)->next);
}

const char *yaml_text(const struct yaml *y, unsigned at)
{
	return node(y, at)->kind == YAML_KIND_SCALAR ? y->texts + node(y, at)->first : NULL;
}

const char *yaml_get(const struct yaml *y, unsigned at, const char *key)
{
	return yaml_text(y, yaml_member(y, at, key));
}

unsigned yaml_count(const struct yaml *y, unsigned at)
{
	return node(y, at)->count;
}

unsigned yaml_line(const struct yaml *y, unsigned at)
{
	return node(y, at)->line;
}
