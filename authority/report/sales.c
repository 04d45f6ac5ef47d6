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
#define PAKS(condition) \
	COLUMNS " WHERE l.n > $1" condition \
	LC_OPTIONAL(2, "l.sku = $2") LC_OPTIONAL(3, "l.pak = $3") \
	LC_OPTIONAL(4, "p.order_number = $4") \
	LC_OPTIONAL(5, "p.account = $5") \
	" AND (CAST($6 AS BIGINT) = 0 OR (l.used < l.quantity AND p.stopped = ''))" \
	" ORDER BY l.n LIMIT $7"
#define AMONG(paks) \
	" AND l.n IN (SELECT n FROM pak_line WHERE pak IN" \
	" (SELECT code FROM pak WHERE " paks "))"

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
#define PLAIN \
	COLUMNS " WHERE l.n IN (SELECT n FROM (SELECT n FROM pak_line" \
	" WHERE n > $1 ORDER BY n LIMIT 1000) x ORDER BY n LIMIT $2)" \
	" ORDER BY l.n"
_Static_assert(LC_REPORT_PAGE <= 1000, "a page is longer than PLAIN takes");

static bool
is_plain(const struct lc_report_filter *f)
{
	return f->sku == NULL && f->pak == NULL && f->order == NULL &&
	       f->account == NULL && !f->left;
}

static enum lc_err
paks_page(struct lc_reporting *r, size_t *n)
{
	const struct lc_report_filter *f = r->filter;
	struct db_rows *rows = NULL;
	enum db_err err;

#define WITH(condition) \
	db_query(r->record->db, &rows, PAKS(condition), "issssii", r->n, \
	    f->sku, f->pak, f->order, f->account, (int64_t)f->left, r->limit)
	if (is_plain(f))
		err = db_query(
		    r->record->db, &rows, PLAIN, "ii", r->n, r->limit);
	else if (f->pak != NULL)
		err = WITH(AMONG("code = $3"));
	else if (f->order != NULL)
		err = WITH(AMONG("order_number = $4 AND order_number <> ''"));
	else if (f->account != NULL)
		err = WITH(AMONG("account = $5 AND account <> ''"));
	else
		err = WITH("");
#undef WITH
	return lc_report_rows(r, err, &rows, put_pak, n);
}

const struct lc_report lc_report_paks = {
	.name = "paks",
	.columns = pak_columns,
	.ncolumns = sizeof pak_columns / sizeof pak_columns[0],
	.limits = LC_LIMIT_PAK | LC_LIMIT_SKU | LC_LIMIT_ORDER |
	    LC_LIMIT_ACCOUNT | LC_LIMIT_LEFT,
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
