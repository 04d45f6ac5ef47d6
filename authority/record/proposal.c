/* proposal.c - see proposal.h. */
#include "proposal.h"

#include "log.h"

enum lc_err
lc_proposal_put(struct lc_record *record, const char *says,
    char id[LC_NEW_ID_LEN + 1])
{
	enum lc_err err = lc_new_id(id);

	return err != LC_OK ? err : lc_log_add(record, "proposed", id, says);
}

enum lc_err
lc_proposal_end(struct lc_record *record, const char *id, bool is_confirmed,
    const char *says)
{
	return lc_log_add(
	    record, is_confirmed ? "confirmed" : "dropped", id, says);
}

enum lc_err
lc_proposals(struct lc_record *record, const char *id, lc_proposal_call *call,
    void *arg)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT subject, who, says, at FROM log p"
		" WHERE kind = 'proposed' AND subject <> ''"
		" AND (CAST($1 AS TEXT) IS NULL OR subject = $1)"
		" AND NOT EXISTS (SELECT 1 FROM log e"
		" WHERE e.kind IN ('confirmed', 'dropped')"
		" AND e.subject <> '' AND e.subject = p.subject)"
		" ORDER BY n",
		"s", id),
	    &rows);
	while (err == LC_OK) {
		const struct lc_proposal proposal = {
			.id = db_text(rows, 0),
			.who = db_text(rows, 1),
			.says = db_text(rows, 2),
			.at = db_int(rows, 3),
		};

		err = call(arg, &proposal);
		if (err == LC_OK)
			err = lc_record_done(record, db_next(rows));
		else
			db_stop(rows);
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}
