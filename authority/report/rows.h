/* rows.h - rows of a report as JSON or CSV, in memory. */
#ifndef LC_REPORT_ROWS_H
#define LC_REPORT_ROWS_H

#include "report.h"

enum lc_rows_form { LC_ROWS_JSON, LC_ROWS_CSV };

/* {0} but for report and form; the text is not ended by a NUL. */
struct lc_rows {
	const struct lc_report *report;
	enum lc_rows_form form;
	size_t n; /* rows so far */
	char *text;
	size_t len, size;
	bool failed; /* no memory: the text is not complete */
};

#define LC_ROWS_DATE 32 /* room for a date: "2026-11-30T07:00:00Z" */
const char *lc_rows_date(int64_t date, char text[LC_ROWS_DATE]);

void lc_rows_add(struct lc_rows *, const char *text, size_t len);
/* A text as JSON has it, with its quotes. */
void lc_rows_add_json(struct lc_rows *, const char *text);
/*
 * A text as a cell of CSV (RFC 4180).  Spreadsheets take none for a formula: an
 * apostrophe stands before what might be one.
 */
void lc_rows_add_csv(struct lc_rows *, const char *text);
/* The names of the columns, for CSV. */
void lc_rows_head(struct lc_rows *);
/*
 * A row; arg is a struct lc_rows.  JSON: an object, with a comma before each
 * but the first.  LC_ENOMEM.
 */
lc_report_row lc_rows_row;
void lc_rows_free(struct lc_rows *);

#endif
