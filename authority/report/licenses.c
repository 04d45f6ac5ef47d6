/* licenses.c - the reports "licenses" and "expiring". */
#include <string.h>

#include "format/line.h"
#include "format/type.h"
#include "reporting.h"

#define DAY_S 86400

/*
 * A license with what it is on its first device, or on the one that the report
 * is limited to.  What other tables have is looked up for the rows of the page
 * alone: of joins, PostgreSQL makes hashes of whole tables, since it does not
 * know how few rows LIMIT leaves.  For the largest n alone it may go through the
 * whole table by n; for n + 0 it cannot.
 */
#define COLUMNS(udi) \
	"SELECT l.n, l.id, " udi ", l.feature, l.source, l.sku," \
	" (SELECT pak FROM pak_line WHERE n = l.pak_line)," \
	" (SELECT contract FROM contract_sku WHERE n = l.pak_line)," \
	" l.ends, l.line," \
	" (SELECT why FROM ended e WHERE e.udi = " udi " AND e.id = l.id)," \
	" (SELECT max(s.n + 0) FROM license s WHERE s.id = l.id)" \
	" FROM license l"
enum {
	N,
	ID,
	UDI,
	FEATURE,
	SOURCE,
	SKU,
	PAK,
	CONTRACT,
	ENDS,
	LINE,
	WHY,
	LATEST,
};

#define PAK_LINES "(SELECT n FROM pak_line WHERE pak = $"

static const struct lc_report_column columns[] = {
	{ "id", "ID", LC_CELL_TEXT, false },
	{ "udi", "UDI", LC_CELL_TEXT, false },
	{ "udis", "UDIs", LC_CELL_LIST, true }, /* all of them */
	{ "feature", "Feature", LC_CELL_TEXT, false },
	{ "version", "Version", LC_CELL_TEXT, true },
	{ "type", "Type", LC_CELL_TEXT, false },
	{ "count", "Count", LC_CELL_NUMBER, false },
	{ "additive", "Additive", LC_CELL_TRUTH, true },
	{ "period", "Period", LC_CELL_NUMBER, true }, /* seconds of use */
	{ "pak", "PAK", LC_CELL_TEXT, false },
	{ "contract", "Contract", LC_CELL_TEXT, true },
	{ "sku", "SKU", LC_CELL_TEXT, true },
	{ "source", "Source", LC_CELL_TEXT, false },
	{ "issued", "Issued", LC_CELL_DATE, true },
	{ "starts", "Starts", LC_CELL_DATE, true },
	{ "ends", "Ends", LC_CELL_DATE, false },
	{ "extension_days", "Extension days", LC_CELL_NUMBER, true },
	{ "comment", "Comment", LC_CELL_TEXT, true },
	{ "entry", "Entry", LC_CELL_NUMBER, true }, /* of the log */
	{ "state", "State", LC_CELL_TEXT, false },
};

/* ---- A license ------------------------------------------------------- */

static enum lc_err
ended_on(struct lc_reporting *r, const char *udi, const char *id, bool *ended)
{
	struct db_rows *rows = NULL;
	int64_t n;
	enum lc_err err;

	err = lc_record_number(r->record,
	    db_query(r->record->db, &rows,
		"SELECT n FROM ended WHERE udi = $1 AND id = $2", "ss", udi,
		id),
	    &rows, &n);
	*ended = n != 0;
	return err;
}

/*
 * A license for several devices that ended on the first one: the first on which
 * it counts still, if there is one.
 */
static enum lc_err
counting_udi(struct lc_reporting *r, const struct lc_terms *t,
    const char **udi, const char **why)
{
	bool ended = true;
	enum lc_err err = LC_OK;

	if (**why == '\0' || r->filter->udi != NULL)
		return LC_OK;

	for (size_t i = 1; i < t->nudis && ended && err == LC_OK; i++) {
		err = ended_on(r, t->udis[i], t->id, &ended);
		if (err == LC_OK && !ended) {
			*udi = t->udis[i];
			*why = "";
		}
	}
	return err;
}

static const char *
state_of(struct lc_reporting *r, struct db_rows *rows, const char *why,
    uint32_t extension_days)
{
	int64_t ends;

	if (db_int(rows, LATEST) > db_int(rows, N))
		return "reissued"; /* a later one has its id */
	if (why[0] != '\0')
		return why; /* "moved", "replaced", "superseded" */
	if (db_is_null(rows, ENDS))
		return "current";
	ends = db_int(rows, ENDS) + (int64_t)extension_days * DAY_S;
	if (ends <= r->filter->now)
		return "expired";
	if (ends < r->until)
		r->until = ends;
	return "current";
}

static void
put_date(struct lc_reporting *r, int64_t date)
{
	if (date == LC_NO_TIME)
		lc_put_none(r);
	else
		lc_put_number(r, date);
}

