/* devices.c - the report "devices". */
#include <string.h>

#include "reporting.h"

static const struct lc_report_column columns[] = {
	{ "udi", "UDI", LC_CELL_TEXT, false },
	{ "licenses", "Licenses", LC_CELL_NUMBER, false }, /* that count there */
	{ "ended", "Ended", LC_CELL_NUMBER, false },    /* that do not any more */
	{ "pinned", "Pinned", LC_CELL_TEXT, false },     /* how its key was learned */
	{ "seen", "Seen", LC_CELL_DATE, false },       /* its last credentials */
	{ "records", "Records", LC_CELL_NUMBER, true },   /* of its history, in them */
	{ "key", "Key", LC_CELL_TEXT, true },
};

/* Each of these gives one number for $1. */
#define COUNTING \
	"(SELECT count(*) FROM license l WHERE n IN" \
	" (SELECT n FROM license WHERE udi = $1 AND udi <> ''" \
	" UNION SELECT license FROM license_udi WHERE udi = $1)" \
	" AND NOT EXISTS (SELECT 1 FROM ended e" \
	" WHERE e.udi = $1 AND e.id = l.id)" \
	" AND NOT EXISTS (SELECT 1 FROM license s" \
	" WHERE s.id = l.id AND s.n > l.n))"
#define ENDED "(SELECT count(*) FROM ended WHERE udi = $1)"

static enum lc_err
put_device(struct lc_reporting *r, const char *udi)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(r->record,
	    db_query(r->record->db, &rows,
		"SELECT x.licenses, x.ended, d.pinned, d.seen, d.records,"
		" d.kid FROM (SELECT " COUNTING " AS licenses, " ENDED
		" AS ended) x LEFT JOIN device d ON d.udi = $1",
		"s", udi),
	    &rows);
	if (err != LC_OK)
		return err;
	lc_put_text(r, udi);
	lc_put_number(r, db_int(rows, 0));
	lc_put_number(r, db_int(rows, 1));
	lc_put_text(r, db_text(rows, 2));
	if (db_int(rows, 3) != 0) {
		lc_put_number(r, db_int(rows, 3));
		lc_put_number(r, db_int(rows, 4));
	} else {
		lc_put_none(r);
		lc_put_none(r);
	}
	lc_put_text(r, db_text(rows, 5));
	err = lc_put_row(r);
	db_stop(rows);
	return err;
}

static enum lc_err
each(struct lc_reporting *r, struct db_rows *rows)
{
	lc_report_key(r, db_text(rows, 0));
	return put_device(r, r->key);
}

/*
 * Devices with a license, and those whose key is known.  Each list is limited
 * by itself, so that the indexes serve.
 */
#define NEXT(from, also) \
	"SELECT udi FROM (SELECT DISTINCT udi FROM " from \
	" WHERE udi > $1" also " ORDER BY udi LIMIT $2) x_" from
static enum lc_err
devices_page(struct lc_reporting *r, size_t *n)
{
	const char *udi = r->filter->udi;
	struct db_rows *rows = NULL;
	enum db_err err;

	if (udi != NULL)
		err = db_query(r->record->db, &rows,
		    "SELECT DISTINCT udi FROM (SELECT udi FROM device"
		    " UNION SELECT udi FROM license WHERE udi <> ''"
		    " UNION SELECT udi FROM license_udi) x WHERE udi = $1",
		    "s", udi);
	else if (r->filter->account != NULL)
		err = db_query(r->record->db, &rows,
		    "SELECT DISTINCT udi FROM (SELECT udi FROM license"
		    " WHERE udi > $1 AND udi <> '' AND pak_line IN "
		    LC_ACCOUNT_LINES(3) " UNION SELECT u.udi FROM"
		    " license_udi u JOIN license l ON l.n = u.license"
		    " WHERE u.udi > $1 AND l.pak_line IN "
		    LC_ACCOUNT_LINES(3) " UNION SELECT udi FROM device_account"
		    " WHERE udi > $1 AND account = $3) x"
		    " ORDER BY udi LIMIT $2",
		    "sis", r->key, r->limit, r->filter->account);
	else
		err = db_query(r->record->db, &rows,
		    "SELECT udi FROM (" NEXT("device", "") " UNION "
		    NEXT("license", " AND udi <> ''") " UNION "
		    NEXT("license_udi", "") ") x ORDER BY udi LIMIT $2",
		    "si", r->key, r->limit);
	return lc_report_rows(r, err, &rows, each, n);
}

const struct lc_report lc_report_devices = {
	.name = "devices",
	.columns = columns,
	.ncolumns = sizeof columns / sizeof columns[0],
	.limits = LC_LIMIT_UDI | LC_LIMIT_ACCOUNT,
	.page = devices_page,
};
