/* schema.h - the tables of an authority's database. */
#ifndef LC_SCHEMA_H
#define LC_SCHEMA_H

#include "db/db.h"

/*
 * Texts are UTF-8, times are seconds of UTC since 1970.  "n" is the number of
 * the entry in the log that vouches for a row.  Rows of license, ticket and
 * log never change.
 */
extern const struct db_schema lc_record_schema;

#endif
