/* rows.h - lists, as a table for people, CSV, or JSON. */
#ifndef LICISSUE_ROWS_H
#define LICISSUE_ROWS_H

#include <jansson.h>

#include "licissue.h"

struct rows_column {
	const char *name;  /* of the member in JSON and the column in CSV */
	const char *title; /* in the table; NULL: not there */
};

/*
 * Prints a JSON array of objects, and gives its reference up; "" and null are
 * empty cells.  NULL is a shortage of memory.  Returns an exit status.
 */
int print_rows(
    json_t *rows, const struct rows_column *, size_t n, bool json, bool csv);
/*
 * What the command of a list takes, and the list itself: rows are read into a
 * JSON array, and printed.  Returns an exit status.
 */
struct rows_list {
	const char *dir;
	bool json, csv;
};
#define FLAGS_ROWS(to)                                           \
	{ .name = "json", .truth = &(to)->json, .group = 'j' },  \
	{                                                        \
		.name = "csv", .truth = &(to)->csv, .group = 'j' \
	}
int print_list(const struct rows_list *, authority_work *read,
    const struct rows_column *, size_t n);
/* An object as JSON; likewise. */
int print_object(json_t *object);

/* A text, or null for "". */
json_t *text_or_null(const char *text);
/* A date, or null for LC_NO_TIME. */
json_t *date_or_null(int64_t date);

#endif
