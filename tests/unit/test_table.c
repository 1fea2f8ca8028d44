#include "unit/unit.h"

#include "cloud/table.h"

#define COLUMNS_MAX 4
#define ROWS_MAX 5

/* A table of texts; row 0 has the titles. */
struct grid {
	const char *cells[ROWS_MAX][COLUMNS_MAX];
	int rows;    /* without the titles */
	int last;    /* the row that was asked for last */
	bool jumped; /* rows did not come in their order */
};

static bool put_cell(void *arg, int row, unsigned column, struct text *cell)
{
	struct grid *g = arg;

	if (row == g->last + 1)
		g->last = row;
	else if (row == TABLE_TITLES || row == 0)
		g->last = row;
	else
		g->jumped = g->jumped || row != g->last;
	if (row == g->rows)
		return false;
	text_put(cell, g->cells[row + 1][column]);
	return true;
}

static char out[131072];

static const char *print(const struct table *t)
{
	FILE *f;

	memset(out, 0, sizeof(out));
	f = fmemopen(out, sizeof(out), "w");
	if (!f)
		fail_msg("fmemopen");
	table_print(f, t);
	if (fclose(f) != 0)
		fail_msg("fclose");
	return out;
}

static const char *print_grid(const struct table_shape *shape, unsigned columns, bool titles,
			      struct grid *g)
{
	const struct table t = {
		.shape = shape, .columns = columns, .titles = titles, .cell = put_cell, .arg = g
	};

	g->jumped = false;
	g->last = -2;
	print(&t);
	assert_false(g->jumped);
	return out;
}

/* One cell alone. */
static const char *print_text(const struct table_shape *shape, const char *s)
{
	struct grid g = { { { "T" }, { s } }, .rows = 1 };

	return print_grid(shape, 1, false, &g);
}

#define BOX                                                                                        \
	.left = "| ", .between = " : ", .right = " |", .top = { "/", "=", "v", "\\" },             \
	.inner = { "{", "-", "+", "}" }, .bottom = { "<", "_", "^", ">" }

static const struct table_shape lines = { .left = "", .between = "  ", .right = "" };
static const struct table_shape box = { BOX };

static void columns(void **state)
{
	static const struct table_shape wide = {
		.left = "[", .between = ",", .right = "", .least = 4
	};
	struct grid g = { { { "ID", "NAME", "S" }, { "1", "a", "ok" }, { "1234", "", "" } },
			  .rows = 2 };

	(void)state;
	/* As wide as the widest; nothing is put behind the last. */
	assert_string_equal(print_grid(&lines, 3, true, &g),
			    "ID    NAME  S\n1     a     ok\n1234        \n");
	assert_string_equal(print_grid(&lines, 3, false, &g), "1     a  ok\n1234     \n");
	assert_string_equal(print_grid(&lines, 1, true, &g), "ID\n1\n1234\n");
	assert_string_equal(print_grid(&wide, 3, false, &g), "[1   ,a   ,ok\n[1234,    ,\n");
}

static void boxes(void **state)
{
	static const struct table_shape every = { BOX, .every = true };
	struct grid g = { { { "ID", "NAME" }, { "1", "a" }, { "1234", "" } }, .rows = 2 };

	(void)state;
	assert_string_equal(print_grid(&box, 2, true, &g), "/======v======\\\n"
							   "| ID   : NAME |\n"
							   "{------+------}\n"
							   "| 1    : a    |\n"
							   "| 1234 :      |\n"
							   "<______^______>\n");
	assert_string_equal(print_grid(&every, 2, true, &g), "/======v======\\\n"
							     "| ID   : NAME |\n"
							     "{------+------}\n"
							     "| 1    : a    |\n"
							     "{------+------}\n"
							     "| 1234 :      |\n"
							     "<______^______>\n");
	/* Without titles there is nothing that a line would have to be below. */
	assert_string_equal(print_grid(&box, 2, false, &g), "/======v===\\\n"
							    "| 1    : a |\n"
							    "| 1234 :   |\n"
							    "<______^___>\n");
	assert_string_equal(print_grid(&every, 2, false, &g), "/======v===\\\n"
							      "| 1    : a |\n"
							      "{------+---}\n"
							      "| 1234 :   |\n"
							      "<______^___>\n");
}

static void no_rows(void **state)
{
	struct grid g = { { { "ID", "NAME" } }, .rows = 0 };

	(void)state;
	assert_string_equal(print_grid(&lines, 2, true, &g), "ID  NAME\n");
	assert_string_equal(print_grid(&lines, 2, false, &g), "");
	assert_string_equal(print_grid(&box, 2, true, &g), "/====v======\\\n"
							   "| ID : NAME |\n"
							   "<____^______>\n");
}

