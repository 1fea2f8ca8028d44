/* Tables of two columns, as PrettyTable prints them. */
#include <string.h>

#include "cloud/openstack/fields.h"

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

/* How many bytes of s make its first line, as textwrap.fill() cuts it; widest is in characters. */
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

/* The first line of what is left of a cell, blank if nothing is. */
static void print_cell(FILE *out, const char **rest, size_t width, size_t widest)
{
	size_t len = cut_line(*rest, widest), next = len;
	char line[FIELD_BYTES];
	struct text t;

	while ((*rest)[next] == ' ')
		next++;
	while (len > 0 && (*rest)[next] && (*rest)[len - 1] == ' ')
		len--;
	text_init(&t, line, sizeof(line));
	text_put_n(&t, *rest, len);
	fprintf(out, "| %s%*s ", line, (int)(width - text_chars(line)), "");
	*rest += next;
}

static void print_row(FILE *out, const char *name, const char *value, const size_t width[2],
		      size_t widest)
{
	do {
		print_cell(out, &name, width[0], widest);
		print_cell(out, &value, width[1], widest);
		fputs("|\n", out);
	} while (*name || *value);
}

static void print_rule(FILE *out, const size_t width[2])
{
	size_t c, k;

	for (c = 0; c < 2; c++) {
		putc('+', out);
		for (k = 0; k < width[c] + 2; k++)
			putc('-', out);
	}
	fputs("+\n", out);
}

static void widen(size_t *width, const char *cell, size_t widest)
{
	size_t len = text_chars(cell);

	if (widest > 0 && len > widest)
		len = widest;
	if (len > *width)
		*width = len;
}

void fields_table_print(FILE *out, const struct fields_table *table, const struct fields *f,
			const struct options *o)
{
	size_t width[2] = { strlen(table->titles[0]), strlen(table->titles[1]) };
	char name[FIELD_NAME_BYTES], value[FIELD_BYTES];
	struct text cells[2];
	int pass, last;

	/* Once to measure, once to print. */
	for (pass = 0; pass < 2; pass++) {
		if (pass > 0) {
			print_rule(out, width);
			print_row(out, table->titles[0], table->titles[1], width, 0);
			print_rule(out, width);
		}
		for (last = -1;;) {
			text_init(&cells[0], name, sizeof(name));
			text_init(&cells[1], value, sizeof(value));
			last = table->row(f, o, last, &cells[0], &cells[1]);
			if (last < 0)
				break;
			if (pass > 0) {
				print_row(out, name, value, width, table->widest);
				continue;
			}
			widen(&width[0], name, table->widest);
			widen(&width[1], value, table->widest);
		}
	}
	print_rule(out, width);
}
