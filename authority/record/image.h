/* image.h - rows of tables as texts, for the log. */
#ifndef LC_IMAGE_H
#define LC_IMAGE_H

#include "record.h"

#define LC_IMAGE_COLUMNS_MAX 16

/*
 * A table whose rows are in the log.  Both queries select the same columns, the
 * key first: one by key ($1, a text), the other all rows, in the order of the
 * keys, that come after $1, at most $2 of them.
 */
struct lc_image_table {
	const char *name;
	const char *one;
	const char *after;
	bool key_is_number;
	int ncolumns;
	unsigned digested; /* bits of columns that may be long */
};
extern const struct lc_image_table lc_images[];
extern const size_t lc_nimages;

const struct lc_image_table *lc_image_table(const char *name);

/* A JSON array of the columns of the current row; the caller frees. */
enum lc_err lc_image(
    const struct lc_image_table *, struct db_rows *, char **text);
/* The same of such a row before it is written; NULL is SQL's. */
enum lc_err lc_image_of(
    const struct lc_image_table *, const char *const *values, char **text);

#endif
