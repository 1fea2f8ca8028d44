#include "unit/unit.h"

#include "base/mem.h"
#include "base/text.h"
#include "cloud/yaml.h"
#include "unit/edge.h"

static struct edge edge;
static struct yaml got;
static char store[SETTINGS_FILE_MAX];

static int setup(void **state)
{
	(void)state;
	edge_open(&edge, SETTINGS_FILE_MAX + 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	edge_close(&edge);
	return 0;
}

static int load_n(const char *text, size_t len, size_t cap, struct err *e)
{
	memset(store, 0xee, sizeof(store));
	return yaml_load(&got, store, cap, edge_put(&edge, text, len), len, "the file", e);
}

static int load(const char *text, struct err *e)
{
	return load_n(text, strlen(text), sizeof(store), e);
}

/* All there is, as a text: {key "value" key [~ "value"]}. */
static void show(struct text *t, unsigned at)
{
	unsigned child, n = 0;

	switch (yaml_kind(&got, at)) {
	case YAML_KIND_NONE:
		assert_null(yaml_text(&got, at));
		text_put(t, "~");
		return;
	case YAML_KIND_SCALAR:
		text_printf(t, "\"%s\"", yaml_text(&got, at));
		return;
	case YAML_KIND_SEQUENCE:
	case YAML_KIND_MAPPING:
		break;
	}
	text_put(t, yaml_kind(&got, at) == YAML_KIND_MAPPING ? "{" : "[");
	for (child = yaml_first(&got, at); child != YAML_NONE; child = yaml_next(&got, child)) {
		text_put(t, n++ > 0 ? " " : "");
		if (yaml_kind(&got, at) == YAML_KIND_MAPPING)
			text_printf(t, "%s ", yaml_key(&got, child));
		else
			assert_null(yaml_key(&got, child));
		show(t, child);
	}
	text_put(t, yaml_kind(&got, at) == YAML_KIND_MAPPING ? "}" : "]");
	assert_int_equal(n, yaml_count(&got, at));
}

static const struct {
	const char *text, *tree;
} good[] = {
	{ "", "~" },
	{ "\n# nothing\n", "~" },
	{ "---\n", "~" },
	{ "---\n...\n", "~" },
	{ "~", "~" },
	{ "a", "\"a\"" },
	{ "{}", "{}" },
	{ "[]", "[]" },
	{ "a: 1\n", "{a \"1\"}" },
	{ "a: 1", "{a \"1\"}" },
	{ "%YAML 1.1\n---\na: 1\n...\n", "{a \"1\"}" },
	{ "\xef\xbb\xbf"
	  "a: 1\r\nb: 2\r\n",
	  "{a \"1\" b \"2\"}" },
	{ "a:\n  b:\n    c: d\n  e: f\n", "{a {b {c \"d\"} e \"f\"}}" },
	{ "- a\n- b: c\n  d: e\n-\n- - f\n", "[\"a\" {b \"c\" d \"e\"} ~ [\"f\"]]" },
	{ "a:\n- b\n- c\n", "{a [\"b\" \"c\"]}" },
	{ "a: {b: [c, {d: e}], 'f': \"g\"}", "{a {b [\"c\" {d \"e\"}] f \"g\"}}" },
	/* Null is nothing, but not when it is a text. */
	{ "[~, null, Null, NULL, nULL]", "[~ ~ ~ ~ \"nULL\"]" },
	{ "['~', \"null\", '', !!str null, !!str ~]", "[\"~\" \"null\" \"\" \"null\" \"~\"]" },
	{ "a:\nb: ~\nc: ''\n", "{a ~ b ~ c \"\"}" },
	/* Whatever it looks like, it is a text. */
	{ "[1, 0123, 1.0, true, no, 2026-11-21, 0x1f, .inf]",
	  "[\"1\" \"0123\" \"1.0\" \"true\" \"no\" \"2026-11-21\" \"0x1f\" \".inf\"]" },
	{ "1: a\ntrue: b\n~: c\n'': d\n", "{1 \"a\" true \"b\" ~ \"c\"  \"d\"}" },
	/* Names with dots and slashes are names. */
	{ "a.b: {c/d: e}\na: {b: f}\n", "{a.b {c/d \"e\"} a {b \"f\"}}" },
	{ "a: b # c\n", "{a \"b\"}" },
	{ "a: b#c\n", "{a \"b#c\"}" },
	{ "a: 'it''s'\nb: \"x\\ty\\x41\\u00e4\\/\"\n", "{a \"it's\" b \"x\tyA\xc3\xa4/\"}" },
	{ "a: b\n  c\nd: 'e\n\n  f'\n", "{a \"b c\" d \"e\nf\"}" },
	{ "a: |\n  b\n   c\nd: >-\n  e\n  f\n", "{a \"b\n c\n\" d \"e f\"}" },
	{ "a: |+\n  b\n\nc: |2-\n   d\n", "{a \"b\n\n\" c \" d\"}" },
	{ "? a\n: b\n", "{a \"b\"}" },
	{ "a: \xe2\x82\xac\xf0\x9f\x98\x80\n", "{a \"\xe2\x82\xac\xf0\x9f\x98\x80\"}" },
	/* JSON, with tabs. */
	{ "{\n\t\"a\": \"b\",\n\t\"c\": [1, null]\n}\n", "{a \"b\" c [\"1\" ~]}" },
	/* Aliases. */
	{ "a: &x b\nc: *x\n", "{a \"b\" c \"b\"}" },
	{ "a: &x {b: c}\nd: *x\ne: [*x, *x]\n",
	  "{a {b \"c\"} d {b \"c\"} e [{b \"c\"} {b \"c\"}]}" },
	{ "a: &x 1\nb: &x 2\nc: *x\n", "{a \"1\" b \"2\" c \"2\"}" },
	{ "a: &x ~\nb: *x\n", "{a ~ b ~}" },
	{ "a: &x []\nb: *x\n", "{a [] b []}" },
	{ "- &a [1]\n- &b [*a, *a]\n- [*b, *b]\n",
	  "[[\"1\"] [[\"1\"] [\"1\"]] [[[\"1\"] [\"1\"]] [[\"1\"] [\"1\"]]]]" },
	/* "<<" brings members that are found, not counted. */
	{ "a: &x {b: c}\nd: {<<: *x, e: f}\n", "{a {b \"c\"} d {e \"f\"}}" },
	{ "a: {e: f, <<: {b: c}, g: h}\n", "{a {e \"f\" g \"h\"}}" },
	{ "<<: {b: c}\n", "{}" },
	{ "a: {<<: [{b: c}, {d: e}], f: g}\n", "{a {f \"g\"}}" },
	{ "a: {<<: {b: c}, f: g, <<: {d: e}}\n", "{a {f \"g\"}}" },
	{ "<<:\na: b\n", "{a \"b\"}" },
	{ "'<<': {b: c}\n", "{<< {b \"c\"}}" },
	{ "'<<': x\n", "{<< \"x\"}" },
};

static void good_files(void **state)
{
	char tree[400];
	struct text t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		struct err e = ERR_INIT;

		CHECK(load(good[i].text, &e) == 0, "%s: %s", good[i].text, e.text);
		text_init(&t, tree, sizeof(tree));
		show(&t, YAML_ROOT);
		CHECK(strcmp(tree, good[i].tree) == 0, "%s: %s", good[i].text, tree);
	}
}

