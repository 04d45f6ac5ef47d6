/* grant.c - see grant.h. */
#include "grant.h"

#include <stdio.h>

#include "log.h"

enum lc_err
lc_evaluation_find(struct lc_record *record, const char *udi,
    const char *feature, const char *version, char id[LC_ID_MAX + 1])
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT license FROM evaluation WHERE udi = $1"
		" AND feature = $2 AND version = $3",
		"sss", udi, feature, version),
	    &rows);
	if (err != LC_OK)
		return err;
	(void)snprintf(id, LC_ID_MAX + 1, "%s", db_text(rows, 0));
	db_stop(rows);
	return LC_OK;
}

enum lc_err
lc_evaluation_put(struct lc_record *record, const char *udi,
    const char *feature, const char *version, const char *id)
{
	int64_t n = record->n + 1;
	char number[LC_NUMBER_SIZE];
	const char *const values[] = { lc_log_number(number, n), udi, feature,
		version, id };
	enum lc_err err;

	err = lc_record_done(record,
	    db_send(record->db,
		"INSERT INTO evaluation (n, udi, feature, version, license)"
		" VALUES ($1, $2, $3, $4, $5)",
		"issss", n, udi, feature, version, id));
	return err == LC_OK
		   ? lc_log_values(record, "evaluation", number, values)
		   : err;
}

enum lc_err
lc_lot_put(struct lc_record *record, const char *name, const char *what)
{
	enum lc_err err;

	err = lc_record_done(record,
	    db_run(record->db,
		"INSERT INTO lot (name, what, at) VALUES ($1, $2, $3)", "ssi",
		name, what, record->at));
	return err == LC_OK ? lc_log_row(record, "lot", name) : err;
}

enum lc_err
lc_issued_request(struct lc_record *record, const char *id, int64_t *request)
{
	struct db_rows *rows = NULL;

	return lc_record_number(record,
	    db_query(record->db, &rows,
		"SELECT request FROM license WHERE id = $1"
		" ORDER BY n + 0 DESC LIMIT 1", /* see license.c */
		"s", id),
	    &rows, request);
}