static void
put_positive(struct lc_reporting *r, bool is_there, uint32_t number)
{
	if (is_there)
		lc_put_number(r, number);
	else
		lc_put_none(r);
}

/* All devices of a license for several, the first one's of another. */
static void
put_udis(struct lc_reporting *r, const struct lc_terms *t,
    char text[LC_NUDI_MAX * (LC_UDI_MAX + 1) + 1])
{
	char *at = text;

	*at = '\0';
	for (size_t i = 0; i < t->nudis; i++) {
		if (i > 0)
			*at++ = ' ';
		at = stpcpy(at, t->udis[i]);
	}
	lc_put_text(r, text);
}

static enum lc_err
put_license(struct lc_reporting *r, struct db_rows *rows,
    const struct lc_terms *t, const char *udi, const char *state)
{
	char udis[LC_NUDI_MAX * (LC_UDI_MAX + 1) + 1];

	lc_put_text(r, db_text(rows, ID));
	lc_put_text(r, udi);
	put_udis(r, t, udis);
	lc_put_text(r, db_text(rows, FEATURE));
	lc_put_text(r, t->version);
	lc_put_text(r, lc_type_name(t->type));
	put_positive(r, t->counted, t->count);
	lc_put_number(r, t->additive);
	put_positive(r, t->period_s > 0, t->period_s);
	lc_put_text(r, db_text(rows, PAK));
	lc_put_text(r, db_text(rows, CONTRACT));
	lc_put_text(r, db_text(rows, SKU));
	lc_put_text(r, db_text(rows, SOURCE));
	put_date(r, t->issued);
	put_date(r, t->start);
	put_date(r, t->end);
	put_positive(r, t->extension_days > 0, t->extension_days);
	lc_put_text(r, t->comment);
	lc_put_number(r, db_int(rows, N));
	lc_put_text(r, state);
	return lc_put_row(r);
}

/* A line that cannot be read any more: what the other columns have. */
static enum lc_err
put_damaged(struct lc_reporting *r, struct db_rows *rows)
{
	static const struct lc_terms nothing = {
		.type = LC_NO_TYPE,
		.version = "",
		.issued = LC_NO_TIME,
		.start = LC_NO_TIME,
		.end = LC_NO_TIME,
		.comment = "",
	};

	return put_license(r, rows, &nothing, db_text(rows, UDI), "damaged");
}

static bool
is_of_type(const struct lc_terms *t, const char *wanted)
{
	const char *name = lc_type_name(t->type);

	return wanted == NULL || (name != NULL && strcmp(name, wanted) == 0);
}

static enum lc_err
each(struct lc_reporting *r, struct db_rows *rows)
{
	const char *text = db_text(rows, LINE), *why = db_text(rows, WHY);
	const char *udi = db_text(rows, UDI);
	struct lc_line *line;
	enum lc_err err = lc_line_peek(text, strlen(text), &line, NULL);

	r->n = db_int(rows, N);
	r->ends = db_int(rows, ENDS);
	if (err == LC_ELINE)
		return put_damaged(r, rows);
	if (err != LC_OK)
		return err;
	if (!is_of_type(&line->terms, r->filter->type)) {
		lc_line_free(line);
		return LC_OK;
	}
	err = counting_udi(r, &line->terms, &udi, &why);
	if (err == LC_OK && (r->report == &lc_report_licenses || *why == '\0'))
		err = put_license(r, rows, &line->terms, udi,
		    state_of(r, rows, why, line->terms.extension_days));
	lc_line_free(line);
	return err;
}

/* ---- Pages ----------------------------------------------------------- */

/*
 * Without filters: what may be NULL has PostgreSQL expect few rows, and sort
 * the whole table.
 */
static enum lc_err
page_plain(struct lc_reporting *r, size_t *n)
{
	struct db_rows *rows = NULL;

	return lc_report_rows(r,
	    db_query(r->record->db, &rows,
		COLUMNS("l.udi") " WHERE l.n > $1 ORDER BY l.n LIMIT $2", "ii",
		r->n, r->limit),
	    &rows, each, n);
}

static enum lc_err
page_all(struct lc_reporting *r, size_t *n)
{
	const struct lc_report_filter *f = r->filter;
	struct db_rows *rows = NULL;

	if (f->feature == NULL && f->sku == NULL)
		return page_plain(r, n);
	return lc_report_rows(r,
	    db_query(r->record->db, &rows,
		COLUMNS("l.udi") " WHERE l.n > $1"
		LC_OPTIONAL(2, "l.feature = $2") LC_OPTIONAL(3, "l.sku = $3")
		" ORDER BY l.n LIMIT $4",
		"issi", r->n, f->feature, f->sku, r->limit),
	    &rows, each, n);
}

