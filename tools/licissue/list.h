/* list.h - lists of devices in CSV files. */
#ifndef LC_LIST_H
#define LC_LIST_H

#include "ops/csv.h"

#define LIST_MAX (4 << 20) /* bytes */

struct list {
	struct lc_csv_row *rows;
	size_t n;
	char *text; /* where the fields are */
};

/*
 * Reads a CSV file of at most so many columns: a UDI, then what else.  An exit
 * status, with a message unless it is EXIT_DONE.
 */
int list_read(const char *path, size_t columns, struct list *);
void list_free(struct list *);

#endif
