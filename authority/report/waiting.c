/* waiting.c - the list of what waits for approval: record/waiting.h. */
#include <string.h>

#include "record/waiting.h"
#include "reporting.h"

static const struct lc_report_column columns[] = {
	{ "entry", "Entry", LC_CELL_NUMBER, false }, /* of the log */
	{ "at", "At", LC_CELL_DATE, false },
	{ "who", "Who", LC_CELL_TEXT, false },
	{ "what", "What", LC_CELL_TEXT, false },
	{ "subject", "Subject", LC_CELL_TEXT, false },
	{ "says", "Says", LC_CELL_TEXT, false },
};

/* A word for programs. */
static const char *
what_of(const char *kind)
{
	static const char *const words[][2] = {
		{ "asked", "extension" },
		{ "put back", "put-back" },
		{ "other key", "key" },
		{ "above limit", "replacement" },
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i][0], kind) == 0)
			return words[i][1];
	}
	return kind;
}

static enum lc_err
each(struct lc_reporting *r, struct db_rows *rows)
{
	r->n = db_int(rows, 0);
	lc_put_number(r, r->n);
	lc_put_number(r, db_int(rows, 1));
	lc_put_text(r, db_text(rows, 2));
	lc_put_text(r, what_of(db_text(rows, 3)));
	lc_put_text(r, db_text(rows, 4));
	lc_put_text(r, db_text(rows, 5));
	return lc_put_row(r);
}

static enum lc_err
waiting_page(struct lc_reporting *r, size_t *n)
{
	struct db_rows *rows = NULL;

	return lc_report_rows(r,
	    db_query(r->record->db, &rows,
		"SELECT n, at, who, kind, subject, says FROM log w"
		" WHERE w.n > $1 AND" LC_WAITS " ORDER BY w.n LIMIT $2",
		"ii", r->n, r->limit),
	    &rows, each, n);
}

const struct lc_report lc_list_waiting = {
	.name = "approvals",
	.columns = columns,
	.ncolumns = sizeof columns / sizeof columns[0],
	.page = waiting_page,
};
