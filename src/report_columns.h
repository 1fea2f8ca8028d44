/* What the report can show of a task, whatever its cloud is. */
#ifndef REPORT_COLUMNS_H
#define REPORT_COLUMNS_H

#include "base/text.h"
#include "cloud/provider.h"

/* The longest text that is composed is an error with what is left. */
#define MADE_BYTES 1024

struct report_column {
	const char *name;
	bool number; /* in JSON without quotes */
	/* The whole text, "" if it is unknown; made is room for one that is composed. */
	const char *(*get)(const struct task *t, struct text *made);
	void (*print_json)(const struct task *t); /* a whole JSON value, or NULL */
};

/* The column of this name, without regard to case, or NULL. */
const struct report_column *report_columns_find(const char *name);

#endif
