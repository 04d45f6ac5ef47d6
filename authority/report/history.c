/*
 * history.c - the report "history": all entries of the log that have to do with
 * a device, in words.
 */
#include "reporting.h"
#include "words.h"

static const struct lc_report_column columns[] = {
	{ "entry", "Entry", LC_CELL_NUMBER, false },
	{ "at", "At", LC_CELL_DATE, false },
	{ "who", "Who", LC_CELL_TEXT, false },
	{ "what", "What", LC_CELL_TEXT, false },  /* the kind of the entry */
	{ "about", "About", LC_CELL_TEXT, true }, /* id of a license, number, UDI */
	{ "says", "Says", LC_CELL_TEXT, false },
};

/* ---- Pages ----------------------------------------------------------- */

static enum lc_err
each(struct lc_reporting *r, struct db_rows *rows)
{
	const struct lc_said said = {
		.kind = db_text(rows, 3),
		.subject = db_text(rows, 4),
		.says = db_text(rows, 5),
		.license = db_text(rows, 6),
		.udi = r->filter->udi,
		.names_of = r->filter->names_of,
	};
	struct lc_words w;
	enum lc_err err = lc_words_of(&said, &w);

	if (err != LC_OK)
		return err;
	r->n = db_int(rows, 0);
	lc_put_number(r, r->n);
	lc_put_number(r, db_int(rows, 1));
	lc_put_text(r, db_text(rows, 2));
	lc_put_text(r, said.kind);
	lc_put_text(r, w.about);
	lc_put_text(r, w.text);
	return lc_put_row(r);
}

/*
 * Entries that vouch for rows with the UDI, those of the requests that made
 * such licenses, those about the UDI or such a license itself, and those of its
 * tickets.
 */
#define ITS_LICENSES \
	"(SELECT n FROM license WHERE udi = $2 AND udi <> ''" \
	" UNION SELECT license FROM license_udi WHERE udi = $2)"
#define ENTRIES \
	"(SELECT n FROM license WHERE udi = $2 AND udi <> ''" \
	" UNION SELECT license FROM license_udi WHERE udi = $2" \
	" UNION SELECT request FROM license WHERE request IS NOT NULL" \
	" AND n IN " ITS_LICENSES \
	" UNION SELECT n FROM ended WHERE udi = $2" \
	" UNION SELECT n FROM evaluation WHERE udi = $2" \
	" UNION SELECT n FROM rma WHERE old_udi = $2 OR new_udi = $2" \
	" UNION SELECT n FROM contract_udi WHERE udi = $2" \
	" UNION SELECT n FROM log WHERE subject <> '' AND subject IN" \
	" (SELECT CAST($2 AS TEXT) UNION SELECT id FROM license" \
	" WHERE n IN " ITS_LICENSES ")" \
	" UNION SELECT n FROM log WHERE kind = 'ticket' AND subject IN" \
	" (SELECT CAST(seq AS TEXT) FROM ticket" \
	" WHERE udi = $2 OR redeemed_for = $2) AND subject <> '')"

static enum lc_err
history_page(struct lc_reporting *r, size_t *n)
{
	struct db_rows *rows = NULL;

#define HISTORY(after, order) \
	"SELECT n, at, who, kind, subject, says, " LC_WORDS_LICENSE("log.n") \
	" FROM log" \
	" WHERE n " after " $1 AND n IN " ENTRIES " ORDER BY n" order " LIMIT $3"
	return lc_report_rows(r,
	    db_query(r->record->db, &rows, LC_SORTED(r, HISTORY), "isi", r->n,
		r->filter->udi, r->limit),
	    &rows, each, n);
#undef HISTORY
}

const struct lc_report lc_report_history = {
	.name = "history",
	.columns = columns,
	.ncolumns = sizeof columns / sizeof columns[0],
	.limits = LC_LIMIT_UDI | LC_LIMIT_SORT,
	.needs = LC_LIMIT_UDI,
	.page = history_page,
};