/* What is refused, and where; none of it is repeated in the message. */
static const struct {
	const char *text, *where;
} bad[] = {
	{ "a: SECRET\na: SECRET\n", "line 2, column 1" },
	{ "a: {b: 1,\n b: SECRET}", "line 2, column 2" },
	{ "a: 1\n'a': SECRET\n", "line 2" },
	{ "a: SECRET\n---\nb: 1\n", "line 2" },
	{ "--- SECRET\n--- 2\n", "line 2" },
	{ "a: \"SECRET\\0\"\n", "line 1" },
	{ "\"SECRET\\0\": b\n", "line 1" },
	{ "a: *SECRET\n", "line 1, column 4" },
	{ "a: &SECRET [*SECRET]\n", "line 1" },
	{ "a: &x {b: {c: *x}}\n", "line 1" },
	{ "a: &x {<<: *x}\n", "line 1" },
	{ "{a: &x b, *x : SECRET}\n", "line 1" },
	{ "? [SECRET]\n: b\n", "line 1" },
	{ "? {SECRET: b}\n: b\n", "line 1" },
	{ "a: {<<: SECRET}", "line 1" },
	{ "a: {<<: [SECRET]}", "line 1" },
	{ "a: {<<: [{b: c}, [SECRET]]}", "line 1" },
	{ "a: &x SECRET\nb: {<<: *x}", "line 2" },
	{ "a: &x SECRET\nb: {<<: [*x]}", "line 2" },
	{ "a: !!binary SECRET\n", "line 1" },
	{ "a: !!int 1\n", "line 1" },
	{ "a: !SECRET 1\n", "line 1" },
	{ "a: !!map {}\n", "line 1" },
	{ "a: !<SECRET> []\n", "line 1" },
	{ "a: !SECRET!x []\n", "line 1" },
	{ "a: [SECRET\n", "line 2" },
	{ "a: {SECRET\n", "line 2" },
	{ "{a: SECRET]\n", "line 1" },
	{ "! {a: SECRET}\n", "line 1" },
	{ "a: 'SECRET\n", "line 2" },
	{ "a: \"SECRET\n", "line 2" },
	{ "a: \"SECRET\\q\"\n", "line 1" },
	{ "a: \"\\ud83d\\ude00\"\n", "line 1" },
	{ "a: b\n\tc: SECRET\n", "line 2" },
	{ "a:\n\tb: SECRET\n", "line 2" },
	{ "[SECRET, , a]", "line 1, column 10" },
	{ "a: SECRET\nb\n", "line 3" },
	{ "a: SECRET: b\n", "line 1" },
	{ "a:\n  b: 1\n c: SECRET\n", "line 3" },
	{ "- a\nb: SECRET\n", "line 2" },
	{ "a: @SECRET\n", "line 1, column 4" },
	{ "a: `SECRET\n", "line 1, column 4" },
	{ "a: %SECRET\n", "line 1, column 4" },
	{ "%YAML 2.0\n---\na: b\n", "line 1" },
	{ "a: |x\n  SECRET\n", "line 1" },
	{ "a: SECRET\nb: \x01\n", "line 2, column 4" },
	{ "a: SECRET\nb: \x7f\n", "line 2" },
	{ "a: SECRET\nb: x\xff\n", "line 2, column 5" },
	{ "a: \xc3\n", "line 1" },
	{ "a: \xed\xa0\x80\n", "line 1" },
	{ "a: \xf0\x9f\x98", "line 1" },
	{ "a: &\n", "line 1" },
	{ "a: *\n", "line 1" },
};

