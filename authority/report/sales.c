/* sales.c - the reports "paks" and "skus". */
#include <string.h>

#include "reporting.h"

/* ---- PAKs ------------------------------------------------------------ */

static const struct lc_report_column pak_columns[] = {
	{ "pak", "PAK", LC_CELL_TEXT, false },
	{ "sku", "SKU", LC_CELL_TEXT, false },
	{ "quantity", "Quantity", LC_CELL_NUMBER, false },
	{ "used", "Used", LC_CELL_NUMBER, false },
	{ "left", "Left", LC_CELL_NUMBER, false },
	{ "order", "Order", LC_CELL_TEXT, false },
	{ "account", "Account", LC_CELL_TEXT, true },
	{ "made", "Made", LC_CELL_DATE, true },
	{ "stopped", "Stopped", LC_CELL_TEXT, true }, /* why */
	{ "state", "State", LC_CELL_TEXT, false },
};

/*
 * A row is a PAK and a SKU of it, from those that the condition gives, through
 * an index.
 */
#define COLUMNS \
	"SELECT l.n, l.pak, l.sku, l.quantity, l.used, p.order_number," \
	" p.account, p.made, p.stopped FROM pak_line l" \
	" JOIN pak p ON p.code = l.pak"
#define LEFT(n) \
	" AND (CAST($" #n " AS BIGINT) = 0" \
	" OR (l.used < l.quantity AND p.stopped = ''))"
#define PAKS(condition, after, order) \
	COLUMNS " WHERE l.n " after " $1" condition \
	LC_OPTIONAL(2, "l.sku = $2") LC_OPTIONAL(3, "l.pak = $3") \
	LC_OPTIONAL(4, "p.order_number = $4") \
	LC_OPTIONAL(5, "p.account = $5") LEFT(6) \
	" AND " LC_HAS(8, "l.sku") " AND " LC_HAS(9, "p.order_number") \
	LC_OPTIONAL(10, "l.pak >= $10 AND l.pak < " LC_PAK_END(10)) \
	" AND l.n >= $11 AND l.n <= $12 ORDER BY l.n" order " LIMIT $7"
#define AMONG(paks) \
	" AND l.n IN (SELECT n FROM pak_line WHERE pak IN" \
	" (SELECT code FROM pak WHERE " paks "))"
#define OF_PAK(after, order) PAKS(AMONG("code = $3"), after, order)
#define OF_BEGINNING(after, order) \
	PAKS(AMONG("code >= $10 AND code < " LC_PAK_END(10)), after, order)
#define OF_ORDER(after, order) \
	PAKS(AMONG("order_number = $4 AND order_number <> ''"), after, order)
#define OF_ACCOUNT(after, order) \
	PAKS(AMONG("account = $5 AND account <> ''"), after, order)
#define OF_ALL(after, order) PAKS("", after, order)

static enum lc_err
put_pak(struct lc_reporting *r, struct db_rows *rows)
{
	int64_t quantity = db_int(rows, 3), used = db_int(rows, 4);

	r->n = db_int(rows, 0);
	lc_put_text(r, db_text(rows, 1));
	lc_put_text(r, db_text(rows, 2));
	lc_put_number(r, quantity);
	lc_put_number(r, used);
	lc_put_number(r, quantity - used);
	lc_put_text(r, db_text(rows, 5));
	lc_put_text(r, db_text(rows, 6));
	lc_put_number(r, db_int(rows, 7));
	lc_put_text(r, db_text(rows, 8));
	lc_put_text(r, db_text(rows, 8)[0] != '\0' ? "stopped"
		       : used < quantity	   ? "open"
						   : "used up");
	return lc_put_row(r);
}

/*
 * Without filters, of so many lines: PostgreSQL would join and sort the whole
 * table otherwise.  It takes a tenth of a table for what LIMIT $n leaves, and
 * thus of LC_REPORT_PAGE rows.
 */
#define PLAIN(after, order) \
	COLUMNS " WHERE l.n IN (SELECT n FROM (SELECT n FROM pak_line" \
	" WHERE n " after " $1 ORDER BY n" order " LIMIT 1000) x" \
	" ORDER BY n" order " LIMIT $2) ORDER BY l.n" order
_Static_assert(LC_REPORT_PAGE <= 1000, "a page is longer than PLAIN takes");

static bool
is_plain(const struct lc_report_filter *f)
{
	return f->sku == NULL && f->pak == NULL && f->order == NULL &&
	       f->account == NULL && !f->left;
}

/* NULL: no index finds them. */
static const char *
paks_query(const struct lc_reporting *r)
{
	const struct lc_report_filter *f = r->filter;

	if (f->pak != NULL)
		return (f->parts & LC_LIMIT_PAK) != 0
			   ? LC_SORTED(r, OF_BEGINNING)
			   : LC_SORTED(r, OF_PAK);
	if (f->order != NULL && (f->parts & LC_LIMIT_ORDER) == 0)
		return LC_SORTED(r, OF_ORDER);
	return f->account != NULL ? LC_SORTED(r, OF_ACCOUNT) : NULL;
}

