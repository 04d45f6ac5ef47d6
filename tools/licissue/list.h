/* list.h - lists of devices in CSV files. */
#ifndef LC_LIST_H
#define LC_LIST_H

#include <stddef.h>

#define LIST_MAX (4 << 20) /* bytes */
#define LIST_COLUMNS 2

/* A row; "" where it has fewer columns. */
struct list_row {
	const char *columns[LIST_COLUMNS];
	unsigned number; /* in the file, from 1 */
};

struct list {
	struct list_row *rows;
	size_t n;
	char *text; /* where the columns are */
};

/*
 * Reads a CSV file (RFC 4180, without line ends in quotes) of at most so many
 * columns: a UDI, then what else.  Empty rows, and a first one that begins with
 * "udi", are passed over; columns after those asked for are refused.  An exit
 * status, with a message unless it is EXIT_DONE.
 */
int list_read(const char *path, size_t columns, struct list *);
void list_free(struct list *);

#endif
