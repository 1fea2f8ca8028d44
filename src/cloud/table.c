/* Cells are measured, then printed between lines or spaces. */
#include "cloud/table.h"

#include <string.h>

/* The length in bytes of the character at s. */
static size_t step(const char *s)
{
	size_t n = text_utf8(s, strlen(s));

	return n > 0 ? n : 1;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* How many bytes of s make its first line, as Python's textwrap.fill() cuts it. */
static size_t cut_line(const char *s, size_t widest)
{
	size_t i, chars = 0, cut = 0, end, word;

	if (widest == 0 || text_chars(s) <= widest)
		return strlen(s);
	for (i = 0; chars < widest; i += step(s + i), chars++) {
		if ((i > 0 && s[i] == ' ') ||
		    (i > 1 && s[i - 1] == '-' && is_letter(s[i - 2]) && is_letter(s[i])))
			cut = i;
	}
	end = i;
	if (s[end] == ' ' || (s[end - 1] == '-' && is_letter(s[end])))
		return end;
	/* A word that is longer than a line begins in this one. */
	for (word = cut, chars = 0; s[word] == ' '; word++)
		;
	for (i = word; s[i] && s[i] != ' '; i += step(s + i))
		chars++;
	return cut == 0 || chars > widest ? end : cut;
}

static bool get_cell(const struct table *t, int row, unsigned column, char *cell)
{
	struct text text;
	bool found;

	text_init(&text, cell, t->shape->longest ? t->shape->longest : TABLE_CELL_BYTES);
	found = t->cell(t->arg, row, column, &text);
	text_ellipsis(&text);
	text_clean(cell);
	if (cell[0] == '\0' && t->shape->empty)
		snprintf(cell, TABLE_CELL_BYTES, "%s", t->shape->empty);
	return found;
}

/* Cut line number n of the cell out of it, in place.  Are there more? */
static bool get_line(char *cell, unsigned n, size_t widest)
{
	const char *at = cell;
	size_t len, next;

	for (;;) {
		len = next = cut_line(at, widest);
		while (at[next] == ' ')
			next++;
		if (n-- == 0 || !*at)
			break;
		at += next;
	}
	while (len > 0 && at[next] && at[len - 1] == ' ')
		len--;
	n = at[next] != '\0';
	memmove(cell, at, len);
	cell[len] = '\0';
	return n > 0;
}

static void print_rule(FILE *f, const struct table *t, const struct table_rule *rule,
		       const size_t *width)
{
	unsigned c;
	size_t k;

	if (!rule->line)
		return;
	for (c = 0; c < t->columns; c++) {
		fputs(c == 0 ? rule->left : rule->cross, f);
		for (k = 0; k < width[c] + 2; k++)
			fputs(rule->line, f);
	}
	fprintf(f, "%s\n", rule->right);
}

/* A row, in as many lines as its cells take. */
static void print_row(FILE *f, const struct table *t, int row, const size_t *width)
{
	const struct table_shape *s = t->shape;
	size_t widest = row == TABLE_TITLES ? 0 : s->widest;
	char cell[TABLE_CELL_BYTES];
	unsigned line, c;
	bool more = true;

	for (line = 0; more; line++) {
		more = false;
		for (c = 0; c < t->columns; c++) {
			(void)get_cell(t, row, c, cell);
			more = get_line(cell, line, widest) || more;
			fprintf(f, "%s%s", c == 0 ? s->left : s->between, cell);
			/* Nothing is put behind the last cell but what ends the row. */
			if (!s->tight && (c + 1 < t->columns || *s->right))
				fprintf(f, "%*s", (int)(width[c] - text_chars(cell)), "");
		}
		fprintf(f, "%s\n", s->right);
	}
}

/* Returns how many rows there are. */
static int measure(const struct table *t, size_t *width)
{
	const struct table_shape *s = t->shape;
	char cell[TABLE_CELL_BYTES];
	unsigned c;
	size_t len;
	int row;

	for (c = 0; c < t->columns; c++)
		width[c] = s->least;
	for (row = t->titles ? TABLE_TITLES : 0;; row++) {
		for (c = 0; c < t->columns; c++) {
			if (!get_cell(t, row, c, cell))
				return row;
			len = text_chars(cell);
			if (row != TABLE_TITLES && s->widest > 0 && len > s->widest)
				len = s->widest;
			if (len > width[c])
				width[c] = len;
		}
	}
}

void table_print(FILE *f, const struct table *t)
{
	size_t width[TABLE_COLUMNS_MAX];
	int rows = measure(t, width), row;

	print_rule(f, t, &t->shape->top, width);
	for (row = t->titles ? TABLE_TITLES : 0; row < rows; row++) {
		print_row(f, t, row, width);
		if (row + 1 < rows && (t->shape->every || row == TABLE_TITLES))
			print_rule(f, t, &t->shape->inner, width);
	}
	print_rule(f, t, &t->shape->bottom, width);
}