static enum lc_err
paks_find(struct lc_reporting *r, size_t *n)
{
	const struct lc_report_filter *f = r->filter;
	const char *sql = paks_query(r);
	struct lc_window w = LC_WINDOW_ALL;
	struct db_rows *rows = NULL;
	enum lc_err err = LC_OK;

	if (sql == NULL && f->parts != 0)
		err = lc_window_next(r, &w);
	if (err != LC_OK)
		return err;
	err = lc_report_rows(r,
	    db_query(r->record->db, &rows,
		sql != NULL ? sql : LC_SORTED(r, OF_ALL), "issssiisssii", r->n,
		LC_WHOLE(f, LC_LIMIT_SKU, sku), LC_WHOLE(f, LC_LIMIT_PAK, pak),
		LC_WHOLE(f, LC_LIMIT_ORDER, order), f->account,
		(int64_t)f->left, r->limit, LC_PART(f, LC_LIMIT_SKU, sku),
		LC_PART(f, LC_LIMIT_ORDER, order),
		LC_PART(f, LC_LIMIT_PAK, pak), w.low, w.high),
	    &rows, put_pak, n);
	if (err == LC_OK)
		lc_window_end(r, &w, n);
	return err;
}

static enum lc_err
paks_page(struct lc_reporting *r, size_t *n)
{
	struct db_rows *rows = NULL;

	if (!is_plain(r->filter))
		return paks_find(r, n);
	return lc_report_rows(r,
	    db_query(r->record->db, &rows, LC_SORTED(r, PLAIN), "ii", r->n,
		r->limit),
	    &rows, put_pak, n);
}

const struct lc_report lc_report_paks = {
	.name = "paks",
	.columns = pak_columns,
	.ncolumns = sizeof pak_columns / sizeof pak_columns[0],
	.limits = LC_LIMIT_PAK | LC_LIMIT_SKU | LC_LIMIT_ORDER |
	    LC_LIMIT_ACCOUNT | LC_LIMIT_LEFT | LC_LIMIT_SORT | LC_LIMIT_PARTS,
	.page = paks_page,
};

/* ---- SKUs ------------------------------------------------------------ */

static const struct lc_report_column sku_columns[] = {
	{ "sku", "SKU", LC_CELL_TEXT, false },
	{ "family", "Family", LC_CELL_TEXT, true }, /* none: any */
	{ "movable", "Movable", LC_CELL_TRUTH, true },
	{ "sold", "Sold", LC_CELL_TRUTH, true }, /* still */
	{ "paks", "PAKs", LC_CELL_NUMBER, false },
	{ "quantity", "Quantity", LC_CELL_NUMBER, false },
	{ "used", "Used", LC_CELL_NUMBER, false },
	{ "left", "Left", LC_CELL_NUMBER, false },
	{ "licenses", "Licenses", LC_CELL_NUMBER, false }, /* issued, by other ways, too */
	{ "description", "Description", LC_CELL_TEXT, false },
};

static enum lc_err
put_sku(struct lc_reporting *r, struct db_rows *rows)
{
	int64_t quantity = db_int(rows, 6), used = db_int(rows, 7);

	lc_report_key(r, db_text(rows, 0));
	lc_put_text(r, db_text(rows, 0));
	lc_put_text(r, db_text(rows, 2));
	lc_put_number(r, db_int(rows, 3));
	lc_put_number(r, db_int(rows, 4));
	lc_put_number(r, db_int(rows, 5));
	lc_put_number(r, quantity);
	lc_put_number(r, used);
	lc_put_number(r, quantity - used);
	lc_put_number(r, db_int(rows, 8));
	lc_put_text(r, db_text(rows, 1));
	return lc_put_row(r);
}

/* A catalog has a page or two, so that both sums are made once or twice. */
static enum lc_err
skus_page(struct lc_reporting *r, size_t *n)
{
	struct db_rows *rows = NULL;

	return lc_report_rows(r,
	    db_query(r->record->db, &rows,
		"SELECT s.code, s.description, s.family, s.movable, s.sold,"
		" COALESCE(p.paks, 0), COALESCE(p.quantity, 0),"
		" COALESCE(p.used, 0), COALESCE(l.licenses, 0)"
		" FROM sku s LEFT JOIN (SELECT sku, count(*) AS paks,"
		" sum(quantity) AS quantity, sum(used) AS used FROM pak_line"
		" GROUP BY sku) p ON p.sku = s.code"
		" LEFT JOIN (SELECT sku, count(*) AS licenses FROM license"
		" WHERE sku IS NOT NULL GROUP BY sku) l ON l.sku = s.code"
		" WHERE s.code > $1"
		" AND (CAST($2 AS TEXT) IS NULL OR s.code = $2)"
		" ORDER BY s.code LIMIT $3",
		"ssi", r->key, r->filter->sku, r->limit),
	    &rows, put_sku, n);
}

const struct lc_report lc_report_skus = {
	.name = "skus",
	.columns = sku_columns,
	.ncolumns = sizeof sku_columns / sizeof sku_columns[0],
	.limits = LC_LIMIT_SKU,
	.page = skus_page,
};