static enum lc_err
page_of_pak(struct lc_reporting *r, size_t *n)
{
	const struct lc_report_filter *f = r->filter;
	struct db_rows *rows = NULL;

	return lc_report_rows(r,
	    db_query(r->record->db, &rows,
		COLUMNS("l.udi") " WHERE l.n IN (SELECT n FROM license"
		" WHERE n > $1 AND pak_line IN " PAK_LINES "5))"
		LC_OPTIONAL(2, "l.feature = $2") LC_OPTIONAL(3, "l.sku = $3")
		LC_OPTIONAL(6, "l.pak_line IN " LC_ACCOUNT_LINES(6))
		" ORDER BY l.n LIMIT $4",
		"ississ", r->n, f->feature, f->sku, r->limit, f->pak,
		f->account),
	    &rows, each, n);
}

static enum lc_err
page_of_account(struct lc_reporting *r, size_t *n)
{
	const struct lc_report_filter *f = r->filter;
	struct db_rows *rows = NULL;

	return lc_report_rows(r,
	    db_query(r->record->db, &rows,
		COLUMNS("l.udi") " WHERE l.n IN (SELECT n FROM license"
		" WHERE n > $1 AND pak_line IN " LC_ACCOUNT_LINES(5) ")"
		LC_OPTIONAL(2, "l.feature = $2") LC_OPTIONAL(3, "l.sku = $3")
		" ORDER BY l.n LIMIT $4",
		"issis", r->n, f->feature, f->sku, r->limit, f->account),
	    &rows, each, n);
}

static enum lc_err
page_of_udi(struct lc_reporting *r, size_t *n)
{
	const struct lc_report_filter *f = r->filter;
	struct db_rows *rows = NULL;

	return lc_report_rows(r,
	    db_query(r->record->db, &rows,
		COLUMNS("CAST($6 AS TEXT)") " WHERE l.n IN"
		" (SELECT n FROM license WHERE udi = $6 AND udi <> ''"
		" UNION SELECT license FROM license_udi WHERE udi = $6)"
		" AND l.n > $1"
		LC_OPTIONAL(2, "l.feature = $2") LC_OPTIONAL(3, "l.sku = $3")
		LC_OPTIONAL(5, "l.pak_line IN " PAK_LINES "5)")
		LC_OPTIONAL(7, "l.pak_line IN " LC_ACCOUNT_LINES(7))
		" ORDER BY l.n LIMIT $4",
		"ississs", r->n, f->feature, f->sku, r->limit, f->pak, f->udi,
		f->account),
	    &rows, each, n);
}

static enum lc_err
licenses_page(struct lc_reporting *r, size_t *n)
{
	if (r->filter->udi != NULL)
		return page_of_udi(r, n);
	if (r->filter->pak != NULL)
		return page_of_pak(r, n);
	if (r->filter->account != NULL)
		return page_of_account(r, n);
	return page_all(r, n);
}

/* Those that count, from now on. */
static enum lc_err
expiring_page(struct lc_reporting *r, size_t *n)
{
	const struct lc_report_filter *f = r->filter;
	struct db_rows *rows = NULL;

	r->until = f->now + 1;
	return lc_report_rows(r,
	    db_query(r->record->db, &rows,
		COLUMNS("COALESCE(CAST($7 AS TEXT), l.udi)")
		" WHERE l.ends IS NOT NULL AND l.ends >= $1"
		" AND (l.ends > $1 OR l.n > $2) AND l.ends <= $3"
		LC_COUNTS("COALESCE(CAST($7 AS TEXT), l.udi)")
		LC_OPTIONAL(5, "l.feature = $5") LC_OPTIONAL(6, "l.sku = $6")
		LC_OPTIONAL(7, "l.udi = $7 OR l.n IN"
		" (SELECT license FROM license_udi WHERE udi = $7)")
		LC_OPTIONAL(8, "l.pak_line IN " PAK_LINES "8)")
		LC_OPTIONAL(9, "l.pak_line IN " LC_ACCOUNT_LINES(9))
		" ORDER BY l.ends, l.n LIMIT $4",
		"iiiisssss", r->ends, r->n, f->now + (int64_t)f->days * DAY_S,
		r->limit, f->feature, f->sku, f->udi, f->pak, f->account),
	    &rows, each, n);
}

#define LIMITS \
	(LC_LIMIT_UDI | LC_LIMIT_FEATURE | LC_LIMIT_PAK | LC_LIMIT_SKU | \
	    LC_LIMIT_TYPE | LC_LIMIT_ACCOUNT)

const struct lc_report lc_report_licenses = {
	.name = "licenses",
	.columns = columns,
	.ncolumns = sizeof columns / sizeof columns[0],
	.limits = LIMITS,
	.page = licenses_page,
};

const struct lc_report lc_report_expiring = {
	.name = "expiring",
	.columns = columns,
	.ncolumns = sizeof columns / sizeof columns[0],
	.limits = LIMITS | LC_LIMIT_DAYS,
	.page = expiring_page,
};