static void bad_files(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		struct err e = ERR_INIT;

		CHECK(load(bad[i].text, &e) == -1, "%s", bad[i].text);
		check_err(&e, ERR_USAGE, bad[i].text);
		CHECK(strncmp(e.text, "the file, ", 10) == 0 && strstr(e.text, bad[i].where),
		      "%s: %s", bad[i].text, e.text);
		CHECK(!strstr(e.text, "SECRET"), "%s", e.text);
	}
}

static void looking_up(void **state)
{
	struct err e = ERR_INIT;
	unsigned clouds, cloud;

	(void)state;
	assert_int_equal(load("base: &base\n  auth: &auth {url: u, user: base}\n  region: r\n"
			      "other: &other {<<: *base, region: o, more: m}\n"
			      "clouds:\n  a.b: {<<: *other, auth: {<<: *auth, user: own}}\n  c: ~\n  d: x\n",
			      &e),
			 0);
	clouds = yaml_member(&got, YAML_ROOT, "clouds");
	assert_int_equal(yaml_count(&got, clouds), 3);
	cloud = yaml_member(&got, clouds, "a.b");
	assert_int_equal(yaml_line(&got, cloud), 6);
	assert_string_equal(yaml_key(&got, cloud), "a.b");
	assert_int_equal(yaml_count(&got, cloud), 1);
	assert_string_equal(yaml_get(&got, cloud, "region"), "o");
	assert_string_equal(yaml_get(&got, cloud, "more"), "m");
	assert_null(yaml_get(&got, cloud, "<<"));
	assert_null(yaml_get(&got, cloud, "auth"));
	cloud = yaml_member(&got, cloud, "auth");
	assert_string_equal(yaml_get(&got, cloud, "url"), "u");
	assert_string_equal(yaml_get(&got, cloud, "user"), "own");
	assert_null(yaml_get(&got, cloud, "User"));
	assert_null(yaml_get(&got, cloud, "use"));
	assert_null(yaml_get(&got, cloud, ""));
	/* Null is there as a key, and has no value. */
	assert_null(yaml_get(&got, clouds, "c"));
	assert_int_not_equal(yaml_member(&got, clouds, "c"), YAML_NONE);
	/* Nothing is found in what is no mapping, and nowhere. */
	assert_int_equal(yaml_member(&got, yaml_member(&got, clouds, "d"), "x"), YAML_NONE);
	assert_int_equal(yaml_first(&got, yaml_member(&got, clouds, "d")), YAML_NONE);
	assert_int_equal(yaml_count(&got, yaml_member(&got, clouds, "d")), 0);
	assert_int_equal(yaml_member(&got, YAML_NONE, "x"), YAML_NONE);
	assert_int_equal(yaml_first(&got, YAML_NONE), YAML_NONE);
	assert_int_equal(yaml_next(&got, YAML_NONE), YAML_NONE);
	assert_int_equal(yaml_kind(&got, 123456), YAML_KIND_NONE);
	assert_null(yaml_key(&got, YAML_ROOT));
}

