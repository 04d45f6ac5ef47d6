/* rma.c - see rma.h. */
#include "rma.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "log.h"

#define COLUMNS \
	"n, old_udi, new_udi, at, why, approved_by, licenses, due, returned"

/* why and approved_by live as long as the row of the query. */
static void
row_read(struct db_rows *rows, struct lc_rma_row *row)
{
	row->n = db_int(rows, 0);
	(void)snprintf(
	    row->old_udi, sizeof row->old_udi, "%s", db_text(rows, 1));
	(void)snprintf(
	    row->new_udi, sizeof row->new_udi, "%s", db_text(rows, 2));
	row->at = db_int(rows, 3);
	row->why = db_text(rows, 4);
	row->approved_by = db_text(rows, 5);
	row->licenses = db_int(rows, 6);
	row->due = db_int(rows, 7);
	row->returned = db_int(rows, 8);
}

/* The only row of a query that was just started. */
static enum lc_err
one_read(struct lc_record *record, enum db_err started,
    struct db_rows *const *rows, struct lc_rma_row *row)
{
	enum lc_err err = lc_record_first(record, started, rows);

	memset(row, 0, sizeof *row);
	if (err == LC_OK) {
		row_read(*rows, row);
		db_stop(*rows);
	}
	row->why = row->approved_by = "";
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_rma_of(struct lc_record *record, const char *udi, struct lc_rma_row *row)
{
	struct db_rows *rows = NULL;

	return one_read(record,
	    db_query(record->db, &rows,
		"SELECT " COLUMNS " FROM rma WHERE old_udi = $1"
		" ORDER BY n DESC LIMIT 1",
		"s", udi),
	    &rows, row);
}

enum lc_err
lc_rma_judge(struct lc_record *record, const char *udi)
{
	struct lc_rma_row row;
	enum lc_err err = lc_rma_of(record, udi, &row);

	if (err != LC_OK || row.n == 0 || row.returned != 0)
		return err;
	return lc_fail(record->detail, LC_EREVOKED,
	    "%s was replaced by %s, and did not come back: get licenses for "
	    "that one",
	    udi, row.new_udi);
}

enum lc_err
lc_rma_to(struct lc_record *record, const char *udi, struct lc_rma_row *row)
{
	struct db_rows *rows = NULL;

	return one_read(record,
	    db_query(record->db, &rows,
		"SELECT " COLUMNS " FROM rma WHERE new_udi = $1"
		" ORDER BY n DESC LIMIT 1",
		"s", udi),
	    &rows, row);
}

enum lc_err
lc_rma_put(struct lc_record *record, struct lc_rma_row *row)
{
	enum lc_err err;

	row->n = record->n + 1;
	err = lc_record_done(record,
	    db_run(record->db,
		"INSERT INTO rma (" COLUMNS ")"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		"ississiii", row->n, row->old_udi, row->new_udi, row->at,
		row->why, row->approved_by, row->licenses, row->due,
		row->returned));
	return err == LC_OK ? lc_log_row_n(record, "rma", row->n) : err;
}

enum lc_err
lc_rma_return(struct lc_record *record, int64_t n)
{
	enum lc_err err;

	err = lc_record_done(record,
	    db_run(record->db, "UPDATE rma SET returned = $1 WHERE n = $2",
		"ii", record->at, n));
	return err == LC_OK ? lc_log_row_n(record, "rma", n) : err;
}

enum lc_err
lc_rma_licenses(struct lc_record *record, int64_t since, int64_t *licenses)
{
	struct db_rows *rows = NULL;

	return lc_record_number(record,
	    db_query(record->db, &rows,
		"SELECT CAST(coalesce(sum(licenses), 0) AS BIGINT) FROM rma"
		" WHERE at > $1",
		"i", since),
	    &rows, licenses);
}

enum lc_err
lc_rma_each(struct lc_record *record, lc_rma_call *call, void *arg)
{
	struct lc_rma_row row;
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(
		record->db, &rows, "SELECT " COLUMNS " FROM rma ORDER BY n", ""),
	    &rows);
	while (err == LC_OK) {
		row_read(rows, &row);
		if ((err = call(arg, &row)) == LC_OK)
			err = lc_record_done(record, db_next(rows));
	}
	db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}
