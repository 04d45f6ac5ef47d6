/* waiting.c - see waiting.h. */
#include "waiting.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "log.h"

/* The caller frees both. */
static enum lc_err
waiting_find(struct lc_record *record, int64_t n, char **kind, char **subject)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT kind, subject FROM log w WHERE w.n = $1 AND" LC_WAITS,
		"i", n),
	    &rows);
	if (err == LC_ENOTFOUND)
		return lc_fail(record->detail, LC_ENOTFOUND,
		    "entry %" PRId64 " of the log does not wait for approval",
		    n);
	if (err != LC_OK)
		return err;
	*kind = strdup(db_text(rows, 0));
	*subject = strdup(db_text(rows, 1));
	db_stop(rows);
	return *kind != NULL && *subject != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_waiting_decline(struct lc_record *record, const struct lc_declining *d)
{
	char *kind = NULL, *subject = NULL, *says = NULL;
	enum lc_err err = waiting_find(record, d->n, &kind, &subject);

	if (err == LC_OK &&
	    asprintf(&says, "%s, by %s: %s", kind, d->by, d->reason) < 0) {
		says = NULL;
		err = LC_ENOMEM;
	}
	if (err == LC_OK)
		err = lc_log_add(record, "declined", subject, says);
	free(says);
	free(subject);
	free(kind);
	return err;
}
