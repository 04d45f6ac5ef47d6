/* ledger.h - taking over ledger.db, an authority's database before 0.2. */
#ifndef LC_LEDGER_H
#define LC_LEDGER_H

#include "record.h"

#define LC_LEDGER_FILE "ledger.db"

/*
 * Puts all that the file knows into a new record, while writing; taken: the
 * number of its licenses.  It is fine if there is no such file.
 */
enum lc_err lc_ledger_take(
    struct lc_record *, const char *path, size_t *taken);
/* Renames it to NAME.old; it is fine if there is no such file. */
enum lc_err lc_ledger_set_aside(const char *path, struct lc_detail *);

#endif