static void tight(void **state)
{
	static const struct table_shape shape = {
		.left = "<", .between = "\t", .right = ">", .tight = true, .least = 9
	};
	struct grid g = { { { "ID", "NAME" }, { "1", "a" }, { "1234", "" } }, .rows = 2 };

	(void)state;
	assert_string_equal(print_grid(&shape, 2, true, &g), "<ID\tNAME>\n<1\ta>\n<1234\t>\n");
}

static void empty_cells(void **state)
{
	static const struct table_shape shape = {
		.left = "", .between = " ", .right = "|", .empty = "none"
	};
	struct grid g = { { { "A", "B" }, { "", "x" }, { "y", "" }, { " ", "\n" } }, .rows = 3 };

	(void)state;
	/* It counts as the text; what has nothing but white space has nothing. */
	assert_string_equal(print_grid(&shape, 2, true, &g),
			    "A    B   |\nnone x   |\ny    none|\nnone none|\n");
}

/* A column is as wide as its characters; what would disturb a terminal does not get there. */
static void fit_for_a_terminal(void **state)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{ "\xc3\xa4\xc3\xb6", "\xc3\xa4\xc3\xb6" },
		{ "\xe2\x82\xac", "\xe2\x82\xac" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "a\xff", "a?" },
		{ "\xc3", "?" },
		{ "\x1b[2J", "?[2J" },
		{ "a\nb", "a b" },
		{ "a\tb", "a b" },
		{ "a\r\n", "a" },
		{ "a  ", "a" },
		{ "\xc2\x9b", "??" },
		{ "\x7f", "?" },
	};
	static const struct table_shape shape = { .left = "", .between = "|", .right = "" };
	char want[64];
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct grid g = { { { "", "" }, { rows[i].text, "x" }, { "", "x" } }, .rows = 2 };

		n = text_chars(rows[i].shown);
		snprintf(want, sizeof(want), "%s|x\n%*s|x\n", rows[i].shown, (int)n, "");
		print_grid(&shape, 2, false, &g);
		CHECK(strcmp(out, want) == 0, "row %zu: %s", i, out);
	}
}

/* What is cut off ends in "...". */
static void long_cells(void **state)
{
	static const struct table_shape eight = {
		.left = "", .between = "", .right = "", .longest = 8
	};
	static char s[TABLE_CELL_BYTES + 100], want[TABLE_CELL_BYTES + 100];
	size_t len;

	(void)state;
	assert_string_equal(print_text(&eight, "1234567"), "1234567\n");
	assert_string_equal(print_text(&eight, "12345678"), "1234...\n");
	assert_string_equal(print_text(&eight, "123456789012345"), "1234...\n");
	/* No character is left in pieces. */
	assert_string_equal(print_text(&eight, "123\xe2\x82\xac\xe2\x82\xac"), "123...\n");
	for (len = TABLE_CELL_BYTES - 3; len < TABLE_CELL_BYTES + 3; len++) {
		memset(s, 'x', len);
		s[len] = '\0';
		print_text(&lines, s);
		memcpy(want, s, len + 1);
		if (len >= TABLE_CELL_BYTES)
			strcpy(want + TABLE_CELL_BYTES - 4, "...");
		strcat(want, "\n");
		CHECK(strcmp(out, want) == 0, "%zu: %zu bytes came", len, strlen(out));
	}
}

