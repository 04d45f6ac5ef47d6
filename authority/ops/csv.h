/*
 * csv.h - rows of devices, as comma-separated values (RFC 4180, without line
 * ends in quotes).
 */
#ifndef LC_CSV_H
#define LC_CSV_H

#include <stdbool.h>
#include <stddef.h>

#define LC_CSV_FIELDS 3

struct lc_csv {
	char *at; /* the next row; NULL: there is none */
	unsigned number; /* of the row before it, from 1 */
	bool is_begun; /* a row was read, or the heading */
};

struct lc_csv_row {
	const char *fields[LC_CSV_FIELDS]; /* without quotes; "" if missing */
	unsigned number;
	const char *wrong; /* what is wrong with the row; NULL: nothing */
};

/*
 * Reads a text, which is changed, and which the fields point into.  A byte
 * order mark is passed over.
 */
void lc_csv_begin(struct lc_csv *, char *text);
/*
 * False: no more.  Blank rows are passed over, and a first one that begins with
 * "udi" and has no colon, which names the columns; so are blank fields after
 * the last one that has a meaning.
 */
bool lc_csv_next(struct lc_csv *, struct lc_csv_row *);

#endif
