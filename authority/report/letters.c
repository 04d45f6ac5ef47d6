/* letters.c - see letters.h. */
#include "letters.h"

#include "record/log.h"

static enum db_err
start(struct lc_record *record, enum lc_letters which, struct db_rows **rows,
    int64_t after, int64_t upto, int64_t limit)
{
	if (which == LC_LETTERS_LICENSES)
		return db_query(record->db, rows,
		    "SELECT g.n, g.at, g.who, g.kind, g.subject, g.says,"
		    " l.request FROM log g JOIN license l ON l.n = g.n"
		    " WHERE g.n > $1 AND g.n <= $2 AND g.kind = 'license'"
		    " AND g.who LIKE 'person %' AND l.request IS NOT NULL"
		    " ORDER BY g.n LIMIT $3",
		    "iii", after, upto, limit);
	return db_query(record->db, rows,
	    "SELECT n, at, who, kind, subject, says, 0 FROM log"
	    " WHERE n > $1 AND n <= $2 AND kind IN ('above limit', 'asked',"
	    " 'other key', 'proposed', 'put back') ORDER BY n LIMIT $3",
	    "iii", after, upto, limit);
}

enum lc_err
lc_letters(struct lc_record *record, enum lc_letters which, int64_t after,
    int64_t limit, lc_letter_call *call, void *arg, int64_t *upto)
{
	struct db_rows *rows = NULL;
	int64_t head = after, last = after, n = 0;
	enum lc_err err = lc_log_head(record, &head);

	if (err == LC_OK)
		err = lc_record_first(record,
		    start(record, which, &rows, after, head, limit), &rows);
	while (err == LC_OK) {
		const struct lc_letter letter = {
			.n = last = db_int(rows, 0),
			.at = db_int(rows, 1),
			.who = db_text(rows, 2),
			.kind = db_text(rows, 3),
			.subject = db_text(rows, 4),
			.says = db_text(rows, 5),
			.request = db_int(rows, 6),
		};

		n++;
		if ((err = call(arg, &letter)) == LC_OK)
			err = lc_record_done(record, db_next(rows));
		else
			db_stop(rows);
	}
	if (err == LC_ENOTFOUND)
		*upto = n < limit ? head : last;
	return err == LC_ENOTFOUND ? LC_OK : err;
}
