/* lists.c - replacements, lots, and the log, page by page. */
#include "base/b64.h"
#include "reporting.h"
#include "words.h"

/* ---- Replacements ---------------------------------------------------- */

static const struct lc_report_column rma_columns[] = {
	{ "rma", "RMA", LC_CELL_NUMBER, false },
	{ "from", "From", LC_CELL_TEXT, false },
	{ "to", "To", LC_CELL_TEXT, false },
	{ "at", "At", LC_CELL_DATE, false },
	{ "why", "Why", LC_CELL_TEXT, false },
	{ "approved_by", "Approved by", LC_CELL_TEXT, false },
	{ "licenses", "Licenses", LC_CELL_NUMBER, false },
	{ "due", "Due", LC_CELL_DATE, false },	/* of the old device */
	{ "returned", "Returned", LC_CELL_DATE, false },
};

static void
put_date(struct lc_reporting *r, int64_t date)
{
	if (date == 0)
		lc_put_none(r);
	else
		lc_put_number(r, date);
}

static enum lc_err
each_rma(struct lc_reporting *r, struct db_rows *rows)
{
	r->n = db_int(rows, 0);
	lc_put_number(r, r->n);
	lc_put_text(r, db_text(rows, 1));
	lc_put_text(r, db_text(rows, 2));
	put_date(r, db_int(rows, 3));
	lc_put_text(r, db_text(rows, 4));
	lc_put_text(r, db_text(rows, 5));
	lc_put_number(r, db_int(rows, 6));
	put_date(r, db_int(rows, 7));
	put_date(r, db_int(rows, 8));
	return lc_put_row(r);
}

/* Those of an account: it has a license on one of the devices, or its token was
   shown by one. */
#define RMAS \
	"SELECT n, old_udi, new_udi, at, why, approved_by, licenses, due," \
	" returned FROM rma WHERE n "
