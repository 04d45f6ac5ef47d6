/* reporting.c - running reports: report.h, reporting.h. */
#include "reporting.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "record/log.h"

const struct lc_report *const lc_reports[] = {
	&lc_report_licenses,
	&lc_report_expiring,
	&lc_report_paks,
	&lc_report_skus,
	&lc_report_devices,
	&lc_report_history,
};
const size_t lc_nreports = sizeof lc_reports / sizeof lc_reports[0];

/* ---- Rows ------------------------------------------------------------ */

static void
put(struct lc_reporting *r, struct lc_cell cell)
{
	assert(r->ncells < LC_REPORT_CELLS);
	r->cells[r->ncells++] = cell;
}

void
lc_put_text(struct lc_reporting *r, const char *text)
{
	put(r, (struct lc_cell){ .text = text, .is_none = text == NULL || text[0] == '\0' });
}

void
lc_put_number(struct lc_reporting *r, int64_t number)
{
	put(r, (struct lc_cell){ .number = number });
}

void
lc_put_none(struct lc_reporting *r)
{
	put(r, (struct lc_cell){ .is_none = true });
}

enum lc_err
lc_put_row(struct lc_reporting *r)
{
	assert(r->ncells == r->report->ncolumns);
	r->ncells = 0;
	r->nput++;
	return r->row(r->arg, r->cells);
}

void
lc_report_key(struct lc_reporting *r, const char *key)
{
	(void)snprintf(r->key, sizeof r->key, "%s", key);
}

/* ---- Windows --------------------------------------------------------- */

#define WINDOW 5000 /* numbers; a page has TURNS_MAX of them at most */

enum lc_err
lc_window_next(struct lc_reporting *r, struct lc_window *w)
{
	int64_t head;
	enum lc_err err = lc_log_head(r->record, &head);

	if (err != LC_OK)
		return err;
	if (r->filter->newest) {
		w->high = r->n <= head ? r->n - 1 : head;
		w->low = w->high > WINDOW ? w->high - WINDOW + 1 : 1;
		w->is_last = w->low == 1;
	} else {
		w->low = r->n + 1;
		w->high = r->n + WINDOW < head ? r->n + WINDOW : head;
		w->is_last = w->high == head;
	}
	return LC_OK;
}

void
lc_window_end(struct lc_reporting *r, const struct lc_window *w, size_t *n)
{
	if (*n == (size_t)r->limit || w->is_last)
		return;
	r->n = r->filter->newest ? w->low : w->high;
	*n = (size_t)r->limit; /* there may be more */
}

/* ---- Pages ----------------------------------------------------------- */

/* Before the first row. */
static int64_t
n_begin(const struct lc_report_filter *filter)
{
	return filter->newest ? INT32_MAX : 0;
}

enum lc_err
lc_report_rows(struct lc_reporting *r, enum db_err started,
    struct db_rows *const *rows, lc_report_each *each, size_t *n)
{
	enum lc_err err = lc_record_first(r->record, started, rows);

	*n = 0;
	while (err == LC_OK) {
		(*n)++;
		if ((err = each(r, *rows)) != LC_OK)
			break;
		err = lc_record_done(r->record, db_next(*rows));
		if (err == LC_ENOTFOUND)
			break;
	}
	if (started == DB_OK)
		db_stop(*rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_report_run(struct lc_record *record, const struct lc_report *report,
    const struct lc_report_filter *filter, lc_report_row *row, void *arg,
    struct lc_detail *detail)
{
	struct lc_reporting r = {
		.record = record,
		.report = report,
		.filter = filter,
		.row = row,
		.arg = arg,
		.limit = LC_REPORT_PAGE,
		.n = n_begin(filter),
		.ends = filter->now,
	};
	size_t n = 0;
	enum lc_err err;

	lc_record_tell(record, detail);
	err = lc_record_done(record, db_begin_reading(record->db));
	if (err != LC_OK)
		return err;
	do
		err = report->page(&r, &n);
	while (err == LC_OK && n == LC_REPORT_PAGE);
	db_rollback(record->db);
	return err;
}

enum lc_err
lc_report_state(struct lc_record *record, struct lc_report_state *state,
    struct lc_detail *detail)
{
	struct db_rows *rows = NULL;
	const void *digest;
	size_t len;
	enum lc_err err;

	lc_record_tell(record, detail);
	err = lc_record_first(record,
	    db_query(record->db, &rows, "SELECT digest FROM head WHERE one = 1",
		""),
	    &rows);
	if (err != LC_OK)
		return err;
	digest = db_blob(rows, 0, &len);
	if (len == sizeof state->digest)
		memcpy(state->digest, digest, len);
	else
		err = LC_EDAMAGED;
	db_stop(rows);
	return err;
}

#define TURNS_MAX 20 /* of a page, when a filter leaves out most rows */

enum lc_err
lc_report_page(struct lc_record *record, const struct lc_report *report,
    const struct lc_report_filter *filter, struct lc_report_place *place,
    size_t limit, bool *more, lc_report_row *row, void *arg,
    struct lc_detail *detail)
{
	struct lc_reporting r = {
		.record = record,
		.report = report,
		.filter = filter,
		.row = row,
		.arg = arg,
		.n = place->n != 0 ? place->n : n_begin(filter),
		.ends = place->ends != 0 ? place->ends : filter->now,
		.until = INT64_MAX,
	};
	size_t n;
	enum lc_err err;

	strcpy(r.key, place->key); /* of one size */
	lc_record_tell(record, detail);
	err = lc_record_done(record, db_begin_reading(record->db));
	*more = true;
	for (int i = 0; i < TURNS_MAX && err == LC_OK && *more &&
	     r.nput < limit; i++) {
		r.limit = (int64_t)(limit - r.nput);
		err = report->page(&r, &n);
		*more = n == (size_t)r.limit;
	}
	db_rollback(record->db);
	place->until = r.until;
	place->n = r.n;
	place->ends = r.ends;
	strcpy(place->key, r.key);
	return err;
}
