/* Tables of texts, in the shapes that different tools give them. */
#ifndef CLOUD_TABLE_H
#define CLOUD_TABLE_H

#include <stdio.h>

#include "base/text.h"

#define TABLE_COLUMNS_MAX 64

/* The row of the titles. */
#define TABLE_TITLES (-1)

/* The longest cell. */
#define TABLE_CELL_BYTES (6 * OBJECT_BYTES)

/* A line across: its beginning, what it is made of, where columns meet, its end. */
struct table_rule {
	const char *left, *line, *cross, *right; /* line NULL: there is none */
};

struct table_shape {
	const char *left, *between, *right; /* of the cells of a row */
	struct table_rule top, inner, bottom;
	bool every;        /* the inner one between all rows, not only below the titles */
	bool tight;        /* cells are as wide as their texts: columns are not aligned */
	const char *empty; /* what stands where nothing does; NULL for nothing */
	size_t least;      /* ... otherwise at least so wide, in characters */
	size_t longest;    /* bytes of a cell; longer ones end in "..."; 0: TABLE_CELL_BYTES */
	size_t widest;     /* cells that are wider take several lines; 0 for no limit */
};

struct table {
	const struct table_shape *shape;
	unsigned columns; /* 1 to TABLE_COLUMNS_MAX */
	bool titles;      /* print them */
	/*
	 * Append what stands in a cell.  Rows are asked for in their order, several times
	 * over.  False if there is no such row.
	 */
	bool (*cell)(void *arg, int row, unsigned column, struct text *cell);
	void *arg;
};

/* Print it, fit for a terminal, with its last line end. */
void table_print(FILE *f, const struct table *t);

#endif