/* What is cut off anywhere is a shorter file or no file, but never more than it was. */
static void cut_off(void **state)
{
	static const char text[] = "a: &x {b: 'c', d: \"e\\n\"}\nf:\n  - *x\n  - |\n    g\n"
				   "h: {<<: *x, i: j}\n# k\n? l\n: - m\n";
	char tree[400];
	struct text t;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(text); len++) {
		struct err e = ERR_INIT;

		if (load_n(text, len, sizeof(store), &e) < 0) {
			check_err(&e, ERR_USAGE, "cut off");
			continue;
		}
		text_init(&t, tree, sizeof(tree));
		show(&t, YAML_ROOT);
		assert_false(t.full);
	}
	/* With the terminating NUL it is none. */
	assert_int_equal(len, sizeof(text));
}

static void nul_bytes(void **state)
{
	static const char text[] = "a: b\nc: d\n";
	char copy[sizeof(text)];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text) - 1; i++) {
		struct err e = ERR_INIT;

		memcpy(copy, text, sizeof(text));
		copy[i] = '\0';
		assert_int_equal(load_n(copy, sizeof(text) - 1, sizeof(store), &e), -1);
		check_err(&e, ERR_USAGE, "NUL");
	}
}

/* Any store, at any alignment: all is there, or ERR_LIMIT. */
static void small_stores(void **state)
{
	static const char text[] = "a: {b: c}\nd: &x [e, f]\ng: *x\n'h': ~\n";
	static const char tree[] = "{a {b \"c\"} d [\"e\" \"f\"] g [\"e\" \"f\"] h ~}";
	char shown[100];
	struct text t;
	size_t cap, skip, fits = 0;

	(void)state;
	for (skip = 0; skip < 4; skip++) {
		for (cap = 48; cap < 600; cap++) {
			struct err e = ERR_INIT;

			memset(edge.end - cap, 0xee, cap - skip);
			if (yaml_load(&got, edge.end - cap, cap - skip, text, sizeof(text) - 1, "x",
				      &e) < 0) {
				assert_int_equal(fits, 0);
				check_err(&e, ERR_LIMIT, "small");
				continue;
			}
			fits = cap;
			text_init(&t, shown, sizeof(shown));
			show(&t, YAML_ROOT);
			assert_string_equal(shown, tree);
		}
		assert_int_not_equal(fits, 0);
		fits = 0;
	}
}

static char *repeat(const char *what, size_t n, const char *end)
{
	static char text[SETTINGS_FILE_MAX + 64];
	size_t len = strlen(what), i;

	for (i = 0; i < n; i++)
		memcpy(text + i * len, what, len);
	memcpy(text + n * len, end, strlen(end) + 1);
	return text;
}

static void limits(void **state)
{
	static char text[4096];
	struct text t;
	unsigned n;
	size_t len;

	(void)state;
	for (n = YAML_DEPTH_MAX - 1; n <= YAML_DEPTH_MAX + 1; n++) {
		struct err e = ERR_INIT;

		text_init(&t, text, sizeof(text));
		text_put(&t, repeat("[", n, ""));
		text_put(&t, repeat("]", n, ""));
		assert_int_equal(load(text, &e), n <= YAML_DEPTH_MAX ? 0 : -1);
		check_err(&e, n <= YAML_DEPTH_MAX ? ERR_NONE : ERR_LIMIT, "depth");
	}
	for (n = YAML_ANCHORS_MAX - 1; n <= YAML_ANCHORS_MAX + 1; n++) {
		struct err e = ERR_INIT;

		assert_int_equal(load(repeat("- &a x\n", n, ""), &e),
				 n <= YAML_ANCHORS_MAX ? 0 : -1);
		check_err(&e, n <= YAML_ANCHORS_MAX ? ERR_NONE : ERR_LIMIT, "anchors");
	}
	for (len = SETTINGS_FILE_MAX - 1; len <= SETTINGS_FILE_MAX + 1; len++) {
		struct err e = ERR_INIT;

		assert_int_equal(load(repeat("\n", len, ""), &e),
				 len <= SETTINGS_FILE_MAX ? 0 : -1);
		check_err(&e, len <= SETTINGS_FILE_MAX ? ERR_NONE : ERR_LIMIT, "length");
	}
}

