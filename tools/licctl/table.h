/*
 * table.h - a list as a table.
 *
 * On a terminal that is too narrow, a row is a line for each of its cells.
 */
#ifndef LICCTL_TABLE_H
#define LICCTL_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define CELL_SIZE 512

struct column {
	const char *head;
	size_t width; /* with the gap to the next; 0: the last */
	/* What a row shows there: the value of this key, */
	const char *key;
	/* or this text, which may be written into the buffer. */
	const char *(*text)(const json_t *row, char buffer[CELL_SIZE]);
};

struct table {
	const struct column *columns;
	size_t n, at, rows;
	bool narrow;
};

/* Prints the head. */
void table_begin(
    struct table *, const struct column *, size_t n, bool underlined);
/* The next cell; rows begin and end by themselves. */
void table_cell(struct table *, const char *text);

/* Prints a whole list: head and rows.  An array is shown with blanks between
 * its strings. */
void table_print(
    const struct column *, size_t n, bool underlined, const json_t *rows);

#endif
