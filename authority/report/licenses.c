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
	" (SELECT max(s.n + 0) FROM license s WHERE s.id = l.id)," \
	" (SELECT p.account FROM pak_line k JOIN pak p ON p.code = k.pak" \
	" WHERE k.n = l.pak_line)" \
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
	PAK_ACCOUNT,
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

	if (**why == '\0' || LC_WHOLE(r->filter, LC_LIMIT_UDI, udi) != NULL)
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

/* Whoever knows a PAK may redeem it. */
static const char *
pak_shown(const struct lc_reporting *r, struct db_rows *rows)
{
	const char *whose = r->filter->names_of;

	return whose == NULL || strcmp(whose, db_text(rows, PAK_ACCOUNT)) == 0
		   ? db_text(rows, PAK)
		   : "";
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
	lc_put_text(r, pak_shown(r, rows));
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
#define PLAIN(after, order) \
	COLUMNS("l.udi") " WHERE l.n " after " $1 ORDER BY l.n" order \
	" LIMIT $2"

static enum lc_err
page_plain(struct lc_reporting *r, size_t *n)
{
	struct db_rows *rows = NULL;

	return lc_report_rows(r,
	    db_query(r->record->db, &rows, LC_SORTED(r, PLAIN), "ii", r->n,
		r->limit),
	    &rows, each, n);
}

/* Of the licenses with these numbers, those that the filter does not leave out:
   whole and parts of features and SKUs, and lines. */
#define FOUND(udi, numbers, after, order) \
	COLUMNS(udi) " WHERE l.n " after " $1" numbers \
	LC_OPTIONAL(2, "l.feature = $2") LC_OPTIONAL(3, "l.sku = $3") \
	" AND " LC_HAS(5, "l.feature") \
	" AND " LC_HAS(6, "COALESCE(l.sku, '')") \
	LC_OPTIONAL(7, "l.pak_line IN " PAK_LINES "7)") \
	LC_OPTIONAL(8, "l.pak_line IN " LC_ACCOUNT_LINES(8)) \
	LC_OPTIONAL(9, "l.pak_line IN " BEGINNING "9 AND pak < " LC_PAK_END(9) ")") \
	" AND " LC_HAS(10, "l.udi") \
	" ORDER BY l.n" order " LIMIT $4"
#define BEGINNING "(SELECT n FROM pak_line WHERE pak >= $"
#define LETTERS "ississssss"

#define OF_WINDOW(after, order) \
	FOUND("l.udi", " AND l.n >= $11 AND l.n <= $12", after, order)
#define OF_LINES(lines, after, order) \
	FOUND("l.udi", " AND l.n IN (SELECT n FROM license WHERE n " after \
	    " $1 AND pak_line IN " lines ")", after, order)
#define OF_PAK(after, order) OF_LINES(PAK_LINES "7)", after, order)
#define OF_BEGINNING(after, order) \
	OF_LINES(BEGINNING "9 AND pak < " LC_PAK_END(9) ")", after, order)
#define OF_ACCOUNT(after, order) OF_LINES(LC_ACCOUNT_LINES(8), after, order)
#define OF_UDI(after, order) \
	FOUND("CAST($11 AS TEXT)", " AND l.n IN" \
	    " (SELECT n FROM license WHERE udi = $11 AND udi <> ''" \
	    " UNION SELECT license FROM license_udi WHERE udi = $11)", \
	    after, order)

/* What all of these queries have. */
#define ARGUMENTS(r, f) \
	(r)->n, LC_WHOLE(f, LC_LIMIT_FEATURE, feature), \
	    LC_WHOLE(f, LC_LIMIT_SKU, sku), (r)->limit, \
	    LC_PART(f, LC_LIMIT_FEATURE, feature), \
	    LC_PART(f, LC_LIMIT_SKU, sku), LC_WHOLE(f, LC_LIMIT_PAK, pak), \
	    (f)->account, LC_PART(f, LC_LIMIT_PAK, pak), \
	    LC_PART(f, LC_LIMIT_UDI, udi)

static enum lc_err
page_of_window(struct lc_reporting *r, size_t *n)
{
	const struct lc_report_filter *f = r->filter;
	struct lc_window w = LC_WINDOW_ALL;
	struct db_rows *rows = NULL;
	enum lc_err err = LC_OK;

	if (f->parts != 0 && (err = lc_window_next(r, &w)) != LC_OK)
		return err;
	err = lc_report_rows(r,
	    db_query(r->record->db, &rows, LC_SORTED(r, OF_WINDOW),
		LETTERS "ii", ARGUMENTS(r, f), w.low, w.high),
	    &rows, each, n);
	if (err == LC_OK)
		lc_window_end(r, &w, n);
	return err;
}

static enum lc_err
page_of_lines(struct lc_reporting *r, const char *sql, size_t *n)
{
	struct db_rows *rows = NULL;

	return lc_report_rows(r,
	    db_query(
		r->record->db, &rows, sql, LETTERS, ARGUMENTS(r, r->filter)),
	    &rows, each, n);
}

static enum lc_err
page_of_udi(struct lc_reporting *r, size_t *n)
{
	struct db_rows *rows = NULL;

	return lc_report_rows(r,
	    db_query(r->record->db, &rows, LC_SORTED(r, OF_UDI), LETTERS "s",
		ARGUMENTS(r, r->filter), r->filter->udi),
	    &rows, each, n);
}

static enum lc_err
licenses_page(struct lc_reporting *r, size_t *n)
{
	const struct lc_report_filter *f = r->filter;

	if (LC_WHOLE(f, LC_LIMIT_UDI, udi) != NULL)
		return page_of_udi(r, n);
	if (LC_WHOLE(f, LC_LIMIT_PAK, pak) != NULL)
		return page_of_lines(r, LC_SORTED(r, OF_PAK), n);
	if (f->pak != NULL)
		return page_of_lines(r, LC_SORTED(r, OF_BEGINNING), n);
	if (f->account != NULL)
		return page_of_lines(r, LC_SORTED(r, OF_ACCOUNT), n);
	if (f->feature == NULL && f->sku == NULL && f->udi == NULL)
		return page_plain(r, n);
	return page_of_window(r, n);
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
	.limits = LIMITS | LC_LIMIT_SORT | LC_LIMIT_PARTS,
	.page = licenses_page,
};

const struct lc_report lc_report_expiring = {
	.name = "expiring",
	.columns = columns,
	.ncolumns = sizeof columns / sizeof columns[0],
	.limits = LIMITS | LC_LIMIT_DAYS,
	.page = expiring_page,
};
