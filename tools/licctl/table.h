/*
 * table.h - a list as a table.
 *
 * On a terminal that is too narrow, a row is a line for each of its cells; but
 * a table of IOS keeps its columns, since scripts log in on terminals.
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

enum table_form {
	TABLE_PLAIN,
	TABLE_IOS,
	TABLE_IOS_LINE, /* with a line under the head */
};

struct table {
	const struct column *columns;
	size_t n, at, rows;
	bool narrow;
};

/* Prints the head. */
void table_begin(
    struct table *, const struct column *, size_t n, enum table_form);
/* The next cell; rows begin and end by themselves. */
void table_cell(struct table *, const char *text);

/* Prints a whole list: head and rows.  An array is shown with blanks between
 * its strings. */
void table_print(
    const struct column *, size_t n, enum table_form, const json_t *rows);

#endif