/* Files that are made to take long, or much memory: refused, and all of it is given back. */
static void hostile(void **state)
{
	static const struct {
		const char *what, *end;
	} texts[] = {
		{ "[", "" },
		{ "{", "" },
		{ "[{", "" },
		{ "- ", "" },
		{ "- - ", "x" },
		{ "? ", "" },
		{ "a: ", "" },
		{ "{a: ", "" },
		{ "a,", "" },
		{ "[a,", "" },
		{ "&a ", "" },
		{ "*a ", "" },
		{ "!a ", "" },
		{ "\n", "a: b" },
		{ " ", "a: b" },
		{ "\t", "" },
		{ "'", "" },
		{ "''", "" },
		{ "\"\\x41", "" },
		{ "# a\n", "" },
		{ "a\n", "" },
		{ "- a\n", "" },
		{ "---\n", "" },
		{ "...\n", "" },
		{ "%TAG ! !\n", "" },
		{ "%A\n", "" },
		{ "|\n", "" },
		{ ">\n x\n", "" },
		{ "\xef\xbb\xbf", "" },
		{ "\xff", "" },
		{ "- &a [*a]\n", "" },
		{ "]", "" },
		{ ": ", "" },
		{ "<<: {", "" },
		{ "\xc2\x85", "" },
		{ "a\r", "" },
		{ "[[],", "" },
		{ "- {a: b}\n", "" },
		{ "? a\n? ", "" },
	};
	size_t i, now = mem_use().now, peak = 0;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		const char *text =
			repeat(texts[i].what, SETTINGS_FILE_MAX / strlen(texts[i].what), "");
		struct err e = ERR_INIT;

		if (load(text, &e) < 0)
			CHECK(e.code == ERR_USAGE || e.code == ERR_LIMIT, "%s", texts[i].what);
		CHECK(mem_use().now == now, "%s: memory is lost", texts[i].what);
		if (mem_use().peak > peak)
			peak = mem_use().peak;
	}
	CHECK(peak < (size_t)8 * 1024 * 1024, "%zu bytes", peak);
}

/* Billions of nodes when written out: here they are a few. */
static void billion_laughs(void **state)
{
	static char text[4096];
	struct err e = ERR_INIT;
	struct text t;
	unsigned i;

	(void)state;
	text_init(&t, text, sizeof(text));
	text_put(&t, "a0: &a0 [x, x]\n");
	for (i = 1; i < YAML_ANCHORS_MAX; i++)
		text_printf(&t, "a%u: &a%u [*a%u, *a%u, *a%u]\n", i, i, i - 1, i - 1, i - 1);
	assert_int_equal(load(text, &e), 0);
	assert_true(got.count < 200);
	text_init(&t, text, sizeof(text));
	text_put(&t, "a0: &a0 {x: y}\n");
	for (i = 1; i < YAML_ANCHORS_MAX; i++)
		text_printf(&t, "a%u: &a%u {<<: *a%u}\n", i, i, i - 1);
	assert_int_equal(load(text, &e), 0);
	assert_string_equal(yaml_get(&got, yaml_member(&got, YAML_ROOT, "a31"), "x"), "y");
	assert_null(yaml_get(&got, yaml_member(&got, YAML_ROOT, "a31"), "z"));
	text_init(&t, text, sizeof(text));
	text_put(&t, "a0: &a0 {x: y}\n");
	for (i = 1; i < YAML_ANCHORS_MAX; i++)
		text_printf(&t, "a%u: &a%u {<<: [*a%u, *a%u, *a%u]}\n", i, i, i - 1, i - 1, i - 1);
	assert_int_equal(load(text, &e), -1);
	check_err(&e, ERR_LIMIT, "too many to look through");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_files),     cmocka_unit_test(bad_files),
		cmocka_unit_test(looking_up),     cmocka_unit_test(cut_off),
		cmocka_unit_test(nul_bytes),      cmocka_unit_test(small_stores),
		cmocka_unit_test(limits),         cmocka_unit_test(hostile),
		cmocka_unit_test(billion_laughs),
	};

	return cmocka_run_group_tests_name("yaml", tests, setup, teardown);
}
