/* calendar.c - the list "calendar": how many licenses end on which day. */
#include "reporting.h"

#define DAY_S 86400

static const struct lc_report_column columns[] = {
	{ "date", "Date", LC_CELL_DATE, false }, /* the day's begin, UTC */
	{ "feature", "Feature", LC_CELL_TEXT, false },
	{ "licenses", "Licenses", LC_CELL_NUMBER, false },
};

static enum lc_err
each(struct lc_reporting *r, struct db_rows *rows)
{
	r->n = db_int(rows, 0);
	lc_report_key(r, db_text(rows, 1));
	lc_put_number(r, r->n * DAY_S);
	lc_put_text(r, r->key);
	lc_put_number(r, db_int(rows, 2));
	return lc_put_row(r);
}

/* Those that count, as the report "expiring" has them. */
static enum lc_err
calendar_page(struct lc_reporting *r, size_t *n)
{
	const struct lc_report_filter *f = r->filter;
	struct db_rows *rows = NULL;

	return lc_report_rows(r,
	    db_query(r->record->db, &rows,
		"SELECT l.ends / 86400 AS day, l.feature, count(*)"
		" FROM license l"
		" WHERE l.ends IS NOT NULL AND l.ends >= $1 AND l.ends <= $2"
		" AND (l.ends / 86400 > $3"
		" OR (l.ends / 86400 = $3 AND l.feature > $4))"
		LC_COUNTS("l.udi")
		LC_OPTIONAL(6, "l.pak_line IN " LC_ACCOUNT_LINES(6))
		" GROUP BY l.ends / 86400, l.feature"
		" ORDER BY l.ends / 86400, l.feature LIMIT $5",
		"iiisis", f->now, f->now + (int64_t)f->days * DAY_S, r->n,
		r->key, r->limit, f->account),
	    &rows, each, n);
}

const struct lc_report lc_list_calendar = {
	.name = "calendar",
	.columns = columns,
	.ncolumns = sizeof columns / sizeof columns[0],
	.limits = LC_LIMIT_ACCOUNT | LC_LIMIT_DAYS,
	.page = calendar_page,
};