#define RMAS_OF_ACCOUNT(n) \
	LC_OPTIONAL(n, "EXISTS (SELECT 1 FROM license l WHERE" \
	    " l.udi IN (old_udi, new_udi) AND l.udi <> ''" \
	    " AND l.pak_line IN " LC_ACCOUNT_LINES(n) ")" \
	    " OR EXISTS (SELECT 1 FROM device_account d WHERE" \
	    " d.udi IN (old_udi, new_udi) AND d.account = $" #n ")")
#define WHOLE(after, order) \
	RMAS after " $1" LC_OPTIONAL(2, "old_udi = $2 OR new_udi = $2") \
	RMAS_OF_ACCOUNT(3) " ORDER BY n" order " LIMIT $4"
#define PARTS(after, order) \
	RMAS ">= $1 AND n <= $5" " AND " LC_HAS(2, "old_udi || ' ' || new_udi") \
	RMAS_OF_ACCOUNT(3) " ORDER BY n" order " LIMIT $4"

static enum lc_err
rmas_find(struct lc_reporting *r, size_t *n)
{
	struct db_rows *rows = NULL;
	struct lc_window w;
	enum lc_err err;

	if ((err = lc_window_next(r, &w)) != LC_OK)
		return err;
	err = lc_report_rows(r,
	    db_query(r->record->db, &rows, LC_SORTED(r, PARTS), "issii", w.low,
		r->filter->udi, r->filter->account, r->limit, w.high),
	    &rows, each_rma, n);
	if (err == LC_OK)
		lc_window_end(r, &w, n);
	return err;
}

static enum lc_err
rmas_page(struct lc_reporting *r, size_t *n)
{
	struct db_rows *rows = NULL;

	if ((r->filter->parts & LC_LIMIT_UDI) != 0)
		return rmas_find(r, n);
	return lc_report_rows(r,
	    db_query(r->record->db, &rows, LC_SORTED(r, WHOLE), "issi", r->n,
		r->filter->udi, r->filter->account, r->limit),
	    &rows, each_rma, n);
}

const struct lc_report lc_list_rmas = {
	.name = "rmas",
	.columns = rma_columns,
	.ncolumns = sizeof rma_columns / sizeof rma_columns[0],
	.limits = LC_LIMIT_UDI | LC_LIMIT_ACCOUNT | LC_LIMIT_SORT |
	    LC_LIMIT_PARTS,
	.page = rmas_page,
};

/* ---- Lots ------------------------------------------------------------ */

static const struct lc_report_column lot_columns[] = {
	{ "lot", "Lot", LC_CELL_TEXT, false },
	{ "what", "What", LC_CELL_TEXT, false },
	{ "at", "At", LC_CELL_DATE, false },
};

static enum lc_err
each_lot(struct lc_reporting *r, struct db_rows *rows)
{
	lc_report_key(r, db_text(rows, 0));
	lc_put_text(r, r->key);
	lc_put_text(r, db_text(rows, 1));
	put_date(r, db_int(rows, 2));
	return lc_put_row(r);
}

static enum lc_err
lots_page(struct lc_reporting *r, size_t *n)
{
	struct db_rows *rows = NULL;

	return lc_report_rows(r,
	    db_query(r->record->db, &rows,
		"SELECT name, what, at FROM lot WHERE name > $1"
		" ORDER BY name LIMIT $2",
		"si", r->key, r->limit),
	    &rows, each_lot, n);
}

const struct lc_report lc_list_lots = {
	.name = "lots",
	.columns = lot_columns,
	.ncolumns = sizeof lot_columns / sizeof lot_columns[0],
	.page = lots_page,
};

/* ---- The log --------------------------------------------------------- */

static const struct lc_report_column log_columns[] = {
	{ "entry", "Entry", LC_CELL_NUMBER, false },
	{ "at", "At", LC_CELL_DATE, false },
	{ "who", "Who", LC_CELL_TEXT, false },
	{ "kind", "Kind", LC_CELL_TEXT, false },
	{ "subject", "Subject", LC_CELL_TEXT, false },
	{ "says", "Says", LC_CELL_TEXT, false },
	{ "digest", "Digest", LC_CELL_TEXT, true },
	/* Of a license, its id; of other entries often the subject. */
	{ "about", "About", LC_CELL_TEXT, false },
	{ "words", "Words", LC_CELL_TEXT, false }, /* for people */
};

static enum lc_err
put_words(struct lc_reporting *r, struct db_rows *rows)
{
	const struct lc_said said = {
		.kind = db_text(rows, 3),
		.subject = db_text(rows, 4),
		.says = db_text(rows, 5),
		.license = db_text(rows, 7),
	};
	struct lc_words w;
	enum lc_err err = lc_words_of(&said, &w);

	if (err != LC_OK)
		return err;
	lc_put_text(r, w.about);
	lc_put_text(r, w.text);
	return lc_put_row(r);
}

static enum lc_err
each_entry(struct lc_reporting *r, struct db_rows *rows)
{
	char digest[LC_B64_LEN(LC_LOG_DIGEST) + 1] = "";
	const void *bytes;
	size_t len;

	bytes = db_blob(rows, 6, &len);
	if (len == LC_LOG_DIGEST)
		lc_b64_encode(bytes, len, digest);
	r->n = db_int(rows, 0);
	lc_put_number(r, r->n);
	lc_put_number(r, db_int(rows, 1));
	for (int i = 2; i < 6; i++)
		lc_put_text(r, db_text(rows, i));
	lc_put_text(r, digest);
	return put_words(r, rows);
}

#define ENTRIES \
	"SELECT n, at, who, kind, subject, says, digest, " \
	LC_WORDS_LICENSE("log.n") " FROM log WHERE n "
#define PLAIN(after, order) \
	ENTRIES after " $1 ORDER BY n" order " LIMIT $2"
/*
 * The license of an entry has its id and device.  A part of the subject may be
 * in what the entry says, too: rows of some tables are known by a number.
 */
#define FOUND(after, order) \
	ENTRIES ">= $1 AND n <= $2" \
	LC_OPTIONAL(4, "kind = $4") \
	LC_OPTIONAL(5, "subject = $5 OR EXISTS (SELECT 1 FROM license l" \
	    " WHERE l.n = log.n AND (l.id = $5 OR l.udi = $5))") \
	LC_OPTIONAL(6, LC_HAS(6, "subject || ' ' || says") \
	    " OR EXISTS (SELECT 1 FROM license l WHERE l.n = log.n AND " \
	    LC_HAS(6, "l.id || ' ' || l.udi") ")") \
	LC_OPTIONAL(7, "who = $7") " AND " LC_HAS(8, "who") \
	" AND at >= $9 AND (CAST($10 AS BIGINT) = 0 OR at <= $10)" \
	" ORDER BY n" order " LIMIT $3"

static enum lc_err
log_find(struct lc_reporting *r, size_t *n)
{
	const struct lc_report_filter *f = r->filter;
	struct db_rows *rows = NULL;
	struct lc_window w;
	enum lc_err err;

	if ((err = lc_window_next(r, &w)) != LC_OK)
		return err;
	err = lc_report_rows(r,
	    db_query(r->record->db, &rows, LC_SORTED(r, FOUND), "iiisssssii",
		w.low, w.high, r->limit, f->kind,
		LC_WHOLE(f, LC_LIMIT_SUBJECT, subject),
		LC_PART(f, LC_LIMIT_SUBJECT, subject),
		LC_WHOLE(f, LC_LIMIT_WHO, who), LC_PART(f, LC_LIMIT_WHO, who),
		f->since, f->until),
	    &rows, each_entry, n);
	if (err == LC_OK)
		lc_window_end(r, &w, n);
	return err;
}

static enum lc_err
log_page(struct lc_reporting *r, size_t *n)
{
	const struct lc_report_filter *f = r->filter;
	struct db_rows *rows = NULL;

	if (f->kind != NULL || f->subject != NULL || f->who != NULL ||
	    f->since != 0 || f->until != 0)
		return log_find(r, n);
	return lc_report_rows(r,
	    db_query(r->record->db, &rows, LC_SORTED(r, PLAIN), "ii", r->n,
		r->limit),
	    &rows, each_entry, n);
}

const struct lc_report lc_list_log = {
	.name = "log",
	.columns = log_columns,
	.ncolumns = sizeof log_columns / sizeof log_columns[0],
	.limits = LC_LIMIT_KIND | LC_LIMIT_SUBJECT | LC_LIMIT_WHO |
	    LC_LIMIT_TIME | LC_LIMIT_SORT | LC_LIMIT_PARTS,
	.page = log_page,
};