/* As textwrap.fill() of Python 3.11 has it, but for blanks at the end of a line. */
static void several_lines(void **state)
{
	static const struct {
		size_t widest;
		const char *text, *lines;
	} rows[] = {
		{ 0, "the quick brown fox", "the quick brown fox\n" },
		{ 10, "", "\n" },
		{ 10, "0123456789", "0123456789\n" },
		{ 10, "01234567890", "0123456789\n0\n" },
		{ 10, "the quick brown fox", "the quick\nbrown fox\n" },
		{ 9, "the quick brown fox", "the quick\nbrown fox\n" },
		{ 8, "the quick brown fox", "the\nquick\nbrown\nfox\n" },
		{ 9, "the quick   brown fox", "the quick\nbrown fox\n" },
		{ 4, "ab cdefghi", "ab c\ndefg\nhi\n" },
		{ 4, "abc defghi", "abc\ndefg\nhi\n" },
		{ 4, "abcdefghij kl", "abcd\nefgh\nij\nkl\n" },
		{ 1, "abc", "a\nb\nc\n" },
		/* After a hyphen, between letters only. */
		{ 12, "abcdef well-known", "abcdef well-\nknown\n" },
		{ 10, "about 2024-01-02", "about\n2024-01-02\n" },
		{ 9, "abcde --long", "abcde\n--long\n" },
		{ 8, "abcdef well-known", "abcdef\nwell-\nknown\n" },
		{ 8, "abcde --long", "abcde\n--long\n" },
		{ 10, "1234567 a-b", "1234567\na-b\n" },
		{ 9, "one-of-a kind", "one-of-a\nkind\n" },
		{ 6, "one-of-a kind", "one-\nof-a\nkind\n" },
		{ 8, "yes--but no", "yes--but\nno\n" },
		{ 6, "yes--but no", "yes--\nbut no\n" },
		{ 5, "0123-45678 a", "0123-\n45678\na\n" },
		{ 4, " abcd", "abcd\n" },
		{ 4, "  ab cd", "  ab\ncd\n" },
		/* Characters, not bytes. */
		{ 3, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f x",
		  "\xc3\xa4\xc3\xb6\xc3\xbc\n\xc3\x9f x\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct table_shape shape = {
			.left = "", .between = "", .right = "", .widest = rows[i].widest
		};

		print_text(&shape, rows[i].text);
		CHECK(strcmp(out, rows[i].lines) == 0, "row %zu: %s", i, out);
	}
}

static void rows_of_several_lines(void **state)
{
	static const struct table_shape shape = { BOX, .widest = 5 };
	struct grid g = { { { "A", "B" }, { "one two three", "x" }, { "y", "abc de" } },
			  .rows = 2 };

	(void)state;
	assert_string_equal(print_grid(&shape, 2, true, &g), "/=======v=======\\\n"
							     "| A     : B     |\n"
							     "{-------+-------}\n"
							     "| one   : x     |\n"
							     "| two   :       |\n"
							     "| three :       |\n"
							     "| y     : abc   |\n"
							     "|       : de    |\n"
							     "<_______^_______>\n");
}

/* However narrow: no line is longer, and nothing but spaces is left out. */
static void nothing_is_lost(void **state)
{
	static const char letters[] = "ab-1   ,";
	char s[64], *want, *got, *c;
	uint32_t seed = 7;
	size_t n, i, len;

	(void)state;
	for (n = 0; n < 20000; n++) {
		struct table_shape shape = {
			.left = "", .between = "", .right = "", .widest = 1 + n % 13
		};

		len = random_byte(&seed) % (sizeof(s) - 1);
		for (i = 0; i < len; i++)
			s[i] = letters[random_byte(&seed) % (sizeof(letters) - 1)];
		s[len] = '\0';
		print_text(&shape, s);
		for (c = out; *c; c += strcspn(c, "\n") + 1)
			CHECK(strcspn(c, "\n") <= shape.widest, "%zu: \"%s\": %s", shape.widest, s,
			      out);
		for (want = s, got = out;; want++, got++) {
			want += strspn(want, " ");
			got += strspn(got, " \n");
			CHECK(*want == *got, "%zu: \"%s\": %s", shape.widest, s, out);
			if (!*want)
				break;
		}
	}
}

static bool put_number(void *arg, int row, unsigned column, struct text *cell)
{
	assert_ptr_equal(arg, out);
	if (row >= 0)
		return false;
	text_printf(cell, "%u", column);
	return true;
}

static void many_columns(void **state)
{
	const struct table t = { .shape = &lines,
				 .columns = TABLE_COLUMNS_MAX,
				 .titles = true,
				 .cell = put_number,
				 .arg = out };
	char *at = out, *end;
	unsigned c;

	(void)state;
	print(&t);
	for (c = 0; c < TABLE_COLUMNS_MAX; c++, at = end)
		CHECK(strtoul(at, &end, 10) == c && end > at, "%u: %s", c, out);
	assert_string_equal(at, "\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns),
		cmocka_unit_test(boxes),
		cmocka_unit_test(no_rows),
		cmocka_unit_test(tight),
		cmocka_unit_test(empty_cells),
		cmocka_unit_test(fit_for_a_terminal),
		cmocka_unit_test(long_cells),
		cmocka_unit_test(several_lines),
		cmocka_unit_test(rows_of_several_lines),
		cmocka_unit_test(nothing_is_lost),
		cmocka_unit_test(many_columns),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
