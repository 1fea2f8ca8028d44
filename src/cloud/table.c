/* Cells are measured, then printed between lines or spaces. */
#include "cloud/table.h"

#include <string.h>

/* The length in bytes of the character at s. */
static size_t step(const char *s)
{
	size_t n = text_utf8(s, strlen(s));

	return n > 0 ? n : 1;
}

/* The character before s, which is not the first of its text. */
static const char *before(const char *text, const char *s)
{
	for (s--; s > text && ((unsigned char)*s & 0xc0) == 0x80; s--)
		;
	return s;
}

/* Of other alphabets, everything is a letter. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static bool is_word(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

static bool ends_word(char c)
{
	return is_word(c) || (c && strchr("!\"'&.,?", c));
}

/* Two dashes or more between two words: a line may end before and behind them. */
static bool is_dash(const char *text, const char *s)
{
	return s[0] == '-' && s[1] == '-' && s > text && ends_word(*before(text, s)) &&
	       is_word(s[strspn(s, "-")]);
}

/* A hyphen behind two letters, or behind "x-y", and before two: a line may end with it. */
static bool is_hyphen(const char *text, const char *s)
{
	const char *one, *two, *next;

	if (*s != '-' || s == text || !is_letter(s[1]))
		return false;
	one = before(text, s);
	if (one == text)
		return false;
	two = before(text, one);
	if (!is_letter(*one) ||
	    !(is_letter(*two) || (*two == '-' && two > text && is_letter(*before(text, two)))))
		return false;
	next = s + 1 + step(s + 1);
	return is_letter(*next) || (*next == '-' && is_letter(next[1]));
}

/* How many bytes of the text, from s on, have to stay on one line? */
static size_t piece(const char *text, const char *s)
{
	size_t i;

	if (*s == ' ')
		return strspn(s, " ");
	if (is_dash(text, s))
		return strspn(s, "-");
	for (i = 0; s[i] && s[i] != ' ' && !is_dash(text, s + i); i += step(s + i))
		if (is_hyphen(text, s + i))
			return i + 1;
	return i;
}

/* A piece of len bytes that is longer than a line: how many go into room characters? */
static size_t divide(const char *s, size_t len, size_t room)
{
	size_t at = 0, i;

	for (; room > 0; room--)
		at += step(s + at);
	for (i = at; i > 1; i--)
		if (s[i - 1] == '-' && strspn(s, "-") < i - 1)
			return i;
	return at < len ? at : len;
}

/* How many bytes of the text, from s on, make a line, as Python's textwrap.fill() cuts it? */
static size_t cut_line(const char *text, const char *s, size_t widest)
{
	size_t at = 0, used = 0, len, chars, i;

	if (widest == 0)
		return strlen(s);
	for (; s[at]; at += len, used += chars) {
		len = piece(text, s + at);
		for (i = chars = 0; i < len; i += step(s + at + i))
			chars++;
		if (chars > widest)
			return at + divide(s + at, len, widest - used);
		if (used + chars > widest)
			break;
	}
	return at;
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
	bool blank;

	for (;;) {
		len = next = cut_line(cell, at, widest);
		blank = at[len] && strspn(at, " ") >= len;
		while (at[next] == ' ')
			next++;
		/* Blanks alone make no line. */
		if (!blank && (n-- == 0 || !*at))
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
